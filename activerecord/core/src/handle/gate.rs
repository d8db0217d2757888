//! A fair queue in front of something scarce: first come, first served, for threads and tasks alike.
//!
//! One queue serves both modes, since a blocking and an async handle over the same database share its limits.
//! What is given back goes straight to the first in the queue, so nobody overtakes who was there before.
//!
//! Nearly always nobody waits. The thing that was given back last, the warmest, therefore lies in front of the lock, in
//! one atomic word, where it is taken and put back by a single step each. One who has to wait lays a note there instead:
//! whoever comes to give something back finds it and looks at the queue.

use crossbeam_utils::atomic::AtomicCell;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

/// Things that are taken and given back, and the queue of those who wait for one.
pub(crate) struct Gate<T> {
    /// The thing given back last, or the note that somebody waits.
    front: AtomicCell<Option<Ticket<T>>>,
    /// As many as wait. It is read without the lock, by those who come and would overtake.
    waiting: AtomicUsize,
    state: Mutex<State<T>>,
}

/// A thing in the hands of the one who took it. It is one pointer wide, and stays where it is in memory.
pub(crate) struct Ticket<T>(Box<Inside<T>>);

enum Inside<T> {
    Thing(T),
    /// No thing, but the note that somebody waits for one.
    Wanted,
}

impl<T> Ticket<T> {
    pub(crate) fn new(thing: T) -> Self {
        Self(Box::new(Inside::Thing(thing)))
    }

    fn note() -> Self {
        Self(Box::new(Inside::Wanted))
    }

    fn is_thing(&self) -> bool {
        matches!(*self.0, Inside::Thing(_))
    }

    /// The thing out of its ticket.
    #[cfg(feature = "native")]
    pub(crate) fn into_inner(self) -> Option<T> {
        match *self.0 {
            Inside::Thing(thing) => Some(thing),
            Inside::Wanted => None,
        }
    }

    /// The thing; one that was taken always has it.
    #[inline]
    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        match &mut *self.0 {
            Inside::Thing(thing) => Some(thing),
            Inside::Wanted => None,
        }
    }
}

struct State<T> {
    free: Vec<Ticket<T>>,
    /// A note that nobody needs at the moment.
    note: Option<Ticket<T>>,
    queue: VecDeque<Arc<Waiter<T>>>,
}

/// One who waits.
struct Waiter<T> {
    place: Mutex<Place<T>>,
}

struct Place<T> {
    /// What was handed over.
    given: Option<Ticket<T>>,
    waker: Waker,
}

impl<T> Gate<T> {
    pub(crate) fn new(things: impl IntoIterator<Item = T>) -> Self {
        Self::of(things.into_iter().map(Ticket::new))
    }

    /// A gate of things that are in the caller's hands.
    pub(crate) fn of(things: impl IntoIterator<Item = Ticket<T>>) -> Self {
        let state = State {
            free: things.into_iter().collect(),
            note: None,
            queue: VecDeque::new(),
        };
        Self {
            front: AtomicCell::new(None),
            waiting: AtomicUsize::new(0),
            state: Mutex::new(state),
        }
    }

    /// Takes one if it is free, which it is only while nobody waits. The last one given back is taken first: it is
    /// the warmest.
    #[inline]
    pub(crate) fn try_enter(&self) -> Option<Ticket<T>> {
        if self.waiting.load(Ordering::Acquire) > 0 {
            return None;
        }
        match self.front.take() {
            Some(ticket) if ticket.is_thing() => Some(ticket),
            _ => self.enter_by_the_lock(),
        }
    }

    /// Whatever lay in front was taken away, be it a note.
    fn enter_by_the_lock(&self) -> Option<Ticket<T>> {
        let mut state = self.lock();
        match state.queue.is_empty() {
            true => self.take_free(&mut state),
            false => {
                self.serve(state);
                None
            }
        }
    }

    /// Waits for one until the deadline, on the caller's thread.
    pub(crate) fn enter_until(&self, deadline: Instant) -> Option<Ticket<T>> {
        if let Some(thing) = self.try_enter() {
            return Some(thing);
        }
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut enter = pin!(self.enter());
        loop {
            if let Poll::Ready(thing) = enter.as_mut().poll(&mut context) {
                return Some(thing);
            }
            let now = Instant::now();
            if now >= deadline {
                return None;
            }
            std::thread::park_timeout(deadline - now);
        }
    }

