//! Prepared statements, kept by their text.

use crate::error;
use crate::value::{Shape, own_type};
use activerecord_core::{Result, SqlValue, main_verb};
use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_postgres::Client;
use tokio_postgres::Statement;
use tokio_postgres::types::Type;

/// The statements of a connection, those that were used last.
pub(super) struct Statements(Mutex<LruCache<Box<str>, Arc<Prepared>>>);

/// A statement that the server has prepared.
pub(crate) struct Prepared {
    pub(crate) statement: Statement,
    /// How the cells of each column are read.
    pub(crate) shapes: Box<[Shape]>,
    /// Whether it may have an effect beside giving rows.
    pub(crate) writes: bool,
    /// Whether the rows that the server counts were written.
    pub(crate) counts: bool,
    /// Whether the server was told the types of parameters whose place tells nothing.
    pub(crate) is_typed: bool,
    /// The same text with such types.
    typed: Mutex<Vec<(Vec<Type>, Arc<Prepared>)>>,
}

impl Statements {
    pub(super) fn new(most: usize) -> Self {
        let most = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(most)))
    }

    pub(super) fn get(&self, sql: &str) -> Option<Arc<Prepared>> {
        self.lock().get(sql).cloned()
    }

    pub(super) fn keep(&self, sql: &str, statement: Statement) -> Arc<Prepared> {
        let prepared = Arc::new(Prepared::new(sql, statement, false));
        let left_out = self.lock().push(sql.into(), prepared.clone());
        // A statement that is dropped tells the server, which need not happen under the lock.
        drop(left_out);
        prepared
    }

    pub(super) fn forget(&self, sql: &str) {
        let forgotten = self.lock().pop(sql);
        drop(forgotten);
    }

    /// The statement with types for the parameters whose place tells nothing, as in `SELECT ?`: those of the values.
    pub(super) async fn typed(
        &self,
        client: &Client,
        sql: &str,
        untyped: &Prepared,
        params: &[SqlValue<'_>],
    ) -> Result<Arc<Prepared>> {
        let types: Vec<Type> = untyped.types(params).collect();
        if let Some(prepared) = untyped.kept(&types) {
            return Ok(prepared);
        }
        let statement = client.prepare_typed(sql, &types).await;
        let statement = statement.map_err(|failure| error::explain_in(sql, failure))?;
        let prepared = Arc::new(Prepared::new(sql, statement, true));
        untyped.keep(types, prepared.clone());
        Ok(prepared)
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Box<str>, Arc<Prepared>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Prepared {
    fn new(sql: &str, statement: Statement, is_typed: bool) -> Self {
        let shapes = statement.columns().iter().map(|column| Shape::of(column.type_()));
        let verb = main_verb(sql);
        let is = |verbs: &[&str]| verbs.iter().any(|other| other.eq_ignore_ascii_case(verb));
        Self {
            shapes: shapes.collect(),
            writes: !is(&["SELECT", "VALUES", "TABLE", "SHOW"]),
            counts: is(&["INSERT", "UPDATE", "DELETE", "MERGE"]),
            is_typed,
            typed: Mutex::default(),
            statement,
        }
    }

    fn types(&self, params: &[SqlValue<'_>]) -> impl Iterator<Item = Type> {
        let expected = self.statement.params().iter().zip(params);
        expected.map(|(expected, param)| match *expected {
            Type::TEXT | Type::TEXT_ARRAY => own_type(param),
            _ => Type::UNKNOWN,
        })
    }

    fn kept(&self, types: &[Type]) -> Option<Arc<Self>> {
        let typed = self.typed();
        let found = typed.iter().find(|(of, _)| of == types);
        found.map(|(_, prepared)| prepared.clone())
    }

    fn keep(&self, types: Vec<Type>, prepared: Arc<Self>) {
        const MOST: usize = 16;
        let mut typed = self.typed();
        if typed.len() >= MOST {
            typed.remove(0);
        }
        typed.push((types, prepared));
    }

    fn typed(&self) -> MutexGuard<'_, Vec<(Vec<Type>, Arc<Self>)>> {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
