//! Whether a raw text may leave a trace on its session.

use super::tokens::{holds_none, main_verb, next_token};

/// Whether a text surely changes rows or reads them and nothing else: no setting, no lock, no table of the session, no
/// variable stays behind. A function that nobody knows may do any of that.
pub(crate) fn leaves_no_trace(sql: &str) -> bool {
    let verb = main_verb(sql);
    if !["SELECT", "VALUES", "INSERT", "UPDATE", "DELETE"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(verb))
    {
        return false;
    }
    let (mut before, mut last) = ("", "");
    let mut rest = sql;
    while let Some((token, behind)) = next_token(rest) {
        let leaves = match token {
            // A variable of the session, and statements behind this one.
            "@" => true,
            ";" => !holds_none(behind),
            // The list of an insert's columns is no call.
            "(" => is_name(last) && !before.eq_ignore_ascii_case("INTO") && !is_harmless(last),
            // What looks like a comment, and what makes a table.
            token => token.starts_with("/*") || TABLES.iter().any(|word| word.eq_ignore_ascii_case(token)),
        };
        if leaves {
            return false;
        }
        (before, last) = (last, token);
        rest = behind;
    }
    true
}

const TABLES: [&str; 2] = ["TEMP", "TEMPORARY"];

/// Whether a call may begin with it.
fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"' | '`'))
}

fn is_harmless(word: &str) -> bool {
    HARMLESS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Words before a parenthesis that call nothing, and functions that every database has and that change nothing.
const HARMLESS: [&str; 53] = [
    "abs",
    "all",
    "and",
    "any",
    "as",
    "avg",
    "between",
    "by",
    "case",
    "cast",
    "ceil",
    "char",
    "coalesce",
    "concat",
    "count",
    "decimal",
    "distinct",
    "else",
    "exists",
    "extract",
    "floor",
    "from",
    "greatest",
    "in",
    "is",
    "join",
    "least",
    "length",
    "like",
    "limit",
    "lower",
    "max",
    "min",
    "not",
    "now",
    "nullif",
    "numeric",
    "on",
    "or",
    "over",
    "replace",
    "round",
    "select",
    "set",
    "substring",
    "sum",
    "then",
    "trim",
    "upper",
    "using",
    "values",
    "varchar",
    "where",
];

#[cfg(test)]
mod tests {
    use super::leaves_no_trace;

    #[test]
    fn rows_leave_no_trace() {
        for sql in [
            "SELECT 1",
            "select count(*), max(id) from users where id in (1, 2) and not (name = 'set_config(')",
            "INSERT INTO users (name) VALUES (?), (lower(?))",
            "UPDATE users SET name = upper(name) WHERE id = ?;",
            "WITH old AS (SELECT id FROM users) DELETE FROM users WHERE id IN (SELECT id FROM old)",
        ] {
            assert!(leaves_no_trace(sql), "{sql}");
        }
    }

    #[test]
    fn whatever_else_may_leave_one() {
        for sql in [
            "SET autocommit = 0",
            "LOCK TABLES users WRITE",
            "CREATE TEMPORARY TABLE t (id INT)",
            "SELECT * INTO TEMP t FROM users",
            "SELECT set_config('a', 'b', false)",
            "SELECT pg_advisory_lock (1)",
            "SELECT GET_LOCK('a', 1)",
            "SELECT mine.whatever(1)",
            "SELECT \"set_config\"('a', 'b', false)",
            "SELECT `mine`(1)",
            "SELECT @a := 1",
            "SELECT 1; SET a = 1",
            "/*!50003 SET autocommit = 0 */",
            "SELECT 1 /*! INTO @a */",
            "PRAGMA foreign_keys = 0",
            "",
        ] {
            assert!(!leaves_no_trace(sql), "{sql}");
        }
    }
}
