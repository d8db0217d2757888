//! What a transaction can be used for at the moment, and by whom.

#[cfg(feature = "native")]
use super::lease::Held;
use crate::error::{Error, ErrorKind, Result};

/// What a transaction can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Status {
    Open,
    /// The database's side of it is gone or not known; it can only be rolled back.
    Aborted,
    /// An inner savepoint has the connection.
    Nested,
    /// Rows are iterated over on its connection.
    Iterating,
    /// Its guard was dropped while a statement ran; whoever brings the connection back rolls it back.
    Abandoned,
    Ended,
}

const STATUSES: [Status; 6] = [
    Status::Open,
    Status::Aborted,
    Status::Nested,
    Status::Iterating,
    Status::Abandoned,
    Status::Ended,
];

impl Status {
    pub(super) fn of(status: u8) -> Self {
        STATUSES.get(usize::from(status)).copied().unwrap_or(Self::Ended)
    }

    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Open => Ok(()),
            Self::Aborted => Err(Error::new(
                ErrorKind::TransactionAborted,
                "an earlier statement ended or spoiled this transaction; roll it back and run it again",
            )),
            Self::Nested => Err(Error::invalid(
                "a nested transaction is open; use its own handle, or end it first",
            )),
            Self::Iterating => Err(Error::invalid(
                "rows of this transaction are being iterated over on its one connection; end the iteration first, \
                 or load them with `all`",
            )),
            Self::Abandoned | Self::Ended => Err(ended()),
        }
    }

    /// Whether a transaction may be committed or rolled back, by its own guard.
    pub(super) fn check_end(self) -> Result<()> {
        match self {
            Self::Aborted => Ok(()),
            status => status.check(),
        }
    }
}

#[cold]
pub(super) fn ended() -> Error {
    Error::new(
        ErrorKind::TransactionEnded,
        "the transaction was committed or rolled back already",
    )
}

/// The handles that a transaction's connection serves.
#[cfg(feature = "native")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Both,
    Blocking,
    Async,
}

#[cfg(feature = "native")]
impl Reach {
    pub(super) fn of(lease: &mut Held) -> Result<Self> {
        let native = lease.lease()?.pool().is_native();
        Ok(match (native, lease.line()?.can_block()) {
            (false, _) => Self::Both,
            (true, true) => Self::Blocking,
            (true, false) => Self::Async,
        })
    }
}

#[cfg(feature = "native")]
#[cold]
pub(super) fn of_the_other_mode() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "blocking and async handles have connections of their own here, so a transaction of the one serves none of \
         the other; use the transaction's own handle",
    )
}
