//! What differs between the two copies of a case.

/// Names for blocking copies.
pub mod blocking {
    pub use activerecord::{Database as Db, Transaction as Tx};

    /// Runs two calls, one after the other.
    #[macro_export]
    macro_rules! both_blocking {
        ($one:expr, $other:expr) => {
            ($one, $other)
        };
    }

    pub use crate::both_blocking as both;
}

/// Names for async copies.
pub mod asynchronous {
    pub use activerecord::{AsyncDatabase as Db, AsyncTransaction as Tx};

    /// Runs two calls at the same time.
    #[macro_export]
    macro_rules! both_async {
        ($one:expr, $other:expr) => {
            tokio::join!($one, $other)
        };
    }

    pub use crate::both_async as both;
}
