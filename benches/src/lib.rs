//! What the benchmarks share: the record, the same one for the bare drivers, and the databases of SQLite.

mod record;
mod sqlite;

pub use record::{COLORS, ROWS, RawUser, User, must, next};
pub use sqlite::{bare, database, read_row};
