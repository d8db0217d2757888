//! Text and documents.

use super::{Refusal, is_text, unexpected};
use activerecord_core::{ErrorKind, SqlValue};
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::Type;

/// Writes text as it is, for the server to read.
pub(super) fn write(text: &str, expected: &Type, out: &mut BytesMut) -> Result<(), Refusal> {
    if *expected == Type::BYTEA {
        // The server would read backslashes in it as escapes.
        return Err(unexpected(&SqlValue::Text(text.into()), Type::TEXT, expected));
    }
    without_nul(text)?;
    out.put_slice(text.as_bytes());
    Ok(())
}

pub(super) fn without_nul(text: &str) -> Result<(), Refusal> {
    // Without an early end the loop runs over many bytes at a time.
    match text.bytes().fold(false, |found, byte| found | (byte == 0)) {
        false => Ok(()),
        true => Err(Refusal::Value(
            ErrorKind::InvalidText,
            "text that holds a NUL character".into(),
        )),
    }
}

/// The version that stands before a document of type `jsonb`.
const VERSION: u8 = 1;

pub(super) fn write_json(text: &str, expected: &Type, out: &mut BytesMut) -> Result<(), Refusal> {
    without_nul(text)?;
    match *expected {
        Type::JSONB if has_escaped_nul(text) => {
            let message = "a JSON document that holds a NUL character (\\u0000), which `jsonb` cannot keep";
            return Err(Refusal::Value(ErrorKind::InvalidText, message.into()));
        }
        Type::JSONB => out.put_u8(VERSION),
        Type::JSON => {}
        _ if is_text(expected) => {}
        _ => return Err(unexpected(&SqlValue::Json(text.into()), Type::JSON, expected)),
    }
    out.put_slice(text.as_bytes());
    Ok(())
}

/// Whether a string in the document holds the character, written as an escape.
fn has_escaped_nul(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        if rest[at + 1..].starts_with("u0000") {
            return true;
        }
        // An escaped backslash starts no escape.
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}
