//! Queries: conditions, raw conditions, what is read, and what is written.

mod conditions;
mod filters;
mod injection;
mod iteration;
mod raw;
mod rows;
mod selections;
mod text;
mod writes;

use crate::harness::Case;

/// The cases of the area.
pub(super) fn cases() -> Vec<Case> {
    let parts = [
        conditions::cases(),
        filters::cases(),
        injection::cases(),
        iteration::cases(),
        raw::cases(),
        rows::cases(),
        selections::cases(),
        text::cases(),
        writes::cases(),
    ];
    parts.into_iter().flatten().collect()
}
