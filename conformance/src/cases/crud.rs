//! Create, read, update, delete.

mod columns;
mod keys;
mod rows;

use crate::harness::Case;

/// The cases of the area.
pub(super) fn cases() -> Vec<Case> {
    let parts = [rows::crud::cases(), keys::crud::cases(), columns::crud::cases()];
    parts.into_iter().flatten().collect()
}
