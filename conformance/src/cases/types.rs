//! Types: each value comes back exactly as it went in, or is refused.

mod keys;
mod language;
mod libraries;
mod own;
mod random;
mod reading;
mod times;

use crate::harness::Case;

/// The cases of the area.
pub(super) fn cases() -> Vec<Case> {
    let parts = [
        keys::cases(),
        language::cases(),
        libraries::cases(),
        own::cases(),
        random::cases(),
        reading::cases(),
        times::cases(),
    ];
    parts.into_iter().flatten().collect()
}
