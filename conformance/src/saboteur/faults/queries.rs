//! Faults of the queries that are sent.

use crate::saboteur::fault::Fault;
use crate::saboteur::fault::Sabotage::Text as Change;
use crate::saboteur::text::Text;

const QUERIES: &[&str] = &["queries", "crud"];
const GROUPS: &[&str] = &["aggregates"];

pub(super) const FAULTS: &[Fault] = &[
    Fault::new(
        "WHERE is dropped",
        &["crud", "queries"],
        Change(|text| text.drop_clause(" WHERE ")),
    ),
    Fault::new(
        "the second condition is dropped",
        QUERIES,
        Change(second_condition_dropped),
    ),
    Fault::new("AND is OR", QUERIES, Change(|text| text.replace(" AND ", " OR "))),
    Fault::new("OR is AND", QUERIES, Change(|text| text.replace(" OR ", " AND "))),
    Fault::new(
        "NOT is dropped",
        QUERIES,
        Change(|text| text.replace("NOT (", "(")),
    ),
    Fault::new(
        "less or equal is less",
        QUERIES,
        Change(|text| text.replace(" <= ", " < ")),
    ),
    Fault::new(
        "greater is greater or equal",
        QUERIES,
        Change(|text| text.replace(" > ", " >= ")),
    ),
    Fault::new(
        "unequal is less",
        QUERIES,
        Change(|text| text.replace(" <> ", " < ")),
    ),
    Fault::new(
        "IS NOT NULL is IS NULL",
        QUERIES,
        Change(|text| text.replace(" IS NOT NULL", " IS NULL")),
    ),
    Fault::new(
        "ORDER BY is dropped",
        QUERIES,
        Change(|text| text.drop_clause(" ORDER BY ")),
    ),
    Fault::new(
        "DESC is ignored",
        QUERIES,
        Change(|text| text.replace(" DESC", "")),
    ),
    Fault::new(
        "the second order is dropped",
        QUERIES,
        Change(second_order_dropped),
    ),
    Fault::new("LIMIT is ignored", QUERIES, Change(limit_ignored)),
    Fault::new(
        "OFFSET is dropped",
        QUERIES,
        Change(|text| text.drop_clause(" OFFSET ")),
    ),
    Fault::new(
        "SELECT DISTINCT is SELECT",
        QUERIES,
        Change(|text| text.replace("SELECT DISTINCT", "SELECT")),
    ),
    Fault::new("contains ignores the case", QUERIES, Change(patterns_ignore_case)),
    Fault::new(
        "COUNT(DISTINCT ..) is COUNT(..)",
        GROUPS,
        Change(|text| text.replace("(DISTINCT ", "(")),
    ),
    Fault::new(
        "GROUP BY is dropped",
        GROUPS,
        Change(|text| text.drop_clause(" GROUP BY ")),
    ),
    Fault::new(
        "HAVING is dropped",
        GROUPS,
        Change(|text| text.drop_clause(" HAVING ")),
    ),
    Fault::new(
        "SUM adds equal values once",
        GROUPS,
        Change(|text| text.replace("SUM(", "SUM(DISTINCT ")),
    ),
    Fault::new("MIN is MAX", GROUPS, Change(|text| text.replace("MIN(", "MAX("))),
    Fault::new(
        "AVG counts nulls",
        GROUPS,
        Change(|text| text.replace("AVG(", "TOTAL(1.0 * ")),
    ),
];

fn second_condition_dropped(text: &mut Text) {
    let Some(clause) = text.clause(" WHERE ") else {
        return;
    };
    let Some(found) = text.sql[clause.clone()].find(" AND ") else {
        return;
    };
    let part = text.rest_of_group(clause.start + found, clause.end);
    text.cut(part, "");
}

fn second_order_dropped(text: &mut Text) {
    let Some(clause) = text.clause(" ORDER BY ") else {
        return;
    };
    if let Some(found) = text.sql[clause.clone()].find(", ") {
        text.cut(clause.start + found..clause.end, "");
    }
}

fn limit_ignored(text: &mut Text) {
    if let Some(clause) = text.clause(" LIMIT ") {
        text.cut(clause, " LIMIT -1");
    }
}

/// SQLite's `LIKE` ignores the case of ASCII letters.
fn patterns_ignore_case(text: &mut Text) {
    text.replace(" GLOB ?", " LIKE REPLACE(?, '*', '%')");
}
