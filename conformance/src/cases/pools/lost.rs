//! Connections that the server closes.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::prelude::*;
    #[only(blocking)]
    use crate::support::wait_for;
    #[only(asynchronous)]
    use crate::support::{cuts, until_async};
    use crate::support::{failure, kind};
    use std::time::Duration;

    /// Whoever reads by a connection that was idle when the server closed it is not told.
    #[needs(Sessions)]
    async fn a_plain_read_outlives_its_connection(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let user = User::named("ann").save(db).await?;
        for _ in 0..3 {
            kill_sessions(db)?;
            assert_eq!(User::find(db, user.id).await?.name, "ann");
            assert_eq!(User::query().count(db).await?, 1);
        }
        Ok(())
    }

    /// A write that is told of a lost connection is told once, and has not been done.
    #[needs(Sessions)]
    async fn a_write_is_told_once_at_most(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        kill_sessions(db)?;
        let first = User::named("bob").save(db).await;
        let told = i64::from(first.is_err());
        if let Err(error) = first {
            assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
            assert_eq!(error.into_record().name, "bob");
        }
        User::named("cid").save(db).await?;
        assert_eq!(User::query().count(db).await?, 3 - told);
        Ok(())
    }

    /// A connection that was handed on to somebody who takes it late, or never, is idle until it is used.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn a_connection_handed_on_may_be_lost_before_it_is_taken(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let own = of_size(db, 1)?;
        for (name, takes) in [("ann", true), ("bob", false), ("cid", true)] {
            let tx = own.begin().await?;
            let mut next = Box::pin(User::named(name).save(&own));
            assert!(cuts().next().unwrap().off(&mut next).await.is_none());
            assert_eq!(own.status().waiting, 1);
            tx.commit().await?;
            until_async(&own, |status| status.waiting == 0).await;
            kill_sessions(db)?;
            // It is not asked for a sign of life any sooner.
            tokio::time::sleep(Duration::from_millis(600)).await;
            match takes {
                true => next.await?,
                false => {
                    drop(next);
                    User::named(name).save(&own).await?
                }
            };
        }
        assert_eq!(User::query().count(&own).await?, 3);
        Ok(())
    }

    /// What was done in a transaction whose connection is lost is undone, every further statement fails, and so does the
    /// commit.
    #[needs(Sessions)]
    async fn a_transaction_does_not_outlive_its_connection(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("ann").save(&tx).await?;
        kill_sessions(db)?;
        let statement = failure(User::query().count(&tx).await);
        assert!(
            matches!(
                statement.kind(),
                ErrorKind::ConnectionLost | ErrorKind::TransactionAborted
            ),
            "{statement:?}"
        );
        assert!(tx.commit().await.is_err());
        assert_eq!(User::query().count(db).await?, 0);
        assert_eq!(db.status().in_use, 0);
        Ok(())
    }

    /// A commit on a connection that is lost is an error, whatever came of it.
    #[needs(Sessions)]
    async fn a_commit_on_a_lost_connection_is_an_error(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("ann").save(&tx).await?;
        kill_sessions(db)?;
        let commit = failure(tx.commit().await);
        assert!(
            matches!(
                commit.kind(),
                ErrorKind::CommitUnknown | ErrorKind::ConnectionLost | ErrorKind::TransactionAborted
            ),
            "{commit:?}"
        );
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// A transaction given up after its connection was lost leaves nothing behind.
    #[needs(Sessions)]
    async fn a_lost_transaction_gives_its_place_back(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for _ in 0..6 {
            let tx = db.begin().await?;
            User::named("ann").save(&tx).await?;
            kill_sessions(db)?;
            drop(tx);
        }
        assert_eq!(kind(User::find(db, 1).await), ErrorKind::NotFound);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// A server that says nothing is waited for no longer than for a connection, and holds up nobody who calls another.
    #[only(blocking)]
    #[needs(Sessions)]
    async fn a_silent_server_is_not_waited_for_forever(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let (silent, proxy) = proxied(db)?;
        silent.begin().await?.rollback().await?;
        // Until its connection has to give a sign of life.
        std::thread::sleep(Duration::from_millis(700));
        proxy.silence(true);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let handle = silent.clone();
                std::thread::spawn(move || handle.begin().map(drop))
            })
            .collect();
        wait_for(|| silent.status().in_use == 2);
        let other = stranger(db)?;
        let open = [other.begin().await?, other.begin().await?];
        for tx in open {
            tx.rollback().await?;
        }
        for thread in threads {
            assert!(thread.join().unwrap().is_err());
        }
        proxy.silence(false);
        Account { id: 1, balance: 1 }.save(&silent).await?;
        Ok(())
    }
}
