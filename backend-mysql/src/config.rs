//! Where the server is and how it is connected to.

mod url;

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
/// let app = Mysql::new("db.example.com", "app").user("ann").password("secret").connect_timeout(Duration::from_secs(3));
/// let report = Mysql::from_url("mariadb://ann@localhost/app?lock_timeout=5")?;
/// let inside = Mysql::new("10.0.0.7", "app").ssl_mode(SslMode::Required);
/// # let _ = (app, report, inside);
/// # Ok::<(), activerecord_core::Error>(())
/// ```
#[derive(Clone)]
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

/// A password: neither shown nor compared.
#[derive(Clone)]
struct Secret(String);

impl Mysql {
    /// A database on a host, by the user `root` without a password on port 3306, until something else is said.
    pub fn new(host: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: 3306,
            socket: None,
            user: "root".into(),
            password: None,
            database: Some(database.into()).filter(|name| !name.is_empty()),
            ssl_mode: None,
            ssl_ca: None,
            connect_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(50),
            statement_cache: 256,
            assumed: Flavour::Mysql,
            found: Arc::default(),
        }
    }

    /// Reads a URL: `mysql://user:password@host:3306/database?parameter=value`, or `mariadb://..`.
    ///
    /// User, password and database may be percent-encoded. Which of the two servers it is is found out at connect,
    /// whatever the scheme says. The parameters, a `-` in their names standing for `_`:
    ///
    /// | parameter | meaning | without a word |
    /// |-|-|-|
    /// | `ssl_mode` | `disabled`, `preferred`, `required` or `verify_identity`; or as in libpq `disable`, `prefer`, `require` or `verify-full` | `disabled` on this host, else `verify_identity` |
    /// | `ssl_ca` | a file of certificates (PEM) that the server's has to be signed by | the authorities that browsers trust |
    /// | `connect_timeout` | the longest wait for a connection, in seconds | 10 |
    /// | `lock_timeout` | the longest wait for a lock, in seconds | 50 |
    /// | `statement_cache` | prepared statements that a connection keeps | 256 |
    /// | `socket` | the path of the server's Unix socket, instead of host and port | none |
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for another scheme, a URL that cannot be read, and an unknown parameter or a
    /// value that it cannot take, which is named.
    pub fn from_url(url: &str) -> Result<Self> {
        let url = Url::parse(url)?;
        let mut mysql = Self::new(url.host.unwrap_or_else(|| "localhost".into()), url.path);
        mysql.assumed = match url.scheme {
            "mariadb" => Flavour::Mariadb,
            _ => Flavour::Mysql,
        };
        mysql.port = url.port.unwrap_or(mysql.port);
        mysql.user = url.user.unwrap_or(mysql.user);
        mysql.password = url.password.map(Secret);
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

    /// The user's password.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(Secret(password.into()));
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

    /// The longest wait for a lock of rows or of a table's definition, 50 s without a word. The server counts whole
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

    fn with_parameter(mut self, (name, value): (String, String)) -> Result<Self> {
        match &*name.replace('-', "_") {
            "ssl_mode" | "sslmode" => self.ssl_mode = Some(SslMode::from_name(&value)?),
            "ssl_ca" | "sslrootcert" => self.ssl_ca = Some(value.into()),
            "connect_timeout" => {
                self.connect_timeout = Duration::from_secs(number::<u32>(&name, &value)?.into())
            }
            "lock_timeout" => self.lock_timeout = Duration::from_secs(number::<u32>(&name, &value)?.into()),
            "statement_cache" => self.statement_cache = number(&name, &value)?,
            "socket" => self.socket = Some(value.into()),
            _ => {
                return Err(config(format!(
                    "unknown parameter `{name}`; there are `ssl_mode`, `ssl_ca`, `connect_timeout`, `lock_timeout`, \
                     `statement_cache` and `socket`"
                )));
            }
        }
        Ok(self)
    }

    /// Whether the settings make sense together.
    pub(crate) fn check(&self) -> Result<()> {
        if self.ssl_ca.is_some() && matches!(self.encryption(), SslMode::Disabled) {
            return Err(config(
                "`ssl_ca` needs an encrypted connection; set `ssl_mode` to `verify_identity`",
            ));
        }
        if self.connect_timeout.is_zero() {
            return Err(config(
                "`connect_timeout` is zero, in which no server can be reached",
            ));
        }
        Ok(())
    }

    /// How the connection is encrypted: as was said, else not at all on this host and fully verified off it.
    pub(crate) fn encryption(&self) -> SslMode {
        match self.ssl_mode {
            Some(mode) => mode,
            None if self.is_on_this_host() => SslMode::Disabled,
            None => SslMode::VerifyIdentity,
        }
    }

    fn is_on_this_host(&self) -> bool {
        let is_loopback = |host: &str| host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.socket.is_some() || self.host.eq_ignore_ascii_case("localhost") || is_loopback(&self.host)
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
            known => Err(config(format!(
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
        self.lock_timeout.as_secs().saturating_add(part).min(MOST)
    }

    /// The driver's options. They are never shown: their `Debug` may print the password.
    pub(crate) fn options(&self) -> mysql_async::OptsBuilder {
        /// What the protocol itself allows; what the server allows is asked once connected.
        const LARGEST_PACKET: usize = 1 << 30;
        mysql_async::OptsBuilder::default()
            .ip_or_hostname(&*self.host)
            .tcp_port(self.port)
            .socket(self.socket.as_ref().map(|path| path.to_string_lossy()))
            .user(Some(&*self.user))
            .pass(self.password.as_ref().map(|secret| &*secret.0))
            .db_name(self.database.as_deref())
            .stmt_cache_size(self.statement_cache)
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

/// Without the password.
impl fmt::Debug for Mysql {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Mysql")
            .field("server", &self.place())
            .field("user", &self.user)
            .field("database", &self.database)
            .field("flavour", &self.flavour())
            .field("ssl_mode", &self.encryption())
            .finish_non_exhaustive()
    }
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N> {
    value
        .parse()
        .map_err(|_| config(format!("`{name}` is a whole number, not `{value}`")))
}

#[cold]
pub(crate) fn config(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}
