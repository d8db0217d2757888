//! The texts whose shape a record fixes: rendered once per record and dialect, and kept.

use super::{Dialect, SqlText};
use crate::record::{ColumnSet, Sql, Table};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Where a record's fixed texts are kept: a list of dialects, nearly always of one.
///
/// It lives in a static that the derive emits, since a static inside a generic function is shared by all its
/// instances.
pub struct SqlCache(OnceLock<Box<Node>>);

struct Node {
    sql: FixedSql,
    next: SqlCache,
}

impl SqlCache {
    /// An empty one.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(crate) fn get(
        &'static self,
        table: &'static Table,
        dialect: &'static dyn Dialect,
    ) -> &'static FixedSql {
        let mut cache = self;
        loop {
            let render = || {
                Box::new(Node {
                    sql: FixedSql::render(table, dialect),
                    next: Self::new(),
                })
            };
            let node = cache.0.get_or_init(render);
            if is_same(node.sql.dialect, dialect) {
                return &node.sql;
            }
            cache = &node.next;
        }
    }
}

/// Nearly always it is the very same one, which needs no look at its name.
#[inline]
fn is_same(kept: &'static dyn Dialect, wanted: &'static dyn Dialect) -> bool {
    std::ptr::eq(kept, wanted) || kept.name() == wanted.name()
}

impl Default for SqlCache {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SqlCache {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SqlCache")
    }
}

/// The fixed texts of one record in one dialect.
pub(crate) struct FixedSql {
    dialect: &'static dyn Dialect,
    table: &'static Table,
    /// The one column that an insert is told of without reading it back: a key that the database numbers.
    told: ColumnSet,
    /// `SELECT columns FROM table`
    pub(crate) select: String,
    /// `SELECT columns FROM table WHERE key = ?`
    pub(crate) select_by_key: String,
    /// `SELECT 1 FROM table WHERE key = ?`
    pub(crate) exists_by_key: String,
    /// `DELETE FROM table WHERE key = ?`
    pub(crate) delete_by_key: String,
    inserts: Texts,
    refills: Texts,
    updates: Texts,
}

/// Texts by the set of columns they are about. The first one asked for, nearly always the only one, is found without
/// a lock.
#[derive(Default)]
struct Texts {
    first: OnceLock<(ColumnSet, String)>,
    others: RwLock<BTreeMap<ColumnSet, Arc<str>>>,
}

/// How many texts of one kind are kept for a record; sets of columns past that are rendered each time.
const MOST: usize = 256;

impl Texts {
    #[inline]
    fn get(&'static self, columns: ColumnSet, render: impl Fn() -> String) -> Sql {
        let (first, text) = self.first.get_or_init(|| (columns, render()));
        match *first == columns {
            true => Sql::Fixed(text),
            false => self.get_other(columns, render),
        }
    }

    fn get_other(&'static self, columns: ColumnSet, render: impl Fn() -> String) -> Sql {
        if let Some(text) = self
            .others
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&columns)
        {
            return Sql::Kept(text.clone());
        }
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= MOST {
            return Sql::Rendered(render());
        }
        Sql::Kept(others.entry(columns).or_insert_with(|| render().into()).clone())
    }
}

impl FixedSql {
    fn render(table: &'static Table, dialect: &'static dyn Dialect) -> Self {
        let write = |write: &dyn Fn(&mut SqlText)| {
            let mut text = SqlText::new(dialect);
            write(&mut text);
            text.sql
        };
        Self {
            dialect,
            table,
            told: match dialect.has_insert_id() {
                true => table.numbered_key().into_iter().collect(),
                false => ColumnSet::EMPTY,
            },
            select: write(&|text| select(text, table)),
            select_by_key: write(&|text| {
                select(text, table);
                by_key(text, table, 0);
            }),
            exists_by_key: write(&|text| {
                text.push("SELECT 1 FROM ").name(table.name);
                by_key(text, table, 0);
            }),
            delete_by_key: write(&|text| {
                text.push("DELETE FROM ").name(table.name);
                by_key(text, table, 0);
            }),
            inserts: Texts::default(),
            refills: Texts::default(),
            updates: Texts::default(),
        }
    }