    /// Waits for one. Dropped before its turn it leaves the queue; dropped after, it passes on what it was given.
    pub(crate) fn enter(&self) -> Enter<'_, T> {
        Enter {
            gate: self,
            waiter: None,
        }
    }

    /// Gives one back, to the first in the queue if there is one.
    #[inline]
    pub(crate) fn leave(&self, thing: Ticket<T>) {
        if let Some(found) = self.front.swap(Some(thing)) {
            self.leave_by_the_lock(found);
        }
    }

    /// There is a second free thing, or somebody waits.
    fn leave_by_the_lock(&self, found: Ticket<T>) {
        let mut state = self.lock();
        match found.is_thing() {
            true => state.free.push(found),
            false => state.note = Some(found),
        }
        self.serve(state);
    }

    /// Whether somebody waits.
    #[cfg(feature = "native")]
    pub(crate) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > 0
    }

    /// Looks at those that are free, which nobody can take meanwhile, and says how many they are and how many callers
    /// wait.
    pub(crate) fn look(&self, look: impl FnMut(&mut T)) -> (usize, usize) {
        let mut state = self.lock();
        if let Some(free) = self.front.take().filter(Ticket::is_thing) {
            state.free.push(free);
        }
        state.free.iter_mut().filter_map(Ticket::get_mut).for_each(look);
        let status = (state.free.len(), state.queue.len());
        self.serve(state);
        status
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one, or a place in the queue.
    fn line_up(&self, waker: &Waker) -> Result<Ticket<T>, Arc<Waiter<T>>> {
        let mut state = self.lock();
        if state.queue.is_empty()
            && let Some(thing) = self.take_free(&mut state)
        {
            return Ok(thing);
        }
        let place = Place {
            given: None,
            waker: waker.clone(),
        };
        let waiter = Arc::new(Waiter {
            place: Mutex::new(place),
        });
        state.queue.push_back(waiter.clone());
        self.serve(state);
        Err(waiter)
    }

    /// Takes a free thing, from wherever one is.
    fn take_free(&self, state: &mut State<T>) -> Option<Ticket<T>> {
        let free = state.free.pop();
        free.or_else(|| self.front.take().filter(Ticket::is_thing))
    }

    /// Hands what is free to those who wait, and leaves the note where there are more of them.
    ///
    /// Under the lock: one who gives up looks for what was handed over as soon as the place in the queue is gone.
    fn serve(&self, mut state: MutexGuard<'_, State<T>>) {
        let mut served = SmallVec::<[Waker; 2]>::new();
        let mut noted = false;
        while !state.queue.is_empty() {
            let found = match state.free.pop() {
                Some(thing) => Some(thing),
                // What is given back from there on finds the note.
                None if noted => None,
                None => {
                    noted = true;
                    self.lay_note(&mut state)
                }
            };
            let Some(thing) = found else { break };
            if let Some(waiter) = state.queue.pop_front() {
                served.push(waiter.give(thing));
            }
        }
        self.waiting.store(state.queue.len(), Ordering::Release);
        drop(state);
        served.into_iter().for_each(Waker::wake);
    }

    /// Lays the note in front, and gives the thing that lay there.
    fn lay_note(&self, state: &mut State<T>) -> Option<Ticket<T>> {
        let note = state.note.take().unwrap_or_else(Ticket::note);
        let found = self.front.swap(Some(note))?;
        if found.is_thing() {
            return Some(found);
        }
        state.note = Some(found);
        None
    }

    fn give_up(&self, waiter: &Arc<Waiter<T>>) {
        let mut state = self.lock();
        state.queue.retain(|other| !Arc::ptr_eq(other, waiter));
        self.serve(state);
        // It may have been handed over before the place in the queue was gone.
        let given = waiter.lock().given.take();
        if let Some(thing) = given {
            self.leave(thing);
        }
    }
}

impl<T> Waiter<T> {
    fn lock(&self) -> MutexGuard<'_, Place<T>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give(&self, thing: Ticket<T>) -> Waker {
        let mut place = self.lock();
        place.given = Some(thing);
        place.waker.clone()
    }
}

/// The wait for one's turn.
pub(crate) struct Enter<'a, T> {
    gate: &'a Gate<T>,
    waiter: Option<Arc<Waiter<T>>>,
}

impl<T> Future for Enter<'_, T> {
    type Output = Ticket<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Ticket<T>> {
        let Some(waiter) = &self.waiter else {
            return match self.gate.line_up(context.waker()) {
                Ok(thing) => Poll::Ready(thing),
                Err(waiter) => {
                    self.waiter = Some(waiter);
                    Poll::Pending
                }
            };
        };
        let mut place = waiter.lock();
        if let Some(thing) = place.given.take() {
            drop(place);
            self.waiter = None;
            return Poll::Ready(thing);
        }
        place.waker.clone_from(context.waker());
        Poll::Pending
    }
}

impl<T> Drop for Enter<'_, T> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter.take() {
            self.gate.give_up(&waiter);
        }
    }
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
