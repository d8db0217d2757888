//! MySQL and MariaDB for activerecord: a [`Backend`](activerecord_core::Backend), async over `mysql_async` and blocking
//! over a wire of its own.
//!
//! [`Mysql`] says where the server is and how it is connected to; everything else goes through the traits of
//! `activerecord-core`. Which of the two servers it is is found out at connect. MySQL 8.0.17 and MariaDB 10.5 are the
//! least that will do.
//!
//! ```no_run
//! use activerecord_backend_mysql::Mysql;
//! use activerecord_core::{Backend, Statement};
//!
//! # fn main() -> activerecord_core::Result<()> {
//! let mysql = Mysql::from_url("mysql://ann:secret@localhost/app")?;
//! let mut connection = Backend::connect(&mysql)?;
//! connection.execute(&Statement::new("CREATE TABLE users (id BIGINT AUTO_INCREMENT PRIMARY KEY, name TEXT)", &[]))?;
//! let written = connection.execute(&Statement::new("INSERT INTO users (name) VALUES ('Ann')", &[]))?;
//! assert_eq!(written.key, Some(1));
//! # Ok(())
//! # }
//! ```
//!
//! # How values are kept
//!
//! | value | column that `create_table` makes | remarks |
//! |---|---|---|
//! | truth value | `BOOLEAN` | |
//! | integers | `TINYINT` to `BIGINT`, `UNSIGNED` for unsigned ones | |
//! | floating-point numbers | `FLOAT`, `DOUBLE` | NaN and the infinities are refused |
//! | text | `LONGTEXT`; `VARCHAR(255)` where it is unique or part of a key | a NUL character is refused |
//! | bytes | `LONGBLOB`; `VARBINARY(255)` where they are unique or part of a key | |
//! | date, time of day | `DATE`, `TIME(6)` | a part finer than microseconds is refused |
//! | date and time, timestamp | `DATETIME(6)`, timestamps in UTC | the same; `TIMESTAMP` would end in 2038 |
//! | UUID | `BINARY(16)` | in a quarter of the room of text, and ordered as the UUIDs are; text is read too |
//! | decimal number | `DECIMAL(65,30)` | exact; the scale is the column's, and trailing zeros of one of 30 digits are no part of the number |
//! | JSON document | `JSON` | MySQL keeps the document, MariaDB its text |
//!
//! Tables of `create_table` compare text by code point, as SQLite and PostgreSQL do: `'a'`, `'A'`, `'ä'` and `'a '`
//! are four texts. In a table with another collation, such as MySQL's default, `=` goes by that one.

mod backend;
mod caught;
mod config;
mod connection;
mod cursor;
mod dialect;
mod error;
mod flavour;
mod tls;
mod value;
mod wire;

pub use crate::config::Mysql;
pub use crate::dialect::{MARIADB, MYSQL, MysqlDialect};
pub use crate::tls::SslMode;
