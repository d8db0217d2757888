//! The limits of the pool.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::prelude::*;
    use crate::support::{failure, kind, spied};
    use activerecord::ConnectOptions;
    use std::time::Duration;

    /// No limit makes a panic: the shortest wait, the longest one, and a pool too large to be meant.
    async fn odd_limits_are_taken_or_refused(db: &Db) -> Result<()> {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", directory.path().join("odd.db").display());
        for longest in [Duration::ZERO, Duration::MAX] {
            let odd = Db::connect(ConnectOptions::new(&url).acquire_timeout(longest)).await?;
            odd.create_table::<User>().await?;
            assert_eq!(User::query().count(&odd).await?, 0);
        }
        type Set = fn(&mut PoolOptions, Duration);
        let times: [(&str, Set); 2] = [
            ("idle_timeout", |limits, time| limits.idle_timeout = Some(time)),
            ("max_lifetime", |limits, time| limits.max_lifetime = Some(time)),
        ];
        for (name, set) in times {
            let mut limits = PoolOptions::default();
            set(&mut limits, Duration::MAX);
            assert_eq!(with_limits(db, limits.clone())?.status().in_use, 0);
            set(&mut limits, Duration::ZERO);
            let error = failure(with_limits(db, limits));
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().contains(name), "{error}");
        }
        let huge = Db::connect(ConnectOptions::new(&url).pool_size(50_000_000)).await;
        assert_eq!(kind(huge), ErrorKind::Config);
        Ok(())
    }

    /// The status counts connections in use, and knows the limit.
    async fn the_status_counts(db: &Db) -> Result<()> {
        let before = db.status();
        assert_eq!(
            (
                before.size,
                before.in_use,
                before.waiting,
                before.waiting_to_write
            ),
            (4, 0, 0, 0)
        );
        let tx = db.begin_with(options().read_only()).await?;
        assert_eq!((db.status().in_use, tx.status().in_use), (1, 1));
        let other = db.begin().await?;
        assert_eq!(db.status().in_use, 2);
        other.rollback().await?;
        tx.commit().await?;
        assert_eq!(db.status().in_use, 0);
        Ok(())
    }

    /// As many connections as allowed are open at once, and not one more.
    async fn as_many_as_allowed_and_not_one_more(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        let options = options().read_only();
        let mut open = vec![db.begin_with(options).await?, db.begin_with(options).await?];
        assert_eq!(kind(db.begin_with(options).await), ErrorKind::PoolTimeout);
        assert_eq!((db.status().in_use, db.status().waiting), (2, 0));
        open.pop().unwrap().rollback().await?;
        db.begin_with(options).await?.rollback().await?;
        Ok(())
    }

    /// A connection is opened by the one who needs it: one server that is slow to take callers holds nobody else up.
    async fn who_needs_a_connection_opens_it(db: &Db) -> Result<()> {
        let (plain, _) = handles(db);
        for _ in 0..30 {
            let (db, calls) = aside(|| spied(&plain))?;
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let handle = db.clone();
                    std::thread::spawn(move || handle.begin_with(options().read_only())?.rollback())
                })
                .collect();
            aside(|| threads.into_iter().try_for_each(|thread| thread.join().unwrap()))?;
            assert_eq!(calls.opened_by_the_keeper(), 0);
        }
        Ok(())
    }

    /// A timeout leaves no place in a queue behind.
    #[needs(WriterLane)]
    async fn a_timeout_leaves_no_place_in_the_queue(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        for _ in 0..3 {
            let error = failure(Account { id: 1, balance: 1 }.save(&db).await);
            assert_eq!(error.kind(), ErrorKind::PoolTimeout);
        }
        let status = db.status();
        assert_eq!(
            (status.in_use, status.waiting, status.waiting_to_write),
            (1, 0, 0)
        );
        tx.rollback().await?;
        Account { id: 1, balance: 1 }.save(&db).await?;
        Ok(())
    }

    /// A database in memory has one connection, and it is not lost after errors and rollbacks.
    async fn a_database_in_memory_stays_over_errors(db: &Db) -> Result<()> {
        let _ = db;
        let memory = in_memory()?;
        memory.create_table::<User>().await?;
        User::named("ann").save(&memory).await?;
        assert_eq!(
            kind(User::named("ann").save(&memory).await),
            ErrorKind::UniqueViolation
        );
        drop(memory.begin().await?);
        assert!(memory.execute("BEGIN", ()).await.is_err());
        assert_eq!(
            kind(User::query().filter_sql("nonsense", ()).all(&memory).await),
            ErrorKind::UndefinedColumn
        );
        assert_eq!(User::query().count(&memory).await?, 1);
        assert_eq!(memory.status().size, 1);
        Ok(())
    }

    /// The other mode's handle shares the database in memory and its limit.
    async fn both_modes_share_a_database_in_memory(db: &Db) -> Result<()> {
        let _ = db;
        let memory = in_memory()?;
        memory.create_table::<Account>().await?;
        let (blocking, asynchronous) = handles(&memory);
        blocking.execute("INSERT INTO accounts (id, balance) VALUES (1, 2)", ())?;
        let rows = keep_async! { wait!(asynchronous.query_sql::<(i64, i64)>("SELECT id, balance FROM accounts", ())) }?;
        assert_eq!(rows, [(1, 2)]);
        let tx = memory.begin().await?;
        assert_eq!((blocking.status().in_use, asynchronous.status().in_use), (1, 1));
        assert_eq!(
            kind(blocking.query_sql::<(i64,)>("SELECT 1", ())),
            ErrorKind::PoolTimeout
        );
        tx.rollback().await
    }

    /// More readers at once than connections: all are served.
    #[only(blocking)]
    async fn more_readers_than_connections_are_all_served(db: &Db) -> Result<()> {
        db.create_table::<Account>()?;
        Account { id: 1, balance: 7 }.save(db)?;
        let read =
            || (0..20).try_for_each(|_| Account::find(db, 1).map(|found| assert_eq!(found.balance, 7)));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(read)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().unwrap())
        })?;
        assert_eq!(db.status().in_use, 0);
        Ok(())
    }

    /// More readers at once than connections: all are served.
    #[only(asynchronous)]
    async fn more_readers_than_connections_are_all_served(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account { id: 1, balance: 7 }.save(db).await?;
        let reader = |_| {
            let own = db.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    assert_eq!(Account::find(&own, 1).await?.balance, 7);
                }
                Ok::<(), Error>(())
            })
        };
        let readers: Vec<_> = (0..64).map(reader).collect();
        for reader in readers {
            reader.await.unwrap()?;
        }
        crate::support::is_whole(db).await
    }
}
