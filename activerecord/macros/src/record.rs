//! `#[derive(Record)]`.

use crate::fields::Column;
use crate::model::Model;
use crate::{columns_struct, from_row, key};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{DeriveInput, Result};

/// Implements `Record` and what belongs to it.
pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let model = Model::read(input)?;
    let implementations = [
        record(&model),
        from_row::implementation(&model.private, model.name, &model.columns),
        modes(&model),
        unwrapping(&model),
        hooks(&model),
        key::implementations(&model),
        columns_struct::definition(&model),
    ];
    Ok(implementations.into_iter().collect())
}

fn record(model: &Model<'_>) -> TokenStream {
    let Model { private, name, .. } = model;
    let columns = columns_struct::name(model);
    let width = model.columns.mapped.len();
    let methods = [
        table(model),
        columns_struct::constructor(model),
        value(model),
        put_values(model),
        copy_values(model),
        set_value(model),
    ];
    let sets = [changed_from(model), unset(model), clear(model)];
    quote! {
        #[automatically_derived]
        impl #private::Record for #name {
            type Columns = #columns;
            type Cells<'values> = [#private::SqlValue<'values>; #width];

            fn cells<'values>() -> [#private::SqlValue<'values>; #width] {
                [const { #private::SqlValue::Null }; #width]
            }

            #(#methods)*
            #(#sets)*
        }
    }
}

fn table(model: &Model<'_>) -> TokenStream {
    let Model { private, table, .. } = model;
    let columns = model
        .columns
        .mapped
        .iter()
        .map(|column| describe(private, column));
    let key = model.key().map(|(index, _)| index);
    quote! {
        fn table() -> &'static #private::Table {
            static TABLE: #private::Table =
                #private::Table::new(#table, const { &[#(#columns),*] }, &[#(#key),*]);
            &TABLE
        }
    }
}

fn describe(private: &TokenStream, column: &Column<'_>) -> TokenStream {
    let Column {
        ty,
        name,
        unique,
        generated,
        default,
        ..
    } = column;
    let field = column.field.unraw().to_string();
    quote! {
        #private::Column {
            name: #name,
            field: #field,
            column_type: <#ty as #private::Value>::TYPE,
            nullable: <#ty as #private::Value>::NULLABLE,
            unique: #unique,
            generated: #generated,
            default: #default,
        }
    }
}

fn value(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let cells = model.columns.mapped.iter().enumerate().map(|(index, Column { field, ty, .. })| {
        quote!(#index => <#ty as #private::Value>::to_value(&self.#field))
    });
    quote! {
        fn value(&self, column: usize) -> #private::SqlValue<'_> {
            match column {
                #(#cells,)*
                _ => #private::SqlValue::Null,
            }
        }
    }
}

/// One after the other, which is faster than a loop over the set.
fn put_values(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let cells = model
        .columns
        .mapped
        .iter()
        .enumerate()
        .map(|(index, Column { field, ty, .. })| {
            quote! {
                if columns.contains(#index) {
                    if let ::core::option::Option::Some(place) = places.next_place() {
                        <#ty as #private::Value>::put_value(&self.#field, place);
                    }
                }
            }
        });
    quote! {
        fn put_values<'values>(
            &'values self,
            columns: #private::ColumnSet,
            places: &mut #private::Places<'_, 'values>,
        ) {
            #(#cells)*
        }
    }
}

fn copy_values(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let fields = model
        .columns
        .mapped
        .iter()
        .enumerate()
        .map(|(index, Column { field, .. })| {
            quote! {
                if columns.contains(#index) {
                    ::core::clone::Clone::clone_from(&mut self.#field, &other.#field);
                }
            }
        });
    // No set tells of a field without a column, and its type need not be `Clone`.
    let body = match model.columns.skipped.is_empty() {
        true => quote!(#(#fields)*),
        false => quote! {
            let _ = columns;
            ::core::clone::Clone::clone_from(self, other);
        },
    };
    quote! {
        fn copy_values(&mut self, other: &Self, columns: #private::ColumnSet) {
            #body
        }
    }
}

fn set_value(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let cells = model.columns.mapped.iter().enumerate().map(|(index, Column { field, ty, .. })| {
        quote!(#index => self.#field = <#ty as #private::Value>::from_value(value)?)
    });
    quote! {
        fn set_value(&mut self, column: usize, value: #private::SqlValue<'_>) -> #private::Result<()> {
            match column {
                #(#cells,)*
                _ => return ::core::result::Result::Err(#private::Error::decode("no such column")),
            }
            ::core::result::Result::Ok(())
        }
    }
}

fn changed_from(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let columns = model.columns.mapped.iter().enumerate().map(|(index, Column { field, ty, .. })| {
        quote!(set.insert_if(#index, !<#ty as #private::Value>::is_same(&self.#field, &other.#field));)
    });
    let set = set(private, columns);
    quote! {
        fn changed_from(&self, other: &Self) -> #private::ColumnSet { #set }
    }
}

fn unset(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let columns = model.fillable().map(|(index, Column { field, ty, .. })| {
        quote!(set.insert_if(#index, <#ty as #private::Value>::is_unset(&self.#field));)
    });
    let set = set(private, columns);
    quote! {
        fn unset(&self) -> #private::ColumnSet { #set }
    }
}

/// The set that the insertions make. Users may forbid `unused`, so an empty one is not `mut`.
fn set(private: &TokenStream, insertions: impl Iterator<Item = TokenStream>) -> TokenStream {
    let insertions: Vec<TokenStream> = insertions.collect();
    if insertions.is_empty() {
        return quote!(#private::ColumnSet::EMPTY);
    }
    quote! {
        let mut set = #private::ColumnSet::EMPTY;
        #(#insertions)*
        set
    }
}

fn clear(model: &Model<'_>) -> TokenStream {
    let private = &model.private;
    let columns = model.fillable().map(|(index, Column { field, ty, .. })| {
        quote! {
            if columns.contains(#index) {
                self.#field = <#ty as ::core::default::Default>::default();
            }
        }
    });
    quote! {
        fn clear(&mut self, columns: #private::ColumnSet) {
            let _ = columns;
            #(#columns)*
        }
    }
}

fn modes(model: &Model<'_>) -> TokenStream {
    let Model { private, name, .. } = model;
    let sync = model.sync.then(|| quote!(impl #private::SyncRecord for #name {}));
    let asynchronous = model
        .asynchronous
        .then(|| quote!(impl #private::AsyncRecord for #name {}));
    quote!(#sync #asynchronous)
}

/// `From<Active<T>> for T`: core cannot write it for every record, as both types of the conversion are foreign to it.
fn unwrapping(model: &Model<'_>) -> TokenStream {
    let Model { private, name, .. } = model;
    quote! {
        #[automatically_derived]
        impl ::core::convert::From<#private::Active<#name>> for #name {
            fn from(active: #private::Active<#name>) -> Self {
                active.into_inner()
            }
        }
    }
}

fn hooks(model: &Model<'_>) -> TokenStream {
    let Model {
        private, name, hooks, ..
    } = model;
    if *hooks {
        return TokenStream::new();
    }
    quote! {
        #[automatically_derived]
        impl #private::Hooks for #name {
            const ACTIVE: bool = false;
        }
    }
}
