use super::complaints;
use crate::record::expand;

/// What is wrong with a record of these fields.
fn fields(fields: &str) -> Vec<String> {
    complaints(expand, &format!("struct User {{ {fields} }}"))
}

/// What is wrong with an attribute of the struct.
fn attribute(attribute: &str) -> Vec<String> {
    let user = "struct User { #[record(primary_key)] id: i64 }";
    complaints(expand, &format!("{attribute} {user}"))
}

/// What is wrong with a field beside the key.
fn beside_key(field: &str) -> Vec<String> {
    fields(&format!("#[record(primary_key)] id: i64, {field}"))
}

#[test]
fn a_part_of_a_composite_key_is_never_null() {
    let complaints = fields("#[record(primary_key)] a: i64, #[record(primary_key)] b: Option<i64>");
    assert!(
        complaints[0].starts_with("a part of a composite key"),
        "{complaints:?}"
    );
}

#[test]
fn a_generated_key_has_an_unset_value() {
    for key in ["String", "Uuid", "bool", "Vec<u8>"] {
        let complaints = fields(&format!("#[record(primary_key, generated)] id: {key}"));
        assert!(
            complaints[0].starts_with("a `generated` field must be an integer"),
            "{complaints:?}"
        );
    }
}

#[test]
fn a_good_record_is_taken() {
    let none: [&str; 0] = [];
    assert_eq!(
        attribute("#[record(table = \"people\", sync)] #[record(hooks, crate = \"a::b\")]"),
        none
    );
    assert_eq!(
        beside_key("#[record(generated)] number: u32, #[record(default)] at: std::option::Option<i8>"),
        none
    );
    assert_eq!(fields("#[record(primary_key, generated)] id: UserId"), none);
    assert_eq!(beside_key("#[record(generated)] token: Option<Uuid>"), none);
    assert_eq!(
        fields("#[record(primary_key)] id: i64, #[record(skip)] rest: Vec<Self>"),
        none
    );
}

#[test]
fn it_is_a_struct_with_named_fields() {
    let message = "`Record` can only be derived for a struct with named fields";
    for other in [
        "enum User { A }",
        "struct User(i64);",
        "struct User;",
        "union User { id: i64 }",
    ] {
        assert_eq!(complaints(expand, other), [message]);
    }
    let empty = "`User` has no fields, so there is no column to map";
    assert_eq!(fields(""), [empty]);
}

#[test]
fn it_has_no_parameters() {
    let message = "`Record` cannot be derived for a type with parameters or lifetimes; write one type for each use, \
                   with fields that own what they hold";
    for generics in ["<T>", "<'a>", "<const N: usize>"] {
        let item = format!("struct User{generics} {{ #[record(primary_key)] id: i64 }}");
        assert_eq!(complaints(expand, &item), [message]);
    }
}

#[test]
fn it_has_a_key() {
    let message = "a record needs a primary key: mark the key with `#[record(primary_key)]`; several marked fields \
                   are one composite key";
    assert_eq!(fields("id: i64"), [message]);
    assert_eq!(fields("#[record(skip)] id: i64"), [message]);
}

#[test]
fn a_column_belongs_to_one_field() {
    assert_eq!(
        beside_key("name: String, #[record(column = \"name\")] title: String, r#type: String"),
        ["the column `name` already belongs to the field `name`",]
    );
    assert_eq!(
        beside_key("r#type: String, #[record(column = \"type\")] kind: String").len(),
        1
    );
}

#[test]
fn it_has_as_many_columns_as_a_set_holds() {
    let columns = |count: usize| {
        (1..count)
            .map(|index| format!("c{index}: i64,"))
            .collect::<String>()
    };
    assert!(beside_key(&columns(128)).is_empty());
    assert_eq!(
        beside_key(&columns(129)),
        ["a record has at most 128 columns, not 129"]
    );
}

#[test]
fn unknown_attributes_list_the_known_ones() {
    assert_eq!(
        attribute("#[record(tabel = \"users\")]"),
        [
            "unknown attribute `tabel`; a record takes `sync`, `async`, `hooks`, `table = \"..\"` and `crate = \"..\"`",
        ]
    );
    assert_eq!(
        beside_key("#[record(key)] name: String"),
        [
            "unknown attribute `key`; a field of a record takes `primary_key`, `generated`, `default`, `unique`, `skip` \
         and `column = \"..\"`",
        ]
    );
    assert_eq!(attribute("#[record(some::path)]").len(), 1);
}

#[test]
fn attributes_have_their_form() {
    assert_eq!(
        attribute("#[record(table)]"),
        ["`table` takes a text: `table = \"..\"`"]
    );
    assert_eq!(
        attribute("#[record(table = 1)]"),
        ["`table` takes a text: `table = \"..\"`"]
    );
    assert_eq!(attribute("#[record(sync = true)]"), ["`sync` takes no value"]);
    assert_eq!(
        attribute("#[record]"),
        ["expected attribute arguments in parentheses: #[record(...)]"]
    );
    assert_eq!(attribute("#[record(crate = \"a b\")]"), ["unexpected token"]);
}

#[test]
fn attributes_are_given_once() {
    assert_eq!(
        attribute("#[record(sync)] #[record(sync)]"),
        ["`sync` is given twice"]
    );
    assert_eq!(
        beside_key("#[record(unique, unique)] name: String"),
        ["`unique` is given twice"]
    );
}

#[test]
fn the_modes_exclude_each_other() {
    let message = "`sync` and `async` exclude each other; a record with neither works with both handles";
    assert_eq!(attribute("#[record(async)] #[record(sync)]"), [message]);
}

#[test]
fn names_are_not_empty_and_have_no_nul() {
    for name in ["", "a\\0b"] {
        let table = attribute(&format!("#[record(table = \"{name}\")]"));
        assert_eq!(table, ["the name of a table cannot be empty or contain NUL"]);
        let column = beside_key(&format!("#[record(column = \"{name}\")] name: String"));
        assert_eq!(column, ["the name of a column cannot be empty or contain NUL"]);
    }
}

#[test]
fn a_generated_field_can_be_unset() {
    assert_eq!(
        beside_key("#[record(generated)] name: String"),
        ["a `generated` field must be an integer (zero means unset) or an `Option` (`None` means unset)",]
    );
}

#[test]
fn a_default_field_is_an_option() {
    assert_eq!(
        beside_key("#[record(default)] number: i64"),
        ["a `default` field must be an `Option`: `None` leaves it to the database",]
    );
}

#[test]
fn skip_stands_alone() {
    assert_eq!(
        beside_key("#[record(skip, unique, column = \"n\")] name: String"),
        [
            "a field with `skip` has no column, so `unique` says nothing",
            "a field with `skip` has no column, so `column` says nothing",
        ]
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let user = "#[record(tabel = \"users\", nope, sync, async)] struct User { #[record(key)] id: i64, \
                #[record(default)] name: String }";
    assert_eq!(complaints(expand, user).len(), 6);
}
