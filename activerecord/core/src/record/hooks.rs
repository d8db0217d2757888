//! What a record does around its own writes.

use crate::engine::Session;
use crate::error::Result;
use std::future::{Future, ready};

/// What a record does before and after it is saved, written once for both modes.
///
/// A record that has hooks says `#[record(hooks)]` and implements this trait; the derive writes an empty one for
/// the others. Hooks are async functions in both modes and may await database verbs on the session, nothing else;
/// waiting for something else is a [`ForeignWait`](crate::ErrorKind::ForeignWait) error, or a panic of whoever is waited
/// for: hooks run where the database's work is done, which on SQLite is a thread outside of any tokio runtime. The save
/// and its hooks are one transaction (a savepoint inside one): an error from either hook undoes all of it. `insert_all`
/// runs them for each record. A `save` with nothing to write runs no hook; `update_all`, `delete_all` and raw SQL run
/// none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no hooks of its own, and none that are empty",
    note = "`#[record(hooks)]` says that the struct implements `Hooks`: write `impl Hooks for {Self}`, or drop the attribute"
)]
pub trait Hooks: Sized {
    /// Whether there are any; the derive says `false` where it writes the empty ones.
    const ACTIVE: bool = true;

    /// Runs before the insert or update; may change the record, or refuse it by an error.
    ///
    /// # Errors
    ///
    /// Whatever refuses the save.
    fn before_save(&mut self, session: &Session<'_>) -> impl Future<Output = Result<()>> + Send {
        let _ = session;
        ready(Ok(()))
    }

    /// Runs after the insert or update, before the transaction ends. It cannot change the record: that would differ
    /// from its row.
    ///
    /// # Errors
    ///
    /// Whatever undoes the save.
    fn after_save(&self, session: &Session<'_>) -> impl Future<Output = Result<()>> + Send {
        let _ = session;
        ready(Ok(()))
    }
}
