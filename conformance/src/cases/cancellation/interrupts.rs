//! What runs when its future is dropped is stopped, and nothing else is.

use conformance_macros::cases;

pub(super) use self::cancellation::cases;

#[cases]
mod cancellation {
    use crate::prelude::*;
    use crate::support::{cuts, is_whole, kind, until_async};
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Reads as nothing: it panics.
    #[only(asynchronous)]
    #[derive(Debug)]
    struct Unreadable;

    #[only(asynchronous)]
    impl FromRow for Unreadable {
        const COLUMNS: Option<&'static [&'static str]> = Some(&["id"]);

        fn from_row(_: &dyn activerecord::Row) -> Result<Self> {
            panic!("unreadable")
        }
    }

    /// A panic while a row of a stream is read goes on in whoever reads it, and the handle stays whole.
    #[only(asynchronous)]
    async fn a_panic_in_a_stream_reaches_its_reader(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        for _ in 0..6 {
            let on = db.clone();
            let reader = tokio::spawn(async move {
                let mut rows = User::query().select_as::<Unreadable>().iterate(&on).await?;
                rows.next().await.transpose()
            });
            assert!(reader.await.unwrap_err().is_panic());
        }
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    #[only(asynchronous)]
    const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) \
                           SELECT COUNT(*) FROM n";

    /// Tells that it has started, goes on when it is told to, and then runs a statement.
    #[only(asynchronous)]
    struct Paused {
        started: Sender<()>,
        go_on: Receiver<()>,
        sql: &'static str,
    }

    #[only(asynchronous)]
    impl Work for Paused {
        type Output = ();

        // It takes no turn to write, so that its first poll starts it.
        const WRITES: bool = false;

        async fn run(self, session: &Session<'_>) -> Result<()> {
            self.started.send(()).unwrap();
            // An error says that the test has gone on without a word.
            let _ = self.go_on.recv();
            session.execute(self.sql, ()).await.map(drop)
        }
    }

    #[only(asynchronous)]
    fn paused(sql: &'static str) -> (Paused, Receiver<()>, Sender<()>) {
        let (started, has_started) = channel();
        let (tell, go_on) = channel();
        (Paused { started, go_on, sql }, has_started, tell)
    }

    /// Waits on a thread of its own: a receiver is not `Sync`.
    #[only(asynchronous)]
    fn wait_for(started: Receiver<()>) {
        let thread = std::thread::spawn(move || started.recv());
        thread.join().unwrap().unwrap();
    }

    /// The cuts after one poll: what never ends is not polled twice.
    #[only(asynchronous)]
    fn first_polls() -> impl Iterator<Item = crate::support::Cut> + Send {
        cuts().take(6)
    }

    /// A long query that is dropped is stopped, so that its thread and its connection are free again.
    #[only(asynchronous)]
    #[needs(Threads)]
    async fn a_long_query_is_stopped(db: &Db) -> Result<()> {
        for _ in 0..5 {
            let (work, has_started, go_on) = paused(ENDLESS);
            go_on.send(()).unwrap();
            let mut running = Box::pin(db.run(work));
            assert!(cuts().next().unwrap().off(&mut running).await.is_none());
            wait_for(has_started);
            // Long enough for the statement to be under way, whatever the machine.
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            assert_eq!(db.status().in_use, 1);
            drop(running);
            until_async(db, |status| status.in_use == 0).await;
        }
        is_whole(db).await
    }

    /// Panics where its statement is not run.
    #[only(asynchronous)]
    struct Trusting(Paused);

    #[only(asynchronous)]
    impl Work for Trusting {
        type Output = ();

        const WRITES: bool = false;

        async fn run(self, session: &Session<'_>) -> Result<()> {
            self.0.run(session).await.unwrap();
            Ok(())
        }
    }

    /// A work that panics over being stopped leaves a connection that works, for blocking handles and transactions too.
    #[only(asynchronous)]
    #[needs(Threads)]
    async fn a_panic_over_a_stop_does_not_stop_those_who_follow(db: &Db) -> Result<()> {
        for _ in 0..3 {
            let (work, has_started, go_on) = paused("SELECT 1");
            let mut running = Box::pin(db.run(Trusting(work)));
            assert!(cuts().next().unwrap().off(&mut running).await.is_none());
            wait_for(has_started);
            drop(running);
            go_on.send(()).unwrap();
            until_async(db, |status| status.in_use == 0).await;
            tokio::task::block_in_place(|| db.to_blocking().execute("SELECT 1", ()))?;
            db.begin().await?.commit().await?;
        }
        is_whole(db).await
    }

    /// A long statement that is dropped while the server runs it is stopped there.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn a_long_statement_is_stopped_on_the_server(db: &Db) -> Result<()> {
        let sleep = crate::environment::long_statement(db.dialect().name());
        for _ in 0..3 {
            tokio::select! {
                ended = db.execute(sleep, ()) => assert!(ended.is_err(), "it ended by itself"),
                () = is_running(db) => {}
            }
            until_async(db, |status| status.in_use == 0).await;
            assert_eq!(running(db)?, 0);
        }
        is_whole(db).await
    }

    /// The same inside a transaction spoils it: it takes no further statement and cannot be committed.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn a_statement_stopped_on_the_server_spoils_its_transaction(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let sleep = crate::environment::long_statement(db.dialect().name());
        let tx = db.begin().await?;
        Account { id: 1, balance: 0 }.save(&tx).await?;
        tokio::select! {
            ended = tx.execute(sleep, ()) => assert!(ended.is_err(), "it ended by itself"),
            () = is_running(db) => {}
        }
        let later = Account { id: 2, balance: 0 }.save(&tx).await;
        assert_eq!(kind(later), ErrorKind::TransactionAborted);
        assert_eq!(kind(tx.commit().await), ErrorKind::TransactionAborted);
        assert_eq!(Account::query().count(db).await?, 0);
        is_whole(db).await
    }

    /// How many of the long statements the server runs for this case.
    #[only(asynchronous)]
    fn running(on: &Db) -> Result<usize> {
        tokio::task::block_in_place(|| {
            let stranger = crate::support::stranger_to(&on.to_blocking())?;
            crate::environment::running_long_statements(&stranger)
        })
    }

    #[only(asynchronous)]
    async fn is_running(on: &Db) {
        while running(on).unwrap() == 0 {
            tokio::task::yield_now().await;
        }
    }

    /// A long query that is iterated over is stopped before its first row.
    #[only(asynchronous)]
    async fn a_long_iteration_is_stopped_before_its_first_row(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let never = "id IN (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) \
                     SELECT i FROM n WHERE i < 0)";
        Account { id: 1, balance: 0 }.save(db).await?;
        for cut in first_polls() {
            // PostgreSQL gives the stream with its first row.
            let first = async {
                let mut rows = Account::query().filter_sql(never, ()).iterate(db).await?;
                rows.next().await.transpose()
            };
            assert!(cut.off(first).await.is_none());
        }
        is_whole(db).await
    }

    /// A work that is dropped between two statements does not start the next.
    #[only(asynchronous)]
    #[needs(Threads)]
    async fn a_work_dropped_between_statements_starts_no_further(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let (work, has_started, go_on) = paused("INSERT INTO accounts (id, balance) VALUES (1, 1)");
        let cut = cuts().next().unwrap();
        let mut running = Box::pin(db.run(work));
        assert!(cut.off(&mut running).await.is_none());
        wait_for(has_started);
        drop(running);
        go_on.send(()).unwrap();
        is_whole(db).await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// A statement that was cut off spoils its transaction: it takes no further one and cannot be committed.
    #[only(asynchronous)]
    #[needs(Threads)]
    async fn a_statement_cut_off_spoils_its_transaction(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        Account { id: 1, balance: 0 }.save(&tx).await?;
        let (work, has_started, go_on) = paused(ENDLESS);
        let mut running = Box::pin(tx.run(work));
        let cut = cuts().next().unwrap();
        assert!(cut.off(&mut running).await.is_none());
        wait_for(has_started);
        go_on.send(()).unwrap();
        drop(running);
        let later = Account { id: 2, balance: 0 }.save(&tx).await;
        assert_eq!(kind(later), ErrorKind::TransactionAborted);
        assert_eq!(kind(tx.commit().await), ErrorKind::TransactionAborted);
        assert_eq!(Account::query().count(db).await?, 0);
        is_whole(db).await
    }

    /// An interrupt that comes at any moment around the start of a long statement stops it.
    #[only(asynchronous)]
    #[needs(Threads)]
    async fn an_interrupt_at_the_start_of_a_statement_is_not_lost(db: &Db) -> Result<()> {
        for turns in 0..200 {
            let (work, has_started, go_on) = paused(ENDLESS);
            let mut running = Box::pin(db.run(work));
            assert!(cuts().next().unwrap().off(&mut running).await.is_none());
            wait_for(has_started);
            go_on.send(()).unwrap();
            for _ in 0..turns {
                std::hint::spin_loop();
            }
            drop(running);
            until_async(db, |status| status.in_use == 0).await;
        }
        is_whole(db).await
    }

    /// A dropped job that has not started is withdrawn: it never runs.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn a_job_that_waits_is_withdrawn(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let holder = db.begin().await?;
        let cut = cuts().next().unwrap();
        for id in 0..10 {
            assert!(cut.off(Account { id, balance: 0 }.save(db)).await.is_none());
        }
        assert_eq!(db.status().waiting_to_write, 0);
        holder.rollback().await?;
        is_whole(db).await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// A cancel that comes as its statement ends hits nobody else.
    #[only(asynchronous)]
    async fn a_late_cancel_hits_no_neighbour(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account::insert_all(db, (0..200).map(|id| Account { id, balance: 0 }).collect()).await?;
        for _ in 0..100 {
            for cut in cuts().take(6) {
                let _ = cut.off(Account::find(db, 1)).await;
                assert_eq!(Account::find_all(db).await?.len(), 200);
            }
        }
        is_whole(db).await
    }

    /// A stream that is dropped as its query ends hits nobody else.
    #[only(asynchronous)]
    async fn a_late_drop_of_a_stream_hits_no_neighbour(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account::insert_all(db, (0..200).map(|id| Account { id, balance: 0 }).collect()).await?;
        for _ in 0..600 {
            let mut rows = Account::query().limit(3).iterate(db).await?;
            assert!(rows.next().await.is_some());
            drop(rows);
            assert_eq!(Account::find_all(db).await?.len(), 200);
        }
        is_whole(db).await
    }

    /// The end of a transaction is not stopped by a cancel of what was before it.
    #[only(asynchronous)]
    async fn all_connections_are_back_after_a_storm_of_cancels(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let task = |n: i64| {
            let own = db.clone();
            tokio::spawn(async move {
                for (round, cut) in (0..).zip(cuts().take(12)) {
                    let id = n * 100 + round;
                    let transaction = own.transaction(async |tx| {
                        Account { id, balance: 1 }.save(tx).await?;
                        Account {
                            id: -id - 1,
                            balance: -1,
                        }
                        .save(tx)
                        .await?;
                        Ok(())
                    });
                    let _ = cut.off(transaction).await;
                }
            })
        };
        let tasks: Vec<_> = (0..8).map(task).collect();
        for task in tasks {
            task.await.unwrap();
        }
        until_async(db, |status| status.in_use == 0).await;
        let sum = Account::query().sum(db, |account| account.balance).await?;
        assert_eq!(sum.unwrap_or(0), 0);
        is_whole(db).await
    }
}
