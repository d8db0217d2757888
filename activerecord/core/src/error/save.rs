//! The error that gives the record back.

use super::Error;
use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;

/// A verb that took a record by value failed: the error, and the record unharmed.
///
/// It reads as [`Error`] and turns into one under `?`.
pub struct SaveError<T> {
    error: Error,
    record: T,
}

impl<T> SaveError<T> {
    pub(crate) fn new(error: Error, record: T) -> Self {
        Self { error, record }
    }

    /// Gives the record back.
    pub fn into_record(self) -> T {
        self.record
    }

    /// Gives the error alone.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// Gives both.
    pub fn into_parts(self) -> (Error, T) {
        (self.error, self.record)
    }
}

impl<T> Deref for SaveError<T> {
    type Target = Error;

    fn deref(&self) -> &Error {
        &self.error
    }
}

impl<T> From<SaveError<T>> for Error {
    fn from(failure: SaveError<T>) -> Self {
        failure.error
    }
}

impl<T> fmt::Display for SaveError<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(out)
    }
}

impl<T> fmt::Debug for SaveError<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, out)
    }
}

impl<T> StdError for SaveError<T> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
