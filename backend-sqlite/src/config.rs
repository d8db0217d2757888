//! Where the database is and how it is opened.

use activerecord_core::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// A SQLite database: a file, or one in memory.
///
/// ```
/// use activerecord_backend_sqlite::Sqlite;
/// use std::time::Duration;
///
/// let app = Sqlite::file("app.db").busy_timeout(Duration::from_secs(1));
/// let report = Sqlite::from_url("sqlite://app.db?mode=ro")?;
/// # let _ = (app, report);
/// # Ok::<(), activerecord_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sqlite {
    /// None for a database in memory.
    path: Option<PathBuf>,
    mode: Mode,
    busy_timeout: Duration,
    statement_cache: usize,
}

/// What may be done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
    Create,
}

const MEMORY: &str = ":memory:";

impl Sqlite {
    /// A database in a file, which is created where it does not exist; `:memory:` is [`memory`](Self::memory).
    ///
    /// A relative path is taken from the current directory as it is now, whatever becomes of it later.
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        // An absolute path also keeps SQLite from reading a name that starts with `file:` as a URI.
        let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self {
            path: (path != Path::new(MEMORY)).then(absolute),
            mode: Mode::Create,
            busy_timeout: Duration::from_secs(5),
            statement_cache: 256,
        }
    }

    /// A database in memory. Each connection is a database of its own, gone when it is closed.
    pub fn memory() -> Self {
        Self::file(MEMORY)
    }

    /// Reads a URL.
    ///
    /// `sqlite://relative/app.db`, `sqlite:///absolute/app.db`, `sqlite:app.db`, `sqlite::memory:` and
    /// `sqlite://:memory:` are accepted; the path may be percent-encoded. The parameters are `mode` (`ro`, `rw` or
    /// `rwc`, which creates the file and is the default), `busy_timeout` (milliseconds, 5000 without a word) and
    /// `statement_cache` (statements, 256 without a word).
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for another scheme, an empty path, and an unknown parameter or a value that it
    /// cannot take, which is named.
    pub fn from_url(url: &str) -> Result<Self> {
        let rest = url
            .strip_prefix("sqlite:")
            .ok_or_else(|| config("a SQLite URL starts with `sqlite:`"))?;
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let path = percent_decoded(path.strip_prefix("//").unwrap_or(path))?;
        if path.is_empty() {
            return Err(config(
                "the URL names no file; a database in memory is `sqlite::memory:`",
            ));
        }
        let given = parameters.split('&').filter(|parameter| !parameter.is_empty());
        let sqlite = given
            .into_iter()
            .try_fold(Self::file(path), Self::with_parameter)?;
        sqlite.check()?;
        Ok(sqlite)
    }

    /// How long a statement waits for a lock that another process holds.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// How many prepared statements each connection keeps.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements;
        self
    }

    /// Opens the file for reading alone; it must exist.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.mode = Mode::Read;
        self
    }

    fn with_parameter(mut self, parameter: &str) -> Result<Self> {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "mode" => self.mode = mode(value)?,
            "busy_timeout" => self.busy_timeout = Duration::from_millis(number::<u32>(name, value)?.into()),
            "statement_cache" => self.statement_cache = number(name, value)?,
            _ => {
                return Err(config(format!(
                    "unknown parameter `{name}`; there are `mode`, `busy_timeout` and `statement_cache`"
                )));
            }
        }
        Ok(self)
    }

    /// Whether the settings make sense together.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.path {
            None if self.mode == Mode::Read => Err(config(
                "a database in memory is empty and cannot be opened for reading alone",
            )),
            Some(path) if path.as_os_str().is_empty() => Err(config("the path of the database is empty")),
            _ => Ok(()),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// The time SQLite is given: it counts milliseconds in 31 bits.
    pub(crate) fn lock_wait(&self) -> Duration {
        self.busy_timeout
            .min(Duration::from_millis(i32::MAX.unsigned_abs().into()))
    }

    pub(crate) fn cached_statements(&self) -> usize {
        self.statement_cache
    }
}

fn mode(value: &str) -> Result<Mode> {
    match value {
        "ro" => Ok(Mode::Read),
        "rw" => Ok(Mode::Write),
        "rwc" => Ok(Mode::Create),
        _ => Err(config(format!("`mode` is `ro`, `rw` or `rwc`, not `{value}`"))),
    }
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N> {
    value
        .parse()
        .map_err(|_| config(format!("`{name}` is a whole number, not `{value}`")))
}

fn percent_decoded(text: &str) -> Result<String> {
    let mut parts = text.split('%');
    let mut bytes = Vec::from(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.get(..2).ok_or_else(|| not_encoded(text))?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| not_encoded(text))?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    let decoded = String::from_utf8(bytes).map_err(|_| not_encoded(text))?;
    if decoded.contains('\0') {
        return Err(config("the path of the database holds a NUL character"));
    }
    Ok(decoded)
}

#[cold]
fn not_encoded(path: &str) -> Error {
    config(format!(
        "the path `{path}` is not percent-encoded UTF-8; a percent sign is written `%25`"
    ))
}

#[cold]
fn config(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}
