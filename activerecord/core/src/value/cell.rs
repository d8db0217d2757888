//! One cell of a row, or one parameter of a statement.

use std::borrow::Cow;

/// A value as it goes to a driver and comes back from one, borrowed where it can be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SqlValue<'a> {
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed integer.
    I64(i64),
    /// An unsigned integer.
    U64(u64),
    /// A single-precision number.
    F32(f32),
    /// A double-precision number.
    F64(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A JSON document as text.
    Json(Cow<'a, str>),
    /// A calendar date.
    #[cfg(feature = "chrono")]
    Date(chrono::NaiveDate),
    /// A time of day.
    #[cfg(feature = "chrono")]
    Time(chrono::NaiveTime),
    /// A date and a time of day without a zone.
    #[cfg(feature = "chrono")]
    DateTime(chrono::NaiveDateTime),
    /// An instant.
    #[cfg(feature = "chrono")]
    Timestamp(chrono::DateTime<chrono::Utc>),
    /// A UUID.
    #[cfg(feature = "uuid")]
    Uuid(uuid::Uuid),
    /// An exact decimal number.
    #[cfg(feature = "decimal")]
    Decimal(rust_decimal::Decimal),
    /// Several values of one type, on a database that has arrays.
    List(Vec<SqlValue<'a>>),
    /// A value that cannot be sent, and why; the statement fails before anything is sent.
    Refused(&'static str),
}

impl SqlValue<'_> {
    /// Copies what is borrowed.
    #[inline]
    pub fn into_owned(self) -> SqlValue<'static> {
        match self {
            Self::I64(value) => {
                // A number has nothing to drop, which the compiler does not see.
                std::mem::forget(self);
                SqlValue::I64(value)
            }
            Self::Text(text) => SqlValue::Text(Cow::Owned(text.into_owned())),
            other => other.into_owned_other(),
        }
    }

    fn into_owned_other(self) -> SqlValue<'static> {
        match self {
            Self::Text(text) => SqlValue::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => SqlValue::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Json(text) => SqlValue::Json(Cow::Owned(text.into_owned())),
            Self::Null => SqlValue::Null,
            Self::Bool(value) => SqlValue::Bool(value),
            Self::I64(value) => SqlValue::I64(value),
            Self::U64(value) => SqlValue::U64(value),
            Self::F32(value) => SqlValue::F32(value),
            Self::F64(value) => SqlValue::F64(value),
            #[cfg(feature = "chrono")]
            Self::Date(value) => SqlValue::Date(value),
            #[cfg(feature = "chrono")]
            Self::Time(value) => SqlValue::Time(value),
            #[cfg(feature = "chrono")]
            Self::DateTime(value) => SqlValue::DateTime(value),
            #[cfg(feature = "chrono")]
            Self::Timestamp(value) => SqlValue::Timestamp(value),
            #[cfg(feature = "uuid")]
            Self::Uuid(value) => SqlValue::Uuid(value),
            #[cfg(feature = "decimal")]
            Self::Decimal(value) => SqlValue::Decimal(value),
            Self::List(values) => SqlValue::List(values.into_iter().map(SqlValue::into_owned).collect()),
            Self::Refused(why) => SqlValue::Refused(why),
        }
    }

    /// Borrows the value again.
    pub fn as_ref(&self) -> SqlValue<'_> {
        match self {
            Self::Text(text) => SqlValue::Text(Cow::Borrowed(text)),
            Self::Bytes(bytes) => SqlValue::Bytes(Cow::Borrowed(bytes)),
            Self::Json(text) => SqlValue::Json(Cow::Borrowed(text)),
            Self::List(values) => SqlValue::List(values.iter().map(SqlValue::as_ref).collect()),
            plain => plain.clone().into_owned(),
        }
    }

    /// Drops cells, most of which have nothing to drop; that is seen here without a call for each, and where they lie: to
    /// move one first and then look at it waits for the move.
    pub(crate) fn drop_all(cells: Vec<Self>) {
        let mut cells = cells.into_iter();
        while let Some(cell) = cells.as_slice().first() {
            let plain = cell.is_plain();
            let cell = cells.next();
            if plain {
                std::mem::forget(cell);
            }
        }
    }

    /// Drops the cells of one row, the same way.
    #[inline]
    pub(crate) fn drop_row(mut cells: impl AsMut<[Self]>) {
        if cells.as_mut().iter().all(Self::is_plain) {
            std::mem::forget(cells);
        }
    }

    /// Whether it is one of those that have nothing to drop.
    #[inline]
    fn is_plain(&self) -> bool {
        matches!(self, Self::Null | Self::I64(_) | Self::Text(Cow::Borrowed(_)))
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// What the value is, for messages that must not show it.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a truth value",
            Self::I64(_) | Self::U64(_) => "an integer",
            Self::F32(_) | Self::F64(_) => "a floating-point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Json(_) => "a JSON document",
            #[cfg(feature = "chrono")]
            Self::Date(_) => "a date",
            #[cfg(feature = "chrono")]
            Self::Time(_) => "a time of day",
            #[cfg(feature = "chrono")]
            Self::DateTime(_) => "a date and time",
            #[cfg(feature = "chrono")]
            Self::Timestamp(_) => "a timestamp",
            #[cfg(feature = "uuid")]
            Self::Uuid(_) => "a UUID",
            #[cfg(feature = "decimal")]
            Self::Decimal(_) => "a decimal number",
            Self::List(_) => "a list",
            Self::Refused(_) => "a value that cannot be sent",
        }
    }
}

/// The same to the database: floats by their bits, decimals with their scale.
impl PartialEq for SqlValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::I64(one), Self::I64(other)) => one == other,
            (Self::U64(one), Self::U64(other)) => one == other,
            (Self::F32(one), Self::F32(other)) => one.to_bits() == other.to_bits(),
            (Self::F64(one), Self::F64(other)) => one.to_bits() == other.to_bits(),
            (Self::Text(one), Self::Text(other)) | (Self::Json(one), Self::Json(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            #[cfg(feature = "chrono")]
            (Self::Date(one), Self::Date(other)) => one == other,
            #[cfg(feature = "chrono")]
            (Self::Time(one), Self::Time(other)) => one == other,
            #[cfg(feature = "chrono")]
            (Self::DateTime(one), Self::DateTime(other)) => one == other,
            #[cfg(feature = "chrono")]
            (Self::Timestamp(one), Self::Timestamp(other)) => one == other,
            #[cfg(feature = "uuid")]
            (Self::Uuid(one), Self::Uuid(other)) => one == other,
            #[cfg(feature = "decimal")]
            (Self::Decimal(one), Self::Decimal(other)) => one.serialize() == other.serialize(),
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Refused(one), Self::Refused(other)) => one == other,
            _ => false,
        }
    }
}
