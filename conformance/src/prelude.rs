//! What the cases import.

pub use activerecord::prelude::*;
pub use activerecord::{
    Accepts, AssertSafe, Asynchronous, Change, Isolation, Lookup, NamedRow, Outcome, PoolOptions, Query,
    SaveError, SqlValue, TransactionOptions,
};
pub use std::sync::atomic::{AtomicU32, Ordering};
pub use std::sync::{Arc, Mutex};
