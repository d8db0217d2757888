//! Handles: the database in either mode, its transactions, its connections.

mod database;
mod gate;
mod lease;
mod line;
mod link;
mod loan;
mod mode;
mod pool;
mod rows;
mod transaction;
mod transaction_state;
mod transaction_status;
mod verbs;

#[cfg(feature = "native")]
mod native;
#[cfg(feature = "native")]
mod native_rows;
#[cfg(feature = "native")]
mod share;

#[cfg(feature = "async")]
mod async_database;
#[cfg(feature = "async")]
mod async_rows;
#[cfg(feature = "async")]
mod async_transaction;

#[cfg(feature = "async")]
pub use self::async_database::AsyncDatabase;
#[cfg(feature = "async")]
pub use self::async_rows::RowStream;
#[cfg(feature = "async")]
pub use self::async_transaction::AsyncTransaction;
pub use self::database::Database;
pub(crate) use self::line::Line;
#[cfg(feature = "async")]
pub(crate) use self::loan::Loan;
pub(crate) use self::loan::{Wire, Wired};
pub(crate) use self::mode::sealed;
pub use self::mode::{Asynchronous, Blocking, Handle, Mode, Pending, Returns, Within};
#[cfg(feature = "async")]
pub(crate) use self::pool::Pool;
pub use self::pool::{PoolOptions, PoolStatus};
pub use self::rows::{Iterate, Rows};
pub use self::transaction::Transaction;
#[cfg(feature = "async")]
pub(crate) use self::transaction_state::TransactionState;
pub use self::verbs::Verbs;
