//! A leased connection: the exclusive right to one, and how it goes back clean.

use super::gate::Ticket;
use super::line::Line;
#[cfg(feature = "native")]
use super::native;
use super::pool::{Permit, Pool};
use crate::engine::{Access, now};
use crate::error::Result;
use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

/// The lease of a transaction's connection, which goes around among its statements.
pub(crate) type Held = Ticket<Lease<'static>>;

impl Held {
    #[inline]
    pub(super) fn lease(&mut self) -> Result<&mut Lease<'static>> {
        self.get_mut().ok_or_else(super::pool::gone)
    }

    #[inline]
    pub(super) fn line(&mut self) -> Result<&mut Line> {
        self.lease()?.line()
    }
}

/// The right to one connection.
///
/// The connection may have to be opened first. As the lease is dropped, what is still open is rolled back; a connection
/// on which that fails is closed.
pub(crate) struct Lease<'p> {
    pool: Cow<'p, Arc<Pool>>,
    /// Empty once it was passed on.
    permit: Option<Permit>,
    /// The turn to write.
    turn: Option<Ticket<()>>,
}

impl<'p> Lease<'p> {
    /// A lease of no connection yet.
    #[inline]
    pub(super) fn vacant(pool: &'p Arc<Pool>) -> Self {
        Self {
            pool: Cow::Borrowed(pool),
            permit: None,
            turn: None,
        }
    }

    /// Takes the right to a connection, waiting on the caller's thread, and opens it.
    #[inline(always)]
    pub(super) fn enter(&mut self, access: &Access) -> Result<()> {
        match access {
            Access::Raw(sql) if self.pool.has_lane() => self.enter_raw(sql),
            access => self.enter_for(access),
        }
    }

    #[inline(always)]
    fn enter_for(&mut self, access: &Access) -> Result<()> {
        self.permit = Some(self.pool.permit(access, &mut self.turn)?);
        self.open()
    }

    /// The same for raw SQL: the database is asked whether it writes, and only then it needs the turn to write.
    fn enter_raw(&mut self, sql: &str) -> Result<()> {
        self.enter_for(&Access::Read)?;
        if !self.line()?.reads_only(sql)? {
            drop(self.pass_on());
            self.enter_for(&Access::Write)?;
        }
        Ok(())
    }

    #[cfg(feature = "async")]
    #[inline]
    pub(super) fn new(pool: Cow<'p, Arc<Pool>>, permit: Permit, turn: Option<Ticket<()>>) -> Self {
        Self {
            pool,
            permit: Some(permit),
            turn,
        }
    }

    pub(crate) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Opens the connection where there is none yet, which blocks.
    #[inline]
    pub(crate) fn open(&mut self) -> Result<()> {
        match self.has_line(true) {
            true => Ok(()),
            false => self.open_line(),
        }
    }

    #[cold]
    fn open_line(&mut self) -> Result<()> {
        let line = self.pool.open_line()?;
        self.put_line(line);
        Ok(())
    }

    /// The same for an async handle.
    #[cfg(feature = "async")]
    pub(crate) async fn open_async(&mut self) -> Result<()> {
        #[cfg(feature = "native")]
        if self.pool.is_native() {
            self.pool.native_store()?.check_alive()?;
            if !self.has_line(false) {
                // What happens rarely is kept out of the futures of all calls, here and elsewhere: a future of more than
                // a kilobyte is slow to allocate and to move.
                let line = Box::pin(self.pool.open_native_line()).await?;
                self.put_line(line);
            }
            return Ok(());
        }
        self.open()
    }

    /// Whether there is a connection, and of the kind that is asked for. One of the other kind, left by somebody who
    /// used the other mode, goes home; so does one that has to give a sign of life, and one that its driver knows to be
    /// lost is closed there.
    #[inline]
    fn has_line(&mut self, blocking: bool) -> bool {
        let Some(place) = self.permit.as_mut().and_then(Ticket::get_mut) else {
            return false;
        };
        let keeps = self.pool.keeps;
        let is_apt = |line: &mut Line| {
            line.can_block() == blocking && (keeps || line.is_fresh(Instant::now()) && line.is_usable())
        };
        place.take_if(|line| !is_apt(line));
        place.is_some()
    }

    /// The connection.
    #[inline]
    pub(crate) fn line(&mut self) -> Result<&mut Line> {
        match self.permit.as_mut().and_then(Ticket::get_mut) {
            Some(Some(line)) => Ok(line),
            _ => Err(super::pool::gone()),
        }
    }

    /// Takes the connection out of the right to it.
    #[cfg(feature = "native")]
    pub(super) fn take_line(&mut self) -> Result<Line> {
        let line = self
            .permit
            .as_mut()
            .and_then(Ticket::get_mut)
            .and_then(Option::take);
        line.ok_or_else(super::pool::gone)
    }

    /// Puts one in.
    pub(super) fn put_line(&mut self, line: Line) {
        if let Some(place) = self.permit.as_mut().and_then(Ticket::get_mut) {
            *place = Some(line);
        }
    }

    /// Passes the right on to a lease that keeps the pool by itself.
    pub(crate) fn pass_on(&mut self) -> Lease<'static> {
        Lease {
            pool: Cow::Owned(Arc::clone(&self.pool)),
            permit: self.permit.take(),
            turn: self.turn.take(),
        }
    }
}

impl Drop for Lease<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.line().is_ok_and(|line| !line.is_clean()) {
            self.settle();
        }
        // It may have been passed on, be it to be brought to rest.
        if let Some(permit) = self.permit.take() {
            self.pool.take_back(permit, self.turn.take());
        }
    }
}

impl Lease<'_> {
    /// Brings the connection into a state in which it can be handed out again, or closes it.
    #[cold]
    fn settle(&mut self) {
        #[cfg(feature = "native")]
        if self.line().is_ok_and(|line| line.needs_care(0)) {
            return native::care_for(self.pass_on(), 0, true, |lease, _| drop(lease));
        }
        let Some(place) = self.permit.as_mut().and_then(Ticket::get_mut) else {
            return;
        };
        let is_clean =
            |line: &mut Line| line.can_block() && now(pin!(line.come_to_rest())).is_ok() && line.is_usable();
        if let Some(line) = place.take_if(|line| !is_clean(line)) {
            line.close();
        }
    }
}
