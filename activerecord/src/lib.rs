//! facade
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;
pub mod prelude;

pub use self::connect::{Connect, ConnectOptions};
#[cfg(feature = "json")]
pub use activerecord_core::Json;
pub use activerecord_core::{
    Accepts, Active, ActiveRecord, Aggregate, Aggregated, AssertSafe, Assignment, AsyncRecord, Asynchronous,
    Backend, Blocking, Capabilities, Change, Column, ColumnSet, ColumnType, Condition, Connection, Control,
    Cursor, Database, Dialect, Error, ErrorKind, FromRow, GroupColumns, Grouped, Handle, Hooks, Interrupt,
    IntoAssignments, IntoKey, IntoOperand, IntoOrders, IntoParams, IntoSql, Isolation, Iterate, Lookup, Mode,
    NamedRow, Numeric, OpenCursor, Operand, Order, Ordered, Outcome, Param, Pending, PoolOptions, PoolStatus,
    Query, Record, Result, Returns, Row, RowSink, Rows, SaveError, Select, Selection, Session, SqlCache,
    SqlValue, Statement, SyncRecord, TARGET, Table, TextColumn, TextMatch, Transaction, TransactionOptions,
    TypedColumn, Value, Verbs, Violation, Within, Work, Written, options,
};
#[cfg(feature = "async")]
pub use activerecord_core::{AsyncDatabase, AsyncTransaction, RowStream};
pub use activerecord_macros::{FromRow, Record, Value};

/// What the derives' expansions name; not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use activerecord_core::{
        AsyncRecord, Column, ColumnSet, ColumnType, Error, FromRow, Hooks, IntoKey, Lookup, Record, Result,
        Row, Session, SqlValue, SyncRecord, Table, TypedColumn, Value,
    };
}
