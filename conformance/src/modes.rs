//! What differs between the two copies of a case.

/// Names for blocking copies.
pub mod blocking {
    pub use activerecord::{Database as Db, Transaction as Tx};

    /// Runs two calls, one after the other.
    #[macro_export]
    macro_rules! both_blocking {
        ($one:expr, $other:expr) => {
            ($one, $other)
        };
    }

    /// Waits for a future; inside `keep_async!`.
    #[macro_export]
    macro_rules! wait_blocking {
        ($future:expr) => {
            $crate::harness::wait($future)
        };
    }

    /// Does what blocks, which in an async task is not done just so.
    pub fn aside<T>(work: impl FnOnce() -> T) -> T {
        work()
    }

    /// A handle of each mode over the database of a case.
    pub fn handles(db: &Db) -> (activerecord::Database, activerecord::AsyncDatabase) {
        (db.clone(), db.to_async())
    }

    /// The database of a case once more, as its backend.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn backend(db: &Db) -> activerecord::Result<std::sync::Arc<dyn activerecord::Backend>> {
        crate::environment::again(db, std::time::Duration::from_millis(50))
    }

    /// The least fraction of a second, in nanoseconds, that a time of the database can have.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn least_fraction(db: &Db) -> activerecord::Result<u32> {
        crate::support::least_fraction(db)
    }

    /// A second handle on the database of a case, as another process has one.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn stranger(db: &Db) -> activerecord::Result<Db> {
        crate::support::stranger_to(db)
    }

    /// Ends every session of the case on the server, as an administrator does.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn kill_sessions(db: &Db) -> activerecord::Result<()> {
        crate::support::kill_sessions_of(db)
    }

    /// A second handle on the database of a case, with a spy between.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn spied(db: &Db) -> activerecord::Result<(Db, crate::support::Calls)> {
        crate::support::spied(db)
    }

    /// A second handle on the database of a case, through a proxy.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn proxied(db: &Db) -> activerecord::Result<(Db, crate::support::Proxy)> {
        crate::support::proxied(db)
    }

    /// A second handle on the database of a case, with so many connections.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn of_size(db: &Db, size: u32) -> activerecord::Result<Db> {
        with_limits(db, crate::support::size(size))
    }

    /// A second handle on the database of a case, with limits of its own, but for the acquire timeout.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn with_limits(db: &Db, options: activerecord::PoolOptions) -> activerecord::Result<Db> {
        crate::support::with_limits(db, options)
    }

    /// A database in memory with a short acquire timeout.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn in_memory() -> activerecord::Result<Db> {
        crate::support::in_memory()
    }

    pub use crate::{both_blocking as both, wait_blocking as wait};
}

/// Names for async copies.
pub mod asynchronous {
    pub use activerecord::{AsyncDatabase as Db, AsyncTransaction as Tx};

    /// Runs two calls at the same time.
    #[macro_export]
    macro_rules! both_async {
        ($one:expr, $other:expr) => {
            tokio::join!($one, $other)
        };
    }

    /// Waits for a future; inside `keep_async!`.
    #[macro_export]
    macro_rules! wait_async {
        ($future:expr) => {
            $future.await
        };
    }

    /// Does what blocks, which in an async task is not done just so.
    pub fn aside<T>(work: impl FnOnce() -> T) -> T {
        tokio::task::block_in_place(work)
    }

    /// A handle of each mode over the database of a case.
    pub fn handles(db: &Db) -> (activerecord::Database, activerecord::AsyncDatabase) {
        (db.to_blocking(), db.clone())
    }

    /// The database of a case once more, as its backend.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn backend(db: &Db) -> activerecord::Result<std::sync::Arc<dyn activerecord::Backend>> {
        let wait = std::time::Duration::from_millis(50);
        aside(|| crate::environment::again(&db.to_blocking(), wait))
    }

    /// The least fraction of a second, in nanoseconds, that a time of the database can have.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn least_fraction(db: &Db) -> activerecord::Result<u32> {
        aside(|| crate::support::least_fraction(&db.to_blocking()))
    }

    /// A second handle on the database of a case, as another process has one.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn stranger(db: &Db) -> activerecord::Result<Db> {
        Ok(aside(|| crate::support::stranger_to(&db.to_blocking()))?.to_async())
    }

    /// Ends every session of the case on the server, as an administrator does.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn kill_sessions(db: &Db) -> activerecord::Result<()> {
        aside(|| crate::support::kill_sessions_of(&db.to_blocking()))
    }

    /// A second handle on the database of a case, with a spy between.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn spied(db: &Db) -> activerecord::Result<(Db, crate::support::Calls)> {
        let (spied, calls) = aside(|| crate::support::spied(&db.to_blocking()))?;
        Ok((spied.to_async(), calls))
    }

    /// A second handle on the database of a case, through a proxy.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn proxied(db: &Db) -> activerecord::Result<(Db, crate::support::Proxy)> {
        let (proxied, proxy) = aside(|| crate::support::proxied(&db.to_blocking()))?;
        Ok((proxied.to_async(), proxy))
    }

    /// A second handle on the database of a case, with so many connections.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn of_size(db: &Db, size: u32) -> activerecord::Result<Db> {
        with_limits(db, crate::support::size(size))
    }

    /// A second handle on the database of a case, with limits of its own, but for the acquire timeout.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn with_limits(db: &Db, options: activerecord::PoolOptions) -> activerecord::Result<Db> {
        Ok(aside(|| crate::support::with_limits(&db.to_blocking(), options))?.to_async())
    }

    /// A database in memory with a short acquire timeout.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn in_memory() -> activerecord::Result<Db> {
        Ok(crate::support::in_memory()?.to_async())
    }

    pub use crate::{both_async as both, wait_async as wait};
}
