//! A backend that counts what is asked of it, and fails on request.

use activerecord::{
    Backend, Capabilities, Connection, Control, Dialect, Error, ErrorKind, Interrupt, OpenCursor, Outcome,
    Result, RowSink, SqlValue, Statement, Written,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a spy has seen, and what it is to do.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begins: AtomicUsize,
    loses_commits: AtomicBool,
    refuses_connections: AtomicBool,
    opened_by_the_keeper: AtomicUsize,
}

impl Calls {
    /// How often a transaction was to begin.
    pub fn begins(&self) -> usize {
        self.0.begins.load(Ordering::SeqCst)
    }

    /// From now on each commit takes effect, but its answer is lost.
    pub fn lose_commits(&self) {
        self.0.loses_commits.store(true, Ordering::SeqCst);
    }

    /// How many connections were opened on the thread that looks after all pools.
    pub fn opened_by_the_keeper(&self) -> usize {
        self.0.opened_by_the_keeper.load(Ordering::SeqCst)
    }

    /// From now on no connection can be opened.
    pub fn refuse_connections(&self) {
        self.0.refuses_connections.store(true, Ordering::SeqCst);
    }
}

/// A backend with a spy before it.
#[derive(Debug)]
pub struct Spy {
    backend: Arc<dyn Backend>,
    calls: Calls,
}

impl Spy {
    /// Puts a spy before a backend.
    pub fn on(backend: Arc<dyn Backend>) -> (Self, Calls) {
        let calls = Calls::default();
        (
            Self {
                backend,
                calls: calls.clone(),
            },
            calls,
        )
    }
}

impl Backend for Spy {
    fn dialect(&self) -> &'static dyn Dialect {
        self.backend.dialect()
    }

    fn capabilities(&self) -> Capabilities {
        self.backend.capabilities()
    }

    fn connect(&self) -> Result<Box<dyn Connection>> {
        if self.calls.0.refuses_connections.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::TooManyConnections, "the spy refuses"));
        }
        if std::thread::current().name() == Some("activerecord-keeper") {
            self.calls.0.opened_by_the_keeper.fetch_add(1, Ordering::SeqCst);
        }
        Ok(Box::new(Watched {
            connection: self.backend.connect()?,
            calls: self.calls.clone(),
        }))
    }
}

struct Watched {
    connection: Box<dyn Connection>,
    calls: Calls,
}

impl Connection for Watched {
    fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        self.connection.query(statement, sink)
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        self.connection.execute(statement)
    }

    fn control(&mut self, control: Control<'_>) -> Result<()> {
        if matches!(control, Control::Begin(_)) {
            self.calls.0.begins.fetch_add(1, Ordering::SeqCst);
        }
        self.connection.control(control)?;
        if control == Control::Commit && self.calls.0.loses_commits.load(Ordering::SeqCst) {
            return Err(
                Error::new(ErrorKind::CommitUnknown, "the answer was lost").with_outcome(Outcome::Unknown)
            );
        }
        Ok(())
    }

    fn is_in_transaction(&mut self) -> bool {
        self.connection.is_in_transaction()
    }

    fn reads_only(&mut self, sql: &str) -> Result<bool> {
        self.connection.reads_only(sql)
    }

    fn max_params(&self) -> usize {
        self.connection.max_params()
    }

    fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        self.connection.interrupter()
    }

    fn is_usable(&mut self) -> bool {
        self.connection.is_usable()
    }

    /// The cursor gives the connection back without the spy.
    fn open_cursor(self: Box<Self>, sql: String, params: Vec<SqlValue<'static>>) -> OpenCursor {
        self.connection.open_cursor(sql, params)
    }
}
