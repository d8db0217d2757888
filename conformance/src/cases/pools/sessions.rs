//! How many sessions a handle has on its server.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::environment::sessions;
    use crate::prelude::*;
    use crate::support::{size, stranger_to, wait_for};
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
