//! The guard form, and handles that outlive it.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::kind;

    /// `commit` keeps.
    async fn commit_keeps(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        assert!(!tx.is_nested());
        User::named("ann").save(&tx).await?;
        tx.commit().await?;
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// `rollback` undoes, and has done so when it returns.
    async fn rollback_undoes(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("ann").save(&tx).await?;
        tx.rollback().await?;
        assert_eq!(db.status().in_use, 0);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// Dropping the guard rolls back.
    async fn a_dropped_guard_rolls_back(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("ann").save(&tx).await?;
        drop(tx);
        User::named("bob").save(db).await?;
        let names = User::query().select(|user| (user.name,)).all(db).await?;
        assert_eq!(names, [("bob".to_owned(),)]);
        Ok(())
    }

    /// A handle cloned out of a transaction does not outlive its commit.
    async fn a_clone_ends_with_the_commit(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let clone: Db = (*tx).clone();
        User::named("ann").save(&clone).await?;
        tx.commit().await?;
        assert_eq!(
            kind(User::named("bob").save(&clone).await),
            ErrorKind::TransactionEnded
        );
        assert_eq!(
            kind(User::query().count(&clone).await),
            ErrorKind::TransactionEnded
        );
        assert_eq!(kind(clone.begin().await), ErrorKind::TransactionEnded);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// A handle cloned out of a transaction does not outlive its guard.
    async fn a_clone_ends_with_the_guard(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let clone: Db = (*tx).clone();
        drop(tx);
        let error = User::named("bob").save(&clone).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TransactionEnded);
        assert_eq!(
            error.to_string(),
            "the transaction was committed or rolled back already"
        );
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// The other mode's handle is over the same transaction.
    #[needs(Threads)]
    async fn the_other_mode_sees_the_same_transaction(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let (blocking, asynchronous) = handles(&tx);
        aside(|| blocking.execute("INSERT INTO accounts (id, balance) VALUES (1, 2)", ()))?;
        let rows = keep_async! { wait!(asynchronous.query_sql::<(i64, i64)>("SELECT id, balance FROM accounts", ())) }?;
        assert_eq!(rows, [(1, 2)]);
        tx.rollback().await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// Where each mode has connections of its own, a transaction serves the handles of its own mode alone, and goes on.
    #[needs(Sessions)]
    async fn a_transaction_refuses_the_other_mode(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        Account { id: 1, balance: 2 }.save(&tx).await?;
        let (blocking, asynchronous) = handles(&tx);
        let sql = "DELETE FROM accounts";
        let by_blocking = aside(|| blocking.execute(sql, ()));
        let by_async = keep_async! { wait!(asynchronous.execute(sql, ())) };
        let refused = [by_blocking, by_async].into_iter().filter_map(Result::err);
        assert!(refused.map(|error| error.kind()).eq([ErrorKind::Unsupported]));
        tx.rollback().await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }
}
