//! SQL text in the making, with its parameters.

use super::Dialect;
use crate::value::SqlValue;

/// A statement being written for one dialect.
#[derive(Debug, Clone)]
pub(crate) struct SqlText {
    pub(crate) sql: String,
    pub(crate) params: Vec<SqlValue<'static>>,
    pub(crate) dialect: &'static dyn Dialect,
}

impl SqlText {
    pub(crate) fn new(dialect: &'static dyn Dialect) -> Self {
        Self {
            sql: String::with_capacity(128),
            params: Vec::new(),
            dialect,
        }
    }

    /// Appends text of ours, never a value.
    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Appends an identifier, quoted.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        let quote = self.dialect.quote();
        self.sql.push(quote);
        for character in name.chars() {
            if character == quote {
                self.sql.push(quote);
            }
            self.sql.push(character);
        }
        self.sql.push(quote);
        self
    }

    /// Appends a value's placeholder and keeps the value.
    pub(crate) fn bind(&mut self, value: SqlValue<'static>) -> &mut Self {
        self.dialect.value(&value, self.params.len() + 1, &mut self.sql);
        self.params.push(value);
        self
    }

    /// Appends the `number`th placeholder, whose value comes later.
    pub(crate) fn placeholder(&mut self, number: usize) -> &mut Self {
        self.dialect.placeholder(number, &mut self.sql);
        self
    }

    /// Appends items with a separator between them.
    pub(crate) fn list<I>(
        &mut self,
        separator: &str,
        items: impl IntoIterator<Item = I>,
        mut write: impl FnMut(&mut Self, I),
    ) -> &mut Self {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            write(self, item);
        }
        self
    }
}
