//! The server's errors, classified by their code.

mod code;
mod words;

use activerecord_core::{Error, ErrorKind, Outcome, first_word, holds_several};
use mysql_async::{DriverError, IoError, ServerError};
use mysql_common::proto::codec::error::PacketCodecError;
use std::io;

/// What went wrong on a wire, whichever the driver.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server said so; the connection can be used on.
    Server(ServerError),
    /// Nothing was sent: an error of ours.
    Refused(Error),
    Io(io::Error),
    /// The encrypted connection could not be made.
    Tls(Cause),
    /// The server has no encryption.
    NoEncryption,
    /// The driver gave up.
    Driver(ErrorKind, Cause),
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Failure {
    /// Whether the connection is of no use any more.
    pub(crate) fn is_fatal(&self) -> bool {
        !matches!(self, Self::Server(_))
    }

    /// Whether a wait that was bounded has come to its end.
    pub(crate) fn is_too_late(&self) -> bool {
        matches!(self, Self::Io(failure) if failure.kind() == io::ErrorKind::TimedOut)
    }
}

impl From<Error> for Failure {
    fn from(refusal: Error) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Failure {
    fn from(failure: io::Error) -> Self {
        Self::Io(failure)
    }
}

impl From<PacketCodecError> for Failure {
    fn from(failure: PacketCodecError) -> Self {
        match failure {
            PacketCodecError::Io(failure) => Self::Io(failure),
            PacketCodecError::PacketTooLarge => Self::Driver(ErrorKind::ValueTooLong, failure.into()),
            failure => Self::Driver(ErrorKind::ConnectionLost, failure.into()),
        }
    }
}

impl From<mysql_async::Error> for Failure {
    fn from(failure: mysql_async::Error) -> Self {
        match failure {
            mysql_async::Error::Server(error) => Self::Server(error),
            mysql_async::Error::Io(IoError::Io(error)) => Self::Io(error),
            mysql_async::Error::Io(IoError::Tls(error)) => Self::Tls(error.into()),
            mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer) => Self::NoEncryption,
            mysql_async::Error::Driver(error) => Self::Driver(kind_of_driver(&error), error.into()),
            other => Self::Driver(ErrorKind::ConnectionLost, other.into()),
        }
    }
}

/// Says what went wrong with a statement.
#[cold]
pub(crate) fn of_statement(failure: Failure, sql: &str) -> Error {
    let error = of(failure);
    match error.kind() {
        ErrorKind::Syntax if is_several(sql) => {
            Error::invalid("the text holds more than one statement").with_source(error)
        }
        ErrorKind::Syntax | ErrorKind::UndefinedTable | ErrorKind::UndefinedColumn if !sql.is_empty() => {
            error.context(format_args!("in `{sql}`"))
        }
        _ => error,
    }
}

/// Whether there is more than one statement in a text that the server did not take. What makes a trigger or a procedure
/// may have others in it.
fn is_several(sql: &str) -> bool {
    holds_several(sql) && !first_word(sql).eq_ignore_ascii_case("CREATE")
}

/// Says what is known after a commit that failed: nothing where its answer was lost or it was stopped in the middle,
/// else that it did not happen.
#[cold]
pub(crate) fn in_commit(error: Error) -> Error {
    let unknown = match error.kind() {
        // The server had closed the connection before.
        ErrorKind::ConnectionLost => !error.code().is_some_and(code::is_idle_for_too_long),
        ErrorKind::Canceled | ErrorKind::StatementTimeout | ErrorKind::Io => true,
        _ => false,
    };
    if !unknown {
        return error;
    }
    let message = "whether the commit took effect is not known: its answer was lost";
    let unknown = Error::new(ErrorKind::CommitUnknown, message).with_outcome(Outcome::Unknown);
    let unknown = error.code().into_iter().fold(unknown, Error::with_code);
    unknown.with_source(error)
}

/// Whether a prepared statement no longer fits the schema or the session; it was not run.
pub(crate) fn is_stale(failure: &Failure) -> bool {
    server(failure).is_some_and(|error| code::kind(error.code) == ErrorKind::StaleStatement)
}

/// Whether the server runs this statement, but not as a prepared one.
pub(crate) fn is_unpreparable(failure: &Failure) -> bool {
    server(failure).is_some_and(|error| error.code == code::UNSUPPORTED_PS)
}

/// Whether there is no connection of the number that was to be killed.
pub(crate) fn is_unknown_thread(failure: &Failure) -> bool {
    server(failure).is_some_and(|error| error.code == code::NO_SUCH_THREAD)
}

fn server(failure: &Failure) -> Option<&ServerError> {
    match failure {
        Failure::Server(error) => Some(error),
        _ => None,
    }
}

/// Says what went wrong, in connecting too.
#[cold]
pub(crate) fn of(failure: Failure) -> Error {
    match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Server(error) => of_server(error),
        Failure::Io(error) => of_io(error),
        Failure::Tls(cause) => Error::new(ErrorKind::Tls, unencrypted(&cause)).with_source(cause),
        Failure::NoEncryption => Error::new(ErrorKind::Tls, "the server has no encryption"),
        Failure::Driver(kind, cause) => {
            Error::new(kind, format!("the driver gave up: {cause}")).with_source(cause)
        }
    }
}

fn of_server(failure: ServerError) -> Error {
    let kind = code::kind(failure.code);
    let error = Error::new(kind, words::message(kind, &failure));
    let error = error.with_code(failure.code.into()).with_sqlstate(&failure.state);
    let error = match kind.is_violation() {
        true => error.with_violation(words::violation(&failure)),
        false => error,
    };
    error.with_source(failure)
}

/// What rustls says names certificates and hosts, no secret.
fn unencrypted(failure: &dyn std::fmt::Display) -> String {
    format!("the encrypted connection could not be made: {failure}")
}

fn of_io(failure: io::Error) -> Error {
    let inner = failure.get_ref();
    let (kind, message) = match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(failure) => (ErrorKind::Tls, unencrypted(failure)),
        None => (
            ErrorKind::ConnectionLost,
            format!("the connection to the server failed: {failure}"),
        ),
    };
    Error::new(kind, message).with_source(failure)
}

fn kind_of_driver(failure: &DriverError) -> ErrorKind {
    match failure {
        DriverError::PacketTooLarge => ErrorKind::ValueTooLong,
        DriverError::UnknownAuthPlugin { .. }
        | DriverError::MysqlOldPasswordDisabled
        | DriverError::CleartextPluginDisabled
        | DriverError::InvalidParsecSalt => ErrorKind::Auth,
        DriverError::LocalInfile(_) => ErrorKind::Unsupported,
        _ => ErrorKind::ConnectionLost,
    }
}
