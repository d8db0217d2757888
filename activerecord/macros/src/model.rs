//! What `#[derive(Record)]` knows of a struct.

use crate::attributes::{Arguments, Grammar};
use crate::errors::Errors;
use crate::fields::{Column, Columns, named_fields};
use crate::plural::table_name;
use crate::types::option_of;
use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{DeriveInput, Ident, Result, Visibility};

const STRUCT: Grammar = Grammar {
    attribute: "record",
    place: "a record",
    flags: &["sync", "async", "hooks"],
    texts: &["table", "crate"],
};

const FIELD: Grammar = Grammar {
    attribute: "record",
    place: "a field of a record",
    flags: &["primary_key", "generated", "default", "unique", "skip"],
    texts: &["column"],
};

/// As many columns as a `ColumnSet` holds.
const COLUMN_LIMIT: usize = 128;

/// A struct that maps to a table.
pub(crate) struct Model<'a> {
    pub(crate) private: TokenStream,
    pub(crate) name: &'a Ident,
    pub(crate) visibility: &'a Visibility,
    pub(crate) columns: Columns<'a>,
    pub(crate) table: String,
    pub(crate) sync: bool,
    pub(crate) asynchronous: bool,
    pub(crate) hooks: bool,
}

impl<'a> Model<'a> {
    /// Reads a struct, or says everything that is wrong with it.
    pub(crate) fn read(input: &'a DeriveInput) -> Result<Self> {
        let fields = named_fields("Record", input)?;
        let mut errors = Errors::default();
        let arguments = Arguments::read(&STRUCT, &input.attrs, &mut errors);
        let table = arguments.identifier("table", &mut errors);
        let model = Self {
            private: arguments.private(&mut errors),
            name: &input.ident,
            visibility: &input.vis,
            columns: Columns::read(&fields, &FIELD, &mut errors),
            table: table.unwrap_or_else(|| table_name(&input.ident.unraw().to_string())),
            sync: !arguments.has("async"),
            asynchronous: !arguments.has("sync"),
            hooks: arguments.has("hooks"),
        };
        model.check(&arguments, &mut errors);
        errors.or(model)
    }

    fn check(&self, arguments: &Arguments, errors: &mut Errors) {
        if let (Some(_), Some(second)) = (arguments.get("sync"), arguments.get("async")) {
            errors.report(
                second,
                "`sync` and `async` exclude each other; a record with neither works with both handles",
            );
        }
        if self.key().next().is_none() {
            let message = "a record needs a primary key: mark the key with `#[record(primary_key)]`; several marked \
                           fields are one composite key";
            errors.report(self.name, message);
        }
        let composite = self.key().nth(1).is_some();
        for (_, part) in self
            .key()
            .filter(|(_, part)| composite && option_of(part.ty).is_some())
        {
            errors.report(
                part.ty,
                "a part of a composite key cannot be an `Option`: a row whose key holds a null cannot be found by it",
            );
        }
        let count = self.columns.mapped.len();
        if count > COLUMN_LIMIT {
            errors.report(
                self.name,
                format_args!("a record has at most {COLUMN_LIMIT} columns, not {count}"),
            );
        }
    }

    /// The columns of the primary key, with their positions.
    pub(crate) fn key(&self) -> impl Iterator<Item = (usize, &Column<'a>)> {
        let columns = self.columns.mapped.iter().enumerate();
        columns.filter(|(_, column)| column.primary_key)
    }

    /// The columns that the database may fill in, with their positions.
    pub(crate) fn fillable(&self) -> impl Iterator<Item = (usize, &Column<'a>)> {
        let columns = self.columns.mapped.iter().enumerate();
        columns.filter(|(_, column)| column.may_be_unset())
    }
}
