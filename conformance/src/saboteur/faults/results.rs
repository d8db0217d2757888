//! Faults of the rows that come back.

use crate::saboteur::fault::Sabotage::{Cursor, Rows};
use crate::saboteur::fault::{Fault, Pull};
use crate::saboteur::rows::Copied;
use activerecord::SqlValue;

const ROWS: &[&str] = &["crud", "queries"];

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("the last of several rows is lost", ROWS, Rows(last_lost)),
    Fault::new("the only row is lost", ROWS, Rows(only_lost)),
    Fault::new("the first row comes twice", ROWS, Rows(first_twice)),
    Fault::new("the rows are in reverse", ROWS, Rows(|rows| rows.reverse())),
    Fault::new(
        "the first two columns are swapped",
        ROWS,
        Rows(|rows| columns_swapped(rows)),
    ),
    Fault::new(
        "the last two columns are swapped",
        ROWS,
        Rows(|rows| last_columns_swapped(rows)),
    ),
    Fault::new("the last column is null", ROWS, Rows(|rows| last_null(rows))),
    Fault::new("the first integer is one more", ROWS, Rows(|rows| one_more(rows))),
    Fault::new(
        "text is cut before its last character",
        ROWS,
        Rows(|rows| text_shorter(rows)),
    ),
    Fault::new("a null is an empty text", ROWS, Rows(|rows| null_is_empty(rows))),
    Fault::new("every row is like the first", ROWS, Rows(|rows| all_alike(rows))),
    Fault::new(
        "a cursor ends after its first batch",
        &["queries"],
        Cursor(Pull::EndsEarly),
    ),
    Fault::new(
        "a cursor repeats a row of each batch",
        &["queries"],
        Cursor(Pull::Repeats),
    ),
    Fault::new(
        "a cursor skips a row of each batch",
        &["queries"],
        Cursor(Pull::Skips),
    ),
];

fn last_lost(rows: &mut Vec<Copied>) {
    if rows.len() > 1 {
        rows.pop();
    }
}

fn only_lost(rows: &mut Vec<Copied>) {
    if rows.len() == 1 {
        rows.clear();
    }
}

fn first_twice(rows: &mut Vec<Copied>) {
    rows.extend(rows.first().cloned());
}

fn columns_swapped(rows: &mut [Copied]) {
    for row in rows.iter_mut().filter(|row| row.cells.len() > 1) {
        row.cells.swap(0, 1);
    }
}

fn last_columns_swapped(rows: &mut [Copied]) {
    for row in rows.iter_mut().filter(|row| row.cells.len() > 1) {
        let last = row.cells.len() - 1;
        row.cells.swap(last - 1, last);
    }
}

fn last_null(rows: &mut [Copied]) {
    for cell in rows.iter_mut().filter_map(|row| row.cells.last_mut()) {
        *cell = SqlValue::Null;
    }
}

fn one_more(rows: &mut [Copied]) {
    for cell in rows.iter_mut().filter_map(|row| row.cells.first_mut()) {
        if let SqlValue::I64(number) = cell {
            *number = number.wrapping_add(1);
        }
    }
}

fn text_shorter(rows: &mut [Copied]) {
    for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
        if let SqlValue::Text(text) = cell {
            text.to_mut().pop();
        }
    }
}

fn null_is_empty(rows: &mut [Copied]) {
    for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
        if cell.is_null() {
            *cell = SqlValue::Text("".into());
        }
    }
}

fn all_alike(rows: &mut [Copied]) {
    if let Some(first) = rows.first().cloned() {
        rows.fill(first);
    }
}
