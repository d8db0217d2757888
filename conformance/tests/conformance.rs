//! Runs every case on every database, and counts them.

use conformance::coverage;
use conformance::environment::{Environment, SqliteFiles};
use conformance::harness::Case;
use libtest_mimic::{Arguments, Trial};
use std::sync::Arc;
use std::time::Duration;

/// What the slowest case may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

fn main() {
    let arguments = Arguments::from_args();
    let cases = conformance::cases::all();
    let mut environments: Vec<Arc<dyn Environment>> = vec![Arc::new(SqliteFiles::plain())];
    for (name, variable) in [
        ("mysql", "CONFORMANCE_MYSQL_URL"),
        ("mariadb", "CONFORMANCE_MARIADB_URL"),
    ] {
        if let Ok(url) = std::env::var(variable) {
            environments.push(Arc::new(conformance::environment::MysqlServer(name, url)));
        }
    }
    let mut trials = vec![coverage_trial(cases.clone())];
    for environment in &environments {
        trials.extend(cases.iter().map(|case| trial(*case, environment.clone())));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        for environment in &environments {
            report(&**environment, &cases);
        }
    }
    conclusion.exit();
}

fn trial(case: Case, environment: Arc<dyn Environment>) -> Trial {
    let name = format!("{}::{}", environment.name(), case.path());
    Trial::test(name, move || case.run(&environment, DEADLINE).map_err(Into::into))
}

fn coverage_trial(cases: Vec<Case>) -> Trial {
    Trial::test("suite::every_area_has_its_cases", move || {
        coverage::check(&cases).map_err(Into::into)
    })
}

#[expect(clippy::print_stdout, reason = "what a run prints at its end")]
fn report(environment: &dyn Environment, cases: &[Case]) {
    println!("{}: {}", environment.name(), coverage::summary(cases));
}
