//! `#[derive(FromRow)]`, and the same for records.

use crate::attributes::{Arguments, Grammar};
use crate::errors::Errors;
use crate::fields::{Column, Columns, named_fields};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Ident, Result};

const STRUCT: Grammar = Grammar {
    attribute: "record",
    place: "a struct that derives `FromRow`",
    flags: &[],
    texts: &["crate"],
};

const FIELD: Grammar = Grammar {
    attribute: "record",
    place: "a field of a struct that derives `FromRow`",
    flags: &[],
    texts: &["column"],
};

/// Implements `FromRow`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let fields = named_fields("FromRow", input)?;
    let mut errors = Errors::default();
    let private = Arguments::read(&STRUCT, &input.attrs, &mut errors).private(&mut errors);
    let columns = Columns::read(&fields, &FIELD, &mut errors);
    errors.or(implementation(&private, &input.ident, &columns))
}

/// Reads the mapped fields by name, and gives the others their defaults.
pub(crate) fn implementation(private: &TokenStream, name: &Ident, columns: &Columns<'_>) -> TokenStream {
    let names = columns.mapped.iter().map(|column| &column.name);
    let mapped = columns
        .mapped
        .iter()
        .enumerate()
        .map(|(index, column)| read(private, index, column));
    let skipped = columns
        .skipped
        .iter()
        .map(|(field, ty)| quote!(#field: <#ty as ::core::default::Default>::default()));
    let fields = mapped.chain(skipped);
    quote! {
        #[automatically_derived]
        impl #private::FromRow for #name {
            const COLUMNS: ::core::option::Option<&'static [&'static str]> =
                ::core::option::Option::Some(&[#(#names),*]);

            fn from_row(row: &dyn #private::Row) -> #private::Result<Self> {
                ::core::result::Result::Ok(Self { #(#fields),* })
            }
        }
    }
}

/// Reads one field. A type that is no `Value` is reported at the path before the call, in the same words as by the
/// rest of the expansion, so the compiler says it once.
fn read(private: &TokenStream, index: usize, column: &Column<'_>) -> TokenStream {
    let Column { field, ty, .. } = column;
    quote! {
        #field: {
            let _ = <#ty as #private::Value>::from_value;
            row.get::<#ty>(#index)?
        }
    }
}
