//! `#[derive(Value)]` on enums: one text or number for each variant.

use crate::attributes::{Arguments, Grammar};
use crate::case::Case;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::{DataEnum, DeriveInput, Fields, Ident, LitStr, Result, Variant};

const ENUM: Grammar = Grammar {
    attribute: "value",
    place: "an enum",
    flags: &["integer"],
    texts: &["rename_all", "crate"],
};

const VARIANT: Grammar = Grammar {
    attribute: "value",
    place: "a variant",
    flags: &[],
    texts: &["rename"],
};

/// Implements `Value` for an enum.
pub(crate) fn expand(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let arguments = Arguments::read(&ENUM, &input.attrs, &mut errors);
    let private = arguments.private(&mut errors);
    check(input, data, &mut errors);
    let texts = texts(data, &arguments, &mut errors);
    let variants: Vec<&Ident> = data.variants.iter().map(|variant| &variant.ident).collect();
    let body = if arguments.has("integer") {
        by_number(&private, &variants)
    } else {
        report_twins(data, &texts, &mut errors);
        by_text(&private, &variants, &texts)
    };
    let name = &input.ident;
    let row = crate::value::single(name, &private);
    errors.or(quote! {
        #row

        #[automatically_derived]
        impl #private::Value for #name {
            #body
        }
    })
}

fn check(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) {
    if data.variants.is_empty() {
        errors.report(
            &input.ident,
            "an enum without variants has no value to map to a column",
        );
    }
    for variant in data
        .variants
        .iter()
        .filter(|variant| !matches!(variant.fields, Fields::Unit))
    {
        let message =
            "a variant that maps to one value cannot hold fields; `Json<T>` keeps such an enum as a document";
        errors.report(&variant.fields, message);
    }
}

/// The text of each variant.
fn texts(data: &DataEnum, arguments: &Arguments, errors: &mut Errors) -> Vec<String> {
    let case = case(arguments, errors);
    let variants = data.variants.iter();
    variants
        .map(|variant| text(variant, case, arguments, errors))
        .collect()
}

fn report_twins(data: &DataEnum, texts: &[String], errors: &mut Errors) {
    let mut variants = HashMap::new();
    for (variant, text) in data.variants.iter().zip(texts) {
        if let Some(first) = variants.insert(text, &variant.ident) {
            let message = format!("the text `{text}` already stands for `{first}`");
            errors.report(&variant.ident, message);
        }
    }
}

fn case(arguments: &Arguments, errors: &mut Errors) -> Case {
    let Some(name) = arguments.text("rename_all") else {
        return Case::Snake;
    };
    no_text(arguments, name, errors);
    Case::named(&name.value()).unwrap_or_else(|| {
        let known = Case::ALL.map(|(known, _)| format!("`{known}`")).join(", ");
        errors.report(name, format_args!("unknown case; these are known: {known}"));
        Case::Snake
    })
}

fn text(variant: &Variant, case: Case, arguments: &Arguments, errors: &mut Errors) -> String {
    let own = Arguments::read(&VARIANT, &variant.attrs, errors);
    match own.text("rename") {
        Some(rename) => {
            no_text(arguments, rename, errors);
            rename.value()
        }
        None => case.write(&variant.ident.unraw().to_string()),
    }
}

/// Refuses a text where the enum is kept as an integer.
fn no_text(arguments: &Arguments, text: &LitStr, errors: &mut Errors) {
    if arguments.has("integer") {
        errors.report(
            text,
            "an `integer` enum is kept as its numbers, so it has no texts to name",
        );
    }
}

fn by_text(private: &TokenStream, variants: &[&Ident], texts: &[String]) -> TokenStream {
    let known = texts.join(", ");
    quote! {
        const TYPE: #private::ColumnType = #private::ColumnType::Text;

        fn to_value(&self) -> #private::SqlValue<'_> {
            #private::SqlValue::Text(::std::borrow::Cow::Borrowed(match self {
                #(Self::#variants => #texts,)*
            }))
        }

        fn from_value(value: #private::SqlValue<'_>) -> #private::Result<Self> {
            let #private::SqlValue::Text(text) = &value else {
                return ::core::result::Result::Err(#private::Error::decode(
                    ::std::format!("expected text, found {}", value.kind_name())
                ));
            };
            ::core::result::Result::Ok(match &**text {
                #(#texts => Self::#variants,)*
                _ => return ::core::result::Result::Err(#private::Error::decode(
                    ::std::format!("`{}` is not one of: {}", text, #known)
                )),
            })
        }
    }
}

/// The compiler counts the discriminants, evaluates them and refuses twins.
fn by_number(private: &TokenStream, variants: &[&Ident]) -> TokenStream {
    let known = vec!["{}"; variants.len()].join(", ");
    let message = format!("`{{}}` is not one of: {known}");
    quote! {
        const TYPE: #private::ColumnType = #private::ColumnType::I64;

        fn to_value(&self) -> #private::SqlValue<'_> {
            #private::SqlValue::I64(match self {
                #(Self::#variants => Self::#variants as i64,)*
            })
        }

        fn from_value(value: #private::SqlValue<'_>) -> #private::Result<Self> {
            let number = <i64 as #private::Value>::from_value(value)?;
            #(if number == Self::#variants as i64 {
                return ::core::result::Result::Ok(Self::#variants);
            })*
            ::core::result::Result::Err(#private::Error::decode(
                ::std::format!(#message, number #(, Self::#variants as i64)*)
            ))
        }
    }
}
