//! Where the server is and how to connect to it.

mod secret;
mod url;

pub(crate) use self::secret::Secret;

use activerecord_core::{Error, ErrorKind, Result};
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A PostgreSQL database: a server, a name on it, and how to connect.
///
/// ```
/// use activerecord_backend_postgres::{Postgres, SslMode};
/// use std::time::Duration;
///
/// let local = Postgres::from_url("postgres://ann:secret@localhost:5432/app?lock_timeout=1000")?;
/// let remote = Postgres::host("db.example.com")
///     .user("ann")
///     .password("secret")
///     .database("app")
///     .ssl_root_cert("/etc/ssl/db.pem")
///     .connect_timeout(Duration::from_secs(3));
/// assert!(!format!("{local:?} {remote:?}").contains("secret"));
/// # Ok::<(), activerecord_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Postgres {
    host: Host,
    port: u16,
    user: Option<String>,
    password: Option<Secret>,
    database: Option<String>,
    ssl_mode: Option<SslMode>,
    ssl_root_cert: Option<PathBuf>,
    connect_timeout: Duration,
    lock_timeout: Duration,
    application_name: Option<String>,
    options: Option<String>,
    statement_cache: usize,
}

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// A name or an address.
    Tcp(String),
    /// The directory of a unix socket.
    Unix(PathBuf),
}

/// Whether the connection is encrypted and the server's certificate verified, as libpq has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted where the server insists.
    Allow,
    /// Encrypted where the server can.
    Prefer,
    /// Encrypted, by whatever certificate; with a root certificate it is verified as by [`VerifyCa`](Self::VerifyCa).
    Require,
    /// Encrypted by a certificate that a trusted authority has signed.
    VerifyCa,
    /// Encrypted by such a certificate, made out to the name of the server.
    VerifyFull,
}

const PORT: u16 = 5432;

impl Postgres {
    /// A server by its name or address; a path is the directory of its unix socket.
    pub fn host(host: impl Into<String>) -> Self {
        let host = host.into();
        Self {
            host: match host.starts_with('/') {
                true => Host::Unix(host.into()),
                false => Host::Tcp(host),
            },
            port: PORT,
            user: None,
            password: None,
            database: None,
            ssl_mode: None,
            ssl_root_cert: None,
            connect_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(30),
            application_name: None,
            options: None,
            statement_cache: 256,
        }
    }

    /// Reads a URL: `postgres://user:password@host:port/database?parameter=value`.
    ///
    /// What is left out is as without a word: the host `localhost`, the port 5432, the user of the operating system,
    /// the database of the user's name. All parts may be percent-encoded. The parameters:
    ///
    /// | parameter | meaning | without a word |
    /// |-|-|-|
    /// | `host` | the directory of a unix socket, or a host | that of the URL |
    /// | `sslmode` | `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full` | `prefer` on this machine, else `verify-full` |
    /// | `sslrootcert` | the file of the certificates to trust, or `system` | those of the system |
    /// | `connect_timeout` | the longest wait for the server, in seconds | 10 |
    /// | `lock_timeout` | the longest wait for a lock, in milliseconds; 0 is without an end | 30000 |
    /// | `application_name` | what the server's lists of sessions show | `activerecord` |
    /// | `options` | further settings, as in `-c search_path=app` | |
    /// | `statement_cache` | prepared statements that a connection keeps | 256 |
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for another scheme, a part that cannot be read, and an unknown parameter or a
    /// value that it cannot take, which is named. No message shows the URL.
    pub fn from_url(url: &str) -> Result<Self> {
        url::parse(url)
    }

