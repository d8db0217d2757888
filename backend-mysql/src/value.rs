//! How values are bound and read.

mod decode;
mod encode;

pub(crate) use self::decode::MysqlRow;
pub(crate) use self::encode::encode;
