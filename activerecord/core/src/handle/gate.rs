//! A fair queue in front of something scarce: first come, first served, for threads and tasks alike.
//!
//! One queue serves both modes, since a blocking and an async handle over the same database share its limits.
//! A permit that is given back goes straight to the first in the queue, so nobody can overtake.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

/// The queue and the permits that are free.
pub(crate) struct Gate {
    state: Mutex<State>,
}

struct State {
    free: usize,
    queue: VecDeque<Arc<Waiter>>,
}

/// One who waits. `turn` becomes true once a permit was handed over.
struct Waiter {
    place: Mutex<Place>,
}

struct Place {
    turn: bool,
    waker: Waker,
}

impl Gate {
    pub(crate) fn new(permits: usize) -> Self {
        let state = Mutex::new(State {
            free: permits,
            queue: VecDeque::new(),
        });
        Self { state }
    }

    /// Takes a permit if one is free; a permit is only free while nobody waits.
    pub(crate) fn try_enter(&self) -> bool {
        let mut state = self.lock();
        let entered = state.free > 0;
        state.free -= usize::from(entered);
        entered
    }

    /// Waits for a permit until the deadline, on the caller's thread.
    pub(crate) fn enter_until(&self, deadline: Instant) -> bool {
        if self.try_enter() {
            return true;
        }
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut enter = pin!(self.enter());
        loop {
            if enter.as_mut().poll(&mut context).is_ready() {
                return true;
            }
            let now = Instant::now();
            if now >= deadline {
                return false;
            }
            std::thread::park_timeout(deadline - now);
        }
    }

    /// Waits for a permit. Dropped before its turn it leaves the queue; dropped after, it passes the permit on.
    pub(crate) fn enter(&self) -> Enter<'_> {
        Enter {
            gate: self,
            waiter: None,
        }
    }

    /// Gives a permit back, to the first in the queue if there is one.
    pub(crate) fn leave(&self) {
        let next = {
            let mut state = self.lock();
            let next = state.queue.pop_front();
            state.free += usize::from(next.is_none());
            next
        };
        if let Some(waiter) = next {
            waiter.call();
        }
    }

    /// How many permits are free and how many callers wait.
    pub(crate) fn status(&self) -> (usize, usize) {
        let state = self.lock();
        (state.free, state.queue.len())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a permit, or a place in the queue.
    fn line_up(&self, waker: &Waker) -> Option<Arc<Waiter>> {
        let mut state = self.lock();
        if state.free > 0 {
            state.free -= 1;
            return None;
        }
        let place = Place {
            turn: false,
            waker: waker.clone(),
        };
        let waiter = Arc::new(Waiter {
            place: Mutex::new(place),
        });
        state.queue.push_back(waiter.clone());
        Some(waiter)
    }

    fn give_up(&self, waiter: &Arc<Waiter>) {
        self.lock().queue.retain(|other| !Arc::ptr_eq(other, waiter));
        // A permit may have been handed over before the place in the queue was gone.
        if waiter.lock().turn {
            self.leave();
        }
    }
}

impl Waiter {
    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call(&self) {
        let waker = {
            let mut place = self.lock();
            place.turn = true;
            place.waker.clone()
        };
        waker.wake();
    }
}

/// The wait for a permit.
pub(crate) struct Enter<'a> {
    gate: &'a Gate,
    waiter: Option<Arc<Waiter>>,
}

impl Future for Enter<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(waiter) = &self.waiter else {
            self.waiter = self.gate.line_up(context.waker());
            return if self.waiter.is_none() {
                Poll::Ready(())
            } else {
                Poll::Pending
            };
        };
        let mut place = waiter.lock();
        if place.turn {
            drop(place);
            self.waiter = None;
            return Poll::Ready(());
        }
        place.waker.clone_from(context.waker());
        Poll::Pending
    }
}

impl Drop for Enter<'_> {
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
