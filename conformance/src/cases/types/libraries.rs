//! UUIDs, decimals and documents.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// UUIDs, decimals and documents.
#[cases]
mod types {
    use crate::prelude::*;
    use activerecord::Json;
    use rust_decimal::Decimal;
    use serde_json::json;
    use uuid::Uuid;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    /// UUIDs of all bits, and in a filter.
    async fn uuids(db: &Db) -> Result<()> {
        db.create_table::<Options>().await?;
        for uuid in [
            Uuid::nil(),
            Uuid::max(),
            Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            Uuid::new_v4(),
        ] {
            let row = Options {
                uuid: Some(uuid),
                ..Options::default()
            };
            let saved = row.save(db).await?;
            let found = Options::query().filter(|o| o.uuid.eq(uuid)).one(db).await?;
            assert_eq!((found.id, found.uuid), (saved.id, Some(uuid)));
        }
        let some = [Uuid::nil(), Uuid::max()];
        assert_eq!(
            Options::query()
                .filter(|o| o.uuid.in_list(some))
                .count(db)
                .await?,
            2
        );
        Ok(())
    }

    /// Every digit of a decimal comes back, and its scale where the database keeps that.
    async fn decimals_keep_their_digits_and_scale(db: &Db) -> Result<()> {
        db.create_table::<Decimals>().await?;
        let amounts = [
            "0",
            "0.00",
            "1.0",
            "1.00",
            "-1.10",
            "0.1",
            "1234567890123456789012345678",
            "-0.0000000000000000000000000001",
            "0.1234567890123456789012345678",
            "79228162514264337593543950335",
            "-79228162514264337593543950335",
            "7.9228162514264337593543950335",
        ];
        let keeps_scale = backend(db)?.capabilities().decimal_scale;
        for text in amounts {
            let amount = decimal(text);
            let saved = Decimals { id: 0, amount }.save(db).await?;
            let found = Decimals::find(db, saved.id).await?;
            let expected = if keeps_scale { amount } else { amount.normalize() };
            assert_eq!(found.amount.serialize(), expected.serialize(), "{text}");
        }
        Ok(())
    }

    /// Decimals are ordered and compared as numbers, whatever their scale.
    async fn decimals_compare_as_numbers(db: &Db) -> Result<()> {
        db.create_table::<Decimals>().await?;
        for text in ["10", "9.99", "-1", "-10.5", "1.50", "1.5", "0.000001"] {
            Decimals::of(text).save(db).await?;
        }
        let ordered = Decimals::query().order_by(|d| [d.amount.asc(), d.id.asc()]);
        let amounts = ordered.select(|d| (d.amount,)).all(db).await?;
        let numbers = amounts.into_iter().map(|(amount,)| amount);
        let expected = ["-10.5", "-1", "0.000001", "1.50", "1.5", "9.99", "10"];
        assert!(numbers.eq(expected.map(decimal)));
        let count = async |condition| Decimals::query().filter_condition(condition).count(db).await;
        let amount = Decimals::columns().amount;
        assert_eq!(count(amount.eq(decimal("1.500"))).await?, 2);
        assert_eq!(count(amount.ne(decimal("1.500"))).await?, 5);
        assert_eq!(count(amount.gt(decimal("9.9"))).await?, 2);
        assert_eq!(count(amount.lt(decimal("-1.0"))).await?, 1);
        assert_eq!(
            count(amount.between(decimal("-1.00"), decimal("1.500"))).await?,
            4
        );
        assert_eq!(
            count(amount.in_list([decimal("1.5000"), decimal("10.0")])).await?,
            3
        );
        assert_eq!(
            count(amount.not_in_list([decimal("1.5000"), decimal("10.0")])).await?,
            4
        );
        Ok(())
    }

