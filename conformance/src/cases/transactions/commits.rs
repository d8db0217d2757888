//! The commit: callbacks after it, failures of it, and what ends a transaction without it.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::{failure, kind};

    fn counter() -> (Arc<AtomicU32>, Arc<AtomicU32>) {
        let counter = Arc::new(AtomicU32::new(0));
        (counter.clone(), counter)
    }

    /// A callback runs once, after the outermost commit and not before.
    async fn a_callback_runs_once_after_the_outermost_commit(db: &Db) -> Result<()> {
        let (runs, own) = counter();
        let tx = db.begin().await?;
        let inner = tx.begin().await?;
        inner.after_commit(move || async move {
            own.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        inner.commit().await?;
        assert_eq!(runs.load(Ordering::SeqCst), 0);
        tx.commit().await?;
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        Ok(())
    }

    /// Callbacks run in the order they were asked for, those of a savepoint where it ended.
    async fn callbacks_run_in_their_order(db: &Db) -> Result<()> {
        let order: Arc<Mutex<Vec<u8>>> = Arc::default();
        let note = |number: u8| {
            let order = order.clone();
            move || async move {
                order.lock().unwrap().push(number);
                Ok(())
            }
        };
        let tx = db.begin().await?;
        tx.after_commit(note(1));
        let inner = tx.begin().await?;
        inner.after_commit(note(2));
        inner.commit().await?;
        tx.after_commit(note(3));
        tx.commit().await?;
        assert_eq!(*order.lock().unwrap(), [1, 2, 3]);
        Ok(())
    }

    /// When a callback runs, the rows are there for everybody.
    async fn a_callback_sees_the_committed_rows(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let (seen, own) = counter();
        let other = db.clone();
        db.transaction(async |tx| {
            User::named("ann").save(tx).await?;
            tx.after_commit(move || async move {
                let rows = User::query().count(&other).await?;
                own.store(u32::try_from(rows).unwrap(), Ordering::SeqCst);
                Ok(())
            });
            Ok(())
        })
        .await?;
        assert_eq!(seen.load(Ordering::SeqCst), 1);
        Ok(())
    }

    /// A rollback forgets the callbacks.
    async fn a_rollback_forgets_the_callbacks(db: &Db) -> Result<()> {
        let (runs, own) = counter();
        let tx = db.begin().await?;
        tx.after_commit(move || async move {
            own.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        tx.rollback().await?;
        db.transaction(async |_| Ok(())).await?;
        assert_eq!(runs.load(Ordering::SeqCst), 0);
        Ok(())
    }

    /// A savepoint that is rolled back forgets its callbacks, and those alone.
    async fn a_rolled_back_savepoint_forgets_its_own_callbacks(db: &Db) -> Result<()> {
        let (runs, outer) = counter();
        let inner = outer.clone();
        db.transaction(async |tx| {
            tx.after_commit(move || async move {
                outer.fetch_add(1, Ordering::SeqCst);
                Ok(())
            });
            let savepoint = tx.begin().await?;
            savepoint.after_commit(move || async move {
                inner.fetch_add(100, Ordering::SeqCst);
                Ok(())
            });
            savepoint.rollback().await
        })
        .await?;
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        Ok(())
    }

    /// A callback that fails is told, the commit stands, the callbacks after it run, and the handle goes on.
    async fn a_failed_callback_is_told_and_the_commit_stands(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let (runs, own) = counter();
        let failed = db
            .transaction(async |tx| {
                User::named("ann").save(tx).await?;
                tx.after_commit(|| async { Err(Error::invalid("no mail")) });
                tx.after_commit(move || async move {
                    own.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                });
                Ok(())
            })
            .await;
        let error = failure(failed);
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::AfterCommit, Outcome::Applied)
        );
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("no mail"), "{error}");
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        User::named("bob").save(db).await?;
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    /// A callback that fails is no reason to run the transaction again.
    async fn a_failed_callback_does_not_run_it_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let failed = db
            .retrying(options().times(3), |tx| async move {
                User::named("ann").save(&tx).await?;
                tx.after_commit(|| async { Err(Error::new(ErrorKind::LockTimeout, "elsewhere")) });
                Ok(())
            })
            .await;
        assert_eq!(kind(failed), ErrorKind::AfterCommit);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    async fn owned_accounts(handle: &Db) -> Result<()> {
        handle.create_table::<User>().await?;
        let sql = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, \
                   balance INTEGER NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)";
        handle.execute(sql, ()).await.map(drop)
    }

    /// A rule that is checked at the commit fails the commit: nothing is kept, and the handle goes on.
    #[needs(DeferredConstraints)]
    async fn a_deferred_violation_fails_the_commit(db: &Db) -> Result<()> {
        owned_accounts(db).await?;
        let tx = db.begin().await?;
        User::named("ann").save(&tx).await?;
        let account = Account { id: 1, balance: 99 }.save(&tx).await?;
        let error = failure(tx.commit().await);
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::ForeignKeyViolation, Outcome::NotApplied)
        );
        assert!(account.is_new());
        assert_eq!(
            (User::query().count(db).await?, Account::query().count(db).await?),
            (0, 0)
        );
        let balance = User::named("bob").save(db).await?.id;
        Account { id: 1, balance }.save(db).await?;
        Ok(())
    }

    /// A rule that is checked at the commit may be mended before it.
    #[needs(DeferredConstraints)]
    async fn a_deferred_violation_can_be_mended(db: &Db) -> Result<()> {
        owned_accounts(db).await?;
        db.transaction(async |tx| {
            Account { id: 1, balance: 1 }.save(tx).await?;
            User::named("ann").save(tx).await?;
            Ok(())
        })
        .await?;
        assert_eq!(Account::query().count(db).await?, 1);
        Ok(())
    }

    /// What the database itself has rolled back takes no further statement and cannot be committed.
    #[needs(FailuresAbort)]
    async fn a_transaction_that_the_database_ended_is_aborted(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let first = Account { id: 1, balance: 1 }.save(&tx).await?;
        // Elsewhere any statement that fails has this effect.
        let sql = match db.dialect().name() {
            "sqlite" => "INSERT OR ROLLBACK INTO accounts (id, balance) VALUES (1, 2)",
            _ => "INSERT INTO accounts (id, balance) VALUES (1, 2)",
        };
        let conflict = tx.execute(AssertSafe(sql), ()).await;
        assert_eq!(kind(conflict), ErrorKind::UniqueViolation);
        let later = Account { id: 2, balance: 2 }.save(&tx).await;
        assert_eq!(kind(later), ErrorKind::TransactionAborted);
        assert_eq!(kind(tx.begin().await), ErrorKind::TransactionAborted);
        assert_eq!(kind(tx.commit().await), ErrorKind::TransactionAborted);
        assert!(first.is_new());
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// A transaction whose wait for a lock ended without it takes no further statement, and is not committed by halves.
    #[needs(Sessions)]
    async fn a_lock_timeout_ends_its_transaction(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account { id: 1, balance: 1 }.save(db).await?;
        let stranger = stranger(db)?;
        let holder = db.begin().await?;
        let contested = || Account::query().filter(|a| a.id.eq(1));
        contested().update_all(&holder, |a| a.balance.set(2)).await?;
        let tx = stranger.begin().await?;
        let first = Account { id: 2, balance: 1 }.save(&tx).await?;
        let waited = contested().update_all(&tx, |a| a.balance.set(3)).await;
        assert_eq!(kind(waited), ErrorKind::LockTimeout);
        assert_eq!(
            kind(Account::query().count(&tx).await),
            ErrorKind::TransactionAborted
        );
        assert_eq!(kind(tx.commit().await), ErrorKind::TransactionAborted);
        assert!(first.is_new());
        holder.commit().await?;
        assert_eq!(Account::query().sum(db, |a| a.balance).await?, Some(2));
        Ok(())
    }

    /// Where the database rolled back inside a savepoint, the outer transaction is aborted as well.
    #[needs(EndsTransactions)]
    async fn an_abort_inside_a_savepoint_aborts_the_outer(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let inner = tx.begin().await?;
        Account { id: 1, balance: 1 }.save(&inner).await?;
        let conflict = inner
            .execute("INSERT OR ROLLBACK INTO accounts (id, balance) VALUES (1, 2)", ())
            .await;
        assert_eq!(kind(conflict), ErrorKind::UniqueViolation);
        drop(inner);
        let later = Account { id: 2, balance: 2 }.save(&tx).await;
        assert_eq!(kind(later), ErrorKind::TransactionAborted);
        assert_eq!(kind(tx.commit().await), ErrorKind::TransactionAborted);
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// Where the answer to the commit is lost, its outcome is unknown, records are in doubt, and it is not run again.
    async fn a_commit_without_an_answer_leaves_records_in_doubt(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let (spied, calls) = spied(db)?;
        calls.lose_commits();
        let tx = spied.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        let error = failure(tx.commit().await);
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::CommitUnknown, Outcome::Unknown)
        );
        assert!(user.is_in_doubt());
        assert_eq!(kind(user.save(&spied).await), ErrorKind::InDoubt);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// A commit whose effect is not known is never repeated.
    async fn a_commit_without_an_answer_is_not_repeated(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let (spied, calls) = spied(db)?;
        calls.lose_commits();
        let failed = spied
            .retrying(options().times(5), |tx| async move {
                User::named("ann").save(&tx).await?;
                Ok(())
            })
            .await;
        assert_eq!(kind(failed), ErrorKind::CommitUnknown);
        assert_eq!(calls.begins(), 1);
        Ok(())
    }
}
