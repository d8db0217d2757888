//! A fair queue in front of something scarce: first come, first served, for threads and tasks alike.
//!
//! One queue serves both modes, since a blocking and an async handle over the same database share its limits.
//! What is given back goes straight to the first in the queue, so nobody can overtake.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

/// Things that are taken and given back, and the queue of those who wait for one.
pub(crate) struct Gate<T> {
    state: Mutex<State<T>>,
}

struct State<T> {
    free: Vec<T>,
    queue: VecDeque<Arc<Waiter<T>>>,
}

/// One who waits.
struct Waiter<T> {
    place: Mutex<Place<T>>,
}

struct Place<T> {
    /// What was handed over.
    given: Option<T>,
    waker: Waker,
}

impl<T> Gate<T> {
    pub(crate) fn new(things: impl IntoIterator<Item = T>) -> Self {
        let state = State {
            free: things.into_iter().collect(),
            queue: VecDeque::new(),
        };
        Self {
            state: Mutex::new(state),
        }
    }

    /// Takes one if it is free, which it is only while nobody waits. The last one given back is taken first: it is
    /// the warmest.
    pub(crate) fn try_enter(&self) -> Option<T> {
        self.lock().free.pop()
    }

    /// Waits for one until the deadline, on the caller's thread.
    pub(crate) fn enter_until(&self, deadline: Instant) -> Option<T> {
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
    pub(crate) fn leave(&self, thing: T) {
        let mut state = self.lock();
        let Some(waiter) = state.queue.pop_front() else {
            state.free.push(thing);
            return;
        };
        // Under the lock: one who gives up looks for it as soon as the place in the queue is gone.
        let waker = waiter.give(thing);
        drop(state);
        waker.wake();
    }

    /// How many are free and how many callers wait.
    pub(crate) fn status(&self) -> (usize, usize) {
        let state = self.lock();
        (state.free.len(), state.queue.len())
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one, or a place in the queue.
    fn line_up(&self, waker: &Waker) -> Result<T, Arc<Waiter<T>>> {
        let mut state = self.lock();
        if let Some(thing) = state.free.pop() {
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
        Err(waiter)
    }

    fn give_up(&self, waiter: &Arc<Waiter<T>>) {
        self.lock().queue.retain(|other| !Arc::ptr_eq(other, waiter));
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

    fn give(&self, thing: T) -> Waker {
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
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
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
