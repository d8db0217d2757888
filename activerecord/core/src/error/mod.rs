//! The one error of the library: opaque, one pointer wide, classified by code.

mod kind;
mod save;

pub use self::kind::{ErrorKind, Outcome};
pub use self::save::SaveError;

use crate::record::Table;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// The result of a database verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, and what is known about its effect.
///
/// Its [`kind`](Error::kind) is decided by the database's error code, never by the text of a message.
pub struct Error(Box<Details>);

struct Details {
    kind: ErrorKind,
    message: Cow<'static, str>,
    outcome: Outcome,
    violation: Option<Violation>,
    code: Option<i64>,
    sqlstate: Option<[u8; 5]>,
    parameter: Option<usize>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Which rule of the schema a statement broke.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The name of the constraint, where the database gives one.
    pub constraint: Option<String>,
    /// The table it belongs to.
    pub table: Option<String>,
    /// The columns it is about.
    pub columns: Vec<String>,
}

impl Error {
    /// Makes an error of a kind, with a message that says what to do.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Details {
            kind,
            message: message.into(),
            outcome: Outcome::NotApplied,
            violation: None,
            code: None,
            sqlstate: None,
            parameter: None,
            source: None,
        }))
    }

    /// An input that was refused before anything was sent.
    #[cold]
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// A rule of the record that refuses it, for hooks.
    #[cold]
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Validation, message)
    }

    /// A cell that does not hold what the record's field can take.
    #[cold]
    pub fn decode(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Decode, message)
    }

    /// Attaches the driver's error as the source.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Attaches the database's own error code.
    #[must_use]
    pub fn with_code(mut self, code: i64) -> Self {
        self.0.code = Some(code);
        self
    }

    /// Attaches the database's SQLSTATE, five letters and digits.
    #[must_use]
    pub fn with_sqlstate(mut self, state: &str) -> Self {
        self.0.sqlstate = state.as_bytes().try_into().ok();
        self
    }

    /// Names the parameter, counted from 1, that cannot be sent as it is.
    #[must_use]
    pub fn with_parameter(mut self, number: usize) -> Self {
        self.0.parameter = Some(number);
        self
    }

    /// States what is known about the statement's effect; without a word it is [`Outcome::NotApplied`].
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// Attaches the rule that was broken.
    #[must_use]
    pub fn with_violation(mut self, violation: Violation) -> Self {
        self.0.violation = Some(violation);
        self
    }

    /// Puts what was being done in front of the message.
    #[must_use]
    pub fn context(mut self, what: impl fmt::Display) -> Self {
        self.0.message = format!("{what}: {}", self.0.message).into();
        self
    }

    /// Names the table, and the columns of a key that was told by its name alone, where the database did not.
    #[must_use]
    pub(crate) fn with_table(mut self, table: &Table) -> Self {
        let kind = self.0.kind;
        if let Some(violation) = &mut self.0.violation {
            violation.table.get_or_insert_with(|| table.name.to_owned());
            if kind == ErrorKind::UniqueViolation && violation.columns.is_empty() {
                violation.columns = columns_of_key(table, violation.constraint.as_deref());
            }
        }
        self
    }

    /// The parameter that could not be sent, counted from 1.
    pub fn parameter(&self) -> Option<usize> {
        self.0.parameter
    }

    /// The kind, by which a program decides what to do.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is known about the effect of the failed call.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// Whether running the whole transaction again may succeed: its kind is a conflict with somebody else's work
    /// and nothing of it was applied.
    pub fn is_retryable(&self) -> bool {
        self.0.outcome == Outcome::NotApplied && self.0.kind.is_conflict()
    }

    /// The database's own code (SQLite's extended result code), where it gave one.
    pub fn code(&self) -> Option<i64> {
        self.0.code
    }

    /// The SQLSTATE, on a database that has one.
    pub fn sqlstate(&self) -> Option<&str> {
        std::str::from_utf8(self.0.sqlstate.as_ref()?).ok()
    }

    /// The rule of the schema that was broken, for violations.
    pub fn violation(&self) -> Option<&Violation> {
        self.0.violation.as_ref()
    }

    /// The name of the broken constraint, where the database gives one.
    pub fn constraint(&self) -> Option<&str> {
        self.violation()?.constraint.as_deref()
    }

    /// The table of the broken constraint.
    pub fn table(&self) -> Option<&str> {
        self.violation()?.table.as_deref()
    }

    /// The columns of the broken constraint.
    pub fn columns(&self) -> &[String] {
        self.violation().map_or(&[], |violation| &violation.columns)
    }
}

/// The columns of a table's key by its name: that of a unique column is named after the column, and there are databases
/// where every primary key is named `PRIMARY`.
fn columns_of_key(table: &Table, name: Option<&str>) -> Vec<String> {
    let columns = table
        .columns
        .iter()
        .enumerate()
        .filter(|(index, column)| match name {
            Some("PRIMARY") => table.is_key(*index),
            name => column.unique && name == Some(column.name),
        });
    columns.map(|(_, column)| column.name.to_owned()).collect()
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = out.debug_struct("Error");
        debug
            .field("kind", &self.0.kind)
            .field("message", &self.0.message);
        if self.0.outcome != Outcome::NotApplied {
            debug.field("outcome", &self.0.outcome);
        }
        if let Some(violation) = &self.0.violation {
            debug.field("violation", violation);
        }
        if let Some(code) = self.0.code {
            debug.field("code", &code);
        }
        if let Some(state) = self.sqlstate() {
            debug.field("sqlstate", &state);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
