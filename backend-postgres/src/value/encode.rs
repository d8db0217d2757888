//! Parameters as PostgreSQL takes them: each as the type that the server expects in its place.

mod list;
mod number;
mod text;

use activerecord_core::{ErrorKind, SqlValue};
use bytes::{BufMut, BytesMut};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type};

/// A parameter on its way to the driver.
pub(crate) struct Bound<'a> {
    value: &'a SqlValue<'a>,
    /// How many come after it.
    after: usize,
}

/// The parameters of a statement. They are counted from the end, so that this is no larger than it has to be: the
/// driver's future that has it in it twice stays below the size from which memory is slow to have.
pub(crate) struct Params<'a>(std::slice::Iter<'a, SqlValue<'a>>);

impl<'a> Params<'a> {
    pub(crate) fn new(params: &'a [SqlValue<'a>]) -> Self {
        Self(params.iter())
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Bound<'a>;

    #[inline]
    fn next(&mut self) -> Option<Bound<'a>> {
        let value = self.0.next()?;
        let after = self.0.len();
        Some(Bound { value, after })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Params<'_> {}

/// A parameter that is not sent, and why.
#[derive(Debug)]
pub(crate) struct Refused {
    /// How many parameters come after it.
    pub(crate) after: usize,
    pub(crate) why: Refusal,
}

/// Why a value is not sent.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It cannot be sent as what the server expects.
    Value(ErrorKind, Cow<'static, str>),
    /// The server knew nothing of the type and took it for text; it has to be told this one.
    Untyped(Type),
}

type Written = Result<IsNull, Refusal>;

impl ToSql for Bound<'_> {
    fn to_sql(&self, expected: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        let after = self.after;
        write(self.value, base(expected), out).map_err(|why| Refused { after, why }.into())
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        expected: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        self.to_sql(expected, out)
    }

    /// Text is read by the server as whatever it expects.
    fn encode_format(&self, expected: &Type) -> Format {
        match self.value {
            SqlValue::Text(_) => Format::Text,
            SqlValue::List(values) if list::is_text(values, base(expected)) => Format::Text,
            _ => Format::Binary,
        }
    }
}

/// The driver logs parameters by this.
impl fmt::Debug for Bound<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.value.kind_name())
    }
}

/// The type below a domain.
fn base(mut expected: &Type) -> &Type {
    while let Kind::Domain(inner) = expected.kind() {
        expected = inner;
    }
    expected
}

/// Whether values of the type are text, as they are sent.
fn is_text(expected: &Type) -> bool {
    matches!(
        *expected,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN | Type::XML
    ) || matches!(expected.kind(), Kind::Enum(_))
        || expected.name() == "citext"
}

fn write(value: &SqlValue<'_>, expected: &Type, out: &mut BytesMut) -> Written {
    match value {
        SqlValue::Null => return Ok(IsNull::Yes),
        SqlValue::Text(text) => text::write(text, expected, out)?,
        SqlValue::Json(text) => text::write_json(text, expected, out)?,
        SqlValue::Bool(truth) => match *expected {
            Type::BOOL => out.put_u8((*truth).into()),
            _ => return Err(unexpected(value, Type::BOOL, expected)),
        },
        SqlValue::I64(whole) => number::write_integer(i128::from(*whole), value, expected, out)?,
        SqlValue::U64(whole) => number::write_integer(i128::from(*whole), value, expected, out)?,
        SqlValue::F32(real) => number::write_single(*real, value, expected, out)?,
        SqlValue::F64(real) => number::write_double(*real, value, expected, out)?,
        SqlValue::Bytes(bytes) => match *expected {
            Type::BYTEA => out.put_slice(bytes),
            Type::UUID if bytes.len() == 16 => out.put_slice(bytes),
            _ => return Err(unexpected(value, Type::BYTEA, expected)),
        },
        SqlValue::List(values) => return list::write(values, expected, out),
        SqlValue::Refused(why) => return Err(Refusal::Value(ErrorKind::Invalid, (*why).into())),
        other => return write_of_library(other, expected, out),
    }
    Ok(IsNull::No)
}

