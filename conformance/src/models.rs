//! The records of the suite, in each definition: mixed, for blocking use alone, for async use alone.

mod reports;
#[expect(missing_docs, reason = "its fields are named after their types")]
mod values;

use conformance_macros::models;

/// The records with the verbs of both modes.
pub mod mixed {
    pub use super::definitions::mixed::*;
    pub use super::reports::definitions::mixed::*;
    pub use super::values::definitions::mixed::*;
}

/// The records with the verbs of one mode.
pub mod independent {
    /// Of the blocking mode.
    pub mod blocking {
        pub use crate::models::definitions::independent::blocking::*;
        pub use crate::models::reports::definitions::independent::blocking::*;
        pub use crate::models::values::definitions::independent::blocking::*;
    }

    /// Of the async mode.
    pub mod asynchronous {
        pub use crate::models::definitions::independent::asynchronous::*;
        pub use crate::models::reports::definitions::independent::asynchronous::*;
        pub use crate::models::values::definitions::independent::asynchronous::*;
    }
}

/// Expanded into one module for each definition.
#[models]
mod definitions {
    use activerecord::prelude::*;

    /// A plain record with a generated key.
    #[derive(Record, Debug, Clone, PartialEq, serde::Serialize)]
    #[record(table = "users")]
    pub struct User {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// A name.
        pub name: String,
        /// An address, unique.
        #[record(unique)]
        pub email: String,
        /// A flag.
        pub is_active: bool,
        /// An age that may be unknown.
        pub age: Option<i64>,
    }

    impl User {
        /// An unsaved user.
        pub fn named(name: &str) -> Self {
            Self {
                id: 0,
                name: name.into(),
                email: format!("{name}@example.com"),
                is_active: true,
                age: None,
            }
        }
    }

    /// A record with a key of two columns.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "order_items")]
    pub struct OrderItem {
        /// The order.
        #[record(primary_key)]
        pub order_id: i64,
        /// The line in the order.
        #[record(primary_key)]
        pub line: i32,
        /// What was ordered.
        pub product: String,
        /// How many.
        pub quantity: i64,
    }

    /// A record for transfers.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "accounts")]
    pub struct Account {
        /// The key, the caller's own.
        #[record(primary_key)]
        pub id: i64,
        /// The balance in cents.
        pub balance: i64,
    }
}
