//! The derives of `activerecord`: [`Record`], [`FromRow`] and [`Value`](macro@Value).
//!
//! The facade re-exports them beside the traits of the same names; nobody depends on this crate by itself. What they
//! expand to names `::activerecord::__private` and nothing else. Each takes `crate = "path"`, on the type, for a
//! facade that is re-exported from somewhere else: `#[record(crate = "my_framework::activerecord")]`.

mod attributes;
mod case;
mod columns_struct;
mod enumeration;
mod errors;
mod fields;
mod from_row;
mod key;
mod model;
mod plural;
mod record;
mod types;
mod value;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, Result, parse_macro_input};

/// Maps a struct with named fields to a table.
///
/// ```ignore
/// #[derive(Record, Debug, Clone, PartialEq)]
/// #[record(table = "users")]
/// struct User {
///     #[record(primary_key, generated)]
///     id: i64,
///     name: String,
///     #[record(unique, column = "e_mail")]
///     email: String,
///     #[record(default)]
///     created_at: Option<DateTime<Utc>>,
///     #[record(skip)]
///     cache: Vec<String>,
/// }
/// ```
///
/// # Attributes of the struct
///
/// | | |
/// |-|-|
/// | `table = ".."` | The table's name; without it the struct's, in snake case and plural: `OrderItem` is `order_items`, `Person` is `people`. |
/// | `sync` | The record works with a blocking `Database` only. |
/// | `async` | The record works with an `AsyncDatabase` only. Without either it works with both. |
/// | `hooks` | The record implements `Hooks` itself. |
/// | `crate = ".."` | Where the facade is, if not at `::activerecord`. |
///
/// # Attributes of a field
///
/// | | |
/// |-|-|
/// | `primary_key` | The field is the key; several such fields are one composite key, in the order of the fields. |
/// | `generated` | The database generates it where it is unset: `None`, or zero for an integer. |
/// | `default` | The database's own default stands in where the field, an `Option`, is `None`. |
/// | `unique` | No two rows have the same value. |
/// | `column = ".."` | The column's name; without it the field's. |
/// | `skip` | The field has no column, and gets its `Default` where a row is read. |
///
/// # What it writes
///
/// `Record` and its `FromRow`; `SyncRecord` and `AsyncRecord`, or one of them; an empty `Hooks`, without `hooks`;
/// `From<Active<User>>`, which is `into_inner`;
/// `IntoKey` for the key's type (`&str` as well for a `String`, and what is inside an `Option`); and a struct of the
/// typed columns, which is called `UserColumns` for a `User`, stands beside it and is as visible. A type of that name
/// must not be in the same module.
///
/// # Limits
///
/// A record owns what it holds: it has no lifetimes and no type parameters. It has at most 128 columns. Whether
/// a type is an `Option`, a `String` or an integer is told by its name, so a type alias is none of them. A key of
/// a type of one's own can be `generated` if the type has a `Default` that its `Value::is_unset` takes for unset.
#[proc_macro_derive(Record, attributes(record))]
pub fn record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    answer(record::expand(&input))
}

/// Reads a struct with named fields from the columns of a row, by their names.
///
/// ```ignore
/// #[derive(FromRow)]
/// struct Stats {
///     department: String,
///     #[record(column = "employee_count")]
///     employees: i64,
/// }
/// ```
///
/// A field takes `#[record(column = "..")]`, for a column that has another name. Records need no such derive:
/// theirs is part of [`Record`].
#[proc_macro_derive(FromRow, attributes(record))]
pub fn from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    answer(from_row::expand(&input))
}

/// Maps an enum without fields, or a tuple struct of one field, to one column.
///
/// ```ignore
/// #[derive(Value)]
/// enum Status {
///     InProgress, // 'in_progress'
///     #[value(rename = "finished")]
///     Done,
/// }
///
/// #[derive(Value)]
/// #[value(integer)]
/// enum Level {
///     Low = 10,
///     High = 20,
/// }
///
/// #[derive(Value)]
/// struct Email(String);
/// ```
///
/// An enum is kept as text, its variants in snake case unless `#[value(rename_all = "..")]` names another one:
/// `lowercase`, `UPPERCASE`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `camelCase` or `PascalCase`.
/// `#[value(rename = "..")]` on a variant gives its text. With `#[value(integer)]` an enum is kept as its
/// discriminants, in a column of `i64`. A cell that stands for no variant is a `Decode` error that lists them.
///
/// A tuple struct is kept as what is inside.
#[proc_macro_derive(Value, attributes(value))]
pub fn value(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    answer(value::expand(&input))
}

/// The expansion, or the errors as tokens that the compiler reports at their places.
fn answer(expansion: Result<proc_macro2::TokenStream>) -> TokenStream {
    expansion.unwrap_or_else(syn::Error::into_compile_error).into()
}
