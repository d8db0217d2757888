//! Aggregates: of all rows, and of groups.

mod groups;
mod single;

use crate::harness::Case;

/// The cases of the area.
pub(super) fn cases() -> Vec<Case> {
    [single::cases(), groups::cases()].into_iter().flatten().collect()
}
