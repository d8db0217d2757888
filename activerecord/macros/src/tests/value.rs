use super::complaints;
use crate::value::expand;

#[test]
fn it_takes_enums_and_newtypes() {
    for item in [
        "#[value(rename_all = \"kebab-case\")] enum Status { Open, #[value(rename = \"\")] Done }",
        "#[value(integer)] enum Level { Low = 1, High }",
        "struct Email(String);",
        "#[value(crate = \"a::b\")] struct Email(String);",
    ] {
        assert!(complaints(expand, item).is_empty(), "{item}");
    }
}

#[test]
fn it_takes_nothing_else() {
    let message = "`Value` can only be derived for an enum without fields or a tuple struct of one field";
    for item in [
        "struct A;",
        "struct A();",
        "struct A(i64, i64);",
        "struct A { a: i64 }",
        "union A { a: i64 }",
    ] {
        assert_eq!(complaints(expand, item), [message]);
    }
    assert_eq!(complaints(expand, "struct A<T>(T);").len(), 1);
}

#[test]
fn an_enum_has_variants() {
    let message = "an enum without variants has no value to map to a column";
    assert_eq!(complaints(expand, "enum Status {}"), [message]);
}

#[test]
fn variants_hold_nothing() {
    let message =
        "a variant that maps to one value cannot hold fields; `Json<T>` keeps such an enum as a document";
    assert_eq!(
        complaints(expand, "enum Status { A(i64), B { b: i64 }, C }"),
        [message, message]
    );
}

#[test]
fn a_text_stands_for_one_variant() {
    assert_eq!(
        complaints(
            expand,
            "enum Status { InProgress, #[value(rename = \"in_progress\")] Running }"
        ),
        ["the text `in_progress` already stands for `InProgress`",]
    );
    assert_eq!(
        complaints(
            expand,
            "#[value(rename_all = \"lowercase\")] enum Status { AB, Ab }"
        )
        .len(),
        1
    );
    assert!(complaints(expand, "#[value(integer)] enum Status { AB, Ab }").is_empty());
}

#[test]
fn an_unknown_case_lists_the_known_ones() {
    assert_eq!(
        complaints(expand, "#[value(rename_all = \"snake\")] enum Status { A }"),
        [
            "unknown case; these are known: `lowercase`, `UPPERCASE`, `snake_case`, `SCREAMING_SNAKE_CASE`, \
         `kebab-case`, `camelCase`, `PascalCase`",
        ]
    );
}

#[test]
fn an_integer_enum_has_no_texts() {
    let item = "#[value(integer, rename_all = \"lowercase\")] enum Level { #[value(rename = \"l\")] Low }";
    let message = "an `integer` enum is kept as its numbers, so it has no texts to name";
    assert_eq!(complaints(expand, item), [message, message]);
}

#[test]
fn unknown_attributes_list_the_known_ones() {
    assert_eq!(
        complaints(
            expand,
            "#[value(rename = \"s\")] enum Status { #[value(skip)] A }"
        ),
        [
            "unknown attribute `rename`; an enum takes `integer`, `rename_all = \"..\"` and `crate = \"..\"`",
            "unknown attribute `skip`; a variant takes `rename = \"..\"`",
        ]
    );
    assert_eq!(
        complaints(expand, "#[value(integer)] struct Level(i64);"),
        ["unknown attribute `integer`; a struct of one field takes `crate = \"..\"`",]
    );
}
