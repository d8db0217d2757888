//! The struct of a record's typed columns.

use crate::fields::Column;
use crate::model::Model;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;

/// `UserColumns`
pub(crate) fn name(model: &Model<'_>) -> Ident {
    format_ident!("{}Columns", model.name, span = Span::call_site())
}

/// Defines the struct.
pub(crate) fn definition(model: &Model<'_>) -> TokenStream {
    let Model {
        private,
        visibility,
        name: record,
        ..
    } = model;
    let name = name(model);
    let doc = format!("The columns of [`{record}`], for conditions and orders.");
    let fields = model.columns.mapped.iter().map(|column| {
        let (field, ty) = (quiet(column.field), column.ty);
        let doc = format!("The column `{}`.", column.name);
        quote!(#[doc = #doc] #visibility #field: #private::TypedColumn<#record, #ty>)
    });
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #visibility struct #name {
            #(#fields),*
        }
    }
}

/// Writes `Record::columns`.
pub(crate) fn constructor(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let fields = model
        .columns
        .mapped
        .iter()
        .enumerate()
        .map(|(index, Column { field, .. })| quote!(#field: #private::TypedColumn::new(#index)));
    let name = name(model);
    quote! {
        fn columns() -> #name {
            #name { #(#fields),* }
        }
    }
}

/// The same name at the same place, but of the derive's making: lints about unused fields are not about it.
fn quiet(field: &Ident) -> Ident {
    let mut field = field.clone();
    field.set_span(Span::call_site().located_at(field.span()));
    field
}
