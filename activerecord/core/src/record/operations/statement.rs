//! Statements as operations own them.

use crate::error::Result;
use crate::query::Query;
use crate::record::{IntoKey, Lookup, Record};
use crate::sql::Dialect;
use crate::value::SqlValue;
use smallvec::SmallVec;
use std::ops::Deref;
use std::sync::Arc;

/// A statement that an operation owns.
pub(crate) struct Prepared {
    pub(crate) sql: Sql,
    pub(crate) params: Params,
}

/// SQL text, kept by a record's fixed texts or rendered for one call.
pub(crate) enum Sql {
    Fixed(&'static str),
    Kept(Arc<str>),
    Rendered(String),
}

impl Deref for Sql {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Kept(text) => text,
            Self::Rendered(text) => text,
        }
    }
}

/// Parameters, without an allocation for the one of a plain key or the two of a small update.
pub(crate) type Params = SmallVec<[SqlValue<'static>; 2]>;

/// What of a row is asked for.
#[derive(Clone, Copy)]
pub(in crate::record) enum Wanted {
    Row,
    Existence,
}

impl Prepared {
    /// The text and the values.
    pub(crate) fn into_parts(self) -> (String, Vec<SqlValue<'static>>) {
        (self.sql.to_string(), self.params.into_vec())
    }

    /// Looks a row up by its key, or by a condition in the order of the key.
    #[inline]
    pub(in crate::record) fn lookup<R: Record>(
        key: impl IntoKey<R>,
        wanted: Wanted,
        dialect: &'static dyn Dialect,
    ) -> Result<Self> {
        // Before there is a key: what is not held while something is called stays in registers.
        let fixed = R::table().sql(dialect);
        let sql = match wanted {
            Wanted::Row => &*fixed.select_by_key,
            Wanted::Existence => &*fixed.exists_by_key,
        };
        match key.into_lookup() {
            Lookup::Key(params) => Ok(Self {
                sql: Sql::Fixed(sql),
                params,
            }),
            Lookup::Condition(condition) => {
                let query = Query::<R>::new().filter_condition(condition);
                match wanted {
                    Wanted::Row => query.render_first(dialect),
                    Wanted::Existence => query.limit(1).render_select(dialect),
                }
            }
        }
    }

    /// Whether its text is the same in every call, as that of a lookup by key is.
    pub(in crate::record) fn is_fixed(&self) -> bool {
        matches!(self.sql, Sql::Fixed(_))
    }

    /// The key of a record, as the database has it.
    pub(in crate::record) fn by_key<R: Record>(sql: &'static str, record: &R) -> Self {
        let key = R::table().key.iter();
        Self {
            sql: Sql::Fixed(sql),
            params: key.map(|column| record.value(*column).into_owned()).collect(),
        }
    }
}
