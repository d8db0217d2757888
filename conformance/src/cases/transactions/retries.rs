//! Transactions that run again after a conflict.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
#[allow(
    clippy::needless_borrow,
    reason = "in the blocking copies the closure is given a reference"
)]
mod transactions {
    use crate::prelude::*;
    use crate::support::{failure, has_code, kind, overtake};

    /// What is overtaken: a transaction that writes only after it has read, and sees one state.
    fn late() -> TransactionOptions {
        options().serializable().deferred()
    }

    const CONTESTED: i64 = 100;

    /// The table, with the row that is fought over.
    async fn contested(on: &Db) -> Result<()> {
        on.create_table::<Account>().await?;
        let row = Account {
            id: CONTESTED,
            balance: 0,
        };
        row.save(on).await.map(drop).map_err(Into::into)
    }

    /// Reads a row, lets somebody else write it, and writes it: no order of the two gives that.
    async fn overtaken(tx: &Db, stranger: &Db) -> Result<()> {
        let mut row = Account::find(tx, CONTESTED).await?;
        let rival = aside(|| overtake(&handles(stranger).0, CONTESTED))?;
        row.balance += 1;
        let saved = row.save(tx).await;
        aside(|| rival.ended())?;
        saved
    }

    /// What a retry is for, by whichever way the database finds the conflict.
    fn is_conflict(kind: ErrorKind) -> bool {
        matches!(kind, ErrorKind::SerializationFailure | ErrorKind::Deadlock)
    }

    /// A transaction that was overtaken fails with a kind that a retry is for.
    async fn being_overtaken_is_a_conflict(db: &Db) -> Result<()> {
        contested(db).await?;
        let stranger = stranger(db)?;
        let tx = db.begin_with(late()).await?;
        let error = failure(overtaken(&tx, &stranger).await);
        assert!(is_conflict(error.kind()), "{error:?}");
        assert!(has_code(&error, &["517", "40001", "1213"]), "{error:?}");
        assert!(error.is_retryable());
        tx.rollback().await?;
        assert_eq!(Account::find(db, CONTESTED).await?.balance, 1);
        Ok(())
    }

    /// It runs again after a conflict, in a new transaction.
    async fn it_runs_again_after_a_conflict(db: &Db) -> Result<()> {
        contested(db).await?;
        let stranger = stranger(db)?;
        let runs = AtomicU32::new(0);
        let (counted, stranger) = (&runs, &stranger);
        let value = db
            .retrying(late().times(3), |tx| async move {
                if counted.fetch_add(1, Ordering::SeqCst) < 2 {
                    overtaken(&tx, stranger).await?;
                }
                Account { id: 1, balance: 0 }.save(&tx).await?;
                Ok("done")
            })
            .await?;
        assert_eq!((value, runs.load(Ordering::SeqCst)), ("done", 3));
        assert_eq!(Account::query().count(db).await?, 2);
        assert_eq!(Account::find(db, CONTESTED).await?.balance, 2);
        Ok(())
    }

    /// It stops after as many retries as it was told, with the last error.
    async fn it_stops_after_the_retries_it_was_given(db: &Db) -> Result<()> {
        contested(db).await?;
        let stranger = stranger(db)?;
        for (options, most) in [(late().times(2), 3), (late().times(0), 1), (late(), 4)] {
            let runs = AtomicU32::new(0);
            let (counted, stranger) = (&runs, &stranger);
            let failed = db
                .retrying(options, |tx| async move {
                    counted.fetch_add(1, Ordering::SeqCst);
                    overtaken(&tx, stranger).await
                })
                .await;
            assert!(is_conflict(kind(failed)));
            assert_eq!(runs.load(Ordering::SeqCst), most);
        }
        Ok(())
    }

    /// Another error ends it at once.
    async fn another_error_is_not_tried_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let runs = AtomicU32::new(0);
        let counted = &runs;
        let failed = db
            .retrying(options().times(5), |tx| async move {
                counted.fetch_add(1, Ordering::SeqCst);
                User::named("bob").save(&tx).await?;
                User::named("ann").save(&tx).await?;
                Ok(())
            })
            .await;
        assert_eq!(kind(failed), ErrorKind::UniqueViolation);
        assert_eq!(
            (runs.load(Ordering::SeqCst), User::query().count(db).await?),
            (1, 1)
        );
        Ok(())
    }

    /// A conflict at the beginning is tried again as well.
    #[needs(WriterLane)]
    async fn a_conflict_at_the_beginning_is_tried_again(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let (spied, calls) = spied(db)?;
        let holder = db.begin().await?;
        let refused: Result<()> = spied
            .retrying(options().times(2), |_| async move { Ok(()) })
            .await;
        assert_eq!(kind(refused), ErrorKind::LockTimeout);
        assert_eq!(calls.begins(), 3);
        holder.rollback().await
    }

    /// The state of a record that was written in the run before is put back before the next.
    async fn each_run_starts_from_the_state_before(db: &Db) -> Result<()> {
        contested(db).await?;
        let stranger = stranger(db)?;
        Account { id: 50, balance: 10 }.save(db).await?;
        let account = Mutex::new(Some(Account::find(db, 50).await?));
        let runs = AtomicU32::new(0);
        let (slot, counted, stranger) = (&account, &runs, &stranger);
        db.retrying(late(), |tx| async move {
            let mut account = slot.lock().unwrap().take().unwrap();
            account.balance = 11;
            let result = if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                overtaken(&tx, stranger).await
            } else {
                account.save(&tx).await
            };
            *slot.lock().unwrap() = Some(account);
            result
        })
        .await?;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
        assert_eq!(Account::find(db, 50).await?.balance, 11);
        Ok(())
    }

    /// A closure that keeps its transaction beyond its end is told so, and nothing is kept.
    #[only(asynchronous)]
    async fn a_closure_that_keeps_its_transaction_is_refused(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let kept = Mutex::new(None);
        let slot = &kept;
        let failed = db
            .retrying(options(), |tx| async move {
                User::named("ann").save(&tx).await?;
                *slot.lock().unwrap() = Some(tx);
                Ok(())
            })
            .await;
        assert_eq!(kind(failed), ErrorKind::Invalid);
        assert_eq!(User::query().count(db).await?, 0);
        drop(kept);
        crate::support::is_whole(db).await
    }
}
