//! The engine of `activerecord`: records, queries, operations, handles, and the traits a backend implements.
//!
//! Programs name the facade, the `activerecord` crate; backends name this one. It opens no socket and names no
//! driver.

mod driver;
mod engine;
mod error;
mod handle;
mod observe;
mod query;
mod record;
mod schema;
mod sql;
mod value;

#[cfg(feature = "native")]
pub use self::driver::{
    Answer, AsyncBackend, AsyncConnection, AsyncCursor, BlockOn, Cancel, Stopper, may_block,
};
pub use self::driver::{
    Backend, Capabilities, Connection, Control, Cursor, Interrupt, Isolation, OpenCursor, Repeat, Row,
    RowSink, Statement, TransactionOptions, Written, options,
};
pub use self::engine::{Session, Work};
pub use self::error::{Error, ErrorKind, Outcome, Result, SaveError, Violation};
#[cfg(feature = "async")]
pub use self::handle::{AsyncDatabase, AsyncTransaction, RowStream};
pub use self::handle::{
    Asynchronous, Blocking, Database, Handle, Iterate, Mode, Pending, PoolOptions, PoolStatus, Returns, Rows,
    Transaction, Verbs, Within,
};
pub use self::observe::TARGET;
pub use self::query::{
    Aggregate, Aggregated, Assignment, Condition, GroupColumns, Grouped, IntoAssignments, IntoOperand,
    IntoOrders, Operand, Order, Query, Select, Selection, TextColumn, TypedColumn,
};
pub use self::record::{
    Accepts, Active, ActiveRecord, AsyncRecord, Change, Column, ColumnSet, FromRow, Hooks, IntoKey, Lookup,
    NamedRow, Places, Record, SyncRecord, Table,
};
pub use self::sql::{
    AssertSafe, Dialect, IntoSql, SqlCache, TextMatch, controls_nothing, first_word, holds_none,
    holds_several, main_verb, refuse_control,
};
#[cfg(feature = "json")]
pub use self::value::Json;
pub use self::value::{ColumnType, IntoParams, Numeric, Ordered, Param, SqlValue, Value};
