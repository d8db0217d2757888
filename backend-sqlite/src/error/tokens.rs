//! The names and signs of a SQL text.

use std::borrow::Cow;

/// A piece of SQL, as far as the search for a name that does not exist needs to know.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A name in quotes.
    Quoted(Cow<'a, str>),
    /// A character of punctuation.
    Sign(u8),
    /// A string, a number.
    Literal,
}

impl Token<'_> {
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) => Some(name),
            Self::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

/// Cuts a text into tokens and the positions where they end.
pub(super) fn tokens(sql: &str) -> Vec<(Token<'_>, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        let (token, length) = first(rest);
        at += length;
        found.extend(token.map(|token| (token, at)));
    }
    found
}

fn first(text: &str) -> (Option<Token<'_>>, usize) {
    let up_to = |from: usize, end: &str| {
        text[from..]
            .find(end)
            .map_or(text.len(), |at| from + at + end.len())
    };
    match text.as_bytes() {
        [b'-', b'-', ..] => (None, up_to(2, "\n")),
        [b'/', b'*', ..] => (None, up_to(2, "*/")),
        [b'[', ..] => (
            Some(Token::Quoted(inside(text, up_to(1, "]")).into())),
            up_to(1, "]"),
        ),
        [quote @ (b'\'' | b'"' | b'`'), ..] => quoted(text, *quote),
        [space, ..] if space.is_ascii_whitespace() => (None, 1),
        [byte, ..] if is_word(*byte) => word(text),
        [byte, ..] => (Some(Token::Sign(*byte)), 1),
        [] => (None, 0),
    }
}

fn quoted(text: &str, quote: u8) -> (Option<Token<'_>>, usize) {
    let bytes = text.as_bytes();
    let mut end = 1;
    while end < bytes.len() && (bytes[end] != quote || bytes.get(end + 1) == Some(&quote)) {
        end += if bytes[end] == quote { 2 } else { 1 };
    }
    let end = text.len().min(end + 1);
    if quote == b'\'' {
        return (Some(Token::Literal), end);
    }
    let (one, two) = (
        char::from(quote).to_string(),
        [quote, quote].map(char::from).iter().collect::<String>(),
    );
    (
        Some(Token::Quoted(inside(text, end).replace(&two, &one).into())),
        end,
    )
}

fn word(text: &str) -> (Option<Token<'_>>, usize) {
    let end = text.bytes().position(|byte| !is_word(byte)).unwrap_or(text.len());
    let token = if text.as_bytes()[0].is_ascii_digit() {
        Token::Literal
    } else {
        Token::Word(&text[..end])
    };
    (Some(token), end)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

/// What stands between the first character and the last.
fn inside(text: &str, end: usize) -> &str {
    text.get(1..end.saturating_sub(1)).unwrap_or_default()
}
