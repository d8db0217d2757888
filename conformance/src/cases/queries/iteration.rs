//! Rows one after the other.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Rows one after the other.
#[cases]
mod queries {
    use crate::prelude::*;

    /// Rows with the keys 1, 2, ... and values ten times as large.
    async fn numbers(on: &Db, count: u32) -> Result<()> {
        // By hand, so that a key which the record cannot take finds room.
        let table = "CREATE TABLE small_keys (id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)";
        on.execute(table, ()).await?;
        let row = |id: u32| SmallKey {
            id,
            value: i64::from(id) * 10,
        };
        SmallKey::insert_all(on, (1..=count).map(row).collect()).await?;
        Ok(())
    }

    /// Ten thousand rows come in order, each once.
    async fn ten_thousand_rows_come_one_by_one(db: &Db) -> Result<()> {
        numbers(db, 10_000).await?;
        let query = SmallKey::query().order_by(|k| k.value.desc());
        let mut rows = query.iterate(db).await?;
        let mut expected = (1..=10_000_u32).rev();
        while let Some(row) = rows.next().await {
            assert_eq!(Some(row?.id), expected.next());
        }
        assert_eq!(expected.next(), None);
        assert!(rows.next().await.is_none());
        Ok(())
    }

    /// Selected columns can be iterated over too, with conditions and a limit.
    async fn selections_come_one_by_one(db: &Db) -> Result<()> {
        numbers(db, 1_000).await?;
        let query = SmallKey::query()
            .filter(|k| k.value.gt(5_000))
            .order_by(|k| k.id.asc())
            .limit(300);
        let mut rows = query.select(|k| (k.value, k.id)).iterate(db).await?;
        let mut sum = 0;
        let mut count = 0;
        while let Some(row) = rows.next().await {
            let (value, id) = row?;
            assert_eq!(value, i64::from(id) * 10);
            sum += value;
            count += 1;
        }
        assert_eq!((count, sum), (300, (501..=800).sum::<i64>() * 10));
        Ok(())
    }

    /// No row is no error.
    async fn an_empty_iteration_ends(db: &Db) -> Result<()> {
        numbers(db, 1).await?;
        let mut rows = SmallKey::query().filter(|k| k.id.eq(7)).iterate(db).await?;
        assert!(rows.next().await.is_none());
        assert!(rows.next().await.is_none());
        Ok(())
    }

    /// An iteration that is left early gives its connection back: there are four, and twenty are left.
    async fn an_early_end_gives_the_connection_back(db: &Db) -> Result<()> {
        numbers(db, 2_000).await?;
        for read in 0..20 {
            let mut rows = SmallKey::query().order_by(|k| k.id.asc()).iterate(db).await?;
            for expected in 1..=read {
                assert_eq!(rows.next().await.unwrap()?.id, expected);
            }
            drop(rows);
        }
        assert_eq!(SmallKey::query().count(db).await?, 2_000);
        assert_eq!(
            SmallKey::query().filter(|k| k.id.gt(1)).delete_all(db).await?,
            1_999
        );
        Ok(())
    }

    /// A row that cannot be read ends the iteration with an error, behind the rows before it.
    async fn an_unreadable_row_comes_as_an_error(db: &Db) -> Result<()> {
        numbers(db, 1_000).await?;
        db.execute("UPDATE small_keys SET id = -1 WHERE id = 500", ())
            .await?;
        let mut rows = SmallKey::query().order_by(|k| k.value.asc()).iterate(db).await?;
        for expected in 1..500 {
            assert_eq!(rows.next().await.unwrap()?.id, expected);
        }
        let failed = rows.next().await.unwrap().unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::OutOfRange);
        assert!(failed.to_string().contains("column `id`"), "{failed}");
        assert!(rows.next().await.is_none());
        drop(rows);
        assert_eq!(
            SmallKey::query().filter(|k| k.id.le(10)).delete_all(db).await?,
            11
        );
        Ok(())
    }

    /// A statement that fails says so at the start or at the first row.
    async fn a_wrong_statement_fails_the_iteration(db: &Db) -> Result<()> {
        let query = SmallKey::query().filter_sql("wings = ?", (1,));
        let kind = match query.iterate(db).await {
            Ok(mut rows) => rows.next().await.unwrap().unwrap_err().kind(),
            Err(error) => error.kind(),
        };
        assert_eq!(kind, ErrorKind::UndefinedTable);
        let refused = SmallKey::query().filter_sql("wings = ?", ()).iterate(db).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
        Ok(())
    }

    /// A write beside an iteration goes through another connection and does not disturb the rows to come.
    async fn a_write_beside_an_iteration(db: &Db) -> Result<()> {
        numbers(db, 1_000).await?;
        let mut rows = SmallKey::query().order_by(|k| k.id.asc()).iterate(db).await?;
        let first = rows.next().await.unwrap()?;
        assert_eq!(first.id, 1);
        let last = SmallKey::query().filter(|k| k.id.eq(1_000));
        assert_eq!(last.update_all(db, |k| k.value.set(0)).await?, 1);
        let mut last = 0;
        while let Some(row) = rows.next().await {
            last = row?.value;
        }
        assert_eq!(last, 10_000);
        assert_eq!(SmallKey::find(db, 1_000).await?.value, 0);
        Ok(())
    }

    /// The connection of a transaction is busy while its rows are iterated over, and free behind the last.
    async fn an_iteration_inside_a_transaction(db: &Db) -> Result<()> {
        numbers(db, 500).await?;
        let tx = db.begin().await?;
        SmallKey::query()
            .filter(|k| k.id.eq(1))
            .update_all(&tx, |k| k.value.set(-1))
            .await?;
        let mut rows = SmallKey::query().order_by(|k| k.id.asc()).iterate(&tx).await?;
        assert_eq!(rows.next().await.unwrap()?.value, -1);
        let busy = SmallKey::query().count(&tx).await;
        assert_eq!(busy.unwrap_err().kind(), ErrorKind::Invalid);
        let mut count = 1;
        while let Some(row) = rows.next().await {
            row?;
            count += 1;
        }
        drop(rows);
        assert_eq!(count, 500);
        assert_eq!(SmallKey::query().count(&tx).await?, 500);
        tx.rollback().await?;
        assert_eq!(SmallKey::find(db, 1).await?.value, 10);
        Ok(())
    }
}
