//! The backend through the traits of `activerecord-core`, as an engine uses it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails says so; clippy sees this in `#[test]` functions alone, not in their helpers"
)]

mod backend {
    mod connect;
    mod cursor;
    #[cfg(feature = "decimal")]
    mod decimal;
    mod dialect;
    mod errors;
    mod statements;
    mod support;
    mod transactions;
    mod undefined;
    mod urls;
    mod values;
}
