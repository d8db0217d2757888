//! The query builder.

use super::assignment::{Assignment, in_turn};
use super::condition::Node;
use super::order::IntoOrders;
use super::select::different;
use super::{Condition, GroupColumns, Grouped, Order, Select, Selection};
use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::record::{FromRow, Params, Prepared, Record, Sql, Table};
use crate::sql::{Dialect, IntoSql, RawSql, SqlText};
use crate::value::{IntoParams, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// A query for the rows of a record.
///
/// ```text
/// User::query().filter(|u| u.is_active.eq(true)).order_by(|u| u.name.asc()).limit(10).all(&db)
/// // SELECT "id", "name", .. FROM "users" WHERE ("is_active" = ?) ORDER BY "name" ASC LIMIT ?
/// ```
#[must_use = "a query does nothing until one of its verbs is called"]
pub struct Query<R> {
    pub(super) parts: Parts<R>,
}

/// What a query is made of.
pub(super) struct Parts<R> {
    pub(super) filters: Vec<Node>,
    pub(super) orders: Vec<Order<R>>,
    limit: Option<u64>,
    offset: Option<u64>,
    pub(super) distinct: bool,
    /// Whether writes may go without a condition.
    all_rows: bool,
    record: PhantomData<fn() -> R>,
}

/// What stands between `SELECT` and `FROM`.
pub(super) type Projection<'a> = &'a mut dyn FnMut(&mut SqlText) -> Result<()>;

impl<R: Record> Query<R> {
    pub(crate) fn new() -> Self {
        Self {
            parts: Parts {
                filters: Vec::new(),
                orders: Vec::new(),
                limit: None,
                offset: None,
                distinct: false,
                all_rows: false,
                record: PhantomData,
            },
        }
    }

    /// Keeps the rows that meet a condition; several calls all have to be met.
    pub fn filter(self, condition: impl FnOnce(R::Columns) -> Condition<R>) -> Self {
        self.filter_condition(condition(R::columns()))
    }

    /// Keeps the rows that meet a condition built elsewhere.
    pub fn filter_condition(mut self, condition: Condition<R>) -> Self {
        self.parts.filters.push(condition.node);
        self
    }

    /// Keeps the rows that meet a piece of raw SQL, its `?` standing for the parameters.
    pub fn filter_sql(mut self, sql: impl IntoSql, params: impl IntoParams) -> Self {
        let raw = RawSql {
            sql: sql.into_sql(),
            params: params.into_params(),
        };
        self.parts.filters.push(Node::Raw(raw));
        self
    }

    /// Orders the rows; further calls order what the earlier ones leave equal.
    pub fn order_by<O: IntoOrders<R>>(mut self, orders: impl FnOnce(R::Columns) -> O) -> Self {
        self.parts.orders.extend(orders(R::columns()).into_orders());
        self
    }

    /// Takes at most so many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.parts.limit = Some(rows);
        self
    }

    /// Leaves so many rows out.
    pub fn offset(mut self, rows: u64) -> Self {
        self.parts.offset = Some(rows);
        self
    }

    /// Takes equal rows once: `SELECT DISTINCT`.
    pub fn distinct(mut self) -> Self {
        self.parts.distinct = true;
        self
    }

    /// Says that `update_all` or `delete_all` is meant for every row of the table.
    pub fn all_rows(mut self) -> Self {
        self.parts.all_rows = true;
        self
    }

    /// Selects some columns, as a tuple: `.select(|u| (u.id, u.name))`.
    pub fn select<S: Selection<R>>(self, columns: impl FnOnce(R::Columns) -> S) -> Select<R, S::Output> {
        Select::new(self, columns(R::columns()).columns())
    }

    /// Selects the columns that a struct with `#[derive(FromRow)]` names.
    pub fn select_as<T: FromRow>(self) -> Select<R, T> {
        Select::named(self)
    }

    /// Groups the rows by one column or a tuple of them, for aggregates.
    pub fn group_by<G: GroupColumns<R>>(self, columns: impl FnOnce(R::Columns) -> G) -> Grouped<R> {
        Grouped::new(self, columns(R::columns()).positions())
    }

    /// The SQL that [`all`](Query::all) would send, and its parameters, for looking at.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) for a query that makes no sense.
    pub fn to_sql<H: Handle>(self, db: &H) -> Result<(String, Vec<SqlValue<'static>>)> {
        self.render_select(db.dialect()).map(Prepared::into_parts)
    }

    /// The first row, in the order of the key.
    pub(crate) fn render_first(self, dialect: &'static dyn Dialect) -> Result<Prepared> {
        let text = self.parts.ordered().limited(1).select(dialect, None);
        text.map(Prepared::from)
    }

    pub(crate) fn render_select(self, dialect: &'static dyn Dialect) -> Result<Prepared> {
        if self.parts.is_plain() {
            return Ok(Prepared {
                sql: Sql::Fixed(&R::table().sql(dialect).select),
                params: Params::new(),
            });
        }
        self.parts.select(dialect, None).map(Prepared::from)
    }
}

