//! Connections: how many, who is next, and the end of it.

mod closing;
mod crowd;
mod lane;
mod limits;
mod lost;
mod sessions;

use crate::harness::Case;

pub(super) fn cases() -> Vec<Case> {
    let parts = [
        closing::cases(),
        crowd::cases(),
        lane::cases(),
        limits::cases(),
        lost::cases(),
        sessions::cases(),
    ];
    parts.concat()
}
