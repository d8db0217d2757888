//! The cases, by area.

mod crud;

use crate::harness::Case;

/// All cases of all areas.
pub fn all() -> Vec<Case> {
    let areas = [crud::cases()];
    areas.into_iter().flatten().collect()
}
