//! What is known of a record's row, and of the transactions that decide whether it stays.

use super::{ColumnSet, Record};
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};

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
    fn deciding(self: &Arc<Self>) -> &Arc<Self> {
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

/// What an `Active` knows beside its record. It is one pointer wide, and null for a row as it was loaded.
pub(super) type State<R> = Option<Box<Known<R>>>;

#[derive(Clone)]
pub(super) struct Known<R> {
    pub(super) status: Status,
    /// The record as the database has it, taken at the first mutable borrow.
    pub(super) base: Option<R>,
    pub(super) undo: Option<Undo<R>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    New,
    Persisted,
    Deleted,
    /// A write was cut off; the status before it.
    InDoubt(Before),
}

/// What an `Active` in doubt was before the write that was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    New,
    Persisted,
}

/// What a write in a transaction leaves behind, to be put back should the transaction be rolled back.
#[derive(Clone)]
pub(super) struct Undo<R> {
    scope: Arc<Scope>,
    previous: Previous<R>,
    /// The columns that the database filled in, to be cleared again.
    filled_in: ColumnSet,
    /// The record with those columns cleared, made when it is looked at before the state could be put back.
    cleared: OnceLock<Box<R>>,
}

/// The state before a write.
#[derive(Clone)]
pub(super) enum Previous<R> {
    /// A new record, which needs no further word.
    New,
    State(State<R>),
}

impl<R> Previous<R> {
    fn known(&self) -> Option<&Known<R>> {
        match self {
            Self::New => None,
            Self::State(state) => state.as_deref(),
        }
    }
}

impl<R: Record> Previous<R> {
    fn status(&self) -> Status {
        match self {
            Self::New => Status::New,
            Self::State(state) => status(state),
        }
    }

    fn into_state(self) -> State<R> {
        match self {
            Self::New => Some(Known::new(Status::New)),
            Self::State(state) => state,
        }
    }
}

impl<R: Record> Known<R> {
    pub(super) fn new(status: Status) -> Box<Self> {
        Box::new(Self {
            status,
            base: None,
            undo: None,
        })
    }

    /// The state of a record that was new before an open transaction inserted it.
    #[inline]
    pub(super) fn inserted(scope: Arc<Scope>, filled_in: ColumnSet) -> Box<Self> {
        Box::new(Self {
            status: Status::Persisted,
            base: None,
            undo: Some(Undo {
                scope,
                previous: Previous::New,
                filled_in,
                cleared: OnceLock::new(),
            }),
        })
    }

    /// The state after a write in an open transaction. `edited` are the columns that the program changed before it.
    pub(super) fn written(
        status: Status,
        scope: Arc<Scope>,
        mut previous: Previous<R>,
        filled_in: ColumnSet,
        edited: ColumnSet,
    ) -> Box<Self> {
        if let Previous::State(Some(known)) = &mut previous {
            known.compress();
        }
        let undo = Undo {
            scope,
            previous,
            filled_in,
            cleared: OnceLock::new(),
        };
        Box::new(Self {
            status,
            base: None,
            undo: Some(undo.merged(edited)),
        })
    }

    /// Merges this write with the one before it, where the same transaction has come to decide on both: savepoints
    /// one after the other leave no chain.
    fn compress(&mut self) {
        let Some(undo) = &mut self.undo else { return };
        let Previous::State(Some(before)) = &mut undo.previous else {
            return;
        };
        let decided_alike =
            |earlier: &mut Undo<R>| Arc::ptr_eq(earlier.scope.deciding(), undo.scope.deciding());
        let Some(earlier) = before.undo.take_if(decided_alike) else {
            return;
        };
        let edited = match (&self.base, &before.base) {
            (Some(now), Some(then)) => now.changed_from(then),
            _ => ColumnSet::EMPTY,
        };
        undo.filled_in = undo.filled_in.with(earlier.filled_in.without(edited));
        undo.previous = earlier.previous;
    }

    /// The columns that the database filled in and the program has not changed since.
    fn still_filled_in(&self, record: &R) -> ColumnSet {
        let edited = self
            .base
            .as_ref()
            .map_or(ColumnSet::EMPTY, |base| record.changed_from(base));
        let filled_in = self.undo.as_ref().map_or(ColumnSet::EMPTY, |undo| undo.filled_in);
        filled_in.without(edited)
    }

    fn verdict(&self) -> Option<Verdict> {
        self.undo.as_ref().map(|undo| undo.scope.verdict())
    }
}

