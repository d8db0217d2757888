//! The cases without a fault: that they are green, and how long each takes.

use conformance::environment::{Environment, SqliteFiles};
use conformance::harness::Case;
use conformance::saboteur::{Fault, Saboteur};
use libtest_mimic::Failed;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How long a connection is waited for: short, as a fault may make a case wait for nothing.
const ACQUIRE: Duration = Duration::from_secs(1);

/// What the slowest case may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Both modes with mixed records, since what a fault of a backend does not depend on the records. They are run when
/// first asked for.
pub(super) struct Cases {
    all: Vec<Case>,
    runs: OnceLock<Vec<Run>>,
}

/// A case that was run without a fault.
pub(super) struct Run {
    pub(super) case: Case,
    pub(super) took: Duration,
    red: Option<String>,
}

impl Cases {
    pub(super) fn new() -> Self {
        let mut all = conformance::cases::all();
        let plain = environment(None);
        all.retain(|case| case.definition() == "mixed" && case.missing_on(&*plain).is_none());
        Self {
            all,
            runs: OnceLock::new(),
        }
    }

    /// Whether all are green.
    pub(super) fn are_green(&self) -> Result<(), Failed> {
        verdict(self.runs())
    }

    /// Whether those of one area are, with something about the backend that is no fault.
    pub(super) fn of_area_are_green(&self, area: &str, limit: Fault) -> Result<(), Failed> {
        let cases: Vec<Case> = self
            .all
            .iter()
            .filter(|case| case.area() == area)
            .copied()
            .collect();
        verdict(&run(&cases, Some(limit)))
    }

    /// Those that were green: the ones of the areas named first, blocking before async, fast before slow.
    pub(super) fn likeliest(&self, areas: &[&str]) -> Vec<&Run> {
        let mut green: Vec<&Run> = self.runs().iter().filter(|run| run.red.is_none()).collect();
        let rank = |case: &Case| areas.iter().position(|area| *area == case.area());
        green.sort_by_key(|run| {
            let area = rank(&run.case).unwrap_or(areas.len());
            (area, run.case.mode() != "blocking", run.took)
        });
        green
    }

    fn runs(&self) -> &[Run] {
        self.runs.get_or_init(|| run(&self.all, None))
    }
}

/// A database behind a saboteur.
pub(super) fn environment(fault: Option<Fault>) -> Arc<dyn Environment> {
    let wrap = move |sqlite| Arc::new(Saboteur::new(Arc::new(sqlite), fault)) as _;
    Arc::new(SqliteFiles::wrapped(wrap).acquire_timeout(ACQUIRE))
}

fn run(cases: &[Case], fault: Option<Fault>) -> Vec<Run> {
    let environment = environment(fault);
    let run = |case: &Case| {
        let started = Instant::now();
        let red = case.run(&environment, DEADLINE).err();
        let took = started.elapsed();
        Run {
            case: *case,
            took,
            red,
        }
    };
    cases.iter().map(run).collect()
}

fn verdict(runs: &[Run]) -> Result<(), Failed> {
    let red = |run: &Run| run.red.as_ref().map(|why| format!("{}: {why}", run.case.path()));
    let red: Vec<String> = runs.iter().filter_map(red).collect();
    if red.is_empty() {
        Ok(())
    } else {
        Err(red.join("\n").into())
    }
}
