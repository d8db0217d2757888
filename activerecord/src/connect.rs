//! From a URL to a handle.

#[cfg(feature = "async")]
use crate::AsyncDatabase;
use crate::{Backend, Database, Error, ErrorKind, Handle, PoolOptions, Result};
use std::fmt;
#[cfg(feature = "async")]
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Where a database is and how to connect to it.
///
/// ```
/// use activerecord::prelude::*;
/// use activerecord::ConnectOptions;
/// use std::time::Duration;
///
/// # fn main() -> Result<()> {
/// let options = ConnectOptions::new("sqlite::memory:").acquire_timeout(Duration::from_secs(1));
/// let db = Database::connect(options)?;
/// # drop(db);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "options do nothing until they are connected with"]
pub struct ConnectOptions {
    url: String,
    pool: PoolOptions,
}

impl ConnectOptions {
    /// Starts from a URL of a database whose feature is on.
    ///
    /// # SQLite
    ///
    /// `sqlite://app.db` (in the program's working directory), `sqlite:///var/lib/app.db`, `sqlite::memory:`. A file
    /// that does not exist is created. Parameters, as in `sqlite://app.db?mode=ro&busy_timeout=1000`:
    ///
    /// | parameter | meaning | without a word |
    /// |-|-|-|
    /// | `mode` | `rwc` creates a missing file, `rw` does not, `ro` refuses writes | `rwc` |
    /// | `busy_timeout` | the longest wait for a lock of another process, in milliseconds | 5000 |
    /// | `statement_cache` | prepared statements that a connection keeps | 256 |
    ///
    /// # PostgreSQL
    ///
    /// `postgres://user:password@host:port/database`, its parts percent-encoded. What is left out is the host
    /// `localhost`, the port 5432, the user of the operating system, the database of the user's name.
    ///
    /// | parameter | meaning | without a word |
    /// |-|-|-|
    /// | `host` | the directory of a unix socket | |
    /// | `sslmode` | `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full` | `prefer` on this machine, else `verify-full` |
    /// | `sslrootcert` | the file of the certificates to trust, or `system` | those of the system |
    /// | `connect_timeout` | the longest wait for the server, in seconds | 10 |
    /// | `lock_timeout` | the longest wait for a lock, in milliseconds; 0 is without an end | 30000 |
    /// | `application_name` | what the server's lists of sessions show | `activerecord` |
    /// | `options` | further settings, as in `-c search_path=app` | |
    /// | `statement_cache` | prepared statements that a connection keeps | 256 |
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            pool: PoolOptions::default(),
        }
    }

    /// The most connections at a time, 8 without a word.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool.size = connections;
        self
    }

    /// The longest wait for a connection, or for the turn to write; 5 s without a word.
    pub fn acquire_timeout(mut self, longest: Duration) -> Self {
        self.pool.acquire_timeout = longest;
        self
    }

    /// Lets log events show the values of parameters, which they do not without a word.
    pub fn log_values(mut self, shown: bool) -> Self {
        self.pool.log_values = shown;
        self
    }
}

impl<S: Into<String>> From<S> for ConnectOptions {
    fn from(url: S) -> Self {
        Self::new(url)
    }
}

/// The URL may hold a password, so it is not shown.
impl fmt::Debug for ConnectOptions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ConnectOptions")
            .field("scheme", &scheme(&self.url))
            .field("pool", &self.pool)
            .finish()
    }
}

/// Connecting to a URL: `Database::connect(url)?` and `AsyncDatabase::connect(url).await?`.
pub trait Connect: Sized + Handle {
    /// The result, or a future of it.
    type Connecting;

    /// Connects. One connection is opened at once, so a wrong path or password is told here.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for a URL that makes no sense or a database whose feature is not compiled in;
    /// else what the database says.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the connection that is being opened is closed again.
    fn connect(options: impl Into<ConnectOptions>) -> Self::Connecting;
}

impl Connect for Database {
    type Connecting = Result<Self>;

    fn connect(options: impl Into<ConnectOptions>) -> Result<Self> {
        let options = options.into();
        Self::open(backend(&options.url)?, options.pool)
    }
}

#[cfg(feature = "async")]
impl Connect for AsyncDatabase {
    type Connecting = std::pin::Pin<Box<dyn Future<Output = Result<Self>> + Send>>;

    fn connect(options: impl Into<ConnectOptions>) -> Self::Connecting {
        let options = options.into();
        Box::pin(async move { Self::open(backend(&options.url)?, options.pool).await })
    }
}

fn scheme(url: &str) -> &str {
    url.split_once(':').map_or("", |(scheme, _)| scheme)
}

fn backend(url: &str) -> Result<Arc<dyn Backend>> {
    match scheme(url) {
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Arc::new(activerecord_backend_sqlite::Sqlite::from_url(url)?)),
        #[cfg(not(feature = "sqlite"))]
        "sqlite" => Err(missing_feature("sqlite")),
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Arc::new(activerecord_backend_postgres::Postgres::from_url(url)?)),
        #[cfg(not(feature = "postgres"))]
        "postgres" | "postgresql" => Err(missing_feature("postgres")),
        scheme @ ("mysql" | "mariadb") => Err(unsupported(scheme)),
        "" => Err(Error::new(
            ErrorKind::Config,
            "a database is named by a URL with a scheme, such as `sqlite://app.db` or `sqlite::memory:`",
        )),
        scheme => Err(Error::new(
            ErrorKind::Config,
            format!("`{scheme}` is no database scheme; a URL starts with `sqlite:` or `postgres:`"),
        )),
    }
}

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
#[cold]
fn missing_feature(feature: &str) -> Error {
    let message = format!("this program was built without `{feature}`; add it to activerecord's features");
    Error::new(ErrorKind::Config, message)
}

#[cold]
fn unsupported(scheme: &str) -> Error {
    Error::new(
        ErrorKind::Config,
        format!(
            "there is no backend for `{scheme}:` URLs in this version; there are `sqlite:` and `postgres:`"
        ),
    )
}
