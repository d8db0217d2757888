//! The one logic of both modes: operations, the session they run on, and what runs them.

mod operation;
mod session;
mod sinks;
mod work;

pub(crate) use self::operation::{Access, Call, End, Found, Operation, Started, Step, answer};
pub(crate) use self::operation::{Plain, Then, now, run_now};
pub(crate) use self::session::Batch;
pub use self::session::Session;
pub(crate) use self::sinks::{Any, First, Mapped, Rows};
pub use self::work::Work;
pub(crate) use self::work::Worked;
