//! How values are sent and read.

mod encode;
mod numeric;
mod shape;
#[cfg(feature = "chrono")]
mod time;

pub(crate) use self::encode::{Params, Refusal, Refused, own_type};
pub(crate) use self::shape::{PostgresRow, Shape};
