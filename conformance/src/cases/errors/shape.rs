//! What an error tells, whatever its kind.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::prelude::*;
    use crate::support::failure;
    use std::error::Error as _;

    /// An error is one pointer wide, and so is the state of a result with it.
    async fn an_error_is_one_pointer_wide(db: &Db) -> Result<()> {
        let _ = db;
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
        Ok(())
    }

    /// Conflicts with nothing applied are worth another run, and nothing else is.
    async fn conflicts_alone_are_worth_another_run(db: &Db) -> Result<()> {
        let _ = db;
        let conflicts = [
            ErrorKind::Deadlock,
            ErrorKind::SerializationFailure,
            ErrorKind::LockTimeout,
        ];
        for kind in conflicts {
            assert!(kind.is_conflict() && Error::new(kind, "").is_retryable());
            for outcome in [Outcome::Applied, Outcome::Unknown] {
                assert!(!Error::new(kind, "").with_outcome(outcome).is_retryable());
            }
        }
        let others = [
            ErrorKind::UniqueViolation,
            ErrorKind::ForeignKeyViolation,
            ErrorKind::StatementTimeout,
            ErrorKind::Canceled,
            ErrorKind::ConnectionLost,
            ErrorKind::TransactionAborted,
            ErrorKind::TransactionEnded,
            ErrorKind::CommitUnknown,
            ErrorKind::AfterCommit,
            ErrorKind::PoolTimeout,
            ErrorKind::InDoubt,
            ErrorKind::Other,
        ];
        assert!(
            others
                .iter()
                .all(|kind| !kind.is_conflict() && !Error::new(*kind, "").is_retryable())
        );
        Ok(())
    }

    /// No value that was bound shows in what an error says of itself.
    async fn no_bound_value_is_shown(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("s3cret").save(db).await?;
        let violation = failure(User::named("s3cret").save(db).await);
        let syntax = failure(db.query_sql::<(i64,)>("SELECT ? FRO", ("s3cret",)).await);
        let missing = failure(
            db.query_sql::<(i64,)>("SELECT x FROM users WHERE name = ?", ("s3cret",))
                .await,
        );
        let decode = failure(db.query_sql::<(i64,)>("SELECT ?", ("s3cret",)).await);
        let count = failure(db.query_sql::<(i64,)>("SELECT ?, ?", ("s3cret",)).await);
        let refused = failure(db.query_sql::<(i64,)>("SELECT ?", ("s3cret\0",)).await);
        let json = failure(db.query_sql::<(i64,)>("SELECT json(?)", ("s3cret",)).await);
        for error in [violation, syntax, missing, decode, count, refused, json] {
            assert!(!format!("{error}").contains("s3cret"), "{error}");
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        Ok(())
    }

    /// The error of a save shows as the error, without the record.
    async fn a_save_error_does_not_show_the_record(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("s3cret").save(db).await?;
        let failed = User::named("s3cret").save(db).await.unwrap_err();
        assert!(!format!("{failed} {failed:?}").contains("s3cret"), "{failed:?}");
        assert!(failed.to_string().contains("email"), "{failed}");
        Ok(())
    }

    /// The driver's own error is the source.
    async fn the_drivers_error_is_the_source(db: &Db) -> Result<()> {
        let error = failure(db.query_sql::<(i64,)>("SELEKT", ()).await);
        assert!(error.source().is_some());
        assert_eq!(error.violation(), None);
        Ok(())
    }

    /// A kind, a message, and the code where the database gave one: that is what Debug shows.
    async fn debug_shows_kind_message_and_code(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let error = failure(User::named("ann").save(db).await);
        let shown = format!("{error:?}");
        for part in ["UniqueViolation", "email"] {
            assert!(shown.contains(part), "{shown}");
        }
        let codes = ["code: 2067", "sqlstate: \"23505\"", "code: 1062"];
        assert!(codes.iter().any(|code| shown.contains(code)), "{shown}");
        Ok(())
    }
}
