//! SQLite, in files.

use super::{Environment, Fresh, Need};
use activerecord::{Backend, Database, Error, ErrorKind, PoolOptions, Result, Verbs};
use activerecord_backend_sqlite::Sqlite;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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

    fn has(&self, need: Need) -> bool {
        !matches!(need, Need::Sessions | Need::HearsOfLosses)
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

/// The file of a database.
///
/// # Errors
///
/// What the database says.
pub(crate) fn file_of(handle: &Database) -> Result<String> {
    let files = handle.query_sql::<(i64, String, String)>("PRAGMA database_list", ())?;
    Ok(files[0].2.clone())
}

pub(super) fn again(handle: &Database, lock_wait: Duration) -> Result<Arc<dyn Backend>> {
    Ok(Arc::new(Sqlite::file(file_of(handle)?).busy_timeout(lock_wait)))
}

pub(super) const TWIN_TRIGGER: &[&str] = &[
    "CREATE TRIGGER twin AFTER INSERT ON users WHEN NEW.name NOT LIKE 'twin%' BEGIN \
       INSERT INTO users (name, email, is_active) VALUES ('twin ' || NEW.name, NEW.email || '2', 1); END",
];

pub(super) const IGNORING_TRIGGER: &[&str] =
    &["CREATE TRIGGER no BEFORE INSERT ON users WHEN NEW.name = 'no' BEGIN SELECT RAISE(IGNORE); END"];
