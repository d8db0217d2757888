//! Far more callers than connections.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::prelude::*;
    #[only(blocking)]
    use crate::support::until;
    use crate::support::until_async;

    const CONNECTIONS: u32 = 10;
    /// Threads cost more than tasks.
    #[only(blocking)]
    const THREADS: i64 = 200;
    #[only(asynchronous)]
    const TASKS: i64 = 1000;

    async fn rows(handle: &Db, many: i64) -> Result<Db> {
        handle.create_table::<Account>().await?;
        let rows = (1..=many).map(|id| Account { id, balance: 0 });
        Account::insert_all(handle, rows.collect()).await?;
        of_size(handle, CONNECTIONS)
    }

    /// Finds a row and updates it.
    async fn visit(handle: &Db, id: i64) -> Result<()> {
        let mut account = Account::find(handle, id).await?;
        account.balance += id;
        account.save(handle).await
    }

    /// Everybody was served once, and nothing is in use.
    async fn all_were_served(handle: &Db, many: i64) -> Result<()> {
        let status = handle.status();
        assert_eq!(
            (status.in_use, status.waiting, status.waiting_to_write),
            (0, 0, 0)
        );
        let missed = Account::query().filter(|account| account.balance.ne(account.id));
        assert_eq!(missed.count(handle).await?, 0);
        let sum = Account::query().sum(handle, |account| account.balance).await?;
        assert_eq!(sum, Some(many * (many + 1) / 2));
        Ok(())
    }

    /// A crowd on few connections: each of them is served, and nothing is left in use.
    #[only(blocking)]
    async fn a_crowd_is_served_by_few_connections(db: &Db) -> Result<()> {
        let own = rows(db, THREADS)?;
        std::thread::scope(|scope| {
            let own = &own;
            let threads: Vec<_> = (1..=THREADS)
                .map(|id| scope.spawn(move || visit(own, id)))
                .collect();
            threads.into_iter().try_for_each(|thread| thread.join().unwrap())
        })?;
        until(&own, |status| status.in_use == 0);
        all_were_served(&own, THREADS)
    }

    /// A crowd on few connections: each of them is served, and nothing is left in use.
    #[only(asynchronous)]
    async fn a_crowd_is_served_by_few_connections(db: &Db) -> Result<()> {
        let crowded = rows(db, TASKS).await?;
        let visitor = |id| {
            let own = crowded.clone();
            tokio::spawn(async move { visit(&own, id).await })
        };
        let visitors: Vec<_> = (1..=TASKS).map(visitor).collect();
        for visitor in visitors {
            visitor.await.unwrap()?;
        }
        until_async(&crowded, |status| status.in_use == 0).await;
        all_were_served(&crowded, TASKS).await
    }

    /// Notes the number of its turn in the row of a caller, who must have come in that order.
    async fn take_turn(handle: &Db, id: i64, turns: &AtomicU32) -> Result<u32> {
        let tx = handle.begin().await?;
        let turn = turns.fetch_add(1, Ordering::SeqCst);
        let mut account = Account::find(&tx, id).await?;
        account.balance = id;
        account.save(&tx).await?;
        tx.commit().await?;
        Ok(turn)
    }

    /// Whoever waits for a connection gets it in the order in which they came.
    #[only(blocking)]
    async fn connections_are_given_in_the_order_of_the_callers(db: &Db) -> Result<()> {
        rows(db, 8)?;
        let own = of_size(db, 1)?;
        let turns = AtomicU32::new(0);
        let holder = own.begin()?;
        std::thread::scope(|scope| {
            let (own, turns) = (&own, &turns);
            let mut threads = Vec::new();
            for id in 1..=8 {
                threads.push(scope.spawn(move || take_turn(own, id, turns)));
                until(own, |status| status.waiting == threads.len());
            }
            holder.rollback()?;
            for (expected, thread) in (0..).zip(threads) {
                assert_eq!(thread.join().unwrap()?, expected);
            }
            Ok(())
        })
    }

    /// Whoever waits for a connection gets it in the order in which they came.
    #[only(asynchronous)]
    async fn connections_are_given_in_the_order_of_the_callers(db: &Db) -> Result<()> {
        rows(db, 8).await?;
        let crowded = of_size(db, 1)?;
        let turns = Arc::new(AtomicU32::new(0));
        let holder = crowded.begin().await?;
        let mut tasks = Vec::new();
        for id in 1..=8 {
            let (own, turns) = (crowded.clone(), turns.clone());
            tasks.push(tokio::spawn(async move { take_turn(&own, id, &turns).await }));
            until_async(&crowded, |status| status.waiting == tasks.len()).await;
        }
        holder.rollback().await?;
        for (expected, task) in (0..).zip(tasks) {
            assert_eq!(task.await.unwrap()?, expected);
        }
        Ok(())
    }
}
