//! What a record maps to, as data that the derive emits.

use crate::sql::{Dialect, FixedSql, SqlCache};
use crate::value::ColumnType;

/// The table of a record.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of the record's fields.
    pub columns: &'static [Column],
    /// The positions of the primary key's columns.
    pub key: &'static [usize],
    all: ColumnSet,
    numbered_key: Option<usize>,
    sql: SqlCache,
}

/// A column of a record.
#[derive(Debug)]
pub struct Column {
    /// The column's name in the database.
    pub name: &'static str,
    /// The field's name in the struct.
    pub field: &'static str,
    /// The column's type.
    pub column_type: ColumnType,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether the database generates it where the field is unset.
    pub generated: bool,
    /// Whether the database's own default stands in where the field is `None`.
    pub default: bool,
}

impl Table {
    /// Describes a table; the derive calls it in a static.
    pub const fn new(name: &'static str, columns: &'static [Column], key: &'static [usize]) -> Self {
        Self {
            name,
            columns,
            key,
            all: ColumnSet::first(columns.len()),
            numbered_key: match key {
                [column] if columns[*column].generated && columns[*column].column_type.is_integer() => {
                    Some(*column)
                }
                _ => None,
            },
            sql: SqlCache::new(),
        }
    }

    /// Whether a column belongs to the primary key.
    pub fn is_key(&self, column: usize) -> bool {
        self.key.contains(&column)
    }

    /// The columns of a set, with their positions.
    pub(crate) fn columns_in(
        &self,
        set: ColumnSet,
    ) -> impl Iterator<Item = (usize, &'static Column)> + use<> {
        let columns = self.columns;
        set.iter().map(move |index| (index, &columns[index]))
    }

    /// All columns.
    pub(crate) fn all(&self) -> ColumnSet {
        self.all
    }

    /// The one column of the key that the database can number by itself and tell without `RETURNING`.
    pub(crate) fn numbered_key(&self) -> Option<usize> {
        self.numbered_key
    }

    pub(crate) fn sql(&'static self, dialect: &'static dyn Dialect) -> &'static FixedSql {
        self.sql.get(self, dialect)
    }
}

/// A set of a record's columns, by position; a record has at most 128.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnSet(u128);

impl ColumnSet {
    /// No column.
    pub const EMPTY: Self = Self(0);
    /// How many columns a record may have.
    pub const LIMIT: usize = 128;

    /// The first `count` columns.
    pub(crate) const fn first(count: usize) -> Self {
        if count == 0 {
            return Self(0);
        }
        Self(u128::MAX >> Self::LIMIT.saturating_sub(count))
    }

    /// Adds a column where the condition holds.
    #[inline]
    pub fn insert_if(&mut self, column: usize, condition: bool) {
        self.0 |= u128::from(condition) << column;
    }

    /// Whether a column is in the set.
    #[inline]
    pub fn contains(self, column: usize) -> bool {
        self.0 >> column & 1 == 1
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The columns that are not in the other set.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The columns of both sets.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The positions, ascending.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let next = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (next < Self::LIMIT).then_some(next)
        })
    }
}

impl FromIterator<usize> for ColumnSet {
    fn from_iter<I: IntoIterator<Item = usize>>(columns: I) -> Self {
        let mut set = Self::EMPTY;
        columns.into_iter().for_each(|column| set.insert_if(column, true));
        set
    }
}
