//! How many sessions a handle has on its server.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::environment::{sessions, traces};
    use crate::prelude::*;
    use crate::support::{failure, size, stranger_to, wait_for};
    use std::time::Duration;

    /// The modes of a handle have their connections apart; both together they are no more than allowed.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn both_modes_together_have_no_more_sessions_than_allowed(db: &Db) -> Result<()> {
        let (plain, _) = handles(db);
        let stranger = aside(|| stranger_to(&plain))?;
        // Opened in the blocking mode, by a connection that nobody uses from then on.
        let own = of_size(db, 2)?;
        let before = aside(|| sessions(&stranger))? - 1;
        let open = [own.begin().await?, own.begin().await?];
        aside(|| wait_for(|| sessions(&stranger).is_ok_and(|now| now == before + 2)));
        for tx in open {
            tx.rollback().await?;
        }
        let (blocking, _) = handles(&own);
        let open = aside(|| Ok::<_, Error>([blocking.begin()?, blocking.begin()?]))?;
        aside(|| wait_for(|| sessions(&stranger).is_ok_and(|now| now == before + 2)));
        aside(|| open.into_iter().try_for_each(|tx| tx.rollback()))
    }

    /// The same where both open connections at the same time.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn both_modes_at_once_have_no_more_sessions_than_allowed(db: &Db) -> Result<()> {
        let (plain, _) = handles(db);
        let stranger = aside(|| stranger_to(&plain))?;
        let before = aside(|| sessions(&stranger))?;
        let own = of_size(db, 2)?;
        let (blocking, _) = handles(&own);
        for _ in 0..10 {
            aside(|| blocking.begin()?.rollback())?;
            for tx in <[_; 2]>::from(both!(own.begin(), own.begin())) {
                tx?.rollback().await?;
            }
            let status = own.status();
            assert!(status.in_use + status.idle <= 2, "{status:?}");
            // One that is closed is gone from the server a moment later.
            aside(|| wait_for(|| sessions(&stranger).is_ok_and(|now| now <= before + 2)));
        }
        Ok(())
    }

    /// A connection lives on when the runtime ends in which somebody was the first to need it.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn a_connection_outlives_the_runtime_of_its_first_user(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let own = of_size(db, 2)?;
        let held = own.begin().await?;
        let handle = own.clone();
        let other = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime
                .unwrap()
                .block_on(async { handle.begin().await?.rollback().await })
        });
        aside(|| other.join().unwrap())?;
        Account { id: 1, balance: 1 }.save(&own).await?;
        held.rollback().await
    }

    /// A connection that was lost while it rested is not handed out, where its driver has heard of that.
    #[only(asynchronous)]
    #[needs(HearsOfLosses)]
    async fn a_connection_known_to_be_lost_is_not_handed_out(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let own = of_size(db, 2)?;
        Account { id: 1, balance: 1 }.save(&own).await?;
        kill_sessions(db)?;
        // Time for the news, and less than a connection goes without a sign of life.
        tokio::time::sleep(Duration::from_millis(250)).await;
        Account { id: 2, balance: 2 }.save(&own).await?;
        Ok(())
    }

    /// A blocking call that is made in an async task by mistake says so, and costs no connection.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn a_blocking_call_in_a_task_costs_no_connection(db: &Db) -> Result<()> {
        let own = of_size(db, 2)?;
        let (blocking, _) = handles(&own);
        let open = aside(|| Ok::<_, Error>([blocking.begin()?, blocking.begin()?]))?;
        aside(|| open.into_iter().try_for_each(|tx| tx.rollback()))?;
        // Until they would have to give a sign of life.
        tokio::time::sleep(Duration::from_millis(700)).await;
        for _ in 0..3 {
            let error = failure(blocking.execute("DELETE FROM accounts", ()));
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(!error.to_string().contains("could not"), "{error}");
        }
        assert_eq!(own.status().idle, 2, "{:?}", own.status());
        Ok(())
    }

    /// What raw SQL leaves on a session is gone for whoever uses its connection next, in either mode.
    #[needs(Sessions)]
    async fn what_raw_sql_leaves_on_a_session_is_gone(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let own = of_size(db, 1)?;
        for (leave, ask) in traces(db.dialect().name()) {
            let before = own.query_sql::<(String,)>(*ask, ()).await?;
            own.execute(*leave, ()).await?;
            assert_eq!(own.query_sql::<(String,)>(*ask, ()).await?, before, "{leave}");
            let tx = own.begin().await?;
            tx.execute(*leave, ()).await?;
            tx.commit().await?;
            assert_eq!(own.query_sql::<(String,)>(*ask, ()).await?, before, "{leave}");
            own.execute(*leave, ()).await?;
            own.query_sql::<(i64,)>("SELECT 1", ()).await?;
            assert_eq!(own.query_sql::<(String,)>(*ask, ()).await?, before, "{leave}");
            own.execute(*leave, ()).await?;
            let account = Account { id: 1, balance: 1 }.save(&own).await?;
            assert_eq!(Account::query().count(&stranger(db)?).await?, 1, "{leave}");
            account.into_inner().delete(&own).await?;
        }
        Ok(())
    }

    /// A connection that was open for as long as it may be is closed after its use; a younger one is kept.
    #[needs(Sessions)]
    async fn a_connection_is_closed_at_the_end_of_its_life(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let (plain, _) = handles(db);
        let stranger = aside(|| stranger_to(&plain))?;
        let before = aside(|| sessions(&stranger))?;
        for (max_lifetime, kept) in [(Duration::from_nanos(1), 0), (Duration::from_secs(3600), 1)] {
            let mut limits = size(2);
            limits.max_lifetime = Some(max_lifetime);
            let own = with_limits(db, limits)?;
            // The first connection is the one that the handle was opened with, the second is opened on demand.
            let both = [own.begin().await?, own.begin().await?];
            assert_eq!(own.status().in_use, 2);
            for tx in both {
                tx.commit().await?;
            }
            assert_eq!(User::query().count(&own).await?, 0);
            assert!(own.status().idle >= 2 * kept, "{:?}", own.status());
            let (blocking, _) = handles(&own);
            aside(|| blocking.execute("SELECT 1", ()))?;
            assert_eq!(own.status().idle > 0, kept > 0, "{:?}", own.status());
            aside(|| wait_for(|| sessions(&stranger).is_ok_and(|now| now == before + own.status().idle)));
            own.close().await;
        }
        Ok(())
    }

    /// Who waits gets the connection of the one before, or one of its own mode in its place.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn one_connection_serves_callers_of_both_modes_in_turn(db: &Db) -> Result<()> {
        const CALLS: i64 = 15;
        db.create_table::<Account>().await?;
        let rows = (1..=4 * CALLS).map(|id| Account { id, balance: id });
        Account::insert_all(db, rows.collect()).await?;
        let own = of_size(db, 1)?;
        let (blocking, _) = handles(&own);
        let threads: Vec<_> = (0..2)
            .map(|part| {
                let handle = blocking.clone();
                std::thread::spawn(move || {
                    (1..=CALLS).try_for_each(|id| {
                        let deleted =
                            handle.execute("DELETE FROM accounts WHERE id = ?", (part * CALLS + id,));
                        assert_eq!(deleted?, 1);
                        Ok::<_, Error>(())
                    })
                })
            })
            .collect();
        let tasks: Vec<_> = (2..4)
            .map(|part| {
                let handle = own.clone();
                tokio::spawn(async move {
                    for id in 1..=CALLS {
                        let mut account = Account::find(&handle, part * CALLS + id).await?;
                        account.delete(&handle).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap()?;
        }
        aside(|| threads.into_iter().try_for_each(|thread| thread.join().unwrap()))?;
        assert_eq!(Account::query().count(&own).await?, 0);
        let status = own.status();
        assert_eq!((status.in_use, status.waiting), (0, 0));
        Ok(())
    }
}
