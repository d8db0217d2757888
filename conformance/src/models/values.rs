//! The records of types: a table for each family of them.

use conformance_macros::models;

/// Expanded into one module for each definition.
#[models]
pub(super) mod definitions {
    use activerecord::prelude::*;
    use activerecord::{ColumnType, Json, SqlValue};
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    use rust_decimal::Decimal;
    use uuid::Uuid;

    /// The integers.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "integers")]
    pub struct Integers {
        #[record(primary_key, generated)]
        pub id: i64,
        pub i8: i8,
        pub i16: i16,
        pub i32: i32,
        pub i64: i64,
        pub u8: u8,
        pub u16: u16,
        pub u32: u32,
        pub u64: u64,
    }

    /// The floats and the truth values.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "floats")]
    pub struct Floats {
        #[record(primary_key, generated)]
        pub id: i64,
        pub f32: f32,
        pub f64: f64,
        pub bool: bool,
    }

    /// Text and bytes.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "texts")]
    pub struct Texts {
        #[record(primary_key, generated)]
        pub id: i64,
        pub text: String,
        pub bytes: Vec<u8>,
    }

    /// Fields that may be null.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "options")]
    pub struct Options {
        #[record(primary_key, generated)]
        pub id: i64,
        pub bool: Option<bool>,
        pub i8: Option<i8>,
        pub i64: Option<i64>,
        pub u32: Option<u32>,
        pub f64: Option<f64>,
        pub text: Option<String>,
        pub bytes: Option<Vec<u8>>,
        pub date: Option<NaiveDate>,
        pub timestamp: Option<DateTime<Utc>>,
        pub uuid: Option<Uuid>,
        pub decimal: Option<Decimal>,
        pub json: Option<serde_json::Value>,
        pub color: Option<Color>,
    }

    /// Dates and times.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "times")]
    pub struct Times {
        #[record(primary_key, generated)]
        pub id: i64,
        pub date: NaiveDate,
        pub time: NaiveTime,
        pub naive: NaiveDateTime,
        pub instant: DateTime<Utc>,
    }

    /// A decimal number.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "decimals")]
    pub struct Decimals {
        #[record(primary_key, generated)]
        pub id: i64,
        pub amount: Decimal,
    }

    impl Decimals {
        /// An unsaved one.
        pub fn of(amount: &str) -> Self {
            let amount = Decimal::from_str_exact(amount).unwrap_or_default();
            Self { id: 0, amount }
        }
    }

    /// Documents.
    #[derive(Record, Debug, Clone, Default, PartialEq)]
    #[record(table = "documents")]
    pub struct Documents {
        #[record(primary_key, generated)]
        pub id: i64,
        pub any: serde_json::Value,
        pub typed: Json<Settings>,
    }

    /// What a typed document holds.
    #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Settings {
        pub theme: String,
        pub sizes: Vec<f64>,
        pub parent: Option<Box<Settings>>,
    }

    /// Types of one's own.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "own_types")]
    pub struct OwnTypes {
        #[record(primary_key, generated)]
        pub id: i64,
        pub color: Color,
        pub level: Level,
        pub email: Email,
        pub point: Point,
    }

    /// An enum that is kept as text.
    #[derive(Value, Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Color {
        Red,
        DarkGreen,
        #[value(rename = "none at all")]
        Nothing,
    }

    /// An enum that is kept as a number.
    #[derive(Value, Debug, Clone, Copy, PartialEq, Eq)]
    #[value(integer)]
    pub enum Level {
        Low = -1,
        Middle = 5,
        High,
    }

    /// A newtype.
    #[derive(Value, Debug, Clone, PartialEq, Eq)]
    pub struct Email(pub String);

    /// A type that is mapped by hand, to `x;y`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Point(pub i32, pub i32);

    impl Value for Point {
        const TYPE: ColumnType = ColumnType::Text;

        fn to_value(&self) -> SqlValue<'_> {
            SqlValue::Text(format!("{};{}", self.0, self.1).into())
        }

        fn from_value(value: SqlValue<'_>) -> Result<Self> {
            let text = String::from_value(value)?;
            let parts = text.split_once(';');
            let point = parts.and_then(|(x, y)| Some(Self(x.parse().ok()?, y.parse().ok()?)));
            point.ok_or_else(|| Error::decode("expected a point as `x;y`"))
        }
    }

    /// A key of text.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "text_keys")]
    pub struct TextKey {
        #[record(primary_key)]
        pub code: String,
        pub value: i64,
    }

    /// A key that is a UUID.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "uuid_keys")]
    pub struct UuidKey {
        #[record(primary_key)]
        pub id: Uuid,
        pub value: i64,
    }

    /// A generated key that is `None` until it is known.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "option_keys")]
    pub struct OptionKey {
        #[record(primary_key, generated)]
        pub id: Option<i64>,
        pub value: i64,
    }

    /// A generated key that is narrower than the database's.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "small_keys")]
    pub struct SmallKey {
        #[record(primary_key, generated)]
        pub id: u32,
        pub value: i64,
    }
}
