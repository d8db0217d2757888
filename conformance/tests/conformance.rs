//! Runs every case on every database, and counts them.

use conformance::environment::{Environment, MysqlServer, PostgresServer, SqliteFiles};
use conformance::harness::Case;
use conformance::{coverage, skips};
use libtest_mimic::{Arguments, Trial};
use std::sync::Arc;
use std::time::Duration;

/// What the slowest case may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

fn main() {
    let arguments = Arguments::from_args();
    let cases = conformance::cases::all();
    let mut environments: Vec<Arc<dyn Environment>> = vec![Arc::new(SqliteFiles::plain())];
    if let Ok(url) = std::env::var("CONFORMANCE_POSTGRES_URL") {
        environments.push(Arc::new(PostgresServer::at(&url).unwrap()));
    }
    for (name, variable) in [("mysql", "CONFORMANCE_MYSQL_URL"), ("mariadb", "CONFORMANCE_MARIADB_URL")] {
        if let Ok(url) = std::env::var(variable) {
            environments.push(Arc::new(MysqlServer::at(name, &url).unwrap()));
        }
    }
    let mut trials = vec![coverage_trial(cases.clone())];
    for environment in &environments {
        let run = cases
            .iter()
            .filter(|case| case.missing_on(&**environment).is_none());
        trials.extend(run.map(|case| trial(*case, environment.clone())));
        trials.push(skips_trial(environment.clone(), cases.clone()));
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

fn skips_trial(environment: Arc<dyn Environment>, cases: Vec<Case>) -> Trial {
    let name = format!("suite::{}_leaves_out_what_is_agreed_on", environment.name());
    Trial::test(name, move || {
        skips::check(&*environment, &cases).map_err(Into::into)
    })
}

#[expect(clippy::print_stdout, reason = "what a run prints at its end")]
fn report(environment: &dyn Environment, cases: &[Case]) {
    println!("{}: {}", environment.name(), coverage::summary(cases));
    print!("{}", skips::summary(environment, cases));
}