    /// The port, 5432 without a word.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The name to log in by; without a word that of the operating system's user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The password, which nothing shows.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password.into()));
        self
    }

    /// The name of the database; without a word that of the user.
    #[must_use]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// Whether the connection is encrypted. Without a word it is where the server can on this machine; a server
    /// elsewhere has to prove who it is.
    #[must_use]
    pub fn ssl_mode(mut self, mode: SslMode) -> Self {
        self.ssl_mode = Some(mode);
        self
    }

    /// The file of the certificates to trust, in PEM; without a word those of the system.
    #[must_use]
    pub fn ssl_root_cert(mut self, file: impl AsRef<Path>) -> Self {
        self.ssl_root_cert = Some(file.as_ref().to_owned());
        self
    }

    /// The longest wait for the server to take a connection, 10 s without a word.
    #[must_use]
    pub fn connect_timeout(mut self, longest: Duration) -> Self {
        self.connect_timeout = longest;
        self
    }

    /// How long a statement waits for a lock, 30 s without a word; zero is without an end.
    #[must_use]
    pub fn lock_timeout(mut self, longest: Duration) -> Self {
        self.lock_timeout = longest;
        self
    }

    /// The name that the server's lists of sessions show.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// Further settings of the session, as in `-c search_path=app -c statement_timeout=5s`.
    #[must_use]
    pub fn options(mut self, options: impl Into<String>) -> Self {
        self.options = Some(options.into());
        self
    }

    /// How many prepared statements each connection keeps, 256 without a word.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    pub(crate) fn place(&self) -> &Host {
        &self.host
    }

    /// The host and port, for messages.
    pub(crate) fn address(&self) -> Cow<'static, str> {
        match &self.host {
            Host::Tcp(host) => format!("{host}:{}", self.port).into(),
            Host::Unix(directory) => format!("{}/.s.PGSQL.{}", directory.display(), self.port).into(),
        }
    }

    pub(crate) fn port_number(&self) -> u16 {
        self.port
    }

    pub(crate) fn longest_connect(&self) -> Duration {
        self.connect_timeout
    }

    pub(crate) fn cached_statements(&self) -> usize {
        self.statement_cache
    }

    pub(crate) fn root_cert(&self) -> Option<&Path> {
        self.ssl_root_cert.as_deref()
    }

    /// The mode, or the one that the place of the server calls for.
    pub(crate) fn effective_ssl_mode(&self) -> SslMode {
        self.ssl_mode.unwrap_or(match self.is_here() {
            true => SslMode::Prefer,
            false => SslMode::VerifyFull,
        })
    }

    fn is_here(&self) -> bool {
        match &self.host {
            Host::Unix(_) => true,
            Host::Tcp(host) => {
                host.eq_ignore_ascii_case("localhost")
                    || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
            }
        }
    }

    /// What the driver sends at the start of a session.
    pub(crate) fn startup(&self) -> tokio_postgres::Config {
        let mut startup = tokio_postgres::Config::new();
        if let Some(user) = &self.user {
            startup.user(user);
        }
        if let Some(password) = &self.password {
            startup.password(password.reveal());
        }
        if let Some(database) = &self.database {
            startup.dbname(database);
        }
        startup.application_name(self.application_name.as_deref().unwrap_or("activerecord"));
        startup.options(self.session_options());
        startup
    }

    /// The settings of the session, given at its start so that `RESET ALL` goes back to them. Ours are the last word.
    fn session_options(&self) -> String {
        let own = self.session_settings();
        let own = own.iter().map(|(name, value)| format!("-c {name}={value}"));
        let all: Vec<String> = self.options.clone().into_iter().chain(own).collect();
        all.join(" ")
    }

    /// Sets a session up, so that the same SQL means the same everywhere.
    ///
    /// | setting | value | why |
    /// |---|---|---|
    /// | `client_encoding` | UTF8 | the driver sets it by itself |
    /// | `TimeZone` | UTC | a timestamp and a date of it are the same on every machine |
    /// | `DateStyle` | ISO | dates as text read in one way only |
    /// | `IntervalStyle` | postgres | |
    /// | `standard_conforming_strings` | on | a backslash in a literal is a backslash |
    /// | `lock_timeout` | as configured | no wait is without an end |
    pub(crate) fn session_settings(&self) -> [(&'static str, String); 5] {
        [
            ("TimeZone", "UTC".into()),
            ("DateStyle", "ISO".into()),
            ("IntervalStyle", "postgres".into()),
            ("standard_conforming_strings", "on".into()),
            ("lock_timeout", self.lock_timeout_ms().to_string()),
        ]
    }

    /// PostgreSQL counts milliseconds in 31 bits, and zero is no limit.
    fn lock_timeout_ms(&self) -> u128 {
        let longest = u128::from(i32::MAX.unsigned_abs());
        match self.lock_timeout.is_zero() {
            true => 0,
            false => self.lock_timeout.as_millis().clamp(1, longest),
        }
    }
}

/// Without the password.
impl fmt::Debug for Postgres {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Postgres")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("database", &self.database)
            .field("ssl_mode", &self.effective_ssl_mode())
            .finish_non_exhaustive()
    }
}

#[cold]
pub(crate) fn wrong(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}
