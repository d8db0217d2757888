//! What can be told of a field's type by looking at it.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// The type inside an `Option`.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// Whether the type is one of the language's integers.
pub(crate) fn is_integer(ty: &Type) -> bool {
    const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
    last_segment(ty).is_some_and(|segment| INTEGERS.iter().any(|name| segment.ident == name))
}

/// Whether no value of the type stands for none, so that the database would never generate one.
pub(crate) fn is_never_unset(ty: &Type) -> bool {
    const NEVER: [&str; 7] = ["String", "Vec", "bool", "f32", "f64", "Uuid", "Decimal"];
    last_segment(ty).is_some_and(|segment| NEVER.iter().any(|name| segment.ident == name))
}

/// Whether the type is `String`.
pub(crate) fn is_string(ty: &Type) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == "String")
}

/// The end of a path, through the invisible group that a macro's `$field:ty` comes in.
fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}
