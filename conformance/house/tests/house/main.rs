//! The rules of the house, as tests.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by a panic and tells what it measured"
)]

mod compile_errors;
mod dependencies;
mod documents;
mod forms;
mod lengths;
mod parity;
mod sources;
