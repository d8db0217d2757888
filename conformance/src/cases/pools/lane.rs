//! The turn to write.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::prelude::*;

    async fn note(handle: &Db, writer: i64) -> Result<()> {
        handle
            .transaction(async |tx| {
                // A read before the write: without a queue one of two such writers fails.
                let count = Account::query().count(tx).await?;
                Account {
                    id: count,
                    balance: writer,
                }
                .save(tx)
                .await?;
                Ok(())
            })
            .await
    }

    async fn order(handle: &Db) -> Result<Vec<i64>> {
        let written = Account::query()
            .order_by(|account| account.id.asc())
            .all(handle)
            .await?;
        Ok(written.iter().map(|account| account.balance).collect())
    }

    /// Many writers on one file queue: nobody is told that the file is busy, and nothing is lost.
    #[only(blocking)]
    #[needs(WriterLane)]
    async fn many_writers_are_never_told_busy(db: &Db) -> Result<()> {
        db.create_table::<Account>()?;
        let write = |writer| (0..8).try_for_each(move |_| note(db, writer));
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|writer| scope.spawn(move || write(writer))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().unwrap())
        })?;
        assert_eq!(Account::query().count(db)?, 128);
        Ok(())
    }

    /// Many writers on one file queue: nobody is told that the file is busy, and nothing is lost.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn many_writers_are_never_told_busy(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let writer = |writer| {
            let own = db.clone();
            tokio::spawn(async move {
                note(&own, writer).await?;
                Account {
                    id: 1000 + writer,
                    balance: 0,
                }
                .save(&own)
                .await?;
                let sql = "INSERT INTO accounts (id, balance) VALUES (?, 0) RETURNING id";
                let rows = own.query_sql::<(i64,)>(sql, (2000 + writer,)).await?;
                assert_eq!(rows, [(2000 + writer,)]);
                Ok::<(), Error>(())
            })
        };
        let writers: Vec<_> = (0..64).map(writer).collect();
        for writer in writers {
            writer.await.unwrap()?;
        }
        assert_eq!(Account::query().count(db).await?, 3 * 64);
        crate::support::is_whole(db).await
    }

    /// Writers are served in the order in which they came.
    #[only(blocking)]
    #[needs(WriterLane)]
    async fn writers_are_served_in_their_order(db: &Db) -> Result<()> {
        db.create_table::<Account>()?;
        let holder = db.begin()?;
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for writer in 0..8 {
                threads.push(scope.spawn(move || note(db, writer)));
                crate::support::until(db, |status| status.waiting_to_write == threads.len());
            }
            holder.rollback()?;
            threads.into_iter().try_for_each(|thread| thread.join().unwrap())
        })?;
        assert_eq!(order(db)?, (0..8).collect::<Vec<_>>());
        Ok(())
    }

    /// Writers are served in the order in which they came.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn writers_are_served_in_their_order(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let holder = db.begin().await?;
        let mut tasks = Vec::new();
        for writer in 0..8 {
            let own = db.clone();
            tasks.push(tokio::spawn(async move { note(&own, writer).await }));
            crate::support::until_async(db, |status| status.waiting_to_write == tasks.len()).await;
        }
        holder.rollback().await?;
        for task in tasks {
            task.await.unwrap()?;
        }
        assert_eq!(order(db).await?, (0..8).collect::<Vec<_>>());
        Ok(())
    }

    /// Threads and tasks stand in the same queue.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn threads_and_tasks_stand_in_one_queue(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let holder = db.begin().await?;
        let (mut tasks, mut threads) = (Vec::new(), Vec::new());
        for writer in 0..6_i64 {
            if writer % 2 == 0 {
                let own = db.clone();
                tasks.push(tokio::spawn(async move { note(&own, writer).await }));
            } else {
                let own = db.to_blocking();
                let sql = "INSERT INTO accounts (id, balance) SELECT COUNT(*), ? FROM accounts";
                threads.push(std::thread::spawn(move || own.execute(sql, (writer,))));
            }
            let queued = tasks.len() + threads.len();
            crate::support::until_async(db, |status| status.waiting_to_write == queued).await;
        }
        holder.rollback().await?;
        for task in tasks {
            task.await.unwrap()?;
        }
        for thread in threads {
            thread.join().unwrap()?;
        }
        assert_eq!(order(db).await?, [0, 1, 2, 3, 4, 5]);
        Ok(())
    }

    /// Readers go on while a writer has the turn and others wait for it.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn readers_go_on_while_writers_wait(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let holder = db.begin().await?;
        let own = db.clone();
        let waiting = tokio::spawn(async move { note(&own, 1).await });
        crate::support::until_async(db, |status| status.waiting_to_write == 1).await;
        assert_eq!(Account::query().count(db).await?, 0);
        holder.rollback().await?;
        waiting.await.unwrap()?;
        assert_eq!(Account::query().count(db).await?, 1);
        Ok(())
    }

    /// One who gives up waiting is passed over.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn one_who_gives_up_is_passed_over(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let holder = db.begin().await?;
        let mut tasks = Vec::new();
        for writer in 0..3 {
            let own = db.clone();
            tasks.push(tokio::spawn(async move { note(&own, writer).await }));
            crate::support::until_async(db, |status| status.waiting_to_write == tasks.len()).await;
        }
        tasks[1].abort();
        crate::support::until_async(db, |status| status.waiting_to_write == 2).await;
        holder.rollback().await?;
        for (writer, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.is_err(), writer == 1);
        }
        assert_eq!(order(db).await?, [0, 2]);
        crate::support::is_whole(db).await
    }
}
