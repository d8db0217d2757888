//! The types of the language: truth values, numbers, text, bytes, and what may be null.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// The types of the language.
#[cases]
mod types {
    use crate::prelude::*;

    /// Checks that a refused write names the value's place and leaves nothing behind.
    fn refused(error: &Error, kinds: &[ErrorKind]) {
        assert!(kinds.contains(&error.kind()), "{error:?}");
        let message = error.to_string();
        assert!(
            message.contains("parameter 1") || message.contains("column `"),
            "{message}"
        );
    }

    /// Both truth values, and a filter by each.
    async fn truth_values(db: &Db) -> Result<()> {
        db.create_table::<Floats>().await?;
        for bool in [true, false] {
            let row = Floats {
                bool,
                ..Floats::default()
            };
            let saved = row.save(db).await?;
            assert_eq!(Floats::find(db, saved.id).await?.bool, bool);
            assert_eq!(
                Floats::query().filter(|f| f.bool.eq(bool)).one(db).await?.id,
                saved.id
            );
        }
        assert_eq!(Floats::query().filter(|f| f.bool.lt(true)).count(db).await?, 1);
        Ok(())
    }

    /// The least and the greatest of each signed integer.
    async fn signed_integers_at_their_edges(db: &Db) -> Result<()> {
        db.create_table::<Integers>().await?;
        for (i8, i16, i32, i64) in [
            (i8::MIN, i16::MIN, i32::MIN, i64::MIN),
            (i8::MAX, i16::MAX, i32::MAX, i64::MAX),
            (-1, -1, -1, -1),
            (0, 0, 0, 0),
            (1, 256, 65_536, (1 << 53) + 1),
        ] {
            let row = Integers {
                i8,
                i16,
                i32,
                i64,
                ..Integers::default()
            };
            let saved = row.save(db).await?;
            let found = Integers::query()
                .filter(|n| n.i8.eq(i8) & n.i16.eq(i16) & n.i32.eq(i32) & n.i64.eq(i64))
                .one(db)
                .await?;
            assert_eq!(found, saved);
            assert_eq!((found.i8, found.i16, found.i32, found.i64), (i8, i16, i32, i64));
        }
        let least = Integers::query().order_by(|n| n.i64.asc()).first(db).await?;
        assert_eq!(least.unwrap().i64, i64::MIN);
        Ok(())
    }

    /// The greatest of each unsigned integer, `u64` as far as every database goes.
    async fn unsigned_integers_at_their_edges(db: &Db) -> Result<()> {
        db.create_table::<Integers>().await?;
        let row = Integers {
            u8: u8::MAX,
            u16: u16::MAX,
            u32: u32::MAX,
            u64: i64::MAX.unsigned_abs(),
            ..Integers::default()
        };
        let saved = row.save(db).await?;
        let found = Integers::query()
            .filter(|n| n.u8.eq(u8::MAX) & n.u16.eq(u16::MAX) & n.u32.eq(u32::MAX) & n.u64.ge(1 << 62))
            .one(db)
            .await?;
        assert_eq!(found, saved);
        assert_eq!(
            (found.u8, found.u16, found.u32, found.u64),
            (255, 65_535, 4_294_967_295, u64::MAX / 2)
        );
        Ok(())
    }

