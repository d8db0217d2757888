//! Values never become SQL.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Values never become SQL.
#[cases]
mod queries {
    use crate::prelude::*;
    use crate::random::Lcg;

    const PAYLOADS: [&str; 16] = [
        "'; DROP TABLE texts; --",
        "x' OR '1'='1",
        "\" OR 1=1 --",
        "`; DELETE FROM texts; `",
        "\\'; DROP TABLE texts; --",
        "?",
        "$1",
        ":name",
        "/* */",
        "--",
        "%",
        "_%_",
        "[a-z]*",
        "' || (SELECT text FROM texts LIMIT 1) || '",
        "\u{2019} OR 1=1",
        "\r\n\t\u{7f}",
    ];

    async fn payloads(on: &Db) -> Result<()> {
        on.create_table::<Texts>().await?;
        for text in PAYLOADS {
            let row = Texts {
                text: text.into(),
                bytes: text.into(),
                ..Texts::default()
            };
            row.save(on).await?;
        }
        Ok(())
    }

    /// Every row holds what was put in.
    async fn untouched(on: &Db) -> Result<()> {
        let rows = Texts::query().order_by(|t| t.id.asc()).all(on).await?;
        let texts: Vec<&str> = rows.iter().map(|row| &*row.text).collect();
        assert_eq!(texts, PAYLOADS);
        assert!(rows.iter().all(|row| row.bytes == row.text.as_bytes()));
        Ok(())
    }

    /// In each place of a condition a payload is a value: it finds its own row.
    async fn payloads_in_conditions_are_values(db: &Db) -> Result<()> {
        payloads(db).await?;
        for payload in PAYLOADS {
            let text = Texts::columns().text;
            let equal = || Texts::query().filter(|t| t.text.eq(payload));
            let one_row = [
                equal(),
                Texts::query().filter_condition(text.in_list([payload])),
                Texts::query().filter_condition(text.between(payload, payload)),
                Texts::query()
                    .filter_condition(text.contains(payload) & text.ends_with(payload) & text.eq(payload)),
                Texts::query().filter_condition(text.starts_with_ci(payload) & text.contains_ci(payload)),
                Texts::query().filter(|t| t.bytes.eq(payload.as_bytes().to_vec())),
                Texts::query().filter_sql("text = ?", (payload,)),
                Texts::query().filter_sql("bytes = ?", (payload.as_bytes(),)),
            ];
            for query in one_row {
                let description = format!("{query:?}");
                let found = query.select(|t| (t.text,)).all(db).await?;
                assert!(found.contains(&(payload.into(),)), "{description}: {found:?}");
            }
            assert_eq!(equal().count(db).await?, 1);
            let grouped = equal().group_by(|t| t.text).count(|t| t.id, "rows");
            let groups = grouped
                .having(|t| t.text.max().eq(payload))
                .aggregate_as::<(String, i64)>();
            assert_eq!(groups.all(db).await?, [(payload.into(), 1)]);
        }
        untouched(db).await
    }

    /// In each place of a write a payload is a value, and comes back as it is.
    async fn payloads_in_writes_are_values(db: &Db) -> Result<()> {
        payloads(db).await?;
        db.create_table::<TextKey>().await?;
        for payload in PAYLOADS {
            let mut row = Texts::query().filter(|t| t.text.eq(payload)).one(db).await?;
            row.text = format!("{payload}{payload}");
            row.save(db).await?;
            row.refresh(db).await?;
            assert_eq!(row.text, format!("{payload}{payload}"));
            let query = Texts::query().filter(|t| t.id.eq(row.id));
            assert_eq!(query.update_all(db, |t| t.text.set(payload)).await?, 1);
            let key = TextKey {
                code: payload.into(),
                value: row.id,
            };
            key.save(db).await?;
            assert_eq!(TextKey::find(db, payload).await?.value, row.id);
        }
        untouched(db).await?;
        for payload in PAYLOADS {
            TextKey::find(db, payload).await?.delete(db).await?;
        }
        assert_eq!(TextKey::query().count(db).await?, 0);
        untouched(db).await
    }

    /// A query of one shape, and all values from a seed.
    fn shaped(seed: u64) -> Query<User> {
        let mut random = Lcg::new(seed);
        let mut text = || random.text(12);
        let columns = User::columns();
        let typed =
            columns.name.eq(text()) | columns.email.contains(text()) & !columns.name.starts_with_ci(text());
        let lists = columns.name.in_list([text(), text()]) | columns.name.like(text());
        let between = columns.email.between(text(), text());
        let raw = (text(), text());
        let mut number = || random.below(1 << 40);
        User::query()
            .filter_condition(typed)
            .filter_condition(lists & between)
            .filter_sql("name <> ? AND email <> ?", raw)
            .filter(|u| u.age.gt(number().cast_signed()))
            .order_by(|u| u.name.desc())
            .limit(number())
            .offset(number())
    }

    /// The text of a query is a function of its shape.
    async fn text_is_a_function_of_the_shape(db: &Db) -> Result<()> {
        let (sql, first) = shaped(0).to_sql(db)?;
        for seed in 1..200 {
            let (other, params) = shaped(seed).to_sql(db)?;
            assert_eq!(other, sql);
            assert_eq!(params.len(), first.len());
        }
        Ok(())
    }
}
