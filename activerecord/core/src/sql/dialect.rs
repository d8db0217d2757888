//! How one database's SQL differs from another's.

use crate::value::{ColumnType, SqlValue};
use std::fmt;

/// How a column is compared with a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextMatch {
    /// The text stands somewhere in the column.
    Contains,
    /// The column starts with it.
    StartsWith,
    /// The column ends with it.
    EndsWith,
}

/// How a database's SQL reads. Third parties write one beside their backend.
pub trait Dialect: fmt::Debug + Send + Sync {
    /// The dialect's name, by which rendered SQL is kept.
    fn name(&self) -> &'static str;

    /// The character around identifiers, doubled inside them.
    fn quote(&self) -> char {
        '"'
    }

    /// Writes the placeholder of the `number`th parameter, counted from 1.
    fn placeholder(&self, number: usize, out: &mut String) {
        let _ = number;
        out.push('?');
    }

    /// Writes a value of a condition or of an assignment: its placeholder, inside a cast where the database would take
    /// it for another type.
    fn value(&self, value: &SqlValue<'_>, number: usize, out: &mut String) {
        let _ = value;
        self.placeholder(number, out);
    }

    /// Whether an insert can return the row.
    fn has_returning(&self) -> bool;

    /// Whether an insert tells the number that the database gave to an integer key
    /// ([`Written::key`](crate::Written::key)).
    fn has_insert_id(&self) -> bool {
        false
    }

    /// How many rows one insert of many should have, where the number of parameters allows it.
    fn rows_per_insert(&self) -> usize {
        1000
    }

    /// What an insert without any column reads after the table's name.
    fn default_values(&self) -> &'static str {
        " DEFAULT VALUES"
    }

    /// The type of a column in `CREATE TABLE`; `generated` is a key that the database fills in.
    fn column_type(&self, column: ColumnType, generated: bool) -> &'static str;

    /// The type of a column that is unique or part of the key.
    fn key_type(&self, column: ColumnType, generated: bool) -> &'static str {
        self.column_type(column, generated)
    }

    /// What follows the columns of a table in `CREATE TABLE`.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// Whether an update assigns one column after the other, so that a later one sees what an earlier one set.
    fn assigns_in_turn(&self) -> bool {
        false
    }

    /// The limit that stands for none, where `OFFSET` needs a `LIMIT`.
    fn no_limit(&self) -> Option<&'static str> {
        None
    }

    /// What follows a column where it is compared or ordered, so that its type compares as it should.
    fn collation(&self, column: ColumnType) -> &'static str {
        let _ = column;
        ""
    }

    /// The function that adds a column up exactly.
    fn sum(&self, column: ColumnType) -> &'static str {
        let _ = column;
        "SUM"
    }

    /// The function that averages a column.
    fn avg(&self, column: ColumnType) -> &'static str {
        let _ = column;
        "AVG"
    }

    /// Writes the sum of a rendered column.
    fn write_sum(&self, column: ColumnType, rendered: &str, out: &mut String) {
        for part in [self.sum(column), "(", rendered, ")"] {
            out.push_str(part);
        }
    }

    /// Writes the average of a rendered column.
    fn write_avg(&self, column: ColumnType, rendered: &str, out: &mut String) {
        for part in [self.avg(column), "(", rendered, ")"] {
            out.push_str(part);
        }
    }

    /// What puts the nulls of an ordered column first where it ascends and last where it descends, if the database
    /// would not do so by itself.
    fn null_order(&self, descending: bool) -> &'static str {
        let _ = descending;
        ""
    }

    /// Writes the order by a rendered column whose nulls are given a place.
    fn write_order(&self, column: &str, descending: bool, nulls_first: bool, out: &mut String) {
        let direction = if descending { " DESC" } else { " ASC" };
        let nulls = if nulls_first {
            " NULLS FIRST"
        } else {
            " NULLS LAST"
        };
        out.extend([column, direction, nulls]);
    }

    /// What stands before and behind a list that is one parameter, in a test whether a column is in the list or not;
    /// `None` where each value of a list is a parameter of its own.
    fn list_test(&self, within: bool) -> Option<[&'static str; 2]> {
        let _ = within;
        None
    }

    /// What stands before, between and behind a column and a number that is added to it, so that the sum is what the
    /// column's type can hold, or an error.
    fn addition(&self, column: ColumnType) -> [&'static str; 3] {
        let _ = column;
        ["", " + ", ""]
    }

    /// Writes the comparison of a rendered column with the pattern of a [`TextMatch`].
    fn text_match(&self, column: &str, placeholder: &str, ignore_case: bool, out: &mut String);

    /// Gives the pattern of a [`TextMatch`], in which the text stands for itself.
    fn text_pattern(&self, matching: TextMatch, text: &str, ignore_case: bool) -> String;
}
