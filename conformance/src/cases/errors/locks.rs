//! Locks, interrupts, limits and handles that have ended.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::prelude::*;
    use crate::support::{failure, has_code};

    /// A lock that another process holds: here on a key that it may yet take.
    async fn a_lock_of_another_process_times_out(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let stranger = stranger(db)?;
        let holder = db.begin().await?;
        Account { id: 1, balance: 0 }.save(&holder).await?;
        let error = failure(Account { id: 1, balance: 1 }.save(&stranger).await);
        assert_eq!(error.kind(), ErrorKind::LockTimeout);
        assert!(has_code(&error, &["5", "55P03", "1205"]), "{error:?}");
        assert_eq!(
            (error.outcome(), error.is_retryable()),
            (Outcome::NotApplied, true)
        );
        assert!(error.to_string().contains("timeout"), "{error}");
        holder.rollback().await?;
        Account { id: 1, balance: 1 }.save(&stranger).await?;
        Ok(())
    }

    /// No connection is free.
    async fn a_pool_that_is_empty_says_how_empty(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        let options = options().read_only();
        let (one, other) = (db.begin_with(options).await?, db.begin_with(options).await?);
        let error = failure(db.query_sql::<(i64,)>("SELECT 1", ()).await);
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (ErrorKind::PoolTimeout, false)
        );
        assert!(error.to_string().starts_with("no connection within"), "{error}");
        assert!(error.to_string().contains("2 of 2 connections in use"), "{error}");
        one.rollback().await?;
        assert_eq!(db.query_sql::<(i64,)>("SELECT 1", ()).await?, [(1,)]);
        other.rollback().await
    }

    /// A handle that was closed.
    async fn a_closed_handle_is_told(db: &Db) -> Result<()> {
        let db = stranger(db)?;
        db.close().await;
        let error = failure(db.query_sql::<(i64,)>("SELECT 1", ()).await);
        assert_eq!(error.kind(), ErrorKind::PoolClosed);
        assert_eq!(failure(db.begin().await).kind(), ErrorKind::PoolClosed);
        Ok(())
    }

    /// A connection that cannot be opened tells why, and not just that the wait was long.
    async fn a_connection_that_cannot_be_opened_tells_why(db: &Db) -> Result<()> {
        let (spied, calls) = spied(db)?;
        calls.refuse_connections();
        let options = options().read_only();
        let mut open = Vec::new();
        let error = loop {
            match spied.begin_with(options).await {
                Ok(tx) => open.push(tx),
                Err(error) => break error,
            }
        };
        assert!(open.len() < 2);
        assert_eq!(error.kind(), ErrorKind::TooManyConnections);
        assert!(error.to_string().contains("the spy refuses"), "{error}");
        Ok(())
    }
}
