//! Errors: each kind by a real mistake, and what an error tells.

mod files;
mod locks;
mod records;
mod shape;
mod statements;
mod values;
mod violations;

use crate::harness::Case;

pub(super) fn cases() -> Vec<Case> {
    let parts = [
        files::cases(),
        locks::cases(),
        records::cases(),
        shape::cases(),
        statements::cases(),
        values::cases(),
        violations::cases(),
    ];
    parts.concat()
}
