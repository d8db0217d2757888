//! What an `Active` knows of its row.

mod changes;
mod dropped;
mod rollback;
mod writes;

use crate::harness::Case;

/// The cases of the area.
pub(super) fn cases() -> Vec<Case> {
    let parts = [
        changes::tracking::cases(),
        writes::tracking::cases(),
        rollback::tracking::cases(),
        dropped::tracking::cases(),
    ];
    parts.into_iter().flatten().collect()
}
