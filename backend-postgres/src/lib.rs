//! PostgreSQL for activerecord: a [`Backend`](activerecord_core::Backend) over `tokio-postgres`.
//!
//! [`Postgres`] says where the database is and how to connect to it; everything else goes through the traits of
//! `activerecord-core`. The driver is async by itself; what blocks is core's adapter
//! [`BlockOn`](activerecord_core::BlockOn) over it.
//!
//! ```no_run
//! use activerecord_backend_postgres::Postgres;
//! use activerecord_core::{Backend, Statement};
//!
//! # fn main() -> activerecord_core::Result<()> {
//! let mut connection = Postgres::from_url("postgres://ann@localhost/app")?.connect()?;
//! let written = connection.execute(&Statement::new("UPDATE users SET is_active = true", &[]))?;
//! # let _ = written;
//! # Ok(())
//! # }
//! ```
//!
//! # How values are kept
//!
//! | value | column made by `create_table` |
//! |---|---|
//! | truth value | `BOOLEAN` |
//! | `i8`, `i16`, `u8` | `SMALLINT` |
//! | `i32`, `u16` | `INTEGER` |
//! | `i64`, `u32` | `BIGINT` |
//! | `u64` | `NUMERIC(20)`; `BIGINT` for a generated key |
//! | `f32`, `f64` | `REAL`, `DOUBLE PRECISION` |
//! | text | `TEXT COLLATE "C"`, so that its order is that of its characters; a NUL character is refused |
//! | bytes | `BYTEA` |
//! | date, time of day, date and time | `DATE`, `TIME`, `TIMESTAMP`; a fraction finer than a microsecond is refused |
//! | timestamp | `TIMESTAMPTZ` |
//! | UUID | `UUID` |
//! | decimal number | `NUMERIC`, with its scale |
//! | JSON | `JSONB`; a NUL character in it is refused |
//!
//! A parameter is sent as the type that PostgreSQL takes it for, exactly, or refused with an error that names it. Text
//! is read by PostgreSQL as whatever it expects in that place: an enum, a range, a network address.

mod backend;
mod config;
mod connection;
mod cursor;
mod dialect;
mod error;
mod socket;
mod tls;
mod value;

pub use crate::config::{Postgres, SslMode};
pub use crate::dialect::{DIALECT, PostgresDialect};
