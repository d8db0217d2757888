//! What the text of a statement tells by itself.

/// Whether there is no statement in the text, only comments and semicolons.
pub fn holds_none(sql: &str) -> bool {
    let mut rest = sql;
    while let Some((token, behind)) = next_token(rest) {
        if !is_comment(token) {
            return false;
        }
        rest = behind;
    }
    true
}

/// Whether there is more than one statement in a text that a database did not take. The bodies of triggers and
/// procedures are not told from statements.
pub fn holds_several(sql: &str) -> bool {
    let mut rest = sql;
    while let Some((token, behind)) = next_token(rest) {
        if token == ";" {
            return !holds_none(behind);
        }
        rest = behind;
    }
    false
}

fn is_comment(token: &str) -> bool {
    token == ";" || token.starts_with("--") || token.starts_with("/*")
}

/// The word that says what a statement does: the first one, or behind `WITH` the first one outside its parentheses.
pub fn main_verb(sql: &str) -> &str {
    let mut depth = 0;
    let mut rest = sql;
    let mut with = false;
    while let Some((token, behind)) = next_token(rest) {
        rest = behind;
        match token {
            "(" => depth += 1,
            ")" => depth -= 1,
            word if !with && word.eq_ignore_ascii_case("WITH") => with = true,
            word if !with && is_word(word) => return word,
            word if depth == 0 && VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(word)) => return word,
            _ => {}
        }
    }
    ""
}

/// What can stand behind a `WITH`.
const VERBS: [&str; 7] = ["SELECT", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"];

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic())
}

/// The next word, parenthesis or other piece, and what follows it.
pub(super) fn next_token(sql: &str) -> Option<(&str, &str)> {
    let sql = sql.trim_start();
    let quoted = |quote: char| sql[1..].find(quote).map_or(sql.len(), |at| at + 2);
    let length = match sql.chars().next()? {
        '-' if sql.starts_with("--") => sql.find('\n').unwrap_or(sql.len()),
        '/' if sql.starts_with("/*") => sql.find("*/").map_or(sql.len(), |at| at + 2),
        quote @ ('\'' | '"') => quoted(quote),
        first if first.is_alphabetic() || first == '_' => {
            let end = sql.find(|character: char| !character.is_alphanumeric() && character != '_');
            end.unwrap_or(sql.len())
        }
        other => other.len_utf8(),
    };
    Some(sql.split_at(length))
}
