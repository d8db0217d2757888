//! The fields of a struct and the columns that they map to.

use crate::attributes::{Arguments, Grammar};
use crate::errors::Errors;
use crate::types::{is_integer, is_never_unset, option_of};
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, Result, Type};

/// The fields of a struct, in order.
#[derive(Default)]
pub(crate) struct Columns<'a> {
    /// The fields that map to a column.
    pub(crate) mapped: Vec<Column<'a>>,
    /// The fields that do not.
    pub(crate) skipped: Vec<(&'a Ident, &'a Type)>,
}

/// A field that maps to a column.
pub(crate) struct Column<'a> {
    pub(crate) field: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) name: String,
    pub(crate) primary_key: bool,
    pub(crate) generated: bool,
    pub(crate) default: bool,
    pub(crate) unique: bool,
}

/// The named fields of a struct without parameters.
pub(crate) fn named_fields<'a>(derive: &str, input: &'a DeriveInput) -> Result<Vec<(&'a Ident, &'a Field)>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, only_structs(derive)));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, only_structs(derive)));
    };
    no_parameters(derive, input)?;
    if fields.named.is_empty() {
        let message = format!("`{}` has no fields, so there is no column to map", input.ident);
        return Err(Error::new_spanned(&input.ident, message));
    }
    Ok(fields
        .named
        .iter()
        .filter_map(|field| Some((field.ident.as_ref()?, field)))
        .collect())
}

fn only_structs(derive: &str) -> String {
    format!("`{derive}` can only be derived for a struct with named fields")
}

/// Refuses type parameters, lifetimes and constants.
pub(crate) fn no_parameters(derive: &str, input: &DeriveInput) -> Result<()> {
    if input.generics.params.is_empty() {
        return Ok(());
    }
    let message = format!(
        "`{derive}` cannot be derived for a type with parameters or lifetimes; write one type for each use, with \
         fields that own what they hold"
    );
    Err(Error::new_spanned(&input.generics.params, message))
}

impl<'a> Columns<'a> {
    /// Reads the fields' attributes, and reports what is wrong with them.
    pub(crate) fn read(fields: &[(&'a Ident, &'a Field)], grammar: &Grammar, errors: &mut Errors) -> Self {
        let mut columns = Self::default();
        for (name, field) in fields {
            let arguments = Arguments::read(grammar, &field.attrs, errors);
            if arguments.has("skip") {
                only_skip(&arguments, errors);
                columns.skipped.push((name, &field.ty));
                continue;
            }
            columns
                .mapped
                .push(Column::new(name, &field.ty, &arguments, errors));
        }
        columns.report_twins(errors);
        columns
    }

    fn report_twins(&self, errors: &mut Errors) {
        let mut fields = HashMap::new();
        for column in &self.mapped {
            if let Some(first) = fields.insert(&column.name, column.field) {
                let message = format!(
                    "the column `{}` already belongs to the field `{first}`",
                    column.name
                );
                errors.report(column.field, message);
            }
        }
    }
}

fn only_skip(arguments: &Arguments, errors: &mut Errors) {
    for argument in arguments.iter().filter(|argument| argument.name != "skip") {
        let message = format!(
            "a field with `skip` has no column, so `{}` says nothing",
            argument.name
        );
        errors.report(argument, message);
    }
}

impl<'a> Column<'a> {
    fn new(field: &'a Ident, ty: &'a Type, arguments: &Arguments, errors: &mut Errors) -> Self {
        let name = arguments.identifier("column", errors);
        let column = Self {
            field,
            ty,
            name: name.unwrap_or_else(|| field.unraw().to_string()),
            primary_key: arguments.has("primary_key"),
            generated: arguments.has("generated"),
            default: arguments.has("default"),
            unique: arguments.has("unique"),
        };
        column.check(errors);
        column
    }

    fn check(&self, errors: &mut Errors) {
        let is_option = option_of(self.ty).is_some();
        let known_unset = is_option || is_integer(self.ty) || (self.primary_key && !is_never_unset(self.ty));
        if self.generated && !known_unset {
            let message = "a `generated` field must be an integer (zero means unset) or an `Option` (`None` means unset)";
            errors.report(self.ty, message);
        }
        if self.default && !is_option {
            errors.report(
                self.ty,
                "a `default` field must be an `Option`: `None` leaves it to the database",
            );
        }
    }

    /// Whether the database fills the column in where the field is unset.
    pub(crate) fn may_be_unset(&self) -> bool {
        self.generated || self.default
    }
}
