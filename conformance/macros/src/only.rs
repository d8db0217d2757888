//! `#[only(blocking)]`, `#[only(asynchronous)]` and `#[needs(..)]`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Item, Result, Token};

use crate::copy::Mode;

/// Takes `#[only(..)]` off an item and says which mode it names.
pub(crate) fn take_only(item: &mut Item) -> Result<Option<Mode>> {
    match take(item, "only").as_slice() {
        [] => Ok(None),
        [only] => named_mode(only).map(Some),
        [_, second, ..] => Err(Error::new_spanned(second, "an item has one `#[only(..)]`")),
    }
}

/// Takes `#[needs(..)]` off an item and says what of a database it needs.
pub(crate) fn take_needs(item: &mut Item) -> Result<Vec<Ident>> {
    let mut needs = Vec::new();
    for attribute in take(item, "needs") {
        needs.extend(attribute.parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)?);
    }
    Ok(needs)
}

fn take(item: &mut Item, name: &str) -> Vec<Attribute> {
    let Some(attributes) = attributes_mut(item) else {
        return Vec::new();
    };
    attributes
        .extract_if(.., |attribute| attribute.path().is_ident(name))
        .collect()
}

fn named_mode(only: &Attribute) -> Result<Mode> {
    let name: Ident = only.parse_args_with(Ident::parse_any)?;
    let mode = Mode::ALL.into_iter().find(|mode| name == mode.name());
    mode.ok_or_else(|| {
        Error::new(
            name.span(),
            "expected `#[only(blocking)]` or `#[only(asynchronous)]`",
        )
    })
}

/// The attributes of an item, of every kind that syn reads.
fn attributes_mut(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    match item {
        Item::Const(item) => Some(&mut item.attrs),
        Item::Enum(item) => Some(&mut item.attrs),
        Item::ExternCrate(item) => Some(&mut item.attrs),
        Item::Fn(item) => Some(&mut item.attrs),
        Item::ForeignMod(item) => Some(&mut item.attrs),
        Item::Impl(item) => Some(&mut item.attrs),
        Item::Macro(item) => Some(&mut item.attrs),
        Item::Mod(item) => Some(&mut item.attrs),
        Item::Static(item) => Some(&mut item.attrs),
        Item::Struct(item) => Some(&mut item.attrs),
        Item::Trait(item) => Some(&mut item.attrs),
        Item::TraitAlias(item) => Some(&mut item.attrs),
        Item::Type(item) => Some(&mut item.attrs),
        Item::Union(item) => Some(&mut item.attrs),
        Item::Use(item) => Some(&mut item.attrs),
        _ => None,
    }
}
