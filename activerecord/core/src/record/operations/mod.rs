//! The operations of the verbs on records: each written once, for both modes.

mod many;
mod read;
mod statement;
mod write;

pub(super) use self::many::{InsertAll, inserted};
pub(crate) use self::read::{Exists, FindAll, FindMapped, FindOne};
pub(super) use self::statement::Wanted;
pub(crate) use self::statement::{Params, Prepared, Sql};
pub(crate) use self::write::Change;
pub(super) use self::write::{ChangeRow, Insert, UpdateWithHooks, gone, none_meets, update};
