//! What a fault is.

use super::rows::Copied;
use super::text::Text;
use activerecord::{Connection, Control, Error, Result, RowSink, Statement, Written};
use std::fmt;

/// One thing done wrong.
#[derive(Clone, Copy)]
pub struct Fault {
    /// What it does, for a reader.
    pub name: &'static str,
    /// The areas of the suite that ought to notice it, likeliest first.
    pub areas: &'static [&'static str],
    pub(super) sabotage: Sabotage,
}

/// Where and how it is done wrong.
#[derive(Clone, Copy)]
pub(super) enum Sabotage {
    /// A step of transaction control.
    Control(fn(&mut dyn Connection, Control<'_>) -> Result<()>),
    /// The text of a statement, or its parameters.
    Text(fn(&mut Text)),
    /// A statement for its effect.
    Execute(fn(&mut dyn Connection, &Statement<'_>) -> Result<Written>),
    /// A statement for its rows.
    Query(fn(&mut dyn Connection, &Statement<'_>, &mut dyn RowSink) -> Result<()>),
    /// The rows that come back.
    Rows(fn(&mut Vec<Copied>)),
    /// What is told of an effect.
    Written(fn(&str, Written) -> Written),
    /// What is told of a failure.
    Failure(fn(Error) -> Result<()>),
    /// Rows that are pulled.
    Cursor(Pull),
    /// Whether a transaction is said to be open.
    InTransaction(bool),
    /// Whether a raw statement is said to read only.
    ReadsOnly(bool),
    /// How many parameters are said to fit into a statement, and how many do.
    MaxParams { said: usize, real: usize },
    /// Nothing can be interrupted.
    NoInterrupt,
    /// No connection can be opened after the first.
    OneConnection,
}

/// How a cursor goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pull {
    /// It ends after the first batch.
    EndsEarly,
    /// It gives the first row of each batch twice.
    Repeats,
    /// It leaves out the last row of each batch.
    Skips,
}

impl Fault {
    pub(super) const fn new(name: &'static str, areas: &'static [&'static str], sabotage: Sabotage) -> Self {
        Self {
            name,
            areas,
            sabotage,
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}
