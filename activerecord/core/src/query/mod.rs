//! Queries: typed columns and conditions, orders, selections, aggregates.

mod aggregate;
mod assignment;
mod builder;
mod column;
mod condition;
mod group;
mod order;
mod select;
mod verbs;

pub use self::aggregate::Aggregate;
pub use self::assignment::{Assignment, IntoAssignments};
pub use self::builder::Query;
pub use self::column::{IntoOperand, Operand, TextColumn, TypedColumn};
pub use self::condition::Condition;
pub use self::group::{Aggregated, GroupColumns, Grouped};
pub use self::order::{IntoOrders, Order};
pub use self::select::{Select, Selection};
