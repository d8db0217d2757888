//! Connections: how many, who is next, and the end of it.

mod closing;
mod lane;
mod limits;
mod lost;

use crate::harness::Case;

pub(super) fn cases() -> Vec<Case> {
    [closing::cases(), lane::cases(), limits::cases(), lost::cases()].concat()
}
