//! Rows that are iterated over, and writes meanwhile.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::{failure, kind};

    async fn accounts(handle: &Db, rows: i64) -> Result<()> {
        handle.create_table::<Account>().await?;
        let accounts = (1..=rows).map(|id| Account { id, balance: 0 });
        Account::insert_all(handle, accounts.collect()).await?;
        Ok(())
    }

    /// However few rows there are, the connection is busy until the last one was taken.
    async fn few_rows_keep_the_connection_as_well(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for id in 1..=3 {
            Account { id, balance: 0 }.save(db).await?;
        }
        let tx = db.begin().await?;
        let mut rows = Account::query().iterate(&tx).await?;
        for _ in 1..=3 {
            assert!(rows.next().await.transpose()?.is_some());
            let refused = Account { id: 9, balance: 0 }.save(&tx).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid);
        }
        assert!(rows.next().await.is_none());
        Account { id: 9, balance: 0 }.save(&tx).await?;
        tx.commit().await
    }

    /// A statement on a transaction whose rows are iterated over is refused at once, and says what to do.
    async fn a_statement_during_an_iteration_on_the_same_transaction_is_refused(db: &Db) -> Result<()> {
        accounts(db, 300).await?;
        let tx = db.begin().await?;
        let mut rows = Account::query().iterate(&tx).await?;
        assert!(rows.next().await.is_some());
        let error = failure(Account { id: 0, balance: 0 }.save(&tx).await);
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("iterated over"), "{error}");
        assert_eq!(kind(tx.begin().await), ErrorKind::Invalid);
        drop(rows);
        Account { id: 0, balance: 0 }.save(&tx).await?;
        tx.commit().await?;
        assert_eq!(Account::query().count(db).await?, 301);
        Ok(())
    }

    /// The transaction is usable as soon as the iteration is dropped.
    async fn a_dropped_iteration_frees_the_transaction(db: &Db) -> Result<()> {
        accounts(db, 300).await?;
        for round in 0..50 {
            let tx = db.begin().await?;
            let mut rows = Account::query().iterate(&tx).await?;
            assert!(rows.next().await.is_some());
            drop(rows);
            Account {
                id: 1000 + round,
                balance: 0,
            }
            .save(&tx)
            .await?;
            tx.commit().await?;
        }
        assert_eq!(Account::query().count(db).await?, 350);
        Ok(())
    }

    /// The transaction is usable as soon as the iteration has ended.
    async fn an_iteration_that_ended_frees_the_transaction(db: &Db) -> Result<()> {
        accounts(db, 300).await?;
        let tx = db.begin().await?;
        let mut rows = Account::query().iterate(&tx).await?;
        let mut seen = 0;
        while let Some(row) = rows.next().await {
            seen += row?.id;
        }
        Account { id: 0, balance: seen }.save(&tx).await?;
        tx.commit().await?;
        assert_eq!(Account::find(db, 0).await?.balance, 300 * 301 / 2);
        Ok(())
    }

    /// A commit while rows are iterated over is refused, and nothing is kept.
    async fn a_commit_during_an_iteration_is_refused(db: &Db) -> Result<()> {
        accounts(db, 300).await?;
        let tx = db.begin().await?;
        Account { id: 0, balance: 0 }.save(&tx).await?;
        let mut rows = Account::query().iterate(&tx).await?;
        assert!(rows.next().await.is_some());
        assert_eq!(kind(tx.commit().await), ErrorKind::Invalid);
        drop(rows);
        Account { id: -1, balance: 0 }.save(db).await?;
        assert!(!Account::exists(db, 0).await?);
        Ok(())
    }

    /// A write through another handle during an iteration is allowed; the rows are those of its beginning.
    async fn an_iteration_sees_the_rows_of_its_beginning(db: &Db) -> Result<()> {
        accounts(db, 1000).await?;
        let mut rows = Account::query()
            .order_by(|account| account.id.asc())
            .iterate(db)
            .await?;
        let mut seen = 0;
        while let Some(row) = rows.next().await {
            let mut row = row?;
            assert_eq!(row.balance, 0);
            seen += 1;
            if seen == 1 {
                Account::query()
                    .all_rows()
                    .update_all(db, |account| account.balance.set(7))
                    .await?;
                Account { id: 5000, balance: 7 }.save(db).await?;
            }
            if seen < 4 {
                row.balance = 9;
                row.save(db).await?;
            }
        }
        assert_eq!(seen, 1000);
        assert_eq!(
            Account::query()
                .filter(|account| account.balance.eq(9))
                .count(db)
                .await?,
            3
        );
        assert_eq!(
            Account::query()
                .filter(|account| account.balance.eq(7))
                .count(db)
                .await?,
            998
        );
        Ok(())
    }

    /// In memory there is one connection: a write during an iteration is an error that says so.
    async fn a_write_during_an_iteration_in_memory_is_an_error(db: &Db) -> Result<()> {
        let _ = db;
        let memory = in_memory()?;
        accounts(&memory, 300).await?;
        let mut rows = Account::query().iterate(&memory).await?;
        assert!(rows.next().await.is_some());
        let error = failure(Account { id: 0, balance: 0 }.save(&memory).await);
        assert_eq!(error.kind(), ErrorKind::PoolTimeout);
        assert!(
            error
                .to_string()
                .contains("rows are iterated over on the only connection"),
            "{error}"
        );
        drop(rows);
        Account { id: 0, balance: 0 }.save(&memory).await?;
        assert_eq!(Account::query().count(&memory).await?, 301);
        Ok(())
    }
}
