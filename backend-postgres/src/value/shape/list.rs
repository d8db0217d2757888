//! Arrays.

use super::Shape;
use activerecord_core::SqlValue;
use tokio_postgres::types::{Kind, Type};

/// Reads an array of one dimension; `None` for one of several, and for elements that cannot be read.
pub(super) fn read<'r>(column: &Type, raw: &'r [u8]) -> Option<SqlValue<'r>> {
    let element = match column.kind() {
        Kind::Array(element) => element,
        Kind::Domain(base) => return read(base, raw),
        _ => return None,
    };
    let mut rest = raw;
    let dimensions = next_int(&mut rest)?;
    // Whether there are nulls, and the element's type, which the column's type tells as well.
    let _ = (next_int(&mut rest)?, next_int(&mut rest)?);
    match dimensions {
        0 => Some(SqlValue::List(Vec::new())),
        1 => {
            let length = next_int(&mut rest)?;
            let _first_index = next_int(&mut rest)?;
            let elements = (0..length).map(|_| next_element(&mut rest, element));
            elements.collect::<Option<_>>().map(SqlValue::List)
        }
        _ => None,
    }
}

fn next_element<'r>(rest: &mut &'r [u8], element: &Type) -> Option<SqlValue<'r>> {
    let Ok(length) = usize::try_from(next_int(rest)?) else {
        return Some(SqlValue::Null);
    };
    let (raw, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Shape::of(element).read(element, raw)
}

fn next_int(rest: &mut &[u8]) -> Option<i32> {
    let (head, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(i32::from_be_bytes(*head))
}
