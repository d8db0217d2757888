//! Many rows at once.

mod insert;
mod update;

use crate::harness::Case;

/// The cases of the area.
pub(super) fn cases() -> Vec<Case> {
    let parts = [insert::many::cases(), update::many::cases()];
    parts.into_iter().flatten().collect()
}