    /// `INSERT INTO table (all but those left to the database) VALUES (?)`, returning what the database fills in and
    /// does not tell otherwise, where it can.
    #[inline]
    pub(crate) fn insert(&'static self, unset: ColumnSet) -> Sql {
        self.inserts.get(unset, || self.insert_rows(unset, 1))
    }

    /// The same of several rows, `VALUES (?), (?), ...`, rendered anew: their number varies.
    pub(crate) fn insert_rows(&self, unset: ColumnSet, rows: usize) -> String {
        let mut text = SqlText::new(self.dialect);
        insert(&mut text, self.table, self.table.all().without(unset), rows);
        returning(&mut text, self.table, self.returned(unset));
        text.sql
    }

    /// `SELECT filled_in FROM table WHERE key = ?`, for a database that cannot return what it filled in.
    pub(crate) fn refill(&'static self, filled_in: ColumnSet) -> Sql {
        self.refills.get(filled_in, || {
            let mut text = SqlText::new(self.dialect);
            text.push("SELECT ")
                .list(", ", self.table.columns_in(filled_in), |text, (_, column)| {
                    text.name(column.name);
                })
                .push(" FROM ")
                .name(self.table.name);
            by_key(&mut text, self.table, 0);
            text.sql
        })
    }

    /// Which of the columns that are left to the database are read back after an insert.
    #[inline]
    pub(crate) fn returned(&self, unset: ColumnSet) -> ColumnSet {
        match unset == self.told {
            true => ColumnSet::EMPTY,
            false => unset,
        }
    }

    /// `UPDATE table SET changed = ? WHERE key = ?`
    pub(crate) fn update(&'static self, changed: ColumnSet) -> Sql {
        self.updates.get(changed, || {
            let mut text = SqlText::new(self.dialect);
            update(&mut text, self.table, changed);
            text.sql
        })
    }
}

fn select(text: &mut SqlText, table: &Table) {
    text.push("SELECT ")
        .list(", ", table.columns, |text, column| {
            text.name(column.name);
        })
        .push(" FROM ")
        .name(table.name);
}

/// ` WHERE key = ?`, its first placeholder being the one after `bound`.
fn by_key(text: &mut SqlText, table: &Table, bound: usize) {
    text.push(" WHERE ")
        .list(" AND ", table.key.iter().enumerate(), |text, (position, key)| {
            let column = &table.columns[*key];
            let collation = text.dialect.collation(column.column_type);
            text.name(column.name)
                .push(collation)
                .push(" = ")
                .placeholder(bound + position + 1);
        });
}

fn insert(text: &mut SqlText, table: &Table, sent: ColumnSet, rows: usize) {
    text.push("INSERT INTO ").name(table.name);
    if sent.is_empty() {
        text.push(text.dialect.default_values());
        return;
    }
    text.push(" (")
        .list(", ", table.columns_in(sent), |text, (_, column)| {
            text.name(column.name);
        })
        .push(") VALUES ")
        .list(", ", 0..rows, |text, row| {
            let first = row * sent.len();
            text.push("(")
                .list(", ", 1..=sent.len(), |text, number| {
                    text.placeholder(first + number);
                })
                .push(")");
        });
}

fn returning(text: &mut SqlText, table: &Table, columns: ColumnSet) {
    if columns.is_empty() || !text.dialect.has_returning() {
        return;
    }
    text.push(" RETURNING ")
        .list(", ", table.columns_in(columns), |text, (_, column)| {
            text.name(column.name);
        });
}

fn update(text: &mut SqlText, table: &Table, changed: ColumnSet) {
    text.push("UPDATE ").name(table.name).push(" SET ").list(
        ", ",
        table.columns_in(changed).enumerate(),
        |text, (position, (_, column))| {
            text.name(column.name).push(" = ").placeholder(position + 1);
        },
    );
    by_key(text, table, changed.len());
}

impl fmt::Debug for FixedSql {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FixedSql")
            .field("select", &self.select)
            .finish_non_exhaustive()
    }
}
