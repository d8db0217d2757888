//! The records of queries and aggregates.

use conformance_macros::models;

/// Expanded into one module for each definition.
#[models]
pub(super) mod definitions {
    use activerecord::prelude::*;
    use chrono::NaiveDate;
    use rust_decimal::Decimal;

    /// A record with a column to aggregate of every kind.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "employees")]
    pub struct Employee {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// A name.
        pub name: String,
        /// A group that may be missing.
        pub department: Option<String>,
        /// A second group.
        pub city: String,
        /// An integer.
        pub salary: i64,
        /// An integer that may be missing.
        pub bonus: Option<i64>,
        /// A float.
        pub rating: f64,
        /// A decimal.
        pub rate: Decimal,
        /// A date.
        pub hired: NaiveDate,
    }

    impl Employee {
        /// An unsaved employee without a bonus.
        pub fn new(name: &str, department: Option<&str>, salary: i64) -> Self {
            Self {
                id: 0,
                name: name.into(),
                department: department.map(Into::into),
                city: "Bern".into(),
                salary,
                bonus: None,
                rating: 0.5,
                rate: Decimal::ONE,
                hired: NaiveDate::default(),
            }
        }
    }

    /// A record whose names have to be quoted and differ from the fields'.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "the \"quoted\" table")]
    pub struct Quoted {
        /// The key.
        #[record(primary_key, generated, column = "note id")]
        pub id: i64,
        /// A keyword.
        #[record(column = "order")]
        pub position: i64,
        /// A quote.
        #[record(column = "ti\"tle")]
        pub title: String,
    }
}
