//! An async connection that waits by a timer and by a task of its own, as a driver waits for its socket.

use activerecord_core::{
    Answer, AsyncBackend, AsyncConnection, AsyncCursor, BlockOn, Cancel, Connection, Control, Error,
    ErrorKind, Result, Row, RowSink, SqlValue, Statement, Written,
};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

/// What the connection has seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) statements: Mutex<Vec<String>>,
    pub(super) cancels: AtomicUsize,
    /// Cancels that the database was told of.
    pub(super) told: AtomicUsize,
    pub(super) in_transaction: AtomicBool,
    /// How long a cancel takes.
    pub(super) slow_cancel: AtomicBool,
    /// Rows without an end are under way that nobody takes.
    pub(super) endless: AtomicBool,
    stopped: Notify,
}

impl Seen {
    pub(super) fn statements(&self) -> Vec<String> {
        self.statements.lock().unwrap().clone()
    }
}

/// A backend whose connections share what they see.
#[derive(Debug, Default)]
pub(super) struct Fake(pub(super) Arc<Seen>);

impl AsyncBackend for Fake {
    fn connect(&self) -> Answer<'_, Arc<dyn AsyncConnection>> {
        Box::pin(async {
            let (sender, mut jobs) = mpsc::unbounded_channel::<(String, oneshot::Sender<u64>)>();
            let seen = self.0.clone();
            tokio::spawn(async move {
                while let Some((sql, answer)) = jobs.recv().await {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    assert!(!sql.contains("PANIC IN THE TASK"), "as asked for");
                    seen.statements.lock().unwrap().push(sql);
                    let _ = answer.send(3);
                }
                seen.statements.lock().unwrap().push("TERMINATE".into());
            });
            Ok(Arc::new(FakeConnection {
                sender,
                seen: self.0.clone(),
            }) as Arc<dyn AsyncConnection>)
        })
    }
}

struct FakeConnection {
    sender: mpsc::UnboundedSender<(String, oneshot::Sender<u64>)>,
    seen: Arc<Seen>,
}

impl FakeConnection {
    async fn ask(&self, sql: &str) -> Result<u64> {
        assert!(!sql.contains("PANIC IN THE CALL"), "as asked for");
        let (answer, answered) = oneshot::channel();
        let lost = || Error::new(ErrorKind::ConnectionLost, "the task has ended");
        self.sender.send((sql.to_owned(), answer)).map_err(|_| lost())?;
        answered.await.map_err(|_| lost())
    }

    /// A statement that runs until it is stopped.
    async fn ask_long(&self, sql: &str) -> Result<u64> {
        if sql == "LONG" {
            self.seen.stopped.notified().await;
            return Err(Error::new(ErrorKind::Canceled, "stopped"));
        }
        self.ask(sql).await
    }
}

struct One(i64);

impl Row for One {
    fn cell(&self, _: usize) -> Result<SqlValue<'_>> {
        Ok(SqlValue::I64(self.0))
    }

    fn width(&self) -> usize {
        1
    }

    fn name(&self, _: usize) -> &str {
        "n"
    }
}

impl AsyncConnection for FakeConnection {
    fn query<'a>(&'a self, statement: &'a Statement<'a>, sink: &'a mut dyn RowSink) -> Answer<'a, ()> {
        Box::pin(async move {
            let rows = self.ask(statement.sql).await?;
            for number in 0..i64::try_from(rows).unwrap() {
                tokio::task::yield_now().await;
                if sink.row(&One(number))?.is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn execute<'a>(&'a self, statement: &'a Statement<'a>) -> Answer<'a, Written> {
        Box::pin(async move {
            let rows = self.ask_long(statement.sql).await?;
            Ok(Written {
                rows,
                ..Written::default()
            })
        })
    }

    fn control<'a>(&'a self, control: Control<'a>) -> Answer<'a, ()> {
        Box::pin(async move {
            self.ask(&format!("{control:?}")).await?;
            Ok(())
        })
    }

    fn reset(&self) -> Answer<'_, ()> {
        Box::pin(async { self.ask("RESET").await.map(drop) })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async {
            if self.seen.endless.load(Ordering::SeqCst) {
                self.seen.stopped.notified().await;
                self.seen.endless.store(false, Ordering::SeqCst);
            }
            self.ask("PING").await.map(drop)
        })
    }

    fn is_in_transaction(&self) -> bool {
        self.seen.in_transaction.load(Ordering::SeqCst)
    }

    fn max_params(&self) -> usize {
        7
    }

    fn canceler(&self) -> Option<Arc<dyn Cancel>> {
        Some(Arc::new(FakeCancel(self.seen.clone())))
    }

    fn is_usable(&self) -> bool {
        !self.sender.is_closed()
    }

    fn open_cursor(
        self: Arc<Self>,
        sql: String,
        _: Vec<SqlValue<'static>>,
    ) -> Answer<'static, Box<dyn AsyncCursor>> {
        Box::pin(async move {
            self.ask(&sql).await?;
            Ok(Box::new(FakeCursor {
                connection: self,
                next: 0,
                sql,
            }) as Box<dyn AsyncCursor>)
        })
    }
}

/// Ten rows, or without an end.
struct FakeCursor {
    connection: Arc<FakeConnection>,
    next: i64,
    sql: String,
}

impl AsyncCursor for FakeCursor {
    fn fill<'a>(&'a mut self, rows: usize, sink: &'a mut dyn RowSink) -> Answer<'a, bool> {
        Box::pin(async move {
            self.connection.ask("FETCH").await?;
            for _ in 0..rows {
                if self.next == 10 && !self.sql.contains("ENDLESS") {
                    return Ok(false);
                }
                self.next += 1;
                if sink.row(&One(self.next))?.is_break() {
                    break;
                }
            }
            Ok(true)
        })
    }
}

impl Drop for FakeCursor {
    fn drop(&mut self) {
        let endless = self.sql.contains("ENDLESS");
        self.connection.seen.endless.store(endless, Ordering::SeqCst);
    }
}

struct FakeCancel(Arc<Seen>);

impl Cancel for FakeCancel {
    fn cancel(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.0.cancels.fetch_add(1, Ordering::SeqCst);
            if self.0.slow_cancel.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            self.0.stopped.notify_one();
            self.0.told.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    }
}

/// Keeps the numbers of the rows.
#[derive(Default)]
pub(super) struct Kept(pub(super) Vec<i64>);

impl RowSink for Kept {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.0.push(row.get(0)?);
        Ok(ControlFlow::Continue(()))
    }
}

pub(super) fn connect() -> (Arc<Seen>, Box<dyn Connection>) {
    let fake = Fake::default();
    (fake.0.clone(), BlockOn::connect(&fake).unwrap())
}

pub(super) fn execute(connection: &mut dyn Connection, sql: &str) -> Result<Written> {
    connection.execute(&Statement::new(sql, &[]))
}

/// Uses the connection in every way there is.
pub(super) fn use_it(connection: &mut dyn Connection) {
    assert_eq!(execute(connection, "WRITE").unwrap().rows, 3);
    let mut kept = Kept::default();
    connection.query(&Statement::new("READ", &[]), &mut kept).unwrap();
    assert_eq!(kept.0, [0, 1, 2]);
    connection.control(Control::Rollback).unwrap();
    connection.ping(Duration::from_secs(5)).unwrap();
    connection.reset().unwrap();
    assert_eq!(connection.max_params(), 7);
    assert!(connection.is_usable());
}
