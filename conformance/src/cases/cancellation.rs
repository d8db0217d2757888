//! Futures that are dropped before they are done.

mod interrupts;
mod transactions;
mod verbs;

use crate::harness::Case;

pub(super) fn cases() -> Vec<Case> {
    [interrupts::cases(), transactions::cases(), verbs::cases()].concat()
}
