//! Connections that the server closes.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::prelude::*;
    use crate::support::{failure, kind};

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
}
