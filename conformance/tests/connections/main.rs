//! What needs a server for itself: servers that go away and come back, and what encrypts the way to them;
//! and the drivers by themselves.
//!
//! Its cases are written as those of the suite are, and run on a server of their own, one case at a time.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

mod accounts;
mod blocking;
mod limits;
mod log;
mod restarts;
mod schemes;
mod server;
mod tls;

// Where `#[cases]` looks for what its copies are made of.
use conformance::{harness, models, modes};

use conformance::harness::Case;
use conformance::servers::{Kind, Selection, ServerError, Servers};
use libtest_mimic::{Arguments, Trial};
use std::sync::Arc;
use std::time::Duration;

/// What the slowest case may take on a busy machine, with its restart.
const DEADLINE: Duration = Duration::from_secs(180);

fn main() {
    log::listen();
    let arguments = Arguments::from_args();
    let selection = Selection::from_environment().unwrap();
    let servers = Arc::new(Servers::find(&[]).unwrap());
    let trials = selection.kinds().iter().flat_map(|kind| of_kind(*kind, &servers));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    // Statics are never dropped, and their servers would stay.
    server::stop_all();
    conclusion.exit();
}

/// The definition of the records makes no difference to a connection.
fn of_kind(kind: Kind, servers: &Arc<Servers>) -> Vec<Trial> {
    let cases = [
        accounts::cases(),
        blocking::cases(),
        limits::cases(),
        restarts::cases(),
        schemes::cases(),
        tls::cases(),
    ]
    .concat();
    let cases = cases.into_iter().filter(|case| case.definition() == "mixed");
    cases.map(|case| trial(kind, case, servers.clone())).collect()
}

fn trial(kind: Kind, case: Case, servers: Arc<Servers>) -> Trial {
    let name = format!(
        "{}::{}::{}::{}",
        kind.name(),
        case.mode(),
        case.area(),
        case.name()
    );
    Trial::test(name, move || {
        let failed = |error: ServerError| error.to_string();
        let server = server::of(kind, &servers).map_err(failed)?;
        let _alone = server.alone();
        let environment = server.environment().map_err(|error| format!("{error:?}"))?;
        Ok(case.run(&environment, DEADLINE)?)
    })
}
