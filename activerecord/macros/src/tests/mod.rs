//! What the derives make of names, and what they say to misuse.

mod expansion;
mod from_row;
mod names;
mod record;
mod value;

use proc_macro2::TokenStream;
use syn::{DeriveInput, Result};

/// The sentences that a derive answers a type with.
fn complaints(derive: fn(&DeriveInput) -> Result<TokenStream>, item: &str) -> Vec<String> {
    let errors = derive(&syn::parse_str(item).unwrap()).err();
    errors
        .into_iter()
        .flatten()
        .map(|error| error.to_string())
        .collect()
}
