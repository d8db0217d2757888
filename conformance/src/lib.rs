//! One conformance suite for every database, in both modes.
//!
//! A case is written once, as ordinary async code in a module marked `#[cases]`, and compiled four times: blocking
//! (the same text with `async` and `.await` erased) and async, with mixed and with independent records. A further
//! database is one more [`Environment`](environment::Environment); the cases stay as they are.

pub mod cases;
pub mod coverage;
pub mod environment;
pub mod harness;
pub mod models;
pub mod modes;
pub mod prelude;
pub mod random;
pub mod saboteur;
pub mod skips;
pub mod support;

pub use conformance_servers as servers;
