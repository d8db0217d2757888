//! Rows, read in place from the bytes of the server's answer.

mod list;

use super::numeric;
use activerecord_core::{Error, Result, Row, SqlValue};
use std::error::Error as StdError;
use tokio_postgres::types::{FromSql, Kind, Type};

/// How the cells of a column are read; found once per statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    Text,
    /// One byte, which is a character.
    Char,
    Bytes,
    Json,
    Jsonb,
    Uuid,
    Date,
    Time,
    DateTime,
    Timestamp,
    /// What a function without a result gives.
    Nothing,
    List,
    /// A type without a plain value here.
    Other,
}

impl Shape {
    pub(crate) fn of(column: &Type) -> Self {
        match *column {
            Type::BOOL => Self::Bool,
            Type::INT2 => Self::Int2,
            Type::INT4 => Self::Int4,
            Type::INT8 => Self::Int8,
            Type::OID | Type::XID | Type::CID | Type::REGCLASS | Type::REGTYPE => Self::Oid,
            Type::FLOAT4 => Self::Float4,
            Type::FLOAT8 => Self::Float8,
            Type::NUMERIC => Self::Numeric,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML => Self::Text,
            Type::CHAR => Self::Char,
            Type::BYTEA => Self::Bytes,
            Type::JSON => Self::Json,
            Type::JSONB => Self::Jsonb,
            Type::UUID => Self::Uuid,
            Type::DATE => Self::Date,
            Type::TIME => Self::Time,
            Type::TIMESTAMP => Self::DateTime,
            Type::TIMESTAMPTZ => Self::Timestamp,
            Type::VOID => Self::Nothing,
            _ => Self::of_kind(column),
        }
    }

    fn of_kind(column: &Type) -> Self {
        match column.kind() {
            Kind::Domain(base) => Self::of(base),
            Kind::Enum(_) => Self::Text,
            Kind::Array(_) => Self::List,
            Kind::Simple if column.name() == "citext" => Self::Text,
            _ => Self::Other,
        }
    }

    /// Reads a cell; `None` where its bytes are not what the type says, or not a value that can be had here.
    #[inline]
    fn read<'r>(self, column: &Type, raw: &'r [u8]) -> Option<SqlValue<'r>> {
        Some(match self {
            Self::Int8 => SqlValue::I64(i64::from_be_bytes(raw.try_into().ok()?)),
            Self::Int4 => SqlValue::I64(i32::from_be_bytes(raw.try_into().ok()?).into()),
            Self::Int2 => SqlValue::I64(i16::from_be_bytes(raw.try_into().ok()?).into()),
            Self::Oid => SqlValue::I64(u32::from_be_bytes(raw.try_into().ok()?).into()),
            Self::Text => SqlValue::Text(std::str::from_utf8(raw).ok()?.into()),
            Self::Bool => SqlValue::Bool(raw.first()? != &0),
            Self::Float8 => SqlValue::F64(f64::from_be_bytes(raw.try_into().ok()?)),
            Self::Float4 => SqlValue::F32(f32::from_be_bytes(raw.try_into().ok()?)),
            Self::Bytes => SqlValue::Bytes(raw.into()),
            Self::Json => SqlValue::Json(std::str::from_utf8(raw).ok()?.into()),
            // A version stands before the document.
            Self::Jsonb => SqlValue::Json(std::str::from_utf8(raw.get(1..)?).ok()?.into()),
            Self::Numeric => return numeric::read(raw),
            Self::List => return list::read(column, raw),
            other => return other.read_rare(raw),
        })
    }

    fn read_rare(self, raw: &[u8]) -> Option<SqlValue<'_>> {
        match self {
            Self::Nothing => Some(SqlValue::Null),
            Self::Char => match raw {
                [0] => Some(SqlValue::Text("".into())),
                _ => Some(SqlValue::Text(std::str::from_utf8(raw).ok()?.into())),
            },
            #[cfg(feature = "uuid")]
            Self::Uuid => Some(SqlValue::Uuid(uuid::Uuid::from_slice(raw).ok()?)),
            #[cfg(feature = "chrono")]
            Self::Date => {
                super::time::read_date(i32::from_be_bytes(raw.try_into().ok()?)).map(SqlValue::Date)
            }
            #[cfg(feature = "chrono")]
            Self::Time => {
                super::time::read_time(i64::from_be_bytes(raw.try_into().ok()?)).map(SqlValue::Time)
            }
            #[cfg(feature = "chrono")]
            Self::DateTime => {
                super::time::read_instant(i64::from_be_bytes(raw.try_into().ok()?)).map(SqlValue::DateTime)
            }
            #[cfg(feature = "chrono")]
            Self::Timestamp => {
                let naive = super::time::read_instant(i64::from_be_bytes(raw.try_into().ok()?))?;
                Some(SqlValue::Timestamp(naive.and_utc()))
            }
            _ => None,
        }
    }
}

