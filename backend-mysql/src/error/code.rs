//! What the codes mean.

use activerecord_core::ErrorKind;

/// The server cannot run this as a prepared statement.
pub(super) const UNSUPPORTED_PS: u16 = 1295;

/// There is no connection of this number.
pub(super) const NO_SUCH_THREAD: u16 = 1094;

/// Whether the server closed the connection because it was idle for too long, whatever was sent afterwards.
pub(super) fn is_idle_for_too_long(code: i64) -> bool {
    code == 4031
}

/// The kind of an error, on MySQL and MariaDB alike.
pub(super) fn kind(code: u16) -> ErrorKind {
    match code {
        1022 | 1062 | 1169 | 1586 => ErrorKind::UniqueViolation,
        1216 | 1217 | 1451 | 1452 | 1761 | 1762 => ErrorKind::ForeignKeyViolation,
        1048 | 1263 | 1364 => ErrorKind::NotNullViolation,
        3819 | 4025 => ErrorKind::CheckViolation,
        1153 | 1406 | 1162 => ErrorKind::ValueTooLong,
        // The first and the last but one are of generated keys that have come to their end.
        167 | 1264 | 1365 | 1425 | 1441 | 1467 | 1690 => ErrorKind::OutOfRange,
        1213 | 1614 | 3058 => ErrorKind::Deadlock,
        1020 | 1180 | 3101 => ErrorKind::SerializationFailure,
        1205 | 3572 => ErrorKind::LockTimeout,
        1969 | 3024 => ErrorKind::StatementTimeout,
        1317 => ErrorKind::Canceled,
        1243 | 1615 => ErrorKind::StaleStatement,
        1051 | 1109 | 1146 => ErrorKind::UndefinedTable,
        1054 => ErrorKind::UndefinedColumn,
        // The last two are of functions that do not exist.
        1064 | 1149 | 1305 | 1630 => ErrorKind::Syntax,
        1065 | 1210 | 1390 => ErrorKind::Invalid,
        // The last three are of files of this machine, which is asked for none.
        1235 | UNSUPPORTED_PS | 1148 | 3948 | 4166 => ErrorKind::Unsupported,
        code if is_unreadable_value(code) => ErrorKind::InvalidText,
        code => kind_beside_the_statement(code),
    }
}

/// Whether a value is not of the type that is asked for, or no text in the column's character set.
fn is_unreadable_value(code: u16) -> bool {
    matches!(
        code,
        1265 | 1292 | 1300 | 1366 | 1367 | 1411 | 1525 | 3140 | 3141 | 3144 | 3156 | 3854 | 3903 | 4036
            ..=4042
    )
}

/// Errors of the connection, of the server and of its storage.
fn kind_beside_the_statement(code: u16) -> ErrorKind {
    match code {
        1290 | 1792 | 1836 => ErrorKind::ReadOnly,
        1053 | 1158..=1161 | 1184 | 1927 | 2006 | 2013 | 3169 | 4031 => ErrorKind::ConnectionLost,
        1040 | 1203 | 1226 => ErrorKind::TooManyConnections,
        1021 | 1041 | 1114 => ErrorKind::StorageFull,
        1034 | 1035 | 1194 | 1195 | 1712 => ErrorKind::Corrupt,
        1023..=1026 | 1030 => ErrorKind::Io,
        1044 | 1045 | 1129 | 1130 | 1142 | 1143 | 1227 | 1251 | 1370 | 1524 | 1698 | 1820 | 1862 | 3118
        | 3159 | 4151 => ErrorKind::Auth,
        1046 | 1049 => ErrorKind::NoDatabase,
        _ => ErrorKind::Other,
    }
}
