//! `#[models]`: the expansion of a module of records.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Item, ItemMod, ItemStruct, Path, Result, Token, parse_quote};

use crate::copy::Mode;
use crate::suite::{inline_items, split_attributes};

/// The module with the records of both modes together and of each mode alone.
pub(crate) fn expand(mut module: ItemMod) -> Result<TokenStream> {
    let items = inline_items(&mut module)?;
    let (outer, inner) = split_attributes(module.attrs);
    let (visibility, token, name) = (module.vis, module.mod_token, module.ident);
    let [blocking, asynchronous] = Mode::ALL.map(|mode| independent(mode, items.clone()));
    Ok(quote! {
        #(#outer)*
        #visibility #token #name {
            #(#inner)*
            /// The records with the verbs of both modes.
            #[allow(unreachable_pub)]
            pub mod mixed { #(#items)* }
            /// The records with the verbs of one mode.
            #[allow(unreachable_pub)]
            pub mod independent {
                #blocking
                #asynchronous
            }
        }
    })
}

/// The copy for one mode.
fn independent(mode: Mode, mut items: Vec<Item>) -> TokenStream {
    let name = mode.ident();
    let doc = format!("The records with the {} verbs alone.", mode.name());
    confine(&mut items, mode);
    quote! {
        #[doc = #doc]
        pub mod #name { #(#items)* }
    }
}

/// Confines every record among the items, and in the modules among them, to one mode.
fn confine(items: &mut [Item], mode: Mode) {
    for item in items {
        match item {
            Item::Struct(item) if is_record(item) => item.attrs.push(confinement(mode)),
            Item::Mod(ItemMod {
                content: Some((_, nested)),
                ..
            }) => confine(nested, mode),
            _ => {}
        }
    }
}

fn confinement(mode: Mode) -> Attribute {
    let argument = Ident::new(record_argument(mode), Span::call_site());
    parse_quote!(#[record(#argument)])
}

/// The derive's own name for a mode.
fn record_argument(mode: Mode) -> &'static str {
    match mode {
        Mode::Blocking => "sync",
        Mode::Asynchronous => "async",
    }
}

/// Whether a derive list of the struct has `Record`, by whatever path.
fn is_record(item: &ItemStruct) -> bool {
    let derives = item
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"));
    derives
        .flat_map(derived)
        .any(|path| path.segments.last().is_some_and(|last| last.ident == "Record"))
}

/// The paths of a derive list; of one that does not parse, none: the compiler reports it.
fn derived(derive: &Attribute) -> Vec<Path> {
    let list = derive.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated);
    list.map(|paths| paths.into_iter().collect()).unwrap_or_default()
}
