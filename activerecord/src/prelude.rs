//! What a program that uses records imports, in one line: `use activerecord::prelude::*;`.

pub use crate::{
    Active, ActiveRecord, Connect, Database, Error, ErrorKind, FromRow, Handle, Hooks, Record, Result,
    Session, Value, Verbs, Work, options,
};
#[cfg(feature = "async")]
pub use crate::{AsyncDatabase, AsyncTransaction};
pub use crate::{Blocking, Condition, Iterate, Transaction};
