//! What the server said.

use std::error::Error;
use std::fmt;
use tokio_postgres::error::DbError;

/// The server's own words, without the details that quote rows.
#[derive(Debug)]
pub(super) struct Words {
    severity: String,
    message: String,
    hint: Option<String>,
}

impl Words {
    pub(super) fn of(answer: &DbError) -> Self {
        Self {
            severity: answer.severity().to_owned(),
            message: answer.message().to_owned(),
            hint: answer.hint().map(str::to_owned),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.severity, self.message)?;
        match &self.hint {
            Some(hint) => write!(out, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl Error for Words {}
