//! The verbs of handles, the same in both modes.

use super::{Handle, Returns};
use crate::engine::{Plain, Then, Work, Worked};
use crate::record::{ChangeRows, FindMapped, FromRow, Params, Prepared, Record, Sql};
use crate::schema;
use crate::sql::{IntoSql, RawSql};
use crate::value::IntoParams;

/// The verbs of every handle: raw statements, a work of one's own, the table of a record.
pub trait Verbs: Handle + Sized {
    /// Runs a whole statement for its effect and gives the rows changed. Its `?` stand for the parameters, on
    /// every database.
    ///
    /// What it leaves on its connection (a setting, a lock, a temporary table) is gone for whoever uses the connection
    /// next: a server's session is reset after a text that may leave something.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) where placeholders and parameters differ in number, or whatever the
    /// database says.
    fn execute(&self, sql: impl IntoSql, params: impl IntoParams) -> Returns<'_, Self, u64> {
        let statement = raw(sql, params).into_text(self.dialect());
        self.perform(Plain::of(statement.map(Prepared::from).map(ChangeRows::raw)))
    }

    /// Runs a whole statement and reads its rows: records and structs by the names of their columns, tuples by
    /// position.
    ///
    /// # Errors
    ///
    /// As for [`execute`](Verbs::execute), and [`Decode`](crate::ErrorKind::Decode) where a row does not read as
    /// the type.
    fn query_sql<T: FromRow>(&self, sql: impl IntoSql, params: impl IntoParams) -> Returns<'_, Self, Vec<T>> {
        let statement = raw(sql, params).into_text(self.dialect());
        self.perform(Plain::of(statement.map(Prepared::from).map(FindMapped::raw)))
    }

    /// Runs a work of several steps.
    ///
    /// # Errors
    ///
    /// Whatever the work fails with.
    fn run<W: Work>(&self, work: W) -> Returns<'_, Self, W::Output> {
        self.perform(Plain::new(Worked::new(work)))
    }

    /// Makes the table of a record where it does not exist: `CREATE TABLE IF NOT EXISTS table (..)`. Enough for
    /// examples and tests; foreign keys, defaults and checks need a statement of their own.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a generated column that is not the one integer key, or
    /// whatever the database says.
    fn create_table<R: Record>(&self) -> Returns<'_, Self, ()> {
        let sql = schema::create_table(R::table(), self.dialect());
        let statement = sql.map(|sql| {
            ChangeRows::new(Prepared {
                sql: Sql::Rendered(sql),
                params: Params::new(),
            })
        });
        self.perform(Then::new(statement, |_| Ok(())))
    }
}

impl<H: Handle> Verbs for H {}

fn raw(sql: impl IntoSql, params: impl IntoParams) -> RawSql {
    RawSql {
        sql: sql.into_sql(),
        params: params.into_params(),
    }
}
