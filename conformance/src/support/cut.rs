//! Futures that are dropped on the way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// When a future is dropped: after so many polls that gave nothing, and then so many turns of the executor later, so
/// that the thread which works for it has come further.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    polls: usize,
    turns: usize,
}

/// Ever later cuts, without an end.
pub fn cuts() -> impl Iterator<Item = Cut> + Send {
    const TURNS: [usize; 6] = [0, 1, 3, 10, 30, 100];
    (1..).flat_map(|polls| TURNS.map(move |turns| Cut { polls, turns }))
}

impl Cut {
    /// Awaits a future up to the cut and drops it there, unless it was done before.
    pub async fn off<F: Future>(self, future: F) -> Option<F::Output> {
        DropAfter {
            future: Some(Box::pin(future)),
            polls: self.polls,
            turns: self.turns,
        }
        .await
    }
}

/// Drops a future after some polls; gives `None` then.
#[derive(Debug)]
pub struct DropAfter<F> {
    future: Option<Pin<Box<F>>>,
    polls: usize,
    turns: usize,
}

impl<F: Future> Future for DropAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(future) = this.future.as_mut() else {
            return Poll::Ready(None);
        };
        if this.polls > 0 {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                this.future = None;
                return Poll::Ready(Some(output));
            }
            this.polls -= 1;
        }
        if this.polls > 0 {
            return Poll::Pending;
        }
        if this.turns == 0 {
            this.future = None;
            return Poll::Ready(None);
        }
        this.turns -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
