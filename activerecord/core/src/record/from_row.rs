//! What a row can be read as.

use super::{Active, Record};
use crate::driver::Row;
use crate::error::{Error, Result};
use crate::value::{SqlValue, Value};

/// A type that a row can be read as: records, tuples, and structs with `#[derive(FromRow)]`.
#[diagnostic::on_unimplemented(
    message = "a row cannot be read as `{Self}`",
    note = "use a column type or a tuple of them, `#[derive(FromRow)]` on a struct, or a record"
)]
pub trait FromRow: Sized + Send + 'static {
    /// The columns by name, in the order in which [`from_row`](FromRow::from_row) reads them; `None` reads by
    /// position.
    const COLUMNS: Option<&'static [&'static str]> = None;

    /// How many columns are read by position, where that is fixed; a row of raw SQL has to have as many.
    const WIDTH: Option<usize> = None;

    /// Reads a row whose cells are in the order of [`COLUMNS`](FromRow::COLUMNS).
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) or [`OutOfRange`](crate::ErrorKind::OutOfRange), naming the column.
    fn from_row(row: &dyn Row) -> Result<Self>;
}

impl<R: Record> FromRow for Active<R> {
    const COLUMNS: Option<&'static [&'static str]> = R::COLUMNS;

    fn from_row(row: &dyn Row) -> Result<Self> {
        R::from_row(row).map(Active::of_row)
    }
}

/// One column reads as its type alone; the derive of `Value` writes the same.
macro_rules! single {
    ($($type:ty),+) => {
        $(impl FromRow for $type {
            const WIDTH: Option<usize> = Some(1);

            fn from_row(row: &dyn Row) -> Result<Self> {
                row.get(0)
            }
        })+
    };
}

single!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
    f32,
    f64,
    String,
    Vec<u8>
);
#[cfg(feature = "chrono")]
single!(
    chrono::NaiveDate,
    chrono::NaiveTime,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>
);
#[cfg(feature = "uuid")]
single!(uuid::Uuid);
#[cfg(feature = "decimal")]
single!(rust_decimal::Decimal);
#[cfg(feature = "json")]
single!(serde_json::Value);

impl<V: Value + FromRow> FromRow for Option<V> {
    const WIDTH: Option<usize> = Some(1);

    fn from_row(row: &dyn Row) -> Result<Self> {
        row.get(0)
    }
}

macro_rules! tuple {
    ($($name:ident $index:literal)+) => {
        impl<$($name: Value),+> FromRow for ($($name,)+) {
            const WIDTH: Option<usize> = Some([$($index),+].len());

            fn from_row(row: &dyn Row) -> Result<Self> {
                Ok(($(row.get::<$name>($index)?,)+))
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0 B 1);
tuple!(A 0 B 1 C 2);
tuple!(A 0 B 1 C 2 D 3);
tuple!(A 0 B 1 C 2 D 3 E 4);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6);
tuple!(A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7);

/// A row whose cells are read by name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedRow {
    cells: Vec<(String, SqlValue<'static>)>,
}

impl NamedRow {
    /// Reads a cell by its column's name.
    ///
    /// # Errors
    ///
    /// [`Decode`](crate::ErrorKind::Decode) where no column has that name, or where the cell does not hold what
    /// the type can take.
    pub fn get<V: Value>(&self, name: &str) -> Result<V> {
        let (_, cell) = self
            .cells
            .iter()
            .find(|(column, _)| column == name)
            .ok_or_else(|| {
                let names: Vec<&str> = self.names().collect();
                Error::decode(format!("no column `{name}`; the row has {names:?}"))
            })?;
        V::from_value(cell.as_ref()).map_err(|error| error.context(format_args!("column `{name}`")))
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|(name, _)| &**name)
    }
}

impl FromRow for NamedRow {
    fn from_row(row: &dyn Row) -> Result<Self> {
        let cell = |index| Ok((row.name(index).to_owned(), row.cell(index)?.into_owned()));
        let cells = (0..row.width()).map(cell).collect::<Result<_>>()?;
        Ok(Self { cells })
    }
}
