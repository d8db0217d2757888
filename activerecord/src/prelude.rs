//! What a program that uses records imports, in one line: `use activerecord::prelude::*;`.

pub use crate::{
    Active, ActiveRecord, Asynchronous, Blocking, Condition, Connect, Database, Error, ErrorKind, FromRow,
    Handle, Hooks, Iterate, Record, Result, Session, Transaction, Value, Verbs, Work, options,
};
#[cfg(feature = "async")]
pub use crate::{AsyncDatabase, AsyncTransaction};