    /// Documents of every kind come back as they are.
    async fn documents_come_back_exactly(db: &Db) -> Result<()> {
        db.create_table::<Documents>().await?;
        let documents = [
            json!(null),
            json!(true),
            json!(""),
            json!([]),
            json!({}),
            json!({"a": null, "list": [1, "two", {"three": [[], {}]}], "": "empty name"}),
            json!("quotes ' \" \\ and \u{0} and \u{1f980}"),
            json!([u64::MAX, i64::MIN, 0, -1]),
            json!([
                0.1,
                1e300,
                1.0,
                -2.5e-7,
                f64::MIN_POSITIVE,
                f64::MAX,
                5e-324,
                100.0
            ]),
        ];
        for any in documents {
            let row = Documents {
                any: any.clone(),
                ..Documents::default()
            };
            let saved = match row.save(db).await {
                // A database that reads documents cannot keep this character in one.
                Err(error) if any.to_string().contains("u0000") => {
                    assert_eq!(error.kind(), ErrorKind::InvalidText);
                    continue;
                }
                saved => saved?,
            };
            let found = Documents::find(db, saved.id).await?;
            assert_eq!(found.any, any);
            assert_eq!(found.any.to_string(), any.to_string());
        }
        Ok(())
    }

    /// The floats in a document keep every bit.
    async fn floats_in_documents_are_exact(db: &Db) -> Result<()> {
        db.create_table::<Documents>().await?;
        let mut random = crate::random::Lcg::new(11);
        let finite = |bits| Some(f64::from_bits(bits)).filter(|number| number.is_finite());
        let sizes: Vec<f64> = (0..20_000).filter_map(|_| finite(random.bits())).collect();
        let typed = Json(Settings {
            sizes: sizes.clone(),
            ..Settings::default()
        });
        let row = Documents {
            typed,
            any: json!(sizes),
            ..Documents::default()
        };
        let saved = row.save(db).await?;
        let found = Documents::find(db, saved.id).await?;
        let differ = |(one, other): (&f64, &f64)| one.to_bits() != other.to_bits();
        assert_eq!(
            found
                .typed
                .sizes
                .iter()
                .zip(&sizes)
                .filter(|pair| differ(*pair))
                .count(),
            0
        );
        assert_eq!(found.any, json!(sizes));
        Ok(())
    }

    /// A typed document is a Rust type of its own.
    async fn typed_documents(db: &Db) -> Result<()> {
        db.create_table::<Documents>().await?;
        let parent = Settings {
            theme: "dark \"mode\"".into(),
            sizes: vec![0.1, 2.0],
            parent: None,
        };
        let typed = Json(Settings {
            theme: "light".into(),
            sizes: Vec::new(),
            parent: Some(Box::new(parent)),
        });
        let row = Documents {
            typed: typed.clone(),
            ..Documents::default()
        };
        let mut saved = row.save(db).await?;
        assert_eq!(Documents::find(db, saved.id).await?.typed, typed);
        saved.typed.theme.push('!');
        assert!(saved.is_dirty());
        saved.save(db).await?;
        assert_eq!(Documents::find(db, saved.id).await?.typed.theme, "light!");
        let found = Documents::query().filter(|d| d.typed.eq(typed)).count(db).await?;
        assert_eq!(found, 0);
        Ok(())
    }

    /// A missing document is not a document that says null.
    async fn no_document_is_not_a_null_document(db: &Db) -> Result<()> {
        db.create_table::<Options>().await?;
        for json in [None, Some(json!(null)), Some(json!({"a": null}))] {
            let row = Options {
                json: json.clone(),
                ..Options::default()
            };
            let saved = row.save(db).await?;
            assert_eq!(Options::find(db, saved.id).await?.json, json);
        }
        assert_eq!(Options::query().filter(|o| o.json.is_null()).count(db).await?, 1);
        let null = Options::query()
            .filter(|o| o.json.eq(json!(null)))
            .one(db)
            .await?;
        assert_eq!(null.json, Some(json!(null)));
        Ok(())
    }
}
