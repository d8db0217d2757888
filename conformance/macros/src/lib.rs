//! Each conformance case is written once, as ordinary async code, and compiled for every way to use
//! the library: blocking or asynchronous, with records that serve both modes (`mixed`) or only the
//! one at hand (`independent`).
//!
//! The blocking copy is the same text with `async` and `.await` erased from its tokens, so also
//! inside closures and macro calls. The asynchronous copy is the text itself.

mod cases;
mod copy;
mod erase;
mod models;
mod only;
mod suite;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{ItemMod, parse_macro_input};

/// Compiles the cases of an inline module four times and lists them in `cases()`.
///
/// ```ignore
/// #[cases]
/// pub mod crud {
///     use crate::prelude::*;
///
///     /// A saved user has an id.
///     async fn save_inserts(db: &Db) -> Result<()> {
///         let mut user = User::new("Ann");
///         user.save(db).await?;
///         db.transaction(async |tx| user.delete(tx).await).await
///     }
/// }
/// ```
///
/// An `async fn` whose only parameter is called `db` is a case; every other item is a helper, private
/// to its copy. The copies are `crud::{blocking, asynchronous}::{mixed, independent}`; each has a
/// `cases()`, and `crud::cases()` has all of them. A copy imports `crate::models::mixed` or
/// `crate::models::independent::{blocking, asynchronous}`, and `crate::modes::{blocking, asynchronous}`;
/// its list is made of `crate::harness::Case`.
///
/// # Escapes
///
/// - `#[only(blocking)]` or `#[only(asynchronous)]` on an item keeps it out of the other mode.
/// - `#[needs(Files)]` on a case names a `crate::environment::Need`: it is not run on databases without that, and the
///   run says so.
/// - `keep_async! { .. }`, always with braces, stands for its tokens, which stay async in both modes.
///   It may hold items, statements or an expression.
/// - Attributes other than `only` and `needs` are left as they are.
///
/// # Limits
///
/// - `async { .. }` becomes a plain block: a `?` or `return` in it then leaves the whole function, and
///   `async { .. }.await?;` as a statement does not parse. Await a helper function instead.
/// - Types are not erased: neither `AsyncFn` bounds nor `impl Future` results.
/// - `super::` would mean something else in each copy's parents and is refused; `crate::` is meant.
/// - Lints about what the erasure leaves behind, and about what only the other mode uses, are silent in
///   the blocking copies. The asynchronous ones, the text as written, answer for them.
#[proc_macro_attribute]
pub fn cases(arguments: TokenStream, module: TokenStream) -> TokenStream {
    let module = parse_macro_input!(module as ItemMod);
    answer(suite::no_arguments(arguments.into()).and_then(|()| cases::expand(module)))
}

/// Compiles the records of an inline module for both modes together and for each mode alone.
///
/// ```ignore
/// #[models]
/// pub mod models {
///     #[derive(Record)]
///     #[record(table = "users")]
///     pub struct User { /* .. */ }
/// }
/// ```
///
/// The copies are `models::mixed`, the text itself, and `models::independent::{blocking, asynchronous}`,
/// in which every struct that derives `Record` also carries `#[record(sync)]` or `#[record(async)]`.
/// Nothing is erased: hooks are async functions in both modes. Nested inline modules are copied with
/// their structs. Paths that leave the module start with `crate::`, as the copies lie at two depths.
#[proc_macro_attribute]
pub fn models(arguments: TokenStream, module: TokenStream) -> TokenStream {
    let module = parse_macro_input!(module as ItemMod);
    answer(suite::no_arguments(arguments.into()).and_then(|()| models::expand(module)))
}

/// The expansion, or the errors as tokens that the compiler reports at their places.
fn answer(expansion: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expansion.unwrap_or_else(syn::Error::into_compile_error).into()
}
