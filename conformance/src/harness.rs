//! How a case is run: on a fresh database, in its mode.

use crate::environment::Environment;
use activerecord::{AsyncDatabase, Database, Result};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::OnceLock;

/// What a case is: its place in the suite, and its code in one mode.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    definition: &'static str,
    area: &'static str,
    name: &'static str,
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
            body: Body::Asynchronous(body),
        }
    }

    /// The mode's name.
    pub fn mode(&self) -> &'static str {
        match self.body {
            Body::Blocking(_) => "blocking",
            Body::Asynchronous(_) => "async",
        }
    }

    /// The area that it belongs to.
    pub fn area(&self) -> &'static str {
        self.area
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

    /// Runs it on a fresh database, and tells why it failed.
    ///
    /// # Errors
    ///
    /// The error that the case returned, or the message of the assertion that failed in it.
    pub fn run(&self, environment: &dyn Environment) -> Result<(), String> {
        let result = catch_unwind(AssertUnwindSafe(|| self.run_on(environment)));
        match result {
            Ok(result) => result.map_err(|error| format!("{error:?}")),
            Err(panic) => Err(message(&*panic)),
        }
    }

    fn run_on(&self, environment: &dyn Environment) -> Result<()> {
        let fresh = environment.fresh()?;
        match self.body {
            Body::Blocking(body) => body(&fresh.database),
            Body::Asynchronous(body) => {
                let database = fresh.database.to_async();
                // A task of its own, so that its future has to be `Send`.
                let task = runtime().spawn(body(database.clone()));
                let result = runtime().block_on(task);
                runtime().block_on(database.close());
                result.unwrap_or_else(|failure| std::panic::resume_unwind(failure.into_panic()))
            }
        }
    }
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
