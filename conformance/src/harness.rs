//! How a case is run: on a fresh database, in its mode, within a deadline.

use crate::environment::{Environment, Need};
use activerecord::{AsyncDatabase, Database, Result};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// What a case is: its place in the suite, and its code in one mode.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    definition: &'static str,
    area: &'static str,
    name: &'static str,
    needs: &'static [Need],
    body: Body,
}

#[derive(Debug, Clone, Copy)]
enum Body {
    Blocking(fn(&Database) -> Result<()>),
    Asynchronous(fn(AsyncDatabase) -> Running),
}

type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

impl Case {
    /// A blocking copy.
    pub fn blocking(
        definition: &'static str,
        area: &'static str,
        name: &'static str,
        body: fn(&Database) -> Result<()>,
    ) -> Self {
        Self {
            definition,
            area,
            name,
            needs: &[],
            body: Body::Blocking(body),
        }
    }

    /// An async copy.
    pub fn asynchronous(
        definition: &'static str,
        area: &'static str,
        name: &'static str,
        body: fn(AsyncDatabase) -> Running,
    ) -> Self {
        Self {
            definition,
            area,
            name,
            needs: &[],
            body: Body::Asynchronous(body),
        }
    }

    /// The same, for databases that have something.
    #[must_use]
    pub fn needing(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }

    /// What the case needs and the database lacks.
    pub fn missing_on(&self, environment: &dyn Environment) -> Option<Need> {
        let blocking = matches!(self.body, Body::Blocking(_));
        let is_met = |need| environment.has(need) || need == Need::OnePoll && blocking;
        self.needs.iter().copied().find(|need| !is_met(*need))
    }

    /// The mode's name.
    pub fn mode(&self) -> &'static str {
        match self.body {
            Body::Blocking(_) => "blocking",
            Body::Asynchronous(_) => "async",
        }
    }

    /// Which definition of the records it uses: `mixed` or `independent`.
    pub fn definition(&self) -> &'static str {
        self.definition
    }

    /// The area that it belongs to.
    pub fn area(&self) -> &'static str {
        self.area
    }

    /// Its name, the same in all its copies.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// `mode::definition::area::case`
    pub fn path(&self) -> String {
        format!(
            "{}::{}::{}::{}",
            self.mode(),
            self.definition,
            self.area,
            self.name
        )
    }

    /// Runs it on a fresh database, and tells why it failed. One that does not end by the deadline has failed; its
    /// thread is left behind.
    ///
    /// # Errors
    ///
    /// The error that the case returned, or the message of the assertion that failed in it.
    pub fn run(&self, environment: &Arc<dyn Environment>, deadline: Duration) -> Result<(), String> {
        let (case, environment) = (*self, environment.clone());
        let (told, told_here) = channel();
        let thread = std::thread::Builder::new().name(self.path());
        let started = thread.spawn(move || {
            // Nobody listens once the deadline is over.
            let _ = told.send(case.run_here(&*environment));
        });
        started.map_err(|error| format!("no thread for the case: {error}"))?;
        match told_here.recv_timeout(deadline) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(format!("it did not end within {deadline:?}")),
            Err(RecvTimeoutError::Disconnected) => Err("its thread ended without a word".into()),
        }
    }

    fn run_here(&self, environment: &dyn Environment) -> Result<(), String> {
        match catch_unwind(AssertUnwindSafe(|| self.run_on(environment))) {
            Ok(result) => result.map_err(|error| format!("{error:?}")),
            Err(panic) => Err(message(&*panic)),
        }
    }

    fn run_on(&self, environment: &dyn Environment) -> Result<()> {
        let fresh = environment.fresh().map_err(|error| {
            error.context(format_args!(
                "no fresh database `{}` for this case",
                environment.name()
            ))
        })?;
        match self.body {
            Body::Blocking(body) => body(&fresh.database),
            Body::Asynchronous(body) => run_async(body, fresh.database.to_async()),
        }
    }
}

fn run_async(body: fn(AsyncDatabase) -> Running, database: AsyncDatabase) -> Result<()> {
    // A task of its own, so that its future has to be `Send`.
    let task = runtime().spawn(body(database.clone()));
    let result = runtime().block_on(task);
    runtime().block_on(database.close());
    result.unwrap_or_else(|failure| resume_unwind(failure.into_panic()))
}

/// Waits for a future, in blocking code.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    runtime().block_on(future)
}

/// One runtime for the whole run.
fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        #[expect(clippy::expect_used, reason = "without a runtime there is nothing to test")]
        builder
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime starts")
    })
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".into())
}
