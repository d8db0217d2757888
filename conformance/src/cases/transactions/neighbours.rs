//! A transaction and the other handles of its database.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
#[allow(
    clippy::needless_borrow,
    reason = "in the blocking copies the closure is given a reference"
)]
mod transactions {
    use crate::prelude::*;
    use crate::support::{failure, kind};

    /// Inside its own transaction `db` reads the state before it.
    async fn a_read_through_db_inside_sees_the_old_state(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        db.transaction(async |tx| {
            User::named("ann").save(tx).await?;
            assert_eq!(User::query().count(tx).await?, 1);
            assert_eq!(User::query().count(db).await?, 0);
            Ok(())
        })
        .await?;
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// Inside its own transaction a write through `db` would wait for itself: an error that says so.
    #[needs(WriterLane)]
    async fn a_write_through_db_inside_is_an_error_that_says_so(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let error = failure(User::named("ann").save(&db).await);
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::PoolTimeout, Outcome::NotApplied)
        );
        assert!(error.to_string().contains("no turn to write"), "{error}");
        assert!(
            error
                .to_string()
                .contains("Inside a transaction use its own handle `tx`"),
            "{error}"
        );
        User::named("bob").save(&tx).await?;
        tx.commit().await?;
        assert_eq!(User::query().count(&db).await?, 1);
        Ok(())
    }

    /// Raw text that writes and returns rows waits for its turn as well.
    #[needs(WriterLane)]
    async fn raw_text_that_writes_waits_for_its_turn(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        db.create_table::<Account>().await?;
        let sql = "INSERT INTO accounts (id, balance) VALUES (1, 2) RETURNING id";
        let tx = db.begin().await?;
        let error = failure(db.query_sql::<(i64,)>(sql, ()).await);
        assert_eq!(error.kind(), ErrorKind::PoolTimeout, "{error}");
        tx.commit().await?;
        assert_eq!(db.query_sql::<(i64,)>(sql, ()).await?, [(1,)]);
        Ok(())
    }

    /// Raw text that only reads does not wait for a writer.
    async fn raw_text_that_reads_does_not_wait(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let rows = db
            .query_sql::<(i64,)>("SELECT COUNT(*) FROM accounts", ())
            .await?;
        assert_eq!(rows, [(0,)]);
        tx.commit().await
    }

    /// In memory there is one connection: even a read through `db` inside is an error.
    async fn in_memory_any_use_of_db_inside_is_an_error(db: &Db) -> Result<()> {
        let _ = db;
        let memory = in_memory()?;
        memory.create_table::<User>().await?;
        let tx = memory.begin().await?;
        let error = failure(User::query().count(&memory).await);
        assert_eq!(error.kind(), ErrorKind::PoolTimeout);
        assert!(error.to_string().contains("1 of 1 connections in use"), "{error}");
        assert!(error.to_string().contains("use its own handle `tx`"), "{error}");
        assert_eq!(kind(memory.begin().await), ErrorKind::PoolTimeout);
        User::named("ann").save(&tx).await?;
        tx.commit().await?;
        assert_eq!(User::query().count(&memory).await?, 1);
        Ok(())
    }

    async fn transfer(handle: &Db, from: i64, to: i64) -> Result<()> {
        handle
            .retrying(options().serializable().times(1000), |tx| async move {
                let mut giver = Account::find(&tx, from).await?;
                let mut taker = Account::find(&tx, to).await?;
                giver.balance -= 1;
                taker.balance += 1;
                giver.save(&tx).await?;
                if giver.balance < 0 {
                    return Err(Error::invalid("overdrawn"));
                }
                taker.save(&tx).await
            })
            .await
    }

    async fn ten_transfers(handle: &Db, from: i64) -> Result<u32> {
        let mut refused = 0;
        for round in 0..10 {
            match transfer(handle, from, (from + round % 2) % 3 + 1).await {
                Err(error) if error.kind() == ErrorKind::Invalid => refused += 1,
                result => result?,
            }
        }
        Ok(refused)
    }

    async fn accounts(handle: &Db) -> Result<()> {
        handle.create_table::<Account>().await?;
        for id in 1..=3 {
            Account { id, balance: 4 }.save(handle).await?;
        }
        Ok(())
    }

    async fn total(handle: &Db) -> Result<Option<i64>> {
        let overdrawn = Account::query()
            .filter(|account| account.balance.lt(0))
            .count(handle)
            .await?;
        assert_eq!(overdrawn, 0);
        Account::query().sum(handle, |account| account.balance).await
    }

    /// Transfers between accounts at the same time keep the total, and no account is overdrawn.
    #[only(blocking)]
    async fn transfers_at_the_same_time_keep_the_total(db: &Db) -> Result<()> {
        accounts(db)?;
        std::thread::scope(|scope| {
            let threads: Vec<_> = (1..=6)
                .map(|n| scope.spawn(move || ten_transfers(db, n % 3 + 1)))
                .collect();
            threads
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap().map(drop))
        })?;
        assert_eq!(total(db)?, Some(12));
        Ok(())
    }

    /// Transfers between accounts at the same time keep the total, and no account is overdrawn.
    #[only(asynchronous)]
    async fn transfers_at_the_same_time_keep_the_total(db: &Db) -> Result<()> {
        accounts(db).await?;
        let task = |n: i64| {
            let own = db.clone();
            tokio::spawn(async move { ten_transfers(&own, n % 3 + 1).await })
        };
        let tasks: Vec<_> = (1..=6).map(task).collect();
        for task in tasks {
            task.await.unwrap()?;
        }
        assert_eq!(total(db).await?, Some(12));
        Ok(())
    }
}