/// Writes a value of a library's type.
fn write_of_library(value: &SqlValue<'_>, expected: &Type, out: &mut BytesMut) -> Written {
    // Without the libraries there is nothing to write.
    let _ = &out;
    match value {
        #[cfg(feature = "chrono")]
        SqlValue::Date(_) | SqlValue::Time(_) | SqlValue::DateTime(_) | SqlValue::Timestamp(_) => {
            write_time(value, expected, out)
        }
        #[cfg(feature = "uuid")]
        SqlValue::Uuid(uuid) => {
            match *expected {
                Type::UUID | Type::BYTEA => out.put_slice(uuid.as_bytes()),
                _ if is_text(expected) => {
                    out.put_slice(uuid.hyphenated().encode_lower(&mut [0; 36]).as_bytes());
                }
                _ => return Err(unexpected(value, Type::UUID, expected)),
            }
            Ok(IsNull::No)
        }
        #[cfg(feature = "decimal")]
        SqlValue::Decimal(decimal) => {
            number::write_decimal(*decimal, value, expected, out)?;
            Ok(IsNull::No)
        }
        _ => Err(unexpected(value, Type::TEXT, expected)),
    }
}

/// Sessions run in UTC, so a time with a zone and one without are the same there.
#[cfg(feature = "chrono")]
fn write_time(value: &SqlValue<'_>, expected: &Type, out: &mut BytesMut) -> Written {
    let takes_instants = matches!(*expected, Type::TIMESTAMP | Type::TIMESTAMPTZ);
    match value {
        SqlValue::Date(date) if *expected == Type::DATE => super::time::write_date(*date, out),
        SqlValue::Date(_) => return Err(unexpected(value, Type::DATE, expected)),
        SqlValue::Time(time) if *expected == Type::TIME => super::time::write_time(*time, out)?,
        SqlValue::Time(_) => return Err(unexpected(value, Type::TIME, expected)),
        SqlValue::DateTime(at) if takes_instants => super::time::write_instant(*at, out)?,
        SqlValue::DateTime(_) => return Err(unexpected(value, Type::TIMESTAMP, expected)),
        SqlValue::Timestamp(at) if takes_instants => super::time::write_instant(at.naive_utc(), out)?,
        _ => return Err(unexpected(value, Type::TIMESTAMPTZ, expected)),
    }
    Ok(IsNull::No)
}

/// The refusal of a value that is not of the expected type.
#[cold]
fn unexpected(value: &SqlValue<'_>, own: Type, expected: &Type) -> Refusal {
    if *expected == Type::TEXT {
        return Refusal::Untyped(own);
    }
    let message = format!(
        "{} where PostgreSQL expects `{}`; where that is meant, cast it in the SQL: `CAST(? AS {})`",
        value.kind_name(),
        expected.name(),
        own.name()
    );
    Refusal::Value(ErrorKind::Invalid, message.into())
}

/// The refusal of a value that the expected type cannot hold.
#[cold]
fn too_large(expected: &Type) -> Refusal {
    let message = format!("it does not fit into PostgreSQL's `{}`", expected.name());
    Refusal::Value(ErrorKind::OutOfRange, message.into())
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Refusal::Value(_, message) => out.write_str(message),
            Refusal::Untyped(own) => write!(
                out,
                "PostgreSQL takes it for text; say what it is in the SQL, as in `CAST(? AS {})`",
                own.name()
            ),
        }
    }
}

impl StdError for Refused {}

/// The type to tell the server for a value whose place tells it nothing; `UNKNOWN` leaves it to the server.
pub(crate) fn own_type(value: &SqlValue<'_>) -> Type {
    match value {
        SqlValue::Bool(_) => Type::BOOL,
        SqlValue::I64(_) => Type::INT8,
        SqlValue::U64(whole) if i64::try_from(*whole).is_ok() => Type::INT8,
        SqlValue::U64(_) => Type::NUMERIC,
        SqlValue::F32(_) => Type::FLOAT4,
        SqlValue::F64(_) => Type::FLOAT8,
        SqlValue::Bytes(_) => Type::BYTEA,
        #[cfg(feature = "chrono")]
        SqlValue::Date(_) => Type::DATE,
        #[cfg(feature = "chrono")]
        SqlValue::Time(_) => Type::TIME,
        #[cfg(feature = "chrono")]
        SqlValue::DateTime(_) => Type::TIMESTAMP,
        #[cfg(feature = "chrono")]
        SqlValue::Timestamp(_) => Type::TIMESTAMPTZ,
        #[cfg(feature = "decimal")]
        SqlValue::Decimal(_) => Type::NUMERIC,
        SqlValue::List(values) => list::own_type(values),
        _ => Type::UNKNOWN,
    }
}
