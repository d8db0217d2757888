//! What the expansions say, piece by piece; that they work is tested through the facade.

use crate::from_row::expand as from_row;
use crate::record::expand as derive_record;
use crate::value::expand as value;
use proc_macro2::TokenStream;
use syn::{DeriveInput, Result};

/// Whether an expansion has a piece of code in it.
fn writes(derive: fn(&DeriveInput) -> Result<TokenStream>, item: &str, piece: &str) -> bool {
    let expansion = derive(&syn::parse_str(item).unwrap()).unwrap();
    without_spaces(&expansion.to_string()).contains(&without_spaces(piece))
}

fn without_spaces(code: &str) -> String {
    code.split_whitespace().collect()
}

fn record(attribute: &str, fields: &str, piece: &str) -> bool {
    writes(
        derive_record,
        &format!("{attribute} pub struct Tag {{ {fields} }}"),
        piece,
    )
}

#[test]
fn a_record_serves_both_modes_unless_it_says_one() {
    let key = "#[record(primary_key)] id: i64";
    let modes = |attribute| ["SyncRecord", "AsyncRecord"].map(|name| record(attribute, key, name));
    assert_eq!(modes(""), [true, true]);
    assert_eq!(modes("#[record(sync)]"), [true, false]);
    assert_eq!(modes("#[record(async)]"), [false, true]);
}

#[test]
fn a_record_has_empty_hooks_unless_it_has_its_own() {
    let key = "#[record(primary_key)] id: i64";
    assert!(record("", key, "const ACTIVE: bool = false;"));
    assert!(!record("#[record(hooks)]", key, "Hooks"));
}

#[test]
fn a_key_is_looked_up_by_its_type() {
    let by = |fields, ty: &str| {
        record(
            "",
            fields,
            &format!("impl ::activerecord::__private::IntoKey<Tag> for {ty} {{"),
        )
    };
    assert!(by("#[record(primary_key)] id: Option<i64>", "i64"));
    assert!(by("#[record(primary_key)] id: String", "String"));
    assert!(by("#[record(primary_key)] id: Option<String>", "&str"));
    assert!(!by("#[record(primary_key)] id: i64", "&str"));
    let composite = "#[record(primary_key)] a: i32, b: bool, #[record(primary_key)] c: String";
    assert!(by(composite, "(i32, String)"));
    assert!(by(composite, "(i32, &str)"));
}

#[test]
fn the_columns_are_as_visible_as_the_struct() {
    let fields = "#[record(primary_key)] id: i64, #[record(skip)] rest: Vec<u8>, r#type: i8";
    assert!(record("", fields, "pub struct TagColumns {"));
    assert!(record(
        "",
        fields,
        "pub r#type: ::activerecord::__private::TypedColumn<Tag, i8> }"
    ));
    assert!(record(
        "",
        fields,
        "{ id: ::activerecord::__private::TypedColumn::new(0usize),"
    ));
}

#[test]
fn only_what_the_database_fills_in_is_cleared() {
    let fields = "#[record(primary_key)] id: i64, a: i64, #[record(generated)] b: i64, #[record(default)] c: Option<u8>";
    let cleared = |assigned: &str| {
        record(
            "",
            fields,
            &format!("self.{assigned} as ::core::default::Default>"),
        )
    };
    let assigned = ["id = <i64", "a = <i64", "b = <i64", "c = <Option<u8>"];
    assert_eq!(assigned.map(cleared), [false, false, true, true]);
}

#[test]
fn columns_are_read_by_their_names() {
    let item = "struct Stats { #[record(column = \"n\")] count: i64, r#type: i8 }";
    assert!(writes(from_row, item, "Some(&[\"n\", \"type\"])"));
}

#[test]
fn the_facade_may_be_elsewhere() {
    let key = "#[record(primary_key)] id: i64";
    assert!(record(
        "#[record(crate = \"a::b\")]",
        key,
        "impl a::b::__private::Record for Tag"
    ));
    assert!(!record("#[record(crate = \"a::b\")]", key, "::activerecord"));
    let item = "#[value(crate = \"a::b\")] struct Email(String);";
    assert!(writes(value, item, "impl a::b::__private::Value for Email"));
    let item = "#[record(crate = \"a::b\")] struct Stats { count: i64 }";
    assert!(writes(from_row, item, "impl a::b::__private::FromRow for Stats"));
}

#[test]
fn an_enum_is_text_or_its_discriminants() {
    assert!(writes(
        value,
        "enum Status { InProgress }",
        "Self::InProgress => \"in_progress\""
    ));
    assert!(writes(
        value,
        "enum Status { A, #[value(rename = \"x\")] B }",
        "\"a, x\""
    ));
    let level = "#[value(integer)] enum Level { Low = 1 }";
    assert!(writes(value, level, "Self::Low => Self::Low as i64"));
}
