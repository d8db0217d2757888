//! Cells that do not hold what the field can take.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// Cells that do not hold what the field can take.
#[cases]
mod types {
    use crate::prelude::*;
    use chrono::{NaiveDate, NaiveTime};
    use rust_decimal::Decimal;
    use uuid::Uuid;

    /// A table without the limits of its record's types, and one row.
    async fn wide_integers(on: &Db) -> Result<()> {
        let table = "CREATE TABLE integers (id BIGINT PRIMARY KEY, i8 BIGINT, i16 BIGINT, i32 BIGINT, i64 BIGINT, \
             u8 BIGINT, u16 BIGINT, u32 BIGINT, u64 BIGINT)";
        on.execute(table, ()).await?;
        on.execute("INSERT INTO integers VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0)", ())
            .await?;
        Ok(())
    }

    /// A number past the field's type is an error that names the column, never a smaller number.
    async fn numbers_past_the_field_are_errors(db: &Db) -> Result<()> {
        wide_integers(db).await?;
        for (column, number) in [
            ("i8", 128),
            ("i8", -129),
            ("i16", 32_768),
            ("i32", -2_147_483_649),
            ("u8", 256),
            ("u8", -1),
            ("u16", 65_536),
            ("u32", 1_i64 << 32),
            ("u64", -1),
        ] {
            let set = |value: i64| AssertSafe(format!("UPDATE integers SET {column} = {value}"));
            db.execute(set(number), ()).await?;
            let error = Integers::find(db, 1).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
            assert!(
                error.to_string().contains(&format!("column `{column}`")),
                "{error}"
            );
            db.execute(set(0), ()).await?;
        }
        assert_eq!(Integers::find(db, 1).await?.i8, 0);
        Ok(())
    }

    /// A null in a field that cannot be null names the column.
    async fn nulls_in_plain_fields_are_errors(db: &Db) -> Result<()> {
        wide_integers(db).await?;
        db.execute("UPDATE integers SET u16 = NULL", ()).await?;
        let error = Integers::find(db, 1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("column `u16`"), "{error}");
        assert!(error.to_string().contains("null"), "{error}");
        Ok(())
    }

    /// What one cell reads as, or why it does not.
    async fn cell<V: Value>(on: &Db, sql: &'static str) -> Result<V> {
        let mut rows: Vec<(V,)> = on.query_sql(sql, ()).await?;
        Ok(rows.remove(0).0)
    }

    async fn unreadable<V: Value + std::fmt::Debug>(on: &Db, sql: &'static str) -> Result<()> {
        let error = cell::<V>(on, sql).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Decode | ErrorKind::OutOfRange),
            "{sql}: {error:?}"
        );
        assert!(error.to_string().contains("column `x`"), "{sql}: {error}");
        Ok(())
    }

    /// A cell of another type is an error that names the column; nothing is guessed.
    async fn cells_of_another_type_are_errors(db: &Db) -> Result<()> {
        unreadable::<i64>(db, "SELECT 'text' AS x").await?;
        unreadable::<i64>(db, "SELECT '7' AS x").await?;
        unreadable::<i64>(db, "SELECT NULL AS x").await?;
        unreadable::<f64>(db, "SELECT 'NaN' AS x").await?;
        unreadable::<String>(db, "SELECT 7 AS x").await?;
        unreadable::<Vec<u8>>(db, "SELECT 'text' AS x").await?;
        unreadable::<bool>(db, "SELECT 2 AS x").await?;
        unreadable::<bool>(db, "SELECT 'true' AS x").await?;
        unreadable::<NaiveDate>(db, "SELECT 'yesterday' AS x").await?;
        unreadable::<NaiveDate>(db, "SELECT '2023-02-29' AS x").await?;
        unreadable::<NaiveTime>(db, "SELECT '24:00:00' AS x").await?;
        unreadable::<Uuid>(db, "SELECT 'not a uuid' AS x").await?;
        unreadable::<Decimal>(db, "SELECT '1,5' AS x").await?;
        unreadable::<Decimal>(db, "SELECT '0.12345678901234567890123456789' AS x").await?;
        unreadable::<serde_json::Value>(db, "SELECT '{' AS x").await?;
        Ok(())
    }

    /// Numbers read where no digit is lost, and only there.
    async fn numbers_read_where_nothing_is_lost(db: &Db) -> Result<()> {
        assert_eq!(cell::<f64>(db, "SELECT 7 AS x").await?, 7.0);
        assert_eq!(
            cell::<f64>(db, "SELECT 9007199254740992 AS x").await?,
            9_007_199_254_740_992.0
        );
        unreadable::<f64>(db, "SELECT 9007199254740993 AS x").await?;
        assert_eq!(cell::<f32>(db, "SELECT 0.5 AS x").await?, 0.5);
        unreadable::<f32>(db, "SELECT 0.1 AS x").await?;
        unreadable::<f32>(db, "SELECT 1e300 AS x").await?;
        assert_eq!(cell::<Decimal>(db, "SELECT 7 AS x").await?, Decimal::from(7));
        assert_eq!(cell::<Option<i8>>(db, "SELECT NULL AS x").await?, None);
        unreadable::<Option<i8>>(db, "SELECT 128 AS x").await?;
        Ok(())
    }
}
