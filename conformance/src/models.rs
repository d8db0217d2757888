//! The records of the suite, in each definition: mixed, for blocking use alone, for async use alone.

mod reports;
#[expect(missing_docs, reason = "its fields are named after their types")]
mod values;

use conformance_macros::models;

/// The records with the verbs of both modes.
pub mod mixed {
    pub use super::definitions::mixed::*;
    pub use super::reports::definitions::mixed::*;
    pub use super::values::definitions::mixed::*;
}

/// The records with the verbs of one mode.
pub mod independent {
    /// Of the blocking mode.
    pub mod blocking {
        pub use crate::models::definitions::independent::blocking::*;
        pub use crate::models::reports::definitions::independent::blocking::*;
        pub use crate::models::values::definitions::independent::blocking::*;
    }

    /// Of the async mode.
    pub mod asynchronous {
        pub use crate::models::definitions::independent::asynchronous::*;
        pub use crate::models::reports::definitions::independent::asynchronous::*;
        pub use crate::models::values::definitions::independent::asynchronous::*;
    }
}

/// Expanded into one module for each definition.
#[models]
mod definitions {
    use activerecord::prelude::*;

    /// A plain record with a generated key.
    #[derive(Record, Debug, Clone, PartialEq, serde::Serialize)]
    #[record(table = "users")]
    pub struct User {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// A name.
        pub name: String,
        /// An address, unique.
        #[record(unique)]
        pub email: String,
        /// A flag.
        pub is_active: bool,
        /// An age that may be unknown.
        pub age: Option<i64>,
    }

    impl User {
        /// An unsaved user.
        pub fn named(name: &str) -> Self {
            Self {
                id: 0,
                name: name.into(),
                email: format!("{name}@example.com"),
                is_active: true,
                age: None,
            }
        }
    }

    /// A record with a key of two columns.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "order_items")]
    pub struct OrderItem {
        /// The order.
        #[record(primary_key)]
        pub order_id: i64,
        /// The line in the order.
        #[record(primary_key)]
        pub line: i32,
        /// What was ordered.
        pub product: String,
        /// How many.
        pub quantity: i64,
    }

    /// A record for transfers.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "accounts")]
    pub struct Account {
        /// The key, the caller's own.
        #[record(primary_key)]
        pub id: i64,
        /// The balance in cents.
        pub balance: i64,
    }

    /// A record whose key may be unset and that has a field without a column.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "notes")]
    pub struct Note {
        /// The key.
        #[record(primary_key, generated)]
        pub id: Option<i64>,
        /// The text.
        pub text: String,
        /// No column.
        #[record(skip)]
        pub drafts: Vec<String>,
    }

    impl Note {
        /// An unsaved note.
        pub fn of(text: &str) -> Self {
            Self {
                id: None,
                text: text.into(),
                drafts: Vec::new(),
            }
        }
    }

    /// A record whose key is a text.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "countries")]
    pub struct Country {
        /// The key.
        #[record(primary_key)]
        pub code: String,
        /// The name.
        pub name: String,
    }

    impl Country {
        /// A country.
        pub fn of(code: &str, name: &str) -> Self {
            Self {
                code: code.into(),
                name: name.into(),
            }
        }
    }

    /// A record whose table is named after it and whose columns have names of their own, a keyword among them.
    #[derive(Record, Debug, Clone, PartialEq)]
    pub struct BookReview {
        /// The key.
        #[record(primary_key, generated, column = "review_no")]
        pub id: i64,
        /// From one to five.
        #[record(column = "order")]
        pub stars: i32,
        /// A field named by a keyword.
        pub r#type: String,
    }

    /// The table of `Article` before the columns with defaults are added to it.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "articles")]
    pub struct ArticleStub {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// The title, unique.
        #[record(unique)]
        pub title: String,
    }

    /// A record with columns that the database fills in.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "articles")]
    pub struct Article {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// The title, unique.
        pub title: String,
        /// `draft` without a word, never null.
        #[record(default)]
        pub state: Option<String>,
        /// 7 without a word.
        #[record(default)]
        pub score: Option<i64>,
    }

    impl Article {
        /// An unsaved article that leaves to the database what it can.
        pub fn titled(title: &str) -> Self {
            Self {
                id: 0,
                title: title.into(),
                state: None,
                score: None,
            }
        }

        /// Makes the table, with defaults.
        pub const DEFAULTS: [&'static str; 2] = [
            "ALTER TABLE articles ADD COLUMN state VARCHAR(20) NOT NULL DEFAULT 'draft'",
            "ALTER TABLE articles ADD COLUMN score BIGINT DEFAULT 7",
        ];
    }

    /// A record with numbers and bytes.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "samples")]
    pub struct Sample {
        /// The key, the caller's own.
        #[record(primary_key)]
        pub id: i64,
        /// A number.
        pub value: f64,
        /// A narrower number.
        pub narrow: Option<f32>,
        /// Bytes.
        pub bytes: Vec<u8>,
    }

    impl Sample {
        /// A sample.
        pub fn of(id: i64, value: f64) -> Self {
            Self {
                id,
                value,
                narrow: None,
                bytes: Vec::new(),
            }
        }
    }

    /// A record with hooks.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "entries", hooks)]
    pub struct Entry {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// The title, unique; some titles mean something to the hooks.
        #[record(unique)]
        pub title: String,
        /// How often it was saved.
        pub revision: i64,
    }

    impl Entry {
        /// An unsaved entry.
        pub fn titled(title: &str) -> Self {
            Self {
                id: 0,
                title: title.into(),
                revision: 0,
            }
        }
    }

    impl Hooks for Entry {
        /// Trims the title and counts; refuses an empty title; waits for ever where the title is `foreign`.
        async fn before_save(&mut self, _: &Session<'_>) -> Result<()> {
            self.title = self.title.trim().to_owned();
            self.revision += 1;
            match &*self.title {
                "" => Err(Error::new(ErrorKind::Validation, "an entry has a title")),
                "foreign" => std::future::pending().await,
                _ => Ok(()),
            }
        }

        /// Writes a line of the journal; refuses the title `late` only then.
        async fn after_save(&self, session: &Session<'_>) -> Result<()> {
            let text = format!("{} {} {}", self.id, self.title, self.revision);
            JournalLine { id: 0, text }.save(session).await?;
            match &*self.title {
                "late" => Err(Error::new(ErrorKind::Validation, "refused after the write")),
                _ => Ok(()),
            }
        }
    }

    /// What the hooks of `Entry` write.
    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "journal")]
    pub struct JournalLine {
        /// The key.
        #[record(primary_key, generated)]
        pub id: i64,
        /// The entry's key, title and revision.
        pub text: String,
    }

    /// A record with so many columns that the parameters of a statement run out before its rows do.
    macro_rules! wide {
        ($($column:ident)*) => {
            /// A record with many columns.
            #[derive(Record, Debug, Clone, PartialEq)]
            #[record(table = "wide_rows")]
            pub struct WideRow {
                /// The key.
                #[record(primary_key, generated)]
                pub id: i64,
                $(
                    /// One of many.
                    pub $column: i64,
                )*
            }

            impl WideRow {
                /// A row that is the same in all columns.
                pub fn of(value: i64) -> Self {
                    Self { id: 0, $($column: value),* }
                }
            }
        };
    }

    wide! {
        a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5
        d6 d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9
    }
}
