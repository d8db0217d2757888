//! How values are bound and read.

mod cell;
mod decode;
mod encode;
mod packet;

pub(crate) use self::decode::MysqlRow;
pub(crate) use self::encode::encode;
pub(crate) use self::packet::Packet;

/// A row as a driver has it that gives its values away.
pub(crate) type DriverRow = MysqlRow<Option<mysql_common::row::Row>>;

/// A row as it stands in its packet.
pub(crate) type PacketRow = MysqlRow<Packet>;
