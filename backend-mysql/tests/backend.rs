//! What can be said of the backend without a server; the conformance suite has one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails says so; clippy sees this in `#[test]` functions alone, not in their helpers"
)]

mod backend {
    mod answers;
    mod dialect;
    pub(crate) mod fake;
    mod logins;
    mod unreachable;
    mod urls;
}
