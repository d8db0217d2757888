//! Where the server is and how it is connected to.

mod secret;
mod url;

use self::secret::Secret;
use self::url::Url;
use crate::flavour::Flavour;
use crate::tls::SslMode;
use activerecord_core::{Error, ErrorKind, Result};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A database on a MySQL or MariaDB server.
///
/// Its `Debug` shows no password.
///
/// ```
/// use activerecord_backend_mysql::{Mysql, SslMode};
/// use std::time::Duration;
///
/// let local = Mysql::from_url("mariadb://ann:secret@localhost/app?lock_timeout=5000")?;
/// let remote = Mysql::host("db.example.com")
///     .user("ann")
///     .password("secret")
///     .database("app")
///     .ssl_ca("/etc/ssl/db.pem")
///     .connect_timeout(Duration::from_secs(3));
/// let inside = Mysql::host("10.0.0.7").database("app").ssl_mode(SslMode::Required);
/// assert!(!format!("{local:?} {remote:?} {inside:?}").contains("secret"));
/// # Ok::<(), activerecord_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Mysql {
    host: String,
    port: u16,
    socket: Option<PathBuf>,
    user: String,
    password: Option<Secret>,
    database: Option<String>,
    ssl_mode: Option<SslMode>,
    ssl_ca: Option<PathBuf>,
    connect_timeout: Duration,
    lock_timeout: Duration,
    statement_cache: usize,
    /// What the URL says the server is; the server itself is believed more.
    assumed: Flavour,
    /// What the first connection found the server to be, shared by all clones.
    found: Arc<OnceLock<Flavour>>,
}

const PORT: u16 = 3306;

