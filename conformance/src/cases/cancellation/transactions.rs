//! Transactions, dropped after each poll of each of their parts.

use conformance_macros::cases;

pub(super) use self::cancellation::cases;

#[cases]
mod cancellation {
    use crate::prelude::*;
    use crate::support::{cuts, is_whole, kind, until_async};

    /// A begin that was cut off leaves no transaction open.
    #[only(asynchronous)]
    async fn a_begin_leaves_no_transaction_open(db: &Db) -> Result<()> {
        for cut in cuts() {
            let done = cut.off(db.begin()).await;
            if let Some(tx) = done {
                tx?.rollback().await?;
                break;
            }
            is_whole(db).await?;
        }
        is_whole(db).await
    }

    /// A nested begin that was cut off leaves the outer one usable.
    #[only(asynchronous)]
    async fn a_nested_begin_leaves_the_outer_usable(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (0..).zip(cuts()) {
            let tx = db.begin().await?;
            let done = cut.off(tx.begin()).await;
            let over = done.is_some();
            drop(done);
            Account { id, balance: 0 }.save(&tx).await?;
            tx.commit().await?;
            assert!(Account::exists(db, id).await?, "{cut:?}");
            if over {
                break;
            }
        }
        is_whole(db).await
    }

    /// A commit that was polled once is driven to its end.
    #[only(asynchronous)]
    async fn a_commit_that_was_polled_is_driven_to_its_end(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (0..).zip(cuts()) {
            let tx = db.begin().await?;
            let account = Account { id, balance: 0 }.save(&tx).await?;
            let done = cut.off(tx.commit()).await;
            is_whole(db).await?;
            assert!(Account::exists(db, id).await?, "{cut:?}");
            assert!(account.is_persisted());
            if done.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// A commit that was never polled rolls back.
    #[only(asynchronous)]
    async fn a_commit_that_was_never_polled_rolls_back(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let account = Account { id: 1, balance: 0 }.save(&tx).await?;
        drop(tx.commit());
        is_whole(db).await?;
        assert!(account.is_new());
        assert!(!Account::exists(db, 1).await?);
        Ok(())
    }

    /// A rollback that was cut off has rolled back.
    #[only(asynchronous)]
    async fn a_rollback_that_was_cut_off_has_rolled_back(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for cut in cuts() {
            let tx = db.begin().await?;
            let account = Account { id: 1, balance: 0 }.save(&tx).await?;
            let done = cut.off(tx.rollback()).await;
            is_whole(db).await?;
            assert!(!Account::exists(db, 1).await? && account.is_new(), "{cut:?}");
            if done.is_some() {
                break;
            }
        }
        Ok(())
    }

    #[only(asynchronous)]
    async fn two_levels(handle: &Db, id: i64) -> Result<()> {
        handle
            .transaction(async |tx| {
                Account { id, balance: 0 }.save(tx).await?;
                tx.transaction(async |inner| {
                    Account { id: -id, balance: 0 }.save(inner).await?;
                    Ok(())
                })
                .await
            })
            .await
    }

    /// The closure form, cut off anywhere, is done or undone as a whole.
    #[only(asynchronous)]
    async fn a_closure_is_done_or_undone_as_a_whole(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (1..).zip(cuts()) {
            let done = cut.off(two_levels(db, id)).await;
            is_whole(db).await?;
            let rows = Account::query()
                .filter(|account| account.id.in_list([id, -id]))
                .count(db)
                .await?;
            assert!(rows == 0 || rows == 2, "{cut:?}: {rows} rows");
            if done.is_some() {
                assert_eq!(rows, 2);
                break;
            }
        }
        Ok(())
    }

    /// The retrying form, cut off anywhere, is done or undone as a whole.
    #[only(asynchronous)]
    async fn a_retrying_closure_is_done_or_undone_as_a_whole(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (1..).zip(cuts()) {
            let retrying = db.retrying(options(), |tx| async move {
                Account { id, balance: 0 }.save(&tx).await?;
                Account { id: -id, balance: 0 }.save(&tx).await?;
                Ok(())
            });
            let done = cut.off(retrying).await;
            is_whole(db).await?;
            let rows = Account::query()
                .filter(|account| account.id.in_list([id, -id]))
                .count(db)
                .await?;
            assert!(rows == 0 || rows == 2, "{cut:?}: {rows} rows");
            if done.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// A commit right after a statement was cut off waits for its end and refuses.
    #[only(asynchronous)]
    async fn a_commit_right_after_a_cut_never_keeps_half(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (1..).zip(cuts()) {
            let tx = db.begin().await?;
            Account { id, balance: 0 }.save(&tx).await?;
            let done = cut.off(Account { id: -id, balance: 0 }.save(&tx)).await;
            let committed = tx.commit().await;
            let rows = Account::query()
                .filter(|account| account.id.in_list([id, -id]))
                .count(db)
                .await?;
            if done.is_some() {
                assert_eq!((committed.is_ok(), rows), (true, 2));
                break;
            }
            assert_eq!(
                (kind(committed), rows),
                (ErrorKind::TransactionAborted, 0),
                "{cut:?}"
            );
        }
        is_whole(db).await
    }

    /// Dropping a transaction while its statement runs rolls back.
    #[only(asynchronous)]
    async fn dropping_a_transaction_rolls_back_in_the_background(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for id in 0..50 {
            let tx = db.begin().await?;
            Account { id, balance: 0 }.save(&tx).await?;
            drop(tx);
        }
        is_whole(db).await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// A task that is aborted inside a transaction leaves nothing behind.
    #[only(asynchronous)]
    async fn an_aborted_task_leaves_nothing_behind(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let own = db.clone();
        let task = tokio::spawn(async move {
            own.transaction(async |tx| {
                Account { id: 1, balance: 0 }.save(tx).await?;
                std::future::pending::<Result<()>>().await
            })
            .await
        });
        until_async(db, |status| status.in_use == 1).await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        is_whole(db).await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }
}