impl<R: Record> Parts<R> {
    fn is_plain(&self) -> bool {
        self.filters.is_empty()
            && self.orders.is_empty()
            && !self.distinct
            && self.limit.is_none()
            && self.offset.is_none()
    }

    /// Orders by the key where nothing else was said.
    pub(super) fn ordered(mut self) -> Self {
        if self.orders.is_empty() && !self.distinct {
            self.orders = R::table()
                .key
                .iter()
                .map(|column| Order::ascending_key(*column))
                .collect();
        }
        self
    }

    pub(super) fn limited(mut self, rows: u64) -> Self {
        self.limit = Some(self.limit.map_or(rows, |limit| limit.min(rows)));
        self
    }

    /// `SELECT [DISTINCT] projection FROM table [WHERE ..] [ORDER BY ..] [LIMIT ..]`, the record's columns where
    /// there is no projection.
    pub(super) fn select(
        self,
        dialect: &'static dyn Dialect,
        projection: Option<Projection<'_>>,
    ) -> Result<SqlText> {
        let table = R::table();
        let mut text = SqlText::new(dialect);
        match projection {
            None if !self.distinct => {
                text.push(&table.sql(dialect).select);
            }
            projection => {
                text.push(if self.distinct {
                    "SELECT DISTINCT "
                } else {
                    "SELECT "
                });
                match projection {
                    Some(project) => project(&mut text)?,
                    None => {
                        text.list(", ", table.columns, different);
                    }
                }
                text.push(" FROM ").name(table.name);
            }
        }
        self.conditions(table, &mut text, true)?;
        Ok(text)
    }

    /// `SELECT 1 FROM table [WHERE ..] LIMIT 1`; distinct rows that may be left out have to be told apart.
    pub(super) fn exists(self, dialect: &'static dyn Dialect) -> Result<SqlText> {
        if self.distinct {
            return self.limited(1).select(dialect, None);
        }
        let mut one = |text: &mut SqlText| {
            text.push("1");
            Ok(())
        };
        self.limited(1).select(dialect, Some(&mut one))
    }

    /// `SELECT aggregate FROM table WHERE ..`; where rows are limited or distinct, over those rows.
    pub(super) fn aggregate(self, dialect: &'static dyn Dialect, project: Projection<'_>) -> Result<SqlText> {
        let mut text = SqlText::new(dialect);
        text.push("SELECT ");
        project(&mut text)?;
        text.push(" FROM ");
        if self.limit.is_none() && self.offset.is_none() && !self.distinct {
            text.name(R::table().name);
            self.conditions(R::table(), &mut text, false)?;
            return Ok(text);
        }
        let inner = self.select(dialect, None)?;
        // Its parameters are numbered from the first, which holds as the projection has none.
        text.push("(").push(&inner.sql).push(") AS ").name("rows");
        text.params = inner.params;
        Ok(text)
    }

    /// `SELECT group, aggregates FROM table WHERE .. GROUP BY .. HAVING .. ORDER BY ..`
    pub(super) fn grouped(
        mut self,
        dialect: &'static dyn Dialect,
        project: Projection<'_>,
        group: Projection<'_>,
        having: Vec<Node>,
    ) -> Result<SqlText> {
        let table = R::table();
        if self.distinct {
            return Err(Error::invalid(
                "`distinct` does not apply to groups; use `count_distinct`",
            ));
        }
        let mut text = SqlText::new(dialect);
        text.push("SELECT ");
        project(&mut text)?;
        text.push(" FROM ").name(table.name);
        filter(std::mem::take(&mut self.filters), " WHERE ", table, &mut text)?;
        text.push(" GROUP BY ");
        group(&mut text)?;
        filter(having, " HAVING ", table, &mut text)?;
        self.conditions(table, &mut text, true)?;
        Ok(text)
    }

