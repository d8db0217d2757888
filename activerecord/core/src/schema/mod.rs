//! The table of a record.

use crate::record::{Column, Table};
use crate::sql::{Dialect, SqlText};

/// `CREATE TABLE IF NOT EXISTS table (..)`
pub(crate) fn create_table(table: &Table, dialect: &'static dyn Dialect) -> String {
    let mut text = SqlText::new(dialect);
    let single = matches!(table.key, [_]);
    text.push("CREATE TABLE IF NOT EXISTS ")
        .name(table.name)
        .push(" (")
        .list(", ", table.columns.iter().enumerate(), |text, (index, column)| {
            write_column(text, column, single && table.is_key(index))
        });
    if !single {
        text.push(", PRIMARY KEY (")
            .list(", ", table.key, |text, index| {
                text.name(table.columns[*index].name);
            })
            .push(")");
    }
    text.push(")");
    text.sql
}

fn write_column(text: &mut SqlText, column: &Column, is_key: bool) {
    let numbered = is_key && column.generated && column.column_type.is_integer();
    let column_type = text.dialect.column_type(column.column_type, numbered);
    text.name(column.name).push(" ").push(column_type);
    if is_key {
        text.push(" PRIMARY KEY");
    }
    if !column.nullable && !numbered {
        text.push(" NOT NULL");
    }
    if column.unique {
        text.push(" UNIQUE");
    }
}
