//! The databases that the suite runs on.

use activerecord::{Backend, Database, Error, ErrorKind, PoolOptions, Result};
use activerecord_backend_sqlite::Sqlite;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A database, as the suite sees it.
pub trait Environment: fmt::Debug + Send + Sync {
    /// Its name, the first part of every case's name.
    fn name(&self) -> &'static str;

    /// A database without any table, for one case.
    ///
    /// # Errors
    ///
    /// Where it cannot be had; the message says how to provide it.
    fn fresh(&self) -> Result<Fresh>;
}

/// A database for one case, and what has to live as long.
#[derive(Debug)]
pub struct Fresh {
    /// The database.
    pub database: Database,
    _guard: Box<dyn Any>,
}

impl Fresh {
    /// A database, and what cleans up after it when dropped.
    pub fn new(database: Database, guard: impl Any) -> Self {
        Self {
            database,
            _guard: Box::new(guard),
        }
    }
}

/// SQLite, in a file of its own for each case.
pub struct SqliteFiles {
    wrap: Wrap,
    acquire_timeout: Duration,
}

type Wrap = Box<dyn Fn(Sqlite) -> Arc<dyn Backend> + Send + Sync>;

impl SqliteFiles {
    /// The backend as it is.
    pub fn plain() -> Self {
        Self::wrapped(|sqlite| Arc::new(sqlite))
    }

    /// The backend with something around it.
    pub fn wrapped(wrap: impl Fn(Sqlite) -> Arc<dyn Backend> + Send + Sync + 'static) -> Self {
        Self {
            wrap: Box::new(wrap),
            acquire_timeout: Duration::from_secs(5),
        }
    }

    /// Waits no longer than this for a connection or for the turn to write.
    #[must_use]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }
}

impl Environment for SqliteFiles {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn fresh(&self) -> Result<Fresh> {
        let directory = tempfile::tempdir().map_err(|error| {
            Error::new(
                ErrorKind::Io,
                "no temporary directory; set TMPDIR to one that can be written",
            )
            .with_source(error)
        })?;
        let file = directory.path().join("case.db");
        let backend = (self.wrap)(Sqlite::file(file).busy_timeout(self.acquire_timeout));
        let mut options = PoolOptions::default();
        options.size = 4;
        options.acquire_timeout = self.acquire_timeout;
        let database = Database::open(backend, options)?;
        Ok(Fresh::new(database, directory))
    }
}

impl fmt::Debug for SqliteFiles {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SqliteFiles")
    }
}

/// Scratch.
#[derive(Debug)]
pub struct MysqlServer(pub &'static str, pub String);

struct Drops(String, String);
impl Drop for Drops {
    fn drop(&mut self) {
        if let Ok(admin) = activerecord_backend_mysql::Mysql::from_url(&self.0)
            .and_then(|it| Backend::connect(&it))
            .as_mut()
        {
            let sql = format!("DROP DATABASE {}", self.1);
            let _ = admin.execute(&activerecord::Statement::new(&sql, &[]));
        }
    }
}

impl Environment for MysqlServer {
    fn name(&self) -> &'static str {
        self.0
    }

    fn fresh(&self) -> Result<Fresh> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static N: AtomicU32 = AtomicU32::new(0);
        let name = format!("ar_{}_{}", std::process::id(), N.fetch_add(1, Ordering::Relaxed));
        let admin = activerecord_backend_mysql::Mysql::from_url(&format!("{}/mysql", self.1))?;
        let mut admin = Backend::connect(&admin)?;
        admin.execute(&activerecord::Statement::new(
            &format!("CREATE DATABASE {name}"),
            &[],
        ))?;
        let url = format!("{}/{name}?lock_timeout=5", self.1);
        let backend = activerecord_backend_mysql::Mysql::from_url(&url)?;
        let mut options = PoolOptions::default();
        options.size = 4;
        let database = Database::open(Arc::new(backend), options)?;
        Ok(Fresh::new(database, Drops(format!("{}/mysql", self.1), name)))
    }
}
