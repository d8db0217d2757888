//! Faults of writes and of what is told of their effect.

use crate::saboteur::fault::Fault;
use crate::saboteur::fault::Sabotage::{Execute, MaxParams, Query, Text as Change, Written as Tell};
use crate::saboteur::text::Text;
use activerecord::{Connection, Result, RowSink, Statement, Written};

const WRITES: &[&str] = &["crud", "tracking", "many"];
const MANY: &[&str] = &["many"];

/// Fewer parameters than a statement of many rows has, and more than one of a single row.
const FEW: usize = 99;

/// A database of which a statement takes few parameters, and which says so: nothing is wrong with it.
pub(super) const FEW_PARAMETERS: Fault = Fault::new(
    "a statement takes few parameters",
    MANY,
    MaxParams { said: FEW, real: FEW },
);

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("every write runs twice", WRITES, Execute(twice)),
    Fault::new(
        "every query runs twice",
        &["many", "crud", "queries"],
        Query(query_twice),
    ),
    Fault::new(
        "an UPDATE is swallowed",
        WRITES,
        Execute(|inner, it| swallowed(inner, it, "UPDATE")),
    ),
    Fault::new(
        "a DELETE is swallowed",
        WRITES,
        Execute(|inner, it| swallowed(inner, it, "DELETE")),
    ),
    Fault::new(
        "an INSERT is swallowed",
        WRITES,
        Execute(|inner, it| swallowed(inner, it, "INSERT")),
    ),
    Fault::new(
        "an UPDATE sets its first column alone",
        WRITES,
        Change(first_column_set),
    ),
    Fault::new("an UPDATE is said to hit no row", WRITES, Tell(update_of_none)),
    Fault::new(
        "a write that hits no row is said to hit one",
        WRITES,
        Tell(at_least_one),
    ),
    Fault::new("a write of many rows is said to hit one", MANY, Tell(at_most_one)),
    Fault::new("the generated key is one more", WRITES, Tell(key_one_more)),
    Fault::new("the generated key is not told", WRITES, Tell(key_not_told)),
    Fault::new(
        "the generated key is the first row's",
        MANY,
        Tell(key_of_the_first),
    ),
    Fault::new(
        "an INSERT of many rows loses the last one",
        MANY,
        Execute(last_row_lost),
    ),
    Fault::new(
        "an INSERT replaces the row with its key",
        WRITES,
        Change(insert_replaces),
    ),
    Fault::new(
        "an INSERT that breaks a rule is ignored",
        &["errors", "crud"],
        Change(insert_ignored),
    ),
    Fault::new(
        "the limit of parameters is said to be higher",
        MANY,
        MaxParams {
            said: usize::MAX,
            real: FEW,
        },
    ),
];

fn twice(inner: &mut dyn Connection, statement: &Statement<'_>) -> Result<Written> {
    inner.execute(statement)?;
    inner.execute(statement)
}

/// The first run goes nowhere.
fn query_twice(inner: &mut dyn Connection, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
    inner.execute(statement)?;
    inner.query(statement, sink)
}

fn swallowed(inner: &mut dyn Connection, statement: &Statement<'_>, verb: &str) -> Result<Written> {
    if statement.sql.starts_with(verb) {
        let mut written = Written::default();
        (written.rows, written.key) = (1, Some(1));
        return Ok(written);
    }
    inner.execute(statement)
}

fn first_column_set(text: &mut Text) {
    let Some(set) = text.sql.find(" SET ").filter(|_| text.sql.starts_with("UPDATE")) else {
        return;
    };
    let end = text
        .clause(" WHERE ")
        .map_or(text.sql.len(), |clause| clause.start);
    if let Some(second) = text.sql[set..end].find(", \"") {
        text.cut(set + second..end, "");
    }
}

fn update_of_none(sql: &str, written: Written) -> Written {
    let rows = if sql.starts_with("UPDATE") {
        0
    } else {
        written.rows
    };
    Written { rows, ..written }
}

fn at_least_one(_: &str, written: Written) -> Written {
    let rows = written.rows.max(1);
    Written { rows, ..written }
}

fn at_most_one(_: &str, written: Written) -> Written {
    let rows = written.rows.min(1);
    Written { rows, ..written }
}

fn key_one_more(_: &str, written: Written) -> Written {
    let key = written.key.map(|key| key.wrapping_add(1));
    Written { key, ..written }
}

fn key_not_told(_: &str, written: Written) -> Written {
    Written { key: None, ..written }
}

/// As MySQL tells it.
fn key_of_the_first(_: &str, written: Written) -> Written {
    let before = i64::try_from(written.rows.saturating_sub(1)).unwrap_or_default();
    let key = written.key.map(|key| key.wrapping_sub(before));
    Written { key, ..written }
}

fn last_row_lost(inner: &mut dyn Connection, statement: &Statement<'_>) -> Result<Written> {
    let last = statement
        .sql
        .rfind("), (")
        .filter(|_| statement.sql.starts_with("INSERT"));
    let Some(last) = last else {
        return inner.execute(statement);
    };
    let mut text = Text::new(statement.sql, statement.params);
    text.cut(last + 1..statement.sql.len(), "");
    let mut written = inner.execute(&text.statement())?;
    written.rows += 1;
    written.key = written.key.map(|key| key + 1);
    Ok(written)
}

fn insert_replaces(text: &mut Text) {
    text.replace("INSERT INTO", "INSERT OR REPLACE INTO");
}

fn insert_ignored(text: &mut Text) {
    text.replace("INSERT INTO", "INSERT OR IGNORE INTO");
}
