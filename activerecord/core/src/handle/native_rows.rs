//! Rows one after the other, pulled from a natively async connection.

use super::loan::Loan;
use super::rows::{BATCH, Batch, RowQuery};
use crate::driver::AsyncCursor;
use crate::error::{Error, Result};
use crate::record::FromRow;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A query under way. Dropped before its end, what is left of it is stopped, or read to its end in a transaction.
pub(super) struct NativeRows<T> {
    state: State<T>,
}

enum State<T> {
    /// There may be more.
    Open(Open),
    Filling(Filling<T>),
    /// The rows at hand are the last; the connection is kept until they are used up. Then comes the error, if there
    /// was one.
    Last {
        _open: Open,
        error: Option<Error>,
    },
    Ended,
}

type Filling<T> = Pin<Box<dyn Future<Output = (Open, VecDeque<T>, Result<bool>)> + Send>>;

/// The cursor, dropped before the connection goes back.
struct Open {
    cursor: Box<dyn AsyncCursor>,
    loan: Loan<'static>,
}

impl<T: FromRow> NativeRows<T> {
    /// Starts the query.
    pub(super) async fn open(mut loan: Loan<'static>, query: RowQuery) -> Result<Self> {
        loan.open().await?;
        let connection = loan.line()?.depart().ok_or_else(super::pool::gone)?;
        let opened = connection.open_cursor(query.sql, query.params).await;
        if let Err(error) = &opened {
            loan.line()?.arrive(Some(error));
        }
        Ok(Self {
            state: State::Open(Open {
                cursor: opened?,
                loan,
            }),
        })
    }

    /// Gives the next rows, as many as there are at a time; `None` after the last.
    pub(super) fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<VecDeque<T>>>> {
        if let State::Open(_) = self.state
            && let State::Open(open) = std::mem::replace(&mut self.state, State::Ended)
        {
            self.state = State::Filling(Box::pin(open.fill()));
        }
        match &mut self.state {
            State::Filling(filling) => {
                let (open, batch, more) = ready!(filling.as_mut().poll(context));
                self.state = open.next(more);
                match (batch.is_empty(), &self.state) {
                    (true, State::Last { .. }) => self.poll_batch(context),
                    _ => Poll::Ready(Some(Ok(batch))),
                }
            }
            State::Last { error, .. } => {
                let error = error.take();
                self.state = State::Ended;
                Poll::Ready(error.map(Err))
            }
            State::Open(_) | State::Ended => Poll::Ready(None),
        }
    }
}

impl Open {
    async fn fill<T: FromRow>(mut self) -> (Self, VecDeque<T>, Result<bool>) {
        let mut batch = VecDeque::with_capacity(BATCH);
        let more = self.cursor.fill(BATCH, &mut Batch(&mut batch)).await;
        (self, batch, more)
    }

    fn next<T>(mut self, more: Result<bool>) -> State<T> {
        match more {
            Ok(true) => State::Open(self),
            Ok(false) => {
                if let Ok(line) = self.loan.line() {
                    line.arrive(None);
                }
                State::Last {
                    _open: self,
                    error: None,
                }
            }
            Err(error) => {
                if let Ok(line) = self.loan.line() {
                    line.note_error(Some(&error));
                }
                State::Last {
                    _open: self,
                    error: Some(error),
                }
            }
        }
    }
}
