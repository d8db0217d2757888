//! Rows one after the other, from an async handle: a thread reads ahead by one batch.

use super::loan::Loan;
use super::rows::{BATCH, Iterate, OpenRows, RowQuery};
use super::transaction_state::{Purpose, TransactionState};
use super::{AsyncDatabase, AsyncTransaction, Pending};
use crate::driver::Interrupt;
use crate::driver::stop::Switch;
use crate::driver::threaded::{self, Job};
use crate::engine::{Access, now};
use crate::error::{Error, Result};
use crate::record::FromRow;
use futures_core::Stream;
use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

/// The rows of a query, one after the other. It holds a connection until it ends or is dropped.
///
/// It is a [`Stream`]; [`next`](RowStream::next) awaits a row without a further import.
///
/// # Cancel safety
///
/// Dropping the future of `next` loses no row. Dropping the stream interrupts the query and gives the connection
/// back.
pub struct RowStream<T> {
    batch: VecDeque<T>,
    feed: Feed<T>,
}

/// Where the rows come from.
enum Feed<T> {
    Threaded(ThreadedRows<T>),
    #[cfg(feature = "native")]
    Native(super::native_rows::NativeRows<T>),
}

/// A query that a thread reads.
struct ThreadedRows<T> {
    /// The transaction whose connection it has.
    transaction: Option<Arc<TransactionState>>,
    shared: Arc<Shared<T>>,
}

/// What the thread and the stream share.
struct Shared<T> {
    state: Mutex<State<T>>,
    /// The stream has taken a batch, or is gone.
    taken: Condvar,
    switch: Arc<Switch>,
    start: Mutex<Option<(Loan<'static>, RowQuery)>>,
}

struct State<T> {
    batch: VecDeque<T>,
    failure: Option<Error>,
    /// What reading a row panicked with, to go on in the caller.
    panic: Option<Box<dyn Any + Send>>,
    /// The stream has used up what it took and asks for more.
    hungry: bool,
    /// The thread will put no further batch.
    ended: bool,
    /// The stream is gone.
    dropped: bool,
    waker: Option<Waker>,
}

impl<T: FromRow> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads all rows, a batch at a time, each once the one before was taken.
    fn read(&self, mut loan: Loan<'static>, query: RowQuery) -> Result<()> {
        now(pin!(loan.open()))?;
        let interrupt = loan.line()?.interrupter();
        let mut open = OpenRows::new(loan, query)?;
        let result = if self.begin(interrupt) {
            self.pump(&mut open)
        } else {
            Ok(())
        };
        // Before the connection goes back: an interrupt must not hit whoever has it next.
        self.switch.set(None);
        result
    }

    /// From here on the query can be interrupted; `false` where the stream is gone already.
    fn begin(&self, interrupt: Option<Arc<dyn Interrupt>>) -> bool {
        self.switch.set(interrupt);
        !self.lock().dropped
    }

    fn pump(&self, open: &mut OpenRows) -> Result<()> {
        let mut batch = VecDeque::with_capacity(BATCH);
        loop {
            let more = open.fill(&mut batch);
            let wanted = self.put(&mut batch);
            if !wanted {
                return Ok(());
            }
            if !matches!(more, Ok(true)) {
                self.wait_for_the_last_row();
                return more.map(drop);
            }
        }
    }

