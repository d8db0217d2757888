use super::complaints;
use crate::from_row::expand;

#[test]
fn it_takes_a_struct_with_named_fields() {
    assert!(complaints(expand, "struct Stats { #[record(column = \"n\")] count: i64 }").is_empty());
    let message = "`FromRow` can only be derived for a struct with named fields";
    assert_eq!(complaints(expand, "struct Stats(i64);"), [message]);
    assert_eq!(complaints(expand, "enum Stats { A }"), [message]);
}

#[test]
fn it_takes_no_attribute_of_a_record() {
    assert_eq!(
        complaints(
            expand,
            "#[record(table = \"stats\")] struct Stats { #[record(unique)] count: i64 }"
        ),
        [
            "unknown attribute `table`; a struct that derives `FromRow` takes `crate = \"..\"`",
            "unknown attribute `unique`; a field of a struct that derives `FromRow` takes `column = \"..\"`",
        ]
    );
}

#[test]
fn a_column_is_read_into_one_field() {
    assert_eq!(
        complaints(
            expand,
            "struct Stats { n: i64, #[record(column = \"n\")] count: i64 }"
        ),
        ["the column `n` already belongs to the field `n`",]
    );
}
