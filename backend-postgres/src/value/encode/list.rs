//! Lists, as arrays.

use super::{Refusal, Written, is_text as is_text_type, text, unexpected};
use activerecord_core::SqlValue;
use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{IsNull, Kind, Type};

/// The type of the elements.
fn element(expected: &Type) -> Option<&Type> {
    match expected.kind() {
        Kind::Array(element) => Some(super::base(element)),
        _ => None,
    }
}

/// Whether the list is sent as text: its elements are text that the server reads as something else.
pub(super) fn is_text(values: &[SqlValue<'_>], expected: &Type) -> bool {
    let is_text = |value: &SqlValue<'_>| matches!(value, SqlValue::Text(_));
    values.iter().any(is_text) && element(expected).is_some_and(|element| !is_text_type(element))
}

pub(super) fn own_type(values: &[SqlValue<'_>]) -> Type {
    match values.first().map_or(Type::UNKNOWN, super::own_type) {
        Type::BOOL => Type::BOOL_ARRAY,
        Type::INT8 => Type::INT8_ARRAY,
        Type::NUMERIC => Type::NUMERIC_ARRAY,
        Type::FLOAT4 => Type::FLOAT4_ARRAY,
        Type::FLOAT8 => Type::FLOAT8_ARRAY,
        Type::BYTEA => Type::BYTEA_ARRAY,
        _ => Type::UNKNOWN,
    }
}

pub(super) fn write(values: &[SqlValue<'_>], expected: &Type, out: &mut BytesMut) -> Written {
    let Some(element) = element(expected) else {
        let list = SqlValue::List(Vec::new());
        return Err(unexpected(&list, Type::TEXT_ARRAY, expected));
    };
    match is_text(values, expected) {
        true => write_text(values, out)?,
        false => write_binary(values, element, out)?,
    }
    Ok(IsNull::No)
}

/// One dimension, which starts at 1; then the elements, each behind its length.
fn write_binary(values: &[SqlValue<'_>], element: &Type, out: &mut BytesMut) -> Result<(), Refusal> {
    const NULL: i32 = -1;
    let has_null = values.iter().any(SqlValue::is_null);
    let dimensions = i32::from(!values.is_empty());
    out.put_i32(dimensions);
    out.put_i32(has_null.into());
    out.put_u32(element.oid());
    if dimensions == 1 {
        out.put_i32(i32::try_from(values.len()).map_err(|_| super::too_large(element))?);
        out.put_i32(1);
    }
    for value in values {
        let at = out.len();
        out.put_i32(NULL);
        if let IsNull::No = super::write(value, element, out)? {
            let length = i32::try_from(out.len() - at - 4).map_err(|_| super::too_large(element))?;
            out[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
    }
    Ok(())
}

/// `{"one","other"}`
fn write_text(values: &[SqlValue<'_>], out: &mut BytesMut) -> Result<(), Refusal> {
    out.put_u8(b'{');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.put_u8(b',');
        }
        match value {
            SqlValue::Text(text) => write_quoted(text, out)?,
            SqlValue::Null => out.put_slice(b"NULL"),
            other => return Err(unexpected(other, Type::TEXT, &Type::TEXT_ARRAY)),
        }
    }
    out.put_u8(b'}');
    Ok(())
}

fn write_quoted(text: &str, out: &mut BytesMut) -> Result<(), Refusal> {
    text::without_nul(text)?;
    out.put_u8(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.put_u8(b'\\');
        }
        out.put_u8(byte);
    }
    out.put_u8(b'"');
    Ok(())
}
