//! What is known of a record's row, and of the transactions that decide whether it stays.

use super::scope::{Scope, Verdict};
use super::{ColumnSet, Record};
use std::sync::{Arc, OnceLock};

/// What an `Active` knows beside its record: nothing for a row as it was loaded.
#[derive(Clone)]
pub(super) struct State<R> {
    /// The transaction that inserted the row, while that and its generated key is all there is to know: programs insert
    /// many rows that they never look at again.
    inserted: Option<Arc<Scope>>,
    known: OnceLock<Box<Known<R>>>,
}

impl<R> State<R> {
    /// The state of a row as it was loaded.
    #[inline]
    pub(super) const fn loaded() -> Self {
        Self {
            inserted: None,
            known: OnceLock::new(),
        }
    }
}

impl<R: Record> State<R> {
    pub(super) fn new(status: Status) -> Self {
        Known::new(status).into()
    }

    /// The state of a record that was new before an open transaction inserted it.
    #[inline]
    pub(super) fn inserted(scope: Arc<Scope>, filled_in: ColumnSet) -> Self {
        if filled_in != generated_key::<R>() {
            return Known::inserted(scope, filled_in).into();
        }
        Self {
            inserted: Some(scope),
            known: OnceLock::new(),
        }
    }

    /// Spelled out where it is looked at.
    #[inline]
    fn known(&self) -> Option<&Known<R>> {
        match &self.inserted {
            None => self.known.get().map(|known| &**known),
            Some(scope) => Some(self.spelled_out(scope)),
        }
    }

    #[cold]
    fn spelled_out(&self, scope: &Arc<Scope>) -> &Known<R> {
        let spell_out = || Known::inserted(scope.clone(), generated_key::<R>());
        self.known.get_or_init(spell_out)
    }

    pub(super) fn known_mut(&mut self) -> Option<&mut Known<R>> {
        if self.inserted.is_some() {
            self.known();
            self.inserted = None;
        }
        self.known.get_mut().map(|known| &mut **known)
    }

    /// Changes what is known, of a row as it was loaded too.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Known<R>)) {
        if let Some(known) = self.known_mut() {
            return change(known);
        }
        let mut known = Known::new(Status::Persisted);
        change(&mut known);
        *self = known.into();
    }

    fn take(&mut self) -> Option<Box<Known<R>>> {
        self.known_mut();
        self.known.take()
    }
}

impl<R> From<Box<Known<R>>> for State<R> {
    fn from(known: Box<Known<R>>) -> Self {
        Self {
            inserted: None,
            known: known.into(),
        }
    }
}

/// The key, where the database numbers the rows.
fn generated_key<R: Record>() -> ColumnSet {
    R::table().numbered_key().into_iter().collect()
}

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

impl<R: Record> Previous<R> {
    fn known(&self) -> Option<&Known<R>> {
        match self {
            Self::New => None,
            Self::State(state) => state.known(),
        }
    }

    fn known_mut(&mut self) -> Option<&mut Known<R>> {
        match self {
            Self::New => None,
            Self::State(state) => state.known_mut(),
        }
    }

    fn status(&self) -> Status {
        match self {
            Self::New => Status::New,
            Self::State(state) => status(state),
        }
    }

    fn into_state(self) -> State<R> {
        match self {
            Self::New => State::new(Status::New),
            Self::State(state) => state,
        }
    }
}

impl<R: Record> Known<R> {
    fn new(status: Status) -> Box<Self> {
        Box::new(Self {
            status,
            base: None,
            undo: None,
        })
    }

    fn inserted(scope: Arc<Scope>, filled_in: ColumnSet) -> Box<Self> {
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
        if let Some(known) = previous.known_mut() {
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
        let Some(before) = undo.previous.known_mut() else {
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

    /// The record with the columns cleared that an undone write had filled in, where there are such.
    #[cold]
    fn cleared<'a>(&'a self, undo: &'a Undo<R>, record: &R) -> Option<&'a R> {
        let columns = filled_in_and_undone(record, self);
        if columns.is_empty() {
            return None;
        }
        Some(undo.cleared.get_or_init(|| {
            let mut copy = record.clone();
            copy.clear(columns);
            Box::new(copy)
        }))
    }

    fn verdict(&self) -> Option<Verdict> {
        self.undo.as_ref().map(|undo| undo.scope.verdict())
    }
}

impl<R: Record> Undo<R> {
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
            && let Some(known) = self.previous.known_mut()
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
    let Some(known) = state.known() else {
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
pub(super) fn undoubted<R: Record>(mut state: State<R>) -> State<R> {
    let Some(mut known) = state.take() else {
        return State::loaded();
    };
    if let Status::InDoubt(before) = known.status {
        known.status = match before {
            Before::New => Status::New,
            Before::Persisted => Status::Persisted,
        };
    }
    let plain = known.status == Status::Persisted && known.base.is_none() && known.undo.is_none();
    match plain {
        true => State::loaded(),
        false => known.into(),
    }
}

/// The record as the database has it, where that differs from the record in hand.
pub(super) fn base<R: Record>(state: &State<R>) -> Option<&R> {
    let known = state.known()?;
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
#[inline]
pub(super) fn current<'a, R: Record>(record: &'a R, state: &'a State<R>) -> &'a R {
    let Some(known) = state.known() else { return record };
    match &known.undo {
        Some(undo) if undo.scope.verdict() == Verdict::Undone => {
            known.cleared(undo, record).unwrap_or(record)
        }
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
    let Some(known) = state.known_mut() else { return };
    let Some(verdict) = known.verdict() else { return };
    match verdict {
        Verdict::Open => {}
        Verdict::Kept => {
            known.undo = None;
            if known.status == Status::Persisted && known.base.is_none() {
                *state = State::loaded();
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
        state.change(|known| known.status = doubt(status));
    }
    if let Some(edits_since) = edits_since.filter(|_| status != Status::New) {
        state.change(|known| {
            known.base.get_or_insert(edits_since);
        });
    }
}
