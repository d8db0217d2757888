//! Prepared statements, kept by their text.
//!
//! `mysql_async` keeps some as well, but reads the text for parameters by name each time before it looks there, and
//! makes a future for it: a seventh of what a read by key costs here.

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The statements of a connection, those that were used last.
pub(super) struct Statements<P>(Mutex<LruCache<Box<str>, P>>);

impl<P: Clone> Statements<P> {
    pub(super) fn new(most: usize) -> Self {
        let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(most)))
    }

    pub(super) fn get(&self, sql: &str) -> Option<P> {
        self.lock().get(sql).cloned()
    }

    /// Keeps one, and gives the one that has to make room for it, to be closed.
    pub(super) fn keep(&self, sql: &str, statement: P) -> Option<P> {
        let left_out = self.lock().push(sql.into(), statement);
        left_out.map(|(_, statement)| statement)
    }

    pub(super) fn forget(&self, sql: &str) -> Option<P> {
        self.lock().pop(sql)
    }

    /// Forgets all: the server has closed them.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Box<str>, P>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