    fn conditions(self, table: &Table, text: &mut SqlText, order: bool) -> Result<()> {
        filter(self.filters, " WHERE ", table, text)?;
        if order && !self.orders.is_empty() {
            text.push(" ORDER BY ");
            for (position, order) in self.orders.iter().enumerate() {
                text.push(if position > 0 { ", " } else { "" });
                order.render(table, text)?;
            }
        }
        limit(self.limit, self.offset, text)
    }

    /// `UPDATE table SET .. WHERE ..`
    pub(super) fn update(self, dialect: &'static dyn Dialect, set: Vec<Assignment<R>>) -> Result<SqlText> {
        if set.is_empty() {
            return Err(Error::invalid("`update_all` was given nothing to set"));
        }
        let table = R::table();
        let mut text = SqlText::new(dialect);
        text.push("UPDATE ").name(table.name).push(" SET ");
        let set = match dialect.assigns_in_turn() {
            true => in_turn(set)?,
            false => set,
        };
        for (position, assignment) in set.into_iter().enumerate() {
            text.push(if position > 0 { ", " } else { "" });
            assignment.render(table, &mut text)?;
        }
        self.written_rows("update_all", table, &mut text)?;
        Ok(text)
    }

    /// `DELETE FROM table WHERE ..`
    pub(super) fn delete(self, dialect: &'static dyn Dialect) -> Result<SqlText> {
        let table = R::table();
        let mut text = SqlText::new(dialect);
        text.push("DELETE FROM ").name(table.name);
        self.written_rows("delete_all", table, &mut text)?;
        Ok(text)
    }

    fn written_rows(self, verb: &str, table: &Table, text: &mut SqlText) -> Result<()> {
        if self.filters.is_empty() && !self.all_rows {
            return Err(Error::invalid(format!(
                "`{verb}` on `{}` has no condition; add a `filter`, or say `all_rows()` if every row is meant",
                table.name
            )));
        }
        if !self.orders.is_empty() || self.limit.is_some() || self.offset.is_some() || self.distinct {
            return Err(Error::invalid(format!(
                "`{verb}` takes conditions alone, no order, limit, offset or distinct; \
                 select the keys first and filter by them"
            )));
        }
        filter(self.filters, " WHERE ", table, text)
    }
}

fn filter(nodes: Vec<Node>, keyword: &str, table: &Table, text: &mut SqlText) -> Result<()> {
    let node = match nodes.len() {
        0 => return Ok(()),
        _ => Node::All(nodes),
    };
    text.push(keyword);
    node.render(table, text)
}

fn limit(limit: Option<u64>, offset: Option<u64>, text: &mut SqlText) -> Result<()> {
    match limit {
        Some(rows) => {
            text.push(" LIMIT ").bind(count(rows)?);
        }
        None if offset.is_some() => {
            if let Some(none) = text.dialect.no_limit() {
                text.push(" LIMIT ").push(none);
            }
        }
        None => {}
    }
    if let Some(rows) = offset {
        text.push(" OFFSET ").bind(count(rows)?);
    }
    Ok(())
}

fn count(rows: u64) -> Result<SqlValue<'static>> {
    let rows = i64::try_from(rows).map_err(|_| Error::invalid("a limit or offset is at most 2^63 - 1"))?;
    Ok(SqlValue::I64(rows))
}

impl From<SqlText> for Prepared {
    fn from(text: SqlText) -> Self {
        Self {
            sql: Sql::Rendered(text.sql),
            params: text.params.into(),
        }
    }
}

impl<R> Clone for Query<R> {
    fn clone(&self) -> Self {
        let parts = &self.parts;
        Self {
            parts: Parts {
                filters: parts.filters.clone(),
                orders: parts.orders.clone(),
                limit: parts.limit,
                offset: parts.offset,
                distinct: parts.distinct,
                all_rows: parts.all_rows,
                record: PhantomData,
            },
        }
    }
}

impl<R> fmt::Debug for Query<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Query")
            .field("filters", &self.parts.filters)
            .finish_non_exhaustive()
    }
}