    /// Keeps the connection until the last row was used up, however few rows there are.
    fn wait_for_the_last_row(&self) {
        let mut state = self.lock();
        while !state.dropped && (!state.batch.is_empty() || !state.hungry) {
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives a batch to the stream and waits until the one before was taken; `false` where the stream is gone.
    fn put(&self, batch: &mut VecDeque<T>) -> bool {
        let mut state = self.lock();
        while !state.batch.is_empty() && !state.dropped {
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.batch, batch);
        wake(&mut state);
        !state.dropped
    }
}

fn wake<T>(state: &mut State<T>) {
    if let Some(waker) = state.waker.take() {
        waker.wake();
    }
}

impl<T: FromRow> Job for Shared<T> {
    fn run(&self) {
        let start = self.start.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((loan, query)) = start else { return };
        let result = catch_unwind(AssertUnwindSafe(|| self.read(loan, query)));
        // Where reading a row panicked, an interrupt must not hit whoever has the connection next.
        self.switch.set(None);
        let mut state = self.lock();
        match result {
            Ok(result) => state.failure = result.err(),
            Err(panic) => state.panic = Some(panic),
        }
        state.ended = true;
    }

    fn tell(&self) {
        wake(&mut self.lock());
    }
}

impl<T: FromRow> RowStream<T> {
    /// Awaits the next row; `None` after the last.
    ///
    /// # Errors
    ///
    /// What the database says, or what the row could not be read as.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it loses no row.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll_row(context)).await
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(row) = self.batch.pop_front() {
                return Poll::Ready(Some(Ok(row)));
            }
            let next = match &mut self.feed {
                Feed::Threaded(rows) => rows.poll_batch(context, &mut self.batch),
                #[cfg(feature = "native")]
                Feed::Native(rows) => rows
                    .poll_batch(context)
                    .map(|next| next.map(|next| next.map(|batch| self.batch = batch))),
            };
            match ready!(next) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> ThreadedRows<T> {
    /// Swaps an empty batch for the next one; `None` after the last.
    fn poll_batch(&mut self, context: &mut Context<'_>, batch: &mut VecDeque<T>) -> Poll<Option<Result<()>>> {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.batch.is_empty() {
            std::mem::swap(&mut state.batch, batch);
            state.hungry = false;
            self.shared.taken.notify_one();
            return Poll::Ready(Some(Ok(())));
        }
        if let Some(panic) = state.panic.take() {
            drop(state);
            resume_unwind(panic);
        }
        if state.ended {
            return Poll::Ready(state.failure.take().map(Err));
        }
        state.waker = Some(context.waker().clone());
        state.hungry = true;
        self.shared.taken.notify_one();
        Poll::Pending
    }
}

impl<T: FromRow> Stream for RowStream<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.get_mut().poll_row(context)
    }
}

/// Nothing in it is pinned.
impl<T> Unpin for RowStream<T> {}

impl<T> Drop for ThreadedRows<T> {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.dropped = true;
        if let Some(transaction) = self.transaction.take().filter(|_| !state.ended) {
            transaction.iteration_dropped();
        }
        drop(state);
        self.shared.switch.clone().press();
        self.shared.taken.notify_one();
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RowStream").finish_non_exhaustive()
    }
}

impl Iterate for AsyncDatabase {
    type Rows<T: FromRow> = RowStream<T>;

    fn open_rows<T: FromRow>(&self, statement: Result<RowQuery>) -> Pending<'_, RowStream<T>> {
        Pending::new(async move {
            let query = statement?;
            let loan = self
                .source()
                .loan_async(&Access::Read, Purpose::Iteration)
                .await?;
            let batch = VecDeque::new();
            #[cfg(feature = "native")]
            if self.source().pool().is_native() {
                let feed = Feed::Native(super::native_rows::NativeRows::open(loan, query).await?);
                return Ok(RowStream { batch, feed });
            }
            let state = State {
                batch: VecDeque::new(),
                failure: None,
                panic: None,
                hungry: false,
                ended: false,
                dropped: false,
                waker: None,
            };
            let shared = Arc::new(Shared {
                state: Mutex::new(state),
                taken: Condvar::new(),
                switch: Arc::default(),
                start: Mutex::new(Some((loan, query))),
            });
            threaded::submit(self.source().pool().workers(), shared.clone())?;
            let transaction = self.source().transaction().cloned();
            let feed = Feed::Threaded(ThreadedRows { transaction, shared });
            Ok(RowStream { batch, feed })
        })
    }
}

impl Iterate for AsyncTransaction {
    type Rows<T: FromRow> = RowStream<T>;

    fn open_rows<T: FromRow>(&self, statement: Result<RowQuery>) -> Pending<'_, RowStream<T>> {
        (**self).open_rows(statement)
    }
}
