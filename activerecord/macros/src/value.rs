//! `#[derive(Value)]`.

use crate::attributes::{Arguments, Grammar};
use crate::enumeration;
use crate::errors::Errors;
use crate::fields::no_parameters;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataStruct, DeriveInput, Error, Fields, Ident, Result, Type};

const NEWTYPE: Grammar = Grammar {
    attribute: "value",
    place: "a struct of one field",
    flags: &[],
    texts: &["crate"],
};

/// Implements `Value`.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    no_parameters("Value", input)?;
    match &input.data {
        Data::Enum(data) => enumeration::expand(input, data),
        Data::Struct(data) => newtype(input, inner(input, data)?),
        Data::Union(_) => Err(neither(input)),
    }
}

fn inner<'a>(input: &DeriveInput, data: &'a DataStruct) -> Result<&'a Type> {
    match &data.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Ok(&fields.unnamed[0].ty),
        _ => Err(neither(input)),
    }
}

fn neither(input: &DeriveInput) -> Error {
    let message = "`Value` can only be derived for an enum without fields or a tuple struct of one field";
    Error::new_spanned(&input.ident, message)
}

/// Hands everything to the inner type.
fn newtype(input: &DeriveInput, inner: &Type) -> Result<TokenStream> {
    let mut errors = Errors::default();
    let private = Arguments::read(&NEWTYPE, &input.attrs, &mut errors).private(&mut errors);
    let name = &input.ident;
    let inner = quote!(<#inner as #private::Value>);
    let row = single(name, &private);
    errors.or(quote! {
        #row

        #[automatically_derived]
        impl #private::Value for #name {
            const TYPE: #private::ColumnType = #inner::TYPE;
            const NULLABLE: bool = #inner::NULLABLE;

            fn to_value(&self) -> #private::SqlValue<'_> {
                #inner::to_value(&self.0)
            }

            fn from_value(value: #private::SqlValue<'_>) -> #private::Result<Self> {
                #inner::from_value(value).map(Self)
            }

            fn is_unset(&self) -> bool {
                #inner::is_unset(&self.0)
            }

            fn is_same(&self, other: &Self) -> bool {
                #inner::is_same(&self.0, &other.0)
            }
        }
    })
}

/// A row of one column reads as the type.
pub(crate) fn single(name: &Ident, private: &TokenStream) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl #private::FromRow for #name {
            const WIDTH: ::core::option::Option<usize> = ::core::option::Option::Some(1);

            fn from_row(row: &dyn #private::Row) -> #private::Result<Self> {
                row.get(0)
            }
        }
    }
}
