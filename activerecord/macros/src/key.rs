//! What a record is found by.

use crate::fields::Column;
use crate::model::Model;
use crate::types::{is_string, option_of};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Index, Type};

/// Implements `IntoKey` for the key's type, and once more with `&str` in the place of `String`.
pub(crate) fn implementations(model: &Model<'_>) -> TokenStream {
    let owned: Vec<Part<'_>> = model.key().map(|(_, column)| Part::owned(column)).collect();
    let borrowed: Vec<Part<'_>> = owned.iter().map(Part::borrowed).collect();
    let by_text = borrowed
        .iter()
        .any(Part::is_text)
        .then(|| implementation(model, &borrowed));
    let by_key = implementation(model, &owned);
    quote!(#by_key #by_text)
}

/// One column of the key, as it is passed.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// The field's own type.
    Plain(&'a Type),
    /// The type inside the field's `Option`, after the field's.
    Inner(&'a Type, &'a Type),
    /// A `&str`.
    Text,
}

impl<'a> Part<'a> {
    fn owned(column: &Column<'a>) -> Self {
        match option_of(column.ty) {
            Some(inner) => Self::Inner(column.ty, inner),
            None => Self::Plain(column.ty),
        }
    }

    fn borrowed(&self) -> Self {
        match self {
            Self::Plain(ty) | Self::Inner(_, ty) if is_string(ty) => Self::Text,
            other => *other,
        }
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }

    fn ty(&self) -> TokenStream {
        match self {
            Self::Plain(ty) | Self::Inner(_, ty) => ty.to_token_stream(),
            Self::Text => quote!(&str),
        }
    }

    /// The cell, always by the field's whole type: one that is no `Value` is then reported once.
    fn cell(&self, private: &TokenStream, place: &TokenStream) -> TokenStream {
        match self {
            Self::Plain(ty) => quote!(<#ty as #private::Value>::to_value(&#place).into_owned()),
            Self::Inner(option, _) => {
                let place = quote!(::core::option::Option::Some(#place));
                quote!(<#option as #private::Value>::to_value(&#place).into_owned())
            }
            Self::Text => {
                let text = quote!(::std::string::String::from(#place));
                quote!(#private::SqlValue::Text(::std::borrow::Cow::Owned(#text)))
            }
        }
    }
}

fn implementation(model: &Model<'_>, parts: &[Part<'_>]) -> TokenStream {
    let (private, name) = (&model.private, model.name);
    let types = parts.iter().map(Part::ty);
    let (key, lookup) = match parts {
        [only] => {
            let cell = only.cell(private, &quote!(self));
            (quote!(#(#types)*), quote!(by_cell(#cell)))
        }
        _ => {
            let cells = parts.iter().enumerate().map(|(index, part)| {
                let index = Index::from(index);
                part.cell(private, &quote!(self.#index))
            });
            (quote!((#(#types),*)), quote!(by_key([#(#cells),*])))
        }
    };
    quote! {
        #[automatically_derived]
        impl #private::IntoKey<#name> for #key {
            fn into_lookup(self) -> #private::Lookup<#name> {
                #private::Lookup::#lookup
            }
        }
    }
}
