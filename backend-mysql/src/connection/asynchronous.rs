//! A connection that is async by itself.

use super::{MOST_PARAMS, Session};
use crate::cursor::AsyncMysqlCursor;
use crate::wire::AsyncConn;
use activerecord_core::{
    Answer, AsyncConnection, AsyncCursor, Cancel, Control, RowSink, SqlValue, Statement, Written,
};
use futures_util::lock::{Mutex, OwnedMutexGuard};
use std::sync::Arc;
use tokio::runtime::Handle;

/// A connection whose statements queue for it.
pub(crate) struct AsyncMysql {
    wire: Arc<Mutex<AsyncConn>>,
    session: Session<AsyncConn>,
}

impl AsyncMysql {
    pub(crate) fn new(wire: AsyncConn, session: Session<AsyncConn>) -> Self {
        Self {
            wire: Arc::new(Mutex::new(wire)),
            session,
        }
    }

    /// What the rows of a cursor are read over.
    pub(crate) fn session(&self) -> &Session<AsyncConn> {
        &self.session
    }
}

impl AsyncConnection for AsyncMysql {
    fn query<'a>(&'a self, statement: &'a Statement<'a>, sink: &'a mut dyn RowSink) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut wire = self.wire.lock().await;
            self.session.query(&mut wire, statement, sink).await
        })
    }

    fn execute<'a>(&'a self, statement: &'a Statement<'a>) -> Answer<'a, Written> {
        Box::pin(async move {
            let mut wire = self.wire.lock().await;
            self.session.execute(&mut wire, statement).await
        })
    }

    fn control<'a>(&'a self, control: Control<'a>) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut wire = self.wire.lock().await;
            self.session.control(&mut wire, control).await
        })
    }

    fn reset(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.session.reset(&mut *self.wire.lock().await).await })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.session.ping(&mut *self.wire.lock().await).await })
    }

    fn is_in_transaction(&self) -> bool {
        self.session.standing.is_in_transaction()
    }

    fn max_params(&self) -> usize {
        MOST_PARAMS
    }

    fn canceler(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::new(self.session.killer()))
    }

    /// A statement that still has the connection is no reason to give it to somebody else.
    fn is_usable(&self) -> bool {
        let wire = self.wire.try_lock();
        wire.is_some_and(|wire| self.session.is_usable(&wire))
    }

    fn open_cursor(
        self: Arc<Self>,
        sql: String,
        params: Vec<SqlValue<'static>>,
    ) -> Answer<'static, Box<dyn AsyncCursor>> {
        Box::pin(async move {
            let mut wire: OwnedMutexGuard<AsyncConn> = self.wire.clone().lock_owned().await;
            let statement = Statement::new(&sql, &params);
            self.session.begin(&mut wire, &statement, false).await?;
            Ok(Box::new(AsyncMysqlCursor::new(self, wire, sql)) as Box<dyn AsyncCursor>)
        })
    }
}

/// In a runtime the driver reads an answer that nobody wants to its end before it takes its leave, however long that
/// is; so the statement is stopped first.
impl Drop for AsyncMysql {
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.session.standing.has_unread() {
            let (killer, wire) = (self.session.killer(), self.wire.clone());
            runtime.spawn(async move {
                // A server that cannot be told ends the statement once nobody takes its rows.
                let _ = killer.cancel().await;
                drop(wire);
            });
        }
    }
}
