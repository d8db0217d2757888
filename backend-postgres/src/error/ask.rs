//! What the database is asked after a violation, whose columns its error does not name.

use activerecord_core::{Error, ErrorKind};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// The columns of a unique index, in their order.
const OF_INDEX: &str = "\
SELECT a.attname FROM pg_catalog.pg_index x \
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid, \
pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY AS k(number, place) \
JOIN pg_catalog.pg_attribute a ON a.attnum = k.number \
WHERE i.relname = $1 AND t.relname = $2 AND a.attrelid = x.indrelid AND a.attnum > 0 AND k.place <= x.indnkeyatts \
AND pg_catalog.pg_table_is_visible(t.oid) ORDER BY k.place";

/// The columns of another constraint, in their order.
const OF_CONSTRAINT: &str = "\
SELECT a.attname FROM pg_catalog.pg_constraint c \
JOIN pg_catalog.pg_class t ON t.oid = c.conrelid, \
pg_catalog.unnest(c.conkey) WITH ORDINALITY AS k(number, place) \
JOIN pg_catalog.pg_attribute a ON a.attnum = k.number \
WHERE c.conname = $1 AND t.relname = $2 AND a.attrelid = c.conrelid \
AND pg_catalog.pg_table_is_visible(t.oid) ORDER BY k.place";

/// Whether the columns of a violation can be asked for, and are not known.
pub(crate) fn is_worthwhile(error: &Error) -> bool {
    error.constraint().is_some() && error.columns().is_empty()
}

/// Names the columns of the constraint that was broken. Where the database does not tell, they stay unnamed.
#[cold]
pub(crate) async fn with_columns(client: &Client, error: Error) -> Error {
    let (Some(constraint), Some(table)) = (error.constraint(), error.table()) else {
        return error;
    };
    let sql = match error.kind() {
        ErrorKind::UniqueViolation => OF_INDEX,
        _ => OF_CONSTRAINT,
    };
    let names = client
        .query_typed(sql, &[(&constraint, Type::NAME), (&table, Type::NAME)])
        .await;
    let names = names.unwrap_or_default();
    let columns: Vec<String> = names.iter().filter_map(|row| row.try_get(0).ok()).collect();
    let violation = error.violation().cloned().map(|mut violation| {
        violation.columns = columns;
        violation
    });
    match violation {
        Some(violation) => error.with_violation(violation),
        None => error,
    }
}
