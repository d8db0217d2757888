//! Parameters of raw SQL.

use super::{SqlValue, Value};

/// The parameters of a piece of raw SQL: a tuple of values, or a list of cells.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of parameters",
    note = "pass a tuple, for one parameter `(value,)` and for none `()`, or a `Vec<SqlValue<'static>>`"
)]
pub trait IntoParams {
    /// Gives the parameters in their order.
    fn into_params(self) -> Vec<SqlValue<'static>>;
}

/// A value that can stand in a tuple of parameters.
pub trait Param {
    /// Gives the cell.
    fn into_param(self) -> SqlValue<'static>;
}

impl<V: Value> Param for V {
    fn into_param(self) -> SqlValue<'static> {
        self.to_value().into_owned()
    }
}

impl Param for &str {
    fn into_param(self) -> SqlValue<'static> {
        SqlValue::Text(self.to_owned().into())
    }
}

impl Param for &[u8] {
    fn into_param(self) -> SqlValue<'static> {
        SqlValue::Bytes(self.to_vec().into())
    }
}

impl IntoParams for () {
    fn into_params(self) -> Vec<SqlValue<'static>> {
        Vec::new()
    }
}

impl IntoParams for Vec<SqlValue<'static>> {
    fn into_params(self) -> Vec<SqlValue<'static>> {
        self
    }
}

macro_rules! tuple {
    ($($name:ident)+) => {
        impl<$($name: Param),+> IntoParams for ($($name,)+) {
            fn into_params(self) -> Vec<SqlValue<'static>> {
                #[expect(non_snake_case, reason = "a variable is named as its type parameter")]
                let ($($name,)+) = self;
                vec![$($name.into_param()),+]
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
