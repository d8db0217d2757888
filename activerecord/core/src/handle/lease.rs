//! A leased connection: the exclusive right to one, and how it goes back clean.

use super::line::Line;
#[cfg(feature = "native")]
use super::native;
use super::pool::{Permit, Pool};
use crate::engine::now;
use crate::error::Result;
use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;

/// The right to one connection.
///
/// The connection may have to be opened first. As the lease is dropped, what is still open is rolled back; a connection
/// on which that fails is closed.
pub(crate) struct Lease<'p> {
    pool: Cow<'p, Arc<Pool>>,
    line: Permit,
    right: Right,
}

/// What there is to give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// A connection.
    Connection,
    /// A connection, and the turn to write.
    ConnectionAndLane,
    /// Nothing: somebody else does it.
    Passed,
}

impl<'p> Lease<'p> {
    #[inline]
    pub(super) fn new(pool: Cow<'p, Arc<Pool>>, line: Permit, right: Right) -> Self {
        Self { pool, line, right }
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Opens the connection where there is none yet, which blocks.
    #[inline]
    pub(crate) fn open(&mut self) -> Result<()> {
        if self.line.is_none() {
            self.line = Some(self.pool.open_line()?);
        }
        Ok(())
    }

    /// The same for an async handle.
    #[cfg(feature = "async")]
    pub(crate) async fn open_async(&mut self) -> Result<()> {
        #[cfg(feature = "native")]
        if self.pool.is_native() {
            if self.line.is_none() {
                self.line = Some(self.pool.open_native_line().await?);
            }
            return Ok(());
        }
        self.open()
    }

    /// The connection, opened where there is none yet.
    #[inline]
    pub(crate) fn opened(mut self) -> Result<Self> {
        self.open()?;
        Ok(self)
    }

    /// The connection.
    #[inline]
    pub(crate) fn line(&mut self) -> Result<&mut Line> {
        match &mut self.line {
            Some(line) => Ok(line),
            None => Err(super::pool::gone()),
        }
    }

    /// Takes the connection out of the right to it.
    #[cfg(feature = "native")]
    pub(super) fn take_line(&mut self) -> Result<Box<Line>> {
        self.line.take().ok_or_else(super::pool::gone)
    }

    /// Puts it back.
    #[cfg(feature = "native")]
    pub(super) fn put_line(&mut self, line: Box<Line>) {
        self.line = Some(line);
    }

    /// Passes the right on to a lease that keeps the pool by itself.
    pub(crate) fn pass_on(&mut self) -> Lease<'static> {
        Lease {
            pool: Cow::Owned(Arc::clone(&self.pool)),
            line: self.line.take(),
            right: std::mem::replace(&mut self.right, Right::Passed),
        }
    }
}

impl Drop for Lease<'_> {
    #[inline]
    fn drop(&mut self) {
        match self.right {
            Right::Passed => {}
            right => {
                let line = self.settled();
                // It may have been passed on to be brought to rest.
                if self.right == right {
                    self.pool.take_back(line, right);
                }
            }
        }
    }
}

impl Lease<'_> {
    /// The connection, where it can be handed out again.
    #[inline]
    fn settled(&mut self) -> Permit {
        let line = self.line.as_mut()?;
        if line.is_clean() && line.is_usable() {
            return self.line.take();
        }
        self.settle()
    }

    #[cold]
    fn settle(&mut self) -> Permit {
        #[cfg(feature = "native")]
        if self.line.as_mut()?.needs_care(0) {
            native::care_for(self.pass_on(), 0, true, |lease, _| drop(lease));
            return None;
        }
        let mut line = self.line.take()?;
        if line.can_block() && now(pin!(line.clean())).is_ok() && line.is_usable() {
            return Some(line);
        }
        line.close();
        None
    }
}
