//! The cases, by area.

// A case fails by a panic of its own, which the harness takes for the report.
#![allow(clippy::unwrap_used, clippy::panic, reason = "cases fail by panics")]

mod aggregates;
mod crud;
mod queries;
mod types;

use crate::harness::Case;

/// All cases of all areas.
pub fn all() -> Vec<Case> {
    let areas = [
        aggregates::cases(),
        crud::cases(),
        queries::cases(),
        types::cases(),
    ];
    areas.into_iter().flatten().collect()
}
