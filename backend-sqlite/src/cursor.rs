//! A query whose rows are pulled.

use crate::connection::SqliteConnection;
use crate::value::SqliteRow;
use activerecord_core::{Connection, Cursor, Error, Result, RowSink, SqlValue};
use rusqlite::{CachedStatement, Rows};
use self_cell::{MutBorrow, self_cell};

self_cell!(
    /// A statement that runs, and its rows.
    struct Running<'conn> {
        owner: MutBorrow<CachedStatement<'conn>>,

        #[covariant]
        dependent: Rows,
    }
);

self_cell!(
    /// A connection, and the statement that runs on it.
    struct Open {
        owner: Box<SqliteConnection>,

        #[not_covariant]
        dependent: Running,
    }
);

/// A query under way, with the connection that it runs on.
pub(crate) struct SqliteCursor {
    open: Open,
    sql: String,
}

impl SqliteCursor {
    /// Starts a query, or gives the connection back.
    pub(crate) fn open(
        connection: Box<SqliteConnection>,
        sql: String,
        params: &[SqlValue<'_>],
    ) -> Result<Self, (Box<SqliteConnection>, Error)> {
        let open = Open::try_new_or_recover(connection, |connection| {
            let prepared = MutBorrow::new(connection.prepare(&sql, params)?);
            Ok(Running::new(prepared, |prepared| {
                prepared.borrow_mut().raw_query()
            }))
        })?;
        Ok(Self { open, sql })
    }
}

impl Cursor for SqliteCursor {
    fn fill(&mut self, rows: usize, sink: &mut dyn RowSink) -> Result<bool> {
        let sql = &self.sql;
        self.open.with_dependent_mut(|connection, running| {
            running.with_dependent_mut(|_, pending| {
                let more = pull(pending, rows, sink);
                more.map_err(|stop| match stop {
                    Stop::Database(failure) => connection.explain(sql, failure),
                    Stop::Sink(failure) => failure,
                })
            })
        })
    }

    fn close(self: Box<Self>) -> Box<dyn Connection> {
        self.open.into_owner()
    }
}

/// Who ended the query with an error.
enum Stop {
    Database(rusqlite::Error),
    Sink(Error),
}

fn pull(pending: &mut Rows<'_>, rows: usize, sink: &mut dyn RowSink) -> Result<bool, Stop> {
    for _ in 0..rows {
        let Some(row) = pending.next().map_err(Stop::Database)? else {
            return Ok(false);
        };
        if sink.row(&SqliteRow(row)).map_err(Stop::Sink)?.is_break() {
            break;
        }
    }
    Ok(true)
}
