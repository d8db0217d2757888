//! The adapter that makes an async connection block, over connections whose futures really wait.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails says so; clippy sees this in `#[test]` functions alone, not in their helpers"
)]

mod block_on {
    mod cursors;
    mod panics;
    mod places;
    mod stops;
    mod support;
}
