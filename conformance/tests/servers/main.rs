//! Smoke tests of the ways to a server, and that no way leaves anything behind.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod endings;
mod private;
mod selection;
mod ways;

use conformance::servers::{Kind, Origin, PrivateServer, Search, Selection, ServerError, Servers};
use libtest_mimic::{Arguments, Trial};
use std::env;
use std::net::TcpStream;

fn main() {
    // This program runs itself as the run that is cut off.
    if let Ok(run) = env::var(endings::RUN) {
        return endings::hold(&run);
    }
    let arguments = Arguments::from_args();
    let mut trials = vec![
        trial("selection", selection::reads_lists),
        trial(
            "selection_names_what_is_allowed",
            selection::names_what_is_allowed,
        ),
        trial("none", ways::no_way_leads_to_a_server),
    ];
    let selection = Selection::from_environment().unwrap();
    trials.extend(selection.kinds().iter().flat_map(|kind| of_kind(*kind)));
    libtest_mimic::run(&arguments, trials).exit();
}

fn of_kind(kind: Kind) -> Vec<Trial> {
    let mut trials = vec![
        of(kind, "url", move || ways::url(kind)),
        of(kind, "bad_url", move || ways::bad_url(kind)),
    ];
    for way in [Origin::Container, Origin::Installed] {
        let new = [
            of(kind, &format!("{way}"), move || ways::own(kind, way)),
            of(kind, &format!("{way}_of_ones_own"), move || {
                private::keeps_port_and_data(kind, way)
            }),
            of(kind, &format!("{way}_after_ctrl_c"), move || {
                endings::ctrl_c(kind, way)
            }),
            of(kind, &format!("{way}_after_kill"), move || {
                endings::kill(kind, way)
            }),
        ];
        // The stable release of Debian has no MySQL, so `cargo verify` cannot install one.
        let impossible = (kind, way) == (Kind::Mysql, Origin::Installed) && !kind.is_installed();
        trials.extend(new.into_iter().map(|trial| trial.with_ignored_flag(impossible)));
    }
    trials
}

fn of(kind: Kind, name: &str, test: impl Fn() -> Outcome + Send + 'static) -> Trial {
    trial(&format!("{}::{name}", kind.name()), test)
}

fn trial(name: &str, test: impl Fn() -> Outcome + Send + 'static) -> Trial {
    Trial::test(name, move || test().map_err(Into::into))
}

/// What a test comes to: an error that says how to provide a server is told as it is.
type Outcome = Result<(), ServerError>;

/// A server of this kind that came by this way.
fn find(kind: Kind, way: Origin) -> Result<Servers, ServerError> {
    Search::from_environment().only(&[way]).find(&[kind])
}

/// All threads of a run share its servers.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Servers>();
    shared::<PrivateServer>();
};

/// Whether somebody listens there.
fn listens(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}