    /// Above the signed integers a `u64` is kept exactly or refused, never wrapped.
    async fn large_unsigned_integers_are_kept_or_refused(db: &Db) -> Result<()> {
        db.create_table::<Integers>().await?;
        for u64 in [u64::MAX, i64::MAX.unsigned_abs() + 1] {
            let row = Integers {
                u64,
                ..Integers::default()
            };
            match row.save(db).await {
                Ok(saved) => assert_eq!(Integers::find(db, saved.id).await?.u64, u64),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::OutOfRange);
                    assert!(error.to_string().contains("parameter "), "{error}");
                    assert_eq!(Integers::query().count(db).await?, 0);
                }
            }
            let filter = Integers::query().filter(|n| n.u64.eq(u64)).count(db).await;
            assert!(filter.is_ok_and(|count| count == 1) || Integers::query().count(db).await? == 0);
        }
        Ok(())
    }

    /// Doubles come back bit by bit: the smallest, the largest and those below the normal ones.
    async fn doubles_at_their_edges(db: &Db) -> Result<()> {
        db.create_table::<Floats>().await?;
        let numbers = [
            0.0,
            0.1,
            1.0,
            -1.0,
            f64::MIN_POSITIVE,
            f64::from_bits(1),
            f64::MIN_POSITIVE / 4.0,
            f64::MAX,
            f64::MIN,
            f64::EPSILON,
            9_007_199_254_740_993.0,
            9_223_372_036_854_775_808.0,
            1e300,
        ];
        for f64 in numbers {
            let row = Floats {
                f64,
                ..Floats::default()
            };
            let saved = row.save(db).await?;
            let found = Floats::query().filter(|f| f.f64.eq(f64)).one(db).await?;
            assert_eq!(found.id, saved.id, "{f64:e}");
            assert_eq!(found.f64.to_bits(), f64.to_bits(), "{f64:e}");
        }
        let ordered = Floats::query()
            .order_by(|f| f.f64.asc())
            .select(|f| (f.f64,))
            .all(db)
            .await?;
        assert!(
            ordered.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "{ordered:?}"
        );
        Ok(())
    }

    /// Floats of single precision come back bit by bit.
    async fn singles_at_their_edges(db: &Db) -> Result<()> {
        db.create_table::<Floats>().await?;
        let numbers = [
            0.1,
            -1.5,
            f32::MIN_POSITIVE,
            f32::from_bits(1),
            f32::MAX,
            f32::MIN,
            f32::EPSILON,
            16_777_217.0,
        ];
        for f32 in numbers {
            let row = Floats {
                f32,
                ..Floats::default()
            };
            let saved = row.save(db).await?;
            let found = Floats::query().filter(|f| f.f32.eq(f32)).one(db).await?;
            assert_eq!(found.id, saved.id, "{f32:e}");
            assert_eq!(found.f32.to_bits(), f32.to_bits(), "{f32:e}");
        }
        Ok(())
    }

    /// Infinities, what is not a number and the negative zero are kept bit by bit or refused, never turned into something else.
    async fn odd_floats_are_kept_or_refused(db: &Db) -> Result<()> {
        db.create_table::<Floats>().await?;
        let doubles = [f64::NAN, -f64::NAN, -0.0, f64::INFINITY, f64::NEG_INFINITY].map(|f64| Floats {
            f64,
            ..Floats::default()
        });
        let singles = [f32::NAN, -0.0, f32::INFINITY, f32::NEG_INFINITY].map(|f32| Floats {
            f32,
            ..Floats::default()
        });
        for row in doubles.into_iter().chain(singles) {
            let given = row.clone();
            let rows = Floats::query().count(db).await?;
            match row.save(db).await {
                Ok(saved) => {
                    let found = Floats::find(db, saved.id).await?;
                    assert_eq!(found.f64.to_bits(), given.f64.to_bits());
                    assert_eq!(found.f32.to_bits(), given.f32.to_bits());
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Invalid);
                    let message = error.to_string();
                    assert!(message.contains("parameter "), "{message}");
                    let names = ["NaN", "-0.0", "infinite"];
                    assert!(names.iter().any(|name| message.contains(name)), "{message}");
                    assert_eq!(Floats::query().count(db).await?, rows);
                }
            }
        }
        Ok(())
    }

    /// Text of every length and script, and all that SQL has a meaning for.
    async fn text_of_every_kind(db: &Db) -> Result<()> {
        db.create_table::<Texts>().await?;
        let long = "aé漢🦀".repeat(1 << 17);
        assert!(long.len() > 1 << 20);
        let texts = [
            "",
            " ",
            "trailing ",
            "  leading",
            "\t\r\n",
            "'\"`\\%_?;--",
            "ﬃ Å e\u{301} \u{200d} \u{feff}",
            "👩‍👩‍👧‍👦",
            "\u{1}\u{7f}\u{ffff}\u{10ffff}",
            "1",
            "NULL",
            &long,
        ];
        for text in texts {
            let row = Texts {
                text: text.into(),
                ..Texts::default()
            };
            let saved = row.save(db).await?;
            let found = Texts::query().filter(|t| t.text.eq(text)).all(db).await?;
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].id, saved.id);
            assert_eq!(found[0].text, text);
        }
        Ok(())
    }

    /// Text with a NUL, which some databases cut and some refuse, is refused, in a filter too.
    async fn text_with_nul_is_refused(db: &Db) -> Result<()> {
        db.create_table::<Texts>().await?;
        for text in ["\0", "a\0b", "end\0"] {
            let row = Texts {
                text: text.into(),
                ..Texts::default()
            };
            let error = row.save(db).await.unwrap_err();
            refused(&error, &[ErrorKind::InvalidText]);
            assert_eq!(error.into_record().text, text);
            let error = Texts::query()
                .filter(|t| t.text.contains(text))
                .count(db)
                .await
                .unwrap_err();
            refused(&error, &[ErrorKind::InvalidText]);
        }
        assert_eq!(Texts::query().count(db).await?, 0);
        Ok(())
    }

    /// Bytes of every value, none, and many.
    async fn bytes_of_every_kind(db: &Db) -> Result<()> {
        db.create_table::<Texts>().await?;
        let every: Vec<u8> = (0..=255).collect();
        let long = every.repeat(4096);
        for bytes in [
            Vec::new(),
            vec![0],
            vec![0, 0, 7],
            b"text".to_vec(),
            vec![0xff, 0xfe],
            every,
            long,
        ] {
            let row = Texts {
                bytes: bytes.clone(),
                ..Texts::default()
            };
            let saved = row.save(db).await?;
            let found = Texts::query()
                .filter(|t| t.bytes.eq(bytes.clone()))
                .one(db)
                .await?;
            assert_eq!(found.id, saved.id);
            assert_eq!(found.bytes, bytes);
        }
        Ok(())
    }

    /// Nothing comes back as nothing, in every type.
    async fn every_type_may_be_null(db: &Db) -> Result<()> {
        db.create_table::<Options>().await?;
        let saved = Options::default().save(db).await?;
        let found = Options::find(db, saved.id).await?;
        assert_eq!(
            *found,
            Options {
                id: saved.id,
                ..Options::default()
            }
        );
        let all_null = Options::query().filter(|o| {
            let null = [
                o.bool.is_null(),
                o.i8.is_null(),
                o.i64.is_null(),
                o.u32.is_null(),
                o.f64.is_null(),
            ];
            let more = [
                o.text.is_null(),
                o.bytes.is_null(),
                o.date.is_null(),
                o.timestamp.is_null(),
            ];
            let last = [
                o.uuid.is_null(),
                o.decimal.is_null(),
                o.json.is_null(),
                o.color.is_null(),
            ];
            Condition::all(null.into_iter().chain(more).chain(last))
        });
        assert_eq!(all_null.count(db).await?, 1);
        Ok(())
    }

    /// Something comes back as itself, in every type, and can be taken away again.
    async fn every_type_may_be_there(db: &Db) -> Result<()> {
        db.create_table::<Options>().await?;
        let full = Options {
            id: 0,
            bool: Some(false),
            i8: Some(0),
            i64: Some(i64::MIN),
            u32: Some(u32::MAX),
            f64: Some(0.0),
            text: Some(String::new()),
            bytes: Some(Vec::new()),
            date: chrono::NaiveDate::from_ymd_opt(1, 1, 1),
            timestamp: chrono::DateTime::from_timestamp(-1, 1_000),
            uuid: Some(uuid::Uuid::nil()),
            decimal: Some(rust_decimal::Decimal::ZERO),
            json: Some(serde_json::Value::Null),
            color: Some(Color::Nothing),
        };
        let mut saved = full.clone().save(db).await?;
        let found = Options::find(db, saved.id).await?;
        assert_eq!(*found, Options { id: saved.id, ..full });
        let id = saved.id;
        *saved = Options {
            id,
            ..Options::default()
        };
        saved.save(db).await?;
        assert_eq!(
            *Options::find(db, id).await?,
            Options {
                id,
                ..Options::default()
            }
        );
        Ok(())
    }
}
