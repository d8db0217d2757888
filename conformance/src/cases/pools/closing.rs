//! The end of a handle.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::prelude::*;
    use crate::support::{kind, until};

    /// A closed handle refuses everything, in both modes and in all its clones; another handle goes on.
    async fn a_closed_handle_refuses_everything(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let closed = stranger(db)?;
        let clone = closed.clone();
        let (blocking, _) = handles(&closed);
        closed.close().await;
        assert_eq!(kind(Account::query().count(&clone).await), ErrorKind::PoolClosed);
        assert_eq!(
            kind(Account { id: 1, balance: 1 }.save(&clone).await),
            ErrorKind::PoolClosed
        );
        assert_eq!(kind(clone.begin().await), ErrorKind::PoolClosed);
        assert_eq!(
            kind(Account::query().iterate(&clone).await),
            ErrorKind::PoolClosed
        );
        assert_eq!(
            kind(blocking.execute("DELETE FROM accounts", ())),
            ErrorKind::PoolClosed
        );
        Account { id: 1, balance: 1 }.save(db).await?;
        Ok(())
    }

    /// One who waits for a connection while the handle is closed gets none.
    async fn who_waits_while_a_handle_is_closed_gets_nothing(db: &Db) -> Result<()> {
        let closed = of_size(db, 1)?;
        let tx = closed.begin().await?;
        let (blocking, _) = handles(&closed);
        let waits = blocking.clone();
        let waiting = std::thread::spawn(move || waits.begin().map(drop));
        aside(|| until(&blocking, |status| status.waiting + status.waiting_to_write == 1));
        closed.close().await;
        assert_eq!(kind(tx.commit().await), ErrorKind::PoolClosed);
        assert_eq!(kind(aside(|| waiting.join().unwrap())), ErrorKind::PoolClosed);
        Ok(())
    }

    /// A handle may be closed twice.
    async fn closing_twice_is_no_error(db: &Db) -> Result<()> {
        let closed = stranger(db)?;
        closed.query_sql::<(i64,)>("SELECT 1", ()).await?;
        closed.close().await;
        closed.close().await;
        // What has to be put in order behind a raw statement comes back by itself.
        aside(|| until(&handles(&closed).0, |status| status.in_use == 0));
        Ok(())
    }

    /// A transaction that is open when its handle is closed takes no further statement and is rolled back.
    async fn an_open_transaction_is_rolled_back(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let closed = stranger(db)?;
        let tx = closed.begin().await?;
        let account = Account { id: 1, balance: 1 }.save(&tx).await?;
        closed.close().await;
        assert_eq!(
            kind(Account { id: 2, balance: 2 }.save(&tx).await),
            ErrorKind::PoolClosed
        );
        assert_eq!(kind(tx.commit().await), ErrorKind::PoolClosed);
        assert!(account.is_new());
        Account { id: 3, balance: 3 }.save(db).await?;
        assert_eq!(Account::query().count(db).await?, 1);
        Ok(())
    }

    /// A transaction that is dropped after its handle was closed is rolled back too.
    async fn a_transaction_dropped_after_the_close_is_rolled_back(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let closed = stranger(db)?;
        let tx = closed.begin().await?;
        let account = Account { id: 1, balance: 1 }.save(&tx).await?;
        closed.close().await;
        drop(tx);
        assert!(account.is_new());
        Account { id: 3, balance: 3 }.save(db).await?;
        assert_eq!(Account::query().count(db).await?, 1);
        Ok(())
    }

    /// Closing does not wait for rows that nobody reads for longer than for a connection.
    async fn closing_does_not_hang_on_rows_that_nobody_reads(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account::insert_all(db, (0..1000).map(|id| Account { id, balance: 0 }).collect()).await?;
        let closed = stranger(db)?;
        let mut rows = Account::query().iterate(&closed).await?;
        assert!(rows.next().await.is_some());
        closed.close().await;
        drop(rows);
        Ok(())
    }

    /// Closing joins the threads of the handle.
    #[only(asynchronous)]
    #[needs(Threads)]
    async fn closing_joins_the_threads(db: &Db) -> Result<()> {
        let own = stranger(db)?;
        own.create_table::<Account>().await?;
        own.run(Count).await?;
        let named = own.run(Count).await?;
        assert_eq!(named, Some("activerecord".to_owned()));
        let ended = Arc::new(AtomicU32::new(0));
        own.run(LeavesAtTheEnd(ended.clone())).await?;
        assert_eq!(ended.load(Ordering::SeqCst), 0);
        own.close().await;
        assert_eq!(ended.load(Ordering::SeqCst), 1);
        Ok(())
    }

    /// Tells the name of the thread it runs on.
    #[only(asynchronous)]
    struct Count;

    #[only(asynchronous)]
    impl Work for Count {
        type Output = Option<String>;

        async fn run(self, _: &Session<'_>) -> Result<Option<String>> {
            Ok(std::thread::current().name().map(ToOwned::to_owned))
        }
    }

    /// Counts when the thread it ran on ends.
    #[only(asynchronous)]
    struct LeavesAtTheEnd(Arc<AtomicU32>);

    #[only(asynchronous)]
    impl Work for LeavesAtTheEnd {
        type Output = ();

        async fn run(self, _: &Session<'_>) -> Result<()> {
            thread_local! {
                static KEPT: std::cell::RefCell<Option<Last>> = const { std::cell::RefCell::new(None) };
            }
            KEPT.set(Some(Last(self.0)));
            Ok(())
        }
    }

    #[only(asynchronous)]
    struct Last(Arc<AtomicU32>);

    #[only(asynchronous)]
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}