impl<R> Undo<R> {
    /// Two writes that the same transaction decides on are undone as one, so that the chain does not grow with
    /// the number of writes.
    fn merged(mut self, edited: ColumnSet) -> Self {
        let same = |known: &Known<R>| {
            known
                .undo
                .as_ref()
                .is_some_and(|undo| Arc::ptr_eq(undo.scope.deciding(), self.scope.deciding()))
        };
        if self.previous.known().is_some_and(same)
            && let Previous::State(Some(known)) = &mut self.previous
            && let Some(earlier) = known.undo.take()
        {
            self.previous = earlier.previous;
            self.filled_in = self.filled_in.with(earlier.filled_in.without(edited));
        }
        self
    }
}

/// The status as of now, without changing anything.
pub(super) fn status<R: Record>(state: &State<R>) -> Status {
    let Some(known) = state else {
        return Status::Persisted;
    };
    match (known.verdict(), &known.undo) {
        (Some(Verdict::Undone), Some(undo)) => undo.previous.status(),
        (Some(Verdict::Unknown), Some(undo)) => doubt(undo.previous.status()),
        _ => known.status,
    }
}

/// The same status, in doubt.
pub(super) fn doubt(status: Status) -> Status {
    match status {
        Status::New | Status::InDoubt(Before::New) => Status::InDoubt(Before::New),
        _ => Status::InDoubt(Before::Persisted),
    }
}

/// The state with a doubt taken back: the write it was about did not take effect.
pub(super) fn undoubted<R: Record>(state: State<R>) -> State<R> {
    let mut known = state?;
    if let Status::InDoubt(before) = known.status {
        known.status = match before {
            Before::New => Status::New,
            Before::Persisted => Status::Persisted,
        };
    }
    let plain = known.status == Status::Persisted && known.base.is_none() && known.undo.is_none();
    (!plain).then_some(known)
}

/// The record as the database has it, where that differs from the record in hand.
pub(super) fn base<R: Record>(state: &State<R>) -> Option<&R> {
    let known = state.as_deref()?;
    match (known.verdict(), &known.undo) {
        (Some(Verdict::Undone | Verdict::Unknown), Some(undo)) => {
            // Edits made after the write are edits of the row as it was before it.
            match &undo.previous {
                Previous::New => None,
                Previous::State(previous) => base(previous).or(known.base.as_ref()),
            }
        }
        _ => known.base.as_ref(),
    }
}

/// The record as of now: after a rollback, with the columns cleared that the database had filled in.
pub(super) fn current<'a, R: Record>(record: &'a R, state: &'a State<R>) -> &'a R {
    let Some(known) = state.as_deref() else {
        return record;
    };
    let cleared = filled_in_and_undone(record, known);
    match &known.undo {
        Some(undo) if !cleared.is_empty() => undo.cleared.get_or_init(|| {
            let mut copy = record.clone();
            copy.clear(cleared);
            Box::new(copy)
        }),
        _ => record,
    }
}

/// The columns to clear: of every write that was undone, innermost first, but for what the program changed since.
fn filled_in_and_undone<R: Record>(record: &R, known: &Known<R>) -> ColumnSet {
    let mut columns = ColumnSet::EMPTY;
    let mut next = Some(known);
    while let Some(known) = next {
        next = match &known.undo {
            Some(undo) if undo.scope.verdict() == Verdict::Undone => {
                columns = columns.with(known.still_filled_in(record));
                undo.previous.known()
            }
            _ => None,
        };
    }
    columns
}

/// Puts the state back where its transaction was rolled back, and lets go of it where it was committed.
pub(super) fn settle<R: Record>(record: &mut R, state: &mut State<R>) {
    let Some(known) = state.as_deref_mut() else { return };
    let Some(verdict) = known.verdict() else { return };
    match verdict {
        Verdict::Open => {}
        Verdict::Kept => {
            known.undo = None;
            if known.status == Status::Persisted && known.base.is_none() {
                *state = None;
            }
        }
        Verdict::Undone | Verdict::Unknown => put_back(record, state, verdict),
    }
}

fn put_back<R: Record>(record: &mut R, state: &mut State<R>, verdict: Verdict) {
    let Some(known) = state.take() else { return };
    let filled_in = known.still_filled_in(record);
    let Known {
        base: edits_since,
        undo,
        ..
    } = *known;
    let Some(undo) = undo else { return };
    *state = undo.previous.into_state();
    if verdict == Verdict::Undone {
        record.clear(filled_in);
    }
    settle(record, state);
    let status = status(state);
    if verdict == Verdict::Unknown {
        state.get_or_insert_with(|| Known::new(status)).status = doubt(status);
    }
    if let Some(edits_since) = edits_since.filter(|_| status != Status::New) {
        let known = state.get_or_insert_with(|| Known::new(Status::Persisted));
        known.base.get_or_insert(edits_since);
    }
}
