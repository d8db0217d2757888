//! The outcome of a transaction, as the records that were written in it see it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The outcome of a transaction or savepoint, shared with every `Active` that was written in it.
pub(crate) struct Scope {
    outcome: AtomicU8,
    parent: Option<Arc<Scope>>,
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Its transaction is still open.
    Open,
    /// It is committed.
    Kept,
    /// It was rolled back.
    Undone,
    /// Whether the commit took effect is not known.
    Unknown,
}

const OPEN: u8 = 0;
const KEPT: u8 = 1;
const UNDONE: u8 = 2;
const UNKNOWN: u8 = 3;

impl Scope {
    pub(crate) fn new(parent: Option<Arc<Self>>) -> Arc<Self> {
        Arc::new(Self {
            outcome: AtomicU8::new(OPEN),
            parent,
        })
    }

    pub(crate) fn keep(&self) {
        self.outcome.store(KEPT, Ordering::Release);
    }

    pub(crate) fn undo(&self) {
        self.outcome.store(UNDONE, Ordering::Release);
    }

    pub(crate) fn doubt(&self) {
        self.outcome.store(UNKNOWN, Ordering::Release);
    }

    /// What became of it: a savepoint shares the fate of what is around it, unless it was undone itself.
    pub(crate) fn verdict(&self) -> Verdict {
        let mut scope = self;
        loop {
            match (scope.outcome.load(Ordering::Acquire), &scope.parent) {
                (UNDONE, _) => return Verdict::Undone,
                (UNKNOWN, _) => return Verdict::Unknown,
                (_, Some(parent)) => scope = parent,
                (KEPT, None) => return Verdict::Kept,
                (_, None) => return Verdict::Open,
            }
        }
    }

    /// The scope whose end decides: a savepoint that was released is part of what is around it.
    pub(super) fn deciding(self: &Arc<Self>) -> &Arc<Self> {
        let mut scope = self;
        while let (KEPT, Some(parent)) = (scope.outcome.load(Ordering::Acquire), &scope.parent) {
            scope = parent;
        }
        scope
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.verdict(), out)
    }
}
