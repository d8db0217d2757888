//! Keys of other types.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// Keys of other types.
#[cases]
mod types {
    use crate::prelude::*;
    use uuid::Uuid;

    /// A key of text is kept as it is; case and spaces tell keys apart.
    async fn keys_of_text(db: &Db) -> Result<()> {
        db.create_table::<TextKey>().await?;
        for (value, code) in ["a", "A", "a ", "", "ä", "'"].into_iter().enumerate() {
            let key = TextKey {
                code: code.into(),
                value: i64::try_from(value).unwrap(),
            };
            key.save(db).await?;
        }
        assert_eq!(TextKey::find(db, "A").await?.value, 1);
        assert_eq!(TextKey::find(db, String::new()).await?.value, 3);
        assert_eq!(TextKey::find_one(db, "A ").await?, None);
        let mut row = TextKey::find(db, "a ").await?;
        row.code = "b".into();
        row.save(db).await?;
        assert!(!TextKey::exists(db, "a ").await?);
        assert_eq!(TextKey::find(db, "b").await?.value, 2);
        let twice = TextKey {
            code: "b".into(),
            value: 9,
        };
        assert_eq!(
            twice.save(db).await.unwrap_err().kind(),
            ErrorKind::UniqueViolation
        );
        Ok(())
    }

    /// A key that is a UUID is the caller's own.
    async fn keys_that_are_uuids(db: &Db) -> Result<()> {
        db.create_table::<UuidKey>().await?;
        let id = Uuid::new_v4();
        let mut saved = UuidKey { id, value: 1 }.save(db).await?;
        let nil = UuidKey {
            id: Uuid::nil(),
            value: 2,
        };
        nil.save(db).await?;
        assert_eq!(saved.id, id);
        saved.value = 3;
        saved.save(db).await?;
        assert_eq!(UuidKey::find(db, id).await?.value, 3);
        assert_eq!(UuidKey::find(db, Uuid::nil()).await?.value, 2);
        saved.delete(db).await?;
        assert_eq!(UuidKey::find_one(db, id).await?, None);
        Ok(())
    }

    /// A generated key that may be missing: `None` is filled in, anything else is kept, zero too.
    async fn keys_that_may_be_missing(db: &Db) -> Result<()> {
        db.create_table::<OptionKey>().await?;
        let key = |id, value| OptionKey { id, value };
        assert_eq!(key(None, 1).save(db).await?.id, Some(1));
        assert_eq!(key(Some(7), 2).save(db).await?.id, Some(7));
        assert_eq!(key(Some(0), 3).save(db).await?.id, Some(0));
        let inserted = OptionKey::insert_all(db, vec![key(None, 4), key(Some(20), 5), key(None, 6)]).await?;
        let ids: Vec<Option<i64>> = inserted.iter().map(|row| row.id).collect();
        assert_eq!(ids[1], Some(20));
        let last = ids[2].unwrap();
        assert!(ids[0] < ids[2] && ![Some(0), Some(1), Some(7), Some(20)].contains(&ids[2]));
        assert_eq!(OptionKey::find(db, last).await?.value, 6);
        assert_eq!(OptionKey::find(db, 0).await?.value, 3);
        Ok(())
    }

    /// A generated key of a narrow type.
    async fn keys_of_narrow_integers(db: &Db) -> Result<()> {
        db.create_table::<SmallKey>().await?;
        let saved = SmallKey { id: 0, value: 1 }.save(db).await?;
        assert_eq!(saved.id, 1_u32);
        let last = SmallKey {
            id: u32::MAX,
            value: 2,
        };
        last.save(db).await?;
        assert_eq!(SmallKey::find(db, u32::MAX).await?.value, 2);
        if db.dialect().name() == "postgres" {
            // A sequence knows nothing of the keys that were given.
            let sql = "ALTER TABLE small_keys ALTER COLUMN id RESTART WITH 4294967296";
            db.execute(sql, ()).await?;
        }
        // The next number is past the field's type: either the row is there and the error says so, or the database has
        // no such number for the column.
        let error = SmallKey { id: 0, value: 3 }.save(db).await.unwrap_err();
        let rows = match error.outcome() {
            Outcome::Applied => {
                assert_eq!(error.kind(), ErrorKind::OutOfRange);
                assert!(error.to_string().contains("column `id`"), "{error}");
                3
            }
            outcome => {
                assert_eq!(outcome, Outcome::NotApplied);
                let kinds = [ErrorKind::OutOfRange, ErrorKind::UniqueViolation];
                assert!(kinds.contains(&error.kind()), "{error}");
                2
            }
        };
        assert_eq!(SmallKey::query().count(db).await?, rows);
        Ok(())
    }
}
