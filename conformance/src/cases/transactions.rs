//! Transactions: what is kept, what is undone, and what is refused.

mod closures;
mod commits;
mod guards;
mod kills;
mod neighbours;
mod options;
mod raw;
mod retries;
mod rollback;
mod rows;
mod savepoints;
mod torn;

use crate::harness::Case;

pub(super) fn cases() -> Vec<Case> {
    let parts = [
        closures::cases(),
        commits::cases(),
        guards::cases(),
        kills::cases(),
        neighbours::cases(),
        options::cases(),
        raw::cases(),
        retries::cases(),
        rollback::cases(),
        rows::cases(),
        savepoints::cases(),
        torn::cases(),
    ];
    parts.concat()
}
