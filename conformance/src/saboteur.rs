//! A backend that does one thing wrong, to see that the suite notices.
//!
//! A [`Saboteur`] wraps a real backend and injects one [`Fault`] into each of its connections. A suite under which
//! some fault stays green does not test what it says it tests.

mod backend;
mod connection;
mod cursor;
mod fault;
mod faults;
mod rows;
mod text;

pub use self::backend::Saboteur;
pub use self::fault::Fault;
pub use self::faults::{all, few_parameters};
