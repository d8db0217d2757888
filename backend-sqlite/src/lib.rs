//! SQLite for activerecord: a [`Backend`](activerecord_core::Backend) over `rusqlite`.
//!
//! [`Sqlite`] says where the database is and how it is opened; everything else goes through the traits of
//! `activerecord-core`.
//!
//! ```
//! use activerecord_backend_sqlite::Sqlite;
//! use activerecord_core::{Backend, Statement};
//!
//! # fn main() -> activerecord_core::Result<()> {
//! let mut connection = Sqlite::memory().connect()?;
//! connection.execute(&Statement::new("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)", &[]))?;
//! let written = connection.execute(&Statement::new("INSERT INTO users (name) VALUES ('Ann')", &[]))?;
//! assert_eq!(written.key, Some(1));
//! # Ok(())
//! # }
//! ```
//!
//! # How values are kept
//!
//! | value | in SQLite |
//! |---|---|
//! | truth value | `INTEGER` 0 or 1 |
//! | integers | `INTEGER`; a `u64` above `i64::MAX` is refused |
//! | floating-point numbers | `REAL`; NaN is refused, and SQLite itself keeps `-0.0` in a `REAL` column as `0.0` |
//! | text, JSON | `TEXT`; a NUL character is refused |
//! | bytes | `BLOB` |
//! | date, time of day | `TEXT`: `YYYY-MM-DD`, `HH:MM:SS.nnnnnnnnn` |
//! | date and time | `TEXT`: `YYYY-MM-DD HH:MM:SS.nnnnnnnnn`, so that the order of texts is the order of times |
//! | timestamp | the same in UTC with `+00:00` |
//! | UUID | `TEXT`, hyphenated and in lower case |
//! | decimal number | `TEXT` with its scale, ordered by the collation `activerecord_decimal` |
//!
//! # Functions in SQL
//!
//! Every connection knows `activerecord_fold(text)`, the text in lower case beyond ASCII. With the feature `decimal`
//! it also knows the collation `activerecord_decimal` and the aggregates `activerecord_decimal_sum` and
//! `activerecord_decimal_avg`. An index or view that uses one of them can be read by such a connection alone.

mod backend;
mod config;
mod connection;
mod cursor;
mod dialect;
mod error;
mod functions;
mod value;

pub use crate::config::Sqlite;
pub use crate::dialect::{DIALECT, SqliteDialect};
