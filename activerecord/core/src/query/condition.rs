//! Conditions: trees of comparisons, n-ary and always parenthesised.

use super::column::Operand;
use crate::error::{Error, Result};
use crate::record::Table;
use crate::sql::{RawSql, SqlText, TextMatch};
use crate::value::SqlValue;
use std::fmt;
use std::marker::PhantomData;

/// A condition on the rows of a record.
///
/// It comes from a typed column: `User::columns().email.eq("a@b.c")`, or `|u| u.email.eq("a@b.c")` inside
/// [`filter`](crate::Query::filter).
pub struct Condition<R> {
    pub(crate) node: Node,
    /// How deep its nodes are nested. A deeper tree than the limit is never built, let alone walked.
    depth: usize,
    record: PhantomData<fn() -> R>,
}

/// A node of a condition. Lists are flat and deep trees are refused, so nothing here recurses without a bound.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// `left operator right`
    Compare(Operand, &'static str, Operand),
    /// `left IS NULL`, or `IS NOT NULL`
    Null(Operand, bool),
    /// `left IN (values)`, or `NOT IN`
    In(Operand, Vec<SqlValue<'static>>, bool),
    /// `left BETWEEN low AND high`
    Between(Operand, SqlValue<'static>, SqlValue<'static>),
    /// `left LIKE pattern`, the database's own
    Like(Operand, SqlValue<'static>),
    /// Contains, starts with, ends with
    Text(Operand, TextMatch, String, bool),
    /// Every one of them; true where there is none
    All(Vec<Node>),
    /// At least one of them; false where there is none
    Any(Vec<Node>),
    /// `NOT (node)`
    Not(Box<Node>),
    /// Raw SQL
    Raw(RawSql),
    /// A condition that makes no sense, and why
    Invalid(&'static str),
}

/// How deep conditions may be nested; SQLite itself refuses an expression deeper than 1000.
const DEPTH: usize = 100;

impl<R> Condition<R> {
    pub(crate) fn new(node: Node) -> Self {
        Self::nested(node, 0)
    }

    /// `left = right` or `left <> right`, a test for null where the right side is one.
    pub(super) fn equal(left: Operand, right: Operand, equal: bool) -> Self {
        Self::new(match (right.is_null(), equal) {
            (true, null) => Node::Null(left, null),
            (false, true) => Node::Compare(left, " = ", right),
            (false, false) => Node::Compare(left, " <> ", right),
        })
    }

    /// `left < right` and the like.
    pub(super) fn ordered(left: Operand, operator: &'static str, right: Operand) -> Self {
        Self::new(if right.is_null() {
            Node::Invalid("nothing is less or greater than null; use `is_null`")
        } else {
            Node::Compare(left, operator, right)
        })
    }

    fn nested(node: Node, depth: usize) -> Self {
        let (node, depth) = match depth {
            0..=DEPTH => (node, depth),
            _ => (Node::Invalid("a condition is nested more than 100 deep"), 0),
        };
        Self {
            node,
            depth,
            record: PhantomData,
        }
    }

    /// Both conditions: `(a) AND (b)`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let depth = other.depth + 1;
        match self.node {
            Node::All(mut nodes) => {
                nodes.push(other.node);
                Self::nested(Node::All(nodes), self.depth.max(depth))
            }
            node => Self::nested(Node::All(vec![node, other.node]), depth.max(self.depth + 1)),
        }
    }

    /// At least one of the two: `(a) OR (b)`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let depth = other.depth + 1;
        match self.node {
            Node::Any(mut nodes) => {
                nodes.push(other.node);
                Self::nested(Node::Any(nodes), self.depth.max(depth))
            }
            node => Self::nested(Node::Any(vec![node, other.node]), depth.max(self.depth + 1)),
        }
    }

    /// The opposite: `NOT (a)`. Where a column is null neither a comparison nor its opposite holds.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "`!condition` works as well; this reads better in a chain"
    )]
    pub fn not(self) -> Self {
        match self.node {
            Node::Not(node) => Self::nested(*node, self.depth.saturating_sub(1)),
            node => Self::nested(Node::Not(Box::new(node)), self.depth + 1),
        }
    }

    /// All of the conditions; of none, every row.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(conditions, Node::All)
    }

    /// Any of the conditions; of none, no row.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(conditions, Node::Any)
    }

    fn joined(conditions: impl IntoIterator<Item = Self>, join: impl FnOnce(Vec<Node>) -> Node) -> Self {
        let mut depth = 0;
        let nodes = conditions.into_iter().map(|condition| {
            depth = depth.max(condition.depth + 1);
            condition.node
        });
        let nodes = nodes.collect();
        Self::nested(join(nodes), depth)
    }
}