/// The bytes of a cell; none for a null.
struct Raw<'r>(Option<&'r [u8]>);

impl<'r> FromSql<'r> for Raw<'r> {
    #[inline]
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    #[inline]
    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(None))
    }

    #[inline]
    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A row where the driver has it.
pub(crate) struct PostgresRow<'r> {
    row: &'r tokio_postgres::Row,
    shapes: &'r [Shape],
}

impl<'r> PostgresRow<'r> {
    pub(crate) fn new(row: &'r tokio_postgres::Row, shapes: &'r [Shape]) -> Self {
        Self { row, shapes }
    }

    #[inline]
    fn raw(&self, index: usize) -> Option<Option<&[u8]>> {
        self.row.try_get::<_, Raw<'_>>(index).ok().map(|Raw(raw)| raw)
    }

    fn column_type(&self, index: usize) -> &Type {
        self.row
            .columns()
            .get(index)
            .map_or(&Type::UNKNOWN, |column| column.type_())
    }
}

impl Row for PostgresRow<'_> {
    #[inline]
    fn cell(&self, index: usize) -> Result<SqlValue<'_>> {
        let (Some(raw), Some(shape)) = (self.raw(index), self.shapes.get(index)) else {
            return Err(past_the_end(index, self.width()));
        };
        let Some(raw) = raw else {
            return Ok(SqlValue::Null);
        };
        let column = self.column_type(index);
        shape
            .read(column, raw)
            .ok_or_else(|| unreadable(self.name(index), column))
    }

    #[inline]
    fn integer(&self, index: usize) -> Option<i64> {
        let raw = self.raw(index)??;
        match self.shapes.get(index)? {
            Shape::Int8 => Some(i64::from_be_bytes(raw.try_into().ok()?)),
            Shape::Int4 => Some(i32::from_be_bytes(raw.try_into().ok()?).into()),
            Shape::Int2 => Some(i16::from_be_bytes(raw.try_into().ok()?).into()),
            _ => None,
        }
    }

    #[inline]
    fn text(&self, index: usize) -> Option<&str> {
        match self.shapes.get(index)? {
            Shape::Text => std::str::from_utf8(self.raw(index)??).ok(),
            _ => None,
        }
    }

    fn width(&self) -> usize {
        self.row.len()
    }

    fn name(&self, index: usize) -> &str {
        self.row.columns().get(index).map_or("", |column| column.name())
    }
}

#[cold]
fn past_the_end(index: usize, width: usize) -> Error {
    Error::decode(format!("there is no column {index} in a row of {width}"))
}

#[cold]
fn unreadable(name: &str, column: &Type) -> Error {
    let column = column.name();
    Error::decode(format!(
        "column `{name}` holds a value of PostgreSQL's type `{column}` that cannot be read as it is; cast it in the SQL, \
         as in `CAST({name} AS TEXT)`"
    ))
}
