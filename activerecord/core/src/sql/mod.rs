//! SQL text: dialects, identifiers, raw fragments and the texts whose shape is fixed by a record.

mod control;
mod dialect;
mod fixed;
mod raw;
mod text;
mod tokens;
mod traces;

#[cfg(feature = "native")]
pub(crate) use self::control::begins_as_read;
pub use self::control::{controls_nothing, first_word, refuse_control};
pub use self::dialect::{Dialect, TextMatch};
pub(crate) use self::fixed::FixedSql;
pub use self::fixed::SqlCache;
pub(crate) use self::raw::RawSql;
pub use self::raw::{AssertSafe, IntoSql};
pub(crate) use self::text::SqlText;
pub use self::tokens::{holds_none, holds_several, main_verb};
pub(crate) use self::traces::leaves_no_trace;