impl Mysql {
    /// A server by its name or address.
    pub fn host(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: PORT,
            socket: None,
            user: "root".into(),
            password: None,
            database: None,
            ssl_mode: None,
            ssl_ca: None,
            connect_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(30),
            statement_cache: 256,
            assumed: Flavour::Mysql,
            found: Arc::default(),
        }
    }

    /// Reads a URL: `mysql://user:password@host:port/database?parameter=value`, or `mariadb://..`.
    ///
    /// What is left out is as without a word: the host `localhost`, the port 3306, the user `root`, no database. All
    /// parts may be percent-encoded. Which of the two servers it is is found out at connect, whatever the scheme
    /// says. The parameters, a `-` in their names standing for `_`:
    ///
    /// | parameter | meaning | without a word |
    /// |-|-|-|
    /// | `ssl_mode` | `disabled`, `preferred`, `required` or `verify_identity`; or as in libpq `disable`, `prefer`, `require` or `verify-full` | `preferred` on this machine, else `verify_identity` |
    /// | `ssl_ca` | a file of certificates (PEM) that the server's has to be signed by | those of the system |
    /// | `connect_timeout` | the longest wait for a connection, in seconds | 10 |
    /// | `lock_timeout` | the longest wait for a lock, in milliseconds; the server counts seconds | 30000 |
    /// | `statement_cache` | prepared statements that a connection keeps | 256 |
    /// | `socket` | the path of the server's Unix socket, instead of host and port | none |
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for another scheme, a URL that cannot be read, and an unknown parameter or a
    /// value that it cannot take, which is named.
    pub fn from_url(url: &str) -> Result<Self> {
        let url = Url::parse(url)?;
        let mut mysql = Self::host(url.host.unwrap_or_else(|| "localhost".into()));
        mysql.database = Some(url.path).filter(|name| !name.is_empty());
        mysql.assumed = match url.scheme {
            "mariadb" => Flavour::Mariadb,
            _ => Flavour::Mysql,
        };
        mysql.port = url.port.unwrap_or(mysql.port);
        mysql.user = url.user.unwrap_or(mysql.user);
        mysql.password = url.password.map(Secret::new);
        let mysql = url.parameters.into_iter().try_fold(mysql, Self::with_parameter)?;
        mysql.check()?;
        Ok(mysql)
    }

    /// The port, 3306 without a word.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Connects by the server's Unix socket instead of host and port.
    #[must_use]
    pub fn socket(mut self, path: impl AsRef<Path>) -> Self {
        self.socket = Some(path.as_ref().to_owned());
        self
    }

    /// The user's name, `root` without a word.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>) -> Self {
        self.user = name.into();
        self
    }

    /// The user's password, which nothing shows.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret::new(password.into()));
        self
    }

    /// The name of the database.
    #[must_use]
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// How the connection is encrypted and the server verified; see [`SslMode`] for what holds without a word.
    #[must_use]
    pub fn ssl_mode(mut self, mode: SslMode) -> Self {
        self.ssl_mode = Some(mode);
        self
    }

    /// A file of certificates (PEM) that the server's has to be signed by.
    #[must_use]
    pub fn ssl_ca(mut self, file: impl AsRef<Path>) -> Self {
        self.ssl_ca = Some(file.as_ref().to_owned());
        self
    }

    /// The longest wait for a connection, 10 s without a word.
    #[must_use]
    pub fn connect_timeout(mut self, longest: Duration) -> Self {
        self.connect_timeout = longest;
        self
    }

    /// The longest wait for a lock of rows or of a table's definition, 30 s without a word. The server counts whole
    /// seconds, so a part of one is another second.
    #[must_use]
    pub fn lock_timeout(mut self, longest: Duration) -> Self {
        self.lock_timeout = longest;
        self
    }

    /// How many prepared statements each connection keeps.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    pub(crate) fn kept_statements(&self) -> usize {
        self.statement_cache
    }

    fn with_parameter(mut self, (name, value): (String, String)) -> Result<Self> {
        match &*name.replace('-', "_") {
            "ssl_mode" | "sslmode" => self.ssl_mode = Some(SslMode::from_name(&value)?),
            "ssl_ca" | "sslrootcert" => self.ssl_ca = Some(value.into()),
            "connect_timeout" => {
                self.connect_timeout = Duration::from_secs(number::<u32>(&name, &value)?.into())
            }
            "lock_timeout" => self.lock_timeout = Duration::from_millis(number::<u32>(&name, &value)?.into()),
            "statement_cache" => self.statement_cache = number(&name, &value)?,
            "socket" => self.socket = Some(value.into()),
            _ => {
                return Err(wrong(format!(
                    "unknown parameter `{name}`; there are `ssl_mode`, `ssl_ca`, `connect_timeout`, `lock_timeout`, \
                     `statement_cache` and `socket`"
                )));
            }
        }
        Ok(self)
    }

    /// Whether the settings make sense together.
    pub(crate) fn check(&self) -> Result<()> {
        if self.ssl_ca.is_some() && self.effective_ssl_mode() != SslMode::VerifyIdentity {
            return Err(wrong(
                "`ssl_ca` is for verifying the server; set `ssl_mode` to `verify_identity` too",
            ));
        }
        if self.connect_timeout.is_zero() {
            return Err(wrong(
                "`connect_timeout` is zero, in which no server can be reached",
            ));
        }
        Ok(())
    }

    /// The mode, or the one that the place of the server calls for. A socket does not leave the machine, and the
    /// driver could not encrypt it.
    pub(crate) fn effective_ssl_mode(&self) -> SslMode {
        match self.ssl_mode {
            _ if self.socket.is_some() => SslMode::Disabled,
            Some(mode) => mode,
            None if self.is_here() => SslMode::Preferred,
            None => SslMode::VerifyIdentity,
        }
    }

    fn is_here(&self) -> bool {
        let is_loopback = |host: &str| host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.host.eq_ignore_ascii_case("localhost") || is_loopback(&self.host)
    }

    /// What the server is, as far as is known.
    pub(crate) fn flavour(&self) -> Flavour {
        self.found.get().copied().unwrap_or(self.assumed)
    }

    /// Keeps what a connection found the server to be.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) where an earlier connection found the other one: the SQL of the two differs.
    pub(crate) fn found(&self, flavour: Flavour) -> Result<()> {
        match *self.found.get_or_init(|| flavour) {
            known if known == flavour => Ok(()),
            known => Err(wrong(format!(
                "{} answers where an earlier connection found {known}; connect to each by a handle of its own",
                flavour
            ))),
        }
    }

    pub(crate) fn certificates(&self) -> Option<&Path> {
        self.ssl_ca.as_deref()
    }

    pub(crate) fn connecting(&self) -> Duration {
        self.connect_timeout
    }

    /// The longest wait for a lock, in whole seconds as the server counts them.
    pub(crate) fn lock_seconds(&self) -> u64 {
        const MOST: u64 = 1_073_741_824;
        let part = u64::from(self.lock_timeout.subsec_nanos() > 0);
        self.lock_timeout.as_secs().saturating_add(part).clamp(1, MOST)
    }

    /// The path of the server's socket, where there is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.socket.as_deref()
    }

    /// Its name or address, and the port.
    pub(crate) fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    pub(crate) fn account(&self) -> Account<'_> {
        Account {
            user: &self.user,
            password: self.password.as_ref().map(Secret::reveal),
            database: self.database.as_deref(),
        }
    }

    /// The options of `mysql_async`. They are never shown: their `Debug` may print the password.
    pub(crate) fn options(&self) -> mysql_async::OptsBuilder {
        let account = self.account();
        mysql_async::OptsBuilder::default()
            .ip_or_hostname(&*self.host)
            .tcp_port(self.port)
            .socket(self.socket.as_ref().map(|path| path.to_string_lossy()))
            .user(Some(account.user))
            .pass(account.password)
            .db_name(account.database)
            // They are kept here.
            .stmt_cache_size(0)
            // Else the driver would switch to a socket that the server names.
            .prefer_socket(false)
            // An update of a row to what it is already counts as one.
            .client_found_rows(true)
            // Else the driver would ask for both, in a round trip of its own.
            .max_allowed_packet(Some(LARGEST_PACKET))
            .wait_timeout(Some(0))
    }

    /// Where the server is, without the user, for messages.
    pub(crate) fn place(&self) -> String {
        match &self.socket {
            Some(path) => path.display().to_string(),
            None => format!("{}:{}", self.host, self.port),
        }
    }
}

/// The largest packet that the protocol itself allows; what the server allows is asked once connected.
pub(crate) const LARGEST_PACKET: usize = 1 << 30;

/// Who connects, and to which database.
pub(crate) struct Account<'m> {
    pub(crate) user: &'m str,
    pub(crate) password: Option<&'m str>,
    pub(crate) database: Option<&'m str>,
}

/// Without the password.
impl fmt::Debug for Mysql {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Mysql")
            .field("server", &self.place())
            .field("user", &self.user)
            .field("database", &self.database)
            .field("flavour", &self.flavour())
            .field("ssl_mode", &self.effective_ssl_mode())
            .finish_non_exhaustive()
    }
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N> {
    value
        .parse()
        .map_err(|_| wrong(format!("`{name}` is a whole number, not `{value}`")))
}

#[cold]
pub(crate) fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}
