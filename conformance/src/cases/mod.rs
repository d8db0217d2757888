//! The cases, by area.

// A case fails by a panic of its own, which the harness takes for the report.
#![allow(clippy::unwrap_used, clippy::panic, reason = "cases fail by panics")]

mod aggregates;
mod cancellation;
mod crud;
mod errors;
mod hooks;
mod many;
mod parity;
mod pools;
mod queries;
mod tracking;
mod transactions;
mod types;

use crate::harness::Case;

/// All cases of all areas.
pub fn all() -> Vec<Case> {
    let areas = [
        aggregates::cases(),
        cancellation::cases(),
        crud::cases(),
        errors::cases(),
        hooks::cases(),
        many::cases(),
        parity::cases(),
        pools::cases(),
        queries::cases(),
        tracking::cases(),
        transactions::cases(),
        types::cases(),
    ];
    areas.into_iter().flatten().collect()
}