impl<R> std::ops::Not for Condition<R> {
    type Output = Self;

    fn not(self) -> Self {
        Self::not(self)
    }
}

impl<R> std::ops::BitAnd for Condition<R> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl<R> std::ops::BitOr for Condition<R> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl<R> Clone for Condition<R> {
    fn clone(&self) -> Self {
        Self::nested(self.node.clone(), self.depth)
    }
}

impl<R> fmt::Debug for Condition<R> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(out)
    }
}

impl Node {
    /// Appends the condition.
    ///
    /// # Errors
    ///
    /// [`Invalid`](crate::ErrorKind::Invalid) for a condition that makes no sense.
    pub(crate) fn render(self, table: &Table, text: &mut SqlText) -> Result<()> {
        render(self, table, text)
    }
}

fn render(node: Node, table: &Table, text: &mut SqlText) -> Result<()> {
    match node {
        Node::Compare(left, operator, right) => {
            left.render(table, text)?;
            text.push(operator);
            right.render(table, text)
        }
        Node::Null(left, null) => {
            left.render(table, text)?;
            text.push(if null { " IS NULL" } else { " IS NOT NULL" });
            Ok(())
        }
        Node::In(left, values, within) => in_list(left, values, within, table, text),
        Node::Between(left, low, high) => {
            left.render(table, text)?;
            text.push(" BETWEEN ").bind(low).push(" AND ").bind(high);
            Ok(())
        }
        Node::Like(left, pattern) => {
            left.render(table, text)?;
            text.push(" LIKE ").bind(pattern);
            Ok(())
        }
        Node::Text(left, matching, part, ignore_case) => {
            text_match(left, matching, &part, ignore_case, table, text)
        }
        Node::All(nodes) => join(nodes, " AND ", "1 = 1", table, text),
        Node::Any(nodes) => join(nodes, " OR ", "1 = 0", table, text),
        Node::Not(node) => {
            text.push("NOT (");
            render(*node, table, text)?;
            text.push(")");
            Ok(())
        }
        Node::Raw(raw) => {
            text.push("(");
            raw.render(text)?;
            text.push(")");
            Ok(())
        }
        Node::Invalid(why) => Err(Error::invalid(why)),
    }
}

fn join(nodes: Vec<Node>, operator: &str, empty: &str, table: &Table, text: &mut SqlText) -> Result<()> {
    if nodes.is_empty() {
        text.push(empty);
    }
    // Some databases parse a long chain of operators by recursion, so it is halved again and again.
    if nodes.len() > WIDE {
        let mut left = nodes;
        let right = left.split_off(left.len() / 2);
        text.push("(");
        join(left, operator, empty, table, text)?;
        text.push(")").push(operator).push("(");
        join(right, operator, empty, table, text)?;
        text.push(")");
        return Ok(());
    }
    for (index, node) in nodes.into_iter().enumerate() {
        if index > 0 {
            text.push(operator);
        }
        text.push("(");
        render(node, table, text)?;
        text.push(")");
    }
    Ok(())
}

/// How many operands one flat chain has at most.
const WIDE: usize = 64;

fn in_list(
    left: Operand,
    values: Vec<SqlValue<'static>>,
    within: bool,
    table: &Table,
    text: &mut SqlText,
) -> Result<()> {
    if values.iter().any(SqlValue::is_null) {
        return Err(Error::invalid(
            "a list to compare with may hold no null; test for it with `is_null`",
        ));
    }
    if values.is_empty() {
        // A column is in no empty list; `IN ()` is no SQL.
        text.push(if within { "1 = 0" } else { "1 = 1" });
        return Ok(());
    }
    left.render(table, text)?;
    if let Some([open, close]) = text.dialect.list_test(within) {
        text.push(open).bind(SqlValue::List(values)).push(close);
        return Ok(());
    }
    text.push(if within { " IN (" } else { " NOT IN (" });
    text.list(", ", values, |text, value| {
        text.bind(value);
    });
    text.push(")");
    Ok(())
}

fn text_match(
    left: Operand,
    matching: TextMatch,
    part: &str,
    ignore_case: bool,
    table: &Table,
    text: &mut SqlText,
) -> Result<()> {
    let dialect = text.dialect;
    let mut column = SqlText::new(dialect);
    left.render(table, &mut column)?;
    let pattern = dialect.text_pattern(matching, part, ignore_case);
    text.params.append(&mut column.params);
    text.params.push(SqlValue::Text(pattern.into()));
    let mut placeholder = String::new();
    dialect.placeholder(text.params.len(), &mut placeholder);
    dialect.text_match(&column.sql, &placeholder, ignore_case, &mut text.sql);
    Ok(())
}
