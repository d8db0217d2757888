//! The table of a record.

use crate::error::{Error, ErrorKind, Result};
use crate::record::{Column, Table};
use crate::sql::{Dialect, SqlText};

/// `CREATE TABLE IF NOT EXISTS table (..)`
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported) for a column that the database could not generate.
pub(crate) fn create_table(table: &Table, dialect: &'static dyn Dialect) -> Result<String> {
    let mut text = SqlText::new(dialect);
    let single = matches!(table.key, [_]);
    let generated = |(index, column): &(usize, &Column)| {
        column.generated && !column.nullable && table.numbered_key() != Some(*index)
    };
    if let Some((_, column)) = table.columns.iter().enumerate().find(generated) {
        return Err(cannot_generate(table, column));
    }
    text.push("CREATE TABLE IF NOT EXISTS ")
        .name(table.name)
        .push(" (")
        .list(", ", table.columns.iter().enumerate(), |text, (index, column)| {
            write_column(text, column, table.is_key(index), single)
        });
    if !single {
        text.push(", PRIMARY KEY (")
            .list(", ", table.key, |text, index| {
                text.name(table.columns[*index].name);
            })
            .push(")");
    }
    text.push(")").push(dialect.table_options());
    Ok(text.sql)
}

#[cold]
fn cannot_generate(table: &Table, column: &Column) -> Error {
    let message = format!(
        "`create_table` cannot say how `{}`.`{}` is generated, only that of a key of one integer column; create the \
         table by a statement of its own",
        table.name, column.name
    );
    Error::new(ErrorKind::Unsupported, message)
}

fn write_column(text: &mut SqlText, column: &Column, in_key: bool, single: bool) {
    let is_key = in_key && single;
    let numbered = is_key && column.generated && column.column_type.is_integer();
    let column_type = match in_key || column.unique {
        true => text.dialect.key_type(column.column_type, numbered),
        false => text.dialect.column_type(column.column_type, numbered),
    };
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
