//! The rules of the house, as tests.

mod compile_errors;
mod dependencies;
mod documents;
mod forms;
mod lengths;
mod parity;
mod sources;
