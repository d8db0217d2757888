//! What an error says. The server's words decide nothing; they fill in what its code does not tell.

use activerecord_core::{ErrorKind, Violation};
use mysql_async::ServerError;

/// An error in our words: the server's may quote a value that was bound, and stay in the source.
pub(super) fn message(kind: ErrorKind, failure: &ServerError) -> String {
    let code = failure.code;
    let words = &*failure.message;
    let meaning = match kind {
        ErrorKind::UniqueViolation => match last_quoted(words) {
            Some(key) => {
                return format!("a row with the same values of the key `{key}` exists (MySQL {code})");
            }
            None => "a row with the same unique values exists",
        },
        ErrorKind::OutOfRange => "a number or a date is outside what the column or the computation can hold",
        ErrorKind::InvalidText => "a value is not of the type that is asked for",
        ErrorKind::SerializationFailure => "the transaction's view of the data is out of date",
        ErrorKind::Canceled => "the statement was interrupted",
        ErrorKind::Other => "the server refused the statement; the source of this error holds its words",
        // These speak of names, of the text of the statement and of the server alone.
        _ => words,
    };
    format!("{meaning} (MySQL {code})")
}

/// The details of a violation.
pub(super) fn violation(failure: &ServerError) -> Violation {
    let words = &*failure.message;
    match failure.code {
        1451 | 1452 => foreign_key(words),
        1048 | 1364 | 1263 => of_column(words),
        3819 => Violation {
            constraint: quoted(words).next().map(str::to_owned),
            ..Violation::default()
        },
        4025 => check_of_mariadb(words),
        1062 | 1586 | 1169 | 1022 => unique(words),
        _ => Violation::default(),
    }
}

/// `Duplicate entry 'a@b.c' for key 'users.email'` on MySQL, `for key 'email'` on MariaDB. What stands before may hold
/// quotes of its own.
fn unique(words: &str) -> Violation {
    let Some(key) = last_quoted(words) else {
        return Violation::default();
    };
    let (table, key) = match key.split_once('.') {
        Some((table, key)) => (Some(table.to_owned()), key),
        None => (None, key),
    };
    Violation {
        constraint: Some(key.to_owned()),
        table,
        columns: Vec::new(),
    }
}

/// Cannot add or update a child row: a foreign key constraint fails (`app`.`orders`, CONSTRAINT `orders_ibfk_1`
/// FOREIGN KEY (`user_id`) REFERENCES `users` (`id`))
fn foreign_key(words: &str) -> Violation {
    let (place, rest) = words.split_once(", CONSTRAINT ").unwrap_or((words, ""));
    let (constraint, rest) = rest.split_once(" FOREIGN KEY ").unwrap_or((rest, ""));
    let (columns, _) = rest.split_once(" REFERENCES ").unwrap_or((rest, ""));
    Violation {
        constraint: named(constraint).next().map(str::to_owned),
        table: named(place).last().map(str::to_owned),
        columns: named(columns).map(str::to_owned).collect(),
    }
}

/// `Column 'name' cannot be null`, `Field 'name' doesn't have a default value`
fn of_column(words: &str) -> Violation {
    Violation {
        columns: quoted(words).next().map(str::to_owned).into_iter().collect(),
        ..Violation::default()
    }
}

/// CONSTRAINT `never_below_zero` failed for `app`.`accounts`
fn check_of_mariadb(words: &str) -> Violation {
    let (constraint, place) = words.split_once(" failed for ").unwrap_or((words, ""));
    // One without a name of its own is named after its column, in front of which its table may stand.
    let name = named(constraint).last().map(str::to_owned);
    Violation {
        constraint: name,
        table: named(place).last().map(str::to_owned),
        columns: Vec::new(),
    }
}

/// What stands in single quotes.
fn quoted(words: &str) -> impl Iterator<Item = &str> {
    words.split('\'').skip(1).step_by(2)
}

/// What stands in the last single quotes, at the end of the message.
fn last_quoted(words: &str) -> Option<&str> {
    let (_, key) = words.strip_suffix('\'')?.rsplit_once('\'')?;
    Some(key)
}

/// What stands in backticks.
fn named(words: &str) -> impl Iterator<Item = &str> {
    words.split('`').skip(1).step_by(2)
}
