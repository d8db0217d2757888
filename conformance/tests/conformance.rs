//! Runs every case on every database, and counts them.

use conformance::environment::{Environment, MysqlServer, PostgresServer, SqliteFiles};
use conformance::harness::Case;
use conformance::servers::{Kind, Selection, Server, Servers};
use conformance::{coverage, skips};
use libtest_mimic::{Arguments, Trial};
use std::error::Error;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// What the slowest case may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(120);

#[expect(clippy::print_stderr, reason = "what is missing has to be read")]
fn main() -> ExitCode {
    match run(&Arguments::from_args()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let selection = Selection::from_environment()?;
    let cases = conformance::cases::all();
    // They are stopped when this is dropped, whatever the outcome.
    let servers = Servers::find(selection.kinds())?;
    let mut databases: Vec<(Arc<dyn Environment>, String)> = Vec::new();
    if selection.sqlite() {
        databases.push((Arc::new(SqliteFiles::plain()), "embedded".to_owned()));
    }
    for server in servers.iter() {
        databases.push((environment(server)?, server.to_string()));
    }
    let mut trials = vec![coverage_trial(cases.clone())];
    for (environment, _) in &databases {
        let run = cases
            .iter()
            .filter(|case| case.missing_on(&**environment).is_none());
        trials.extend(run.map(|case| trial(*case, environment.clone())));
        trials.push(skips_trial(environment.clone(), cases.clone()));
    }
    let conclusion = libtest_mimic::run(&in_parallel(arguments), trials);
    if !arguments.list {
        for (environment, origin) in &databases {
            report(&**environment, origin, &cases);
        }
        report_narrowing(&selection);
    }
    Ok(conclusion.exit_code())
}

/// Cases wait for servers most of the time, so there are more at a time than cores, unless asked for otherwise.
fn in_parallel(arguments: &Arguments) -> Arguments {
    let mut arguments = arguments.clone();
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    arguments.test_threads.get_or_insert(3 * cores);
    arguments
}

fn environment(server: &Server) -> Result<Arc<dyn Environment>, Box<dyn Error>> {
    Ok(match server.kind() {
        Kind::Postgres => Arc::new(PostgresServer::at(server.url())?),
        kind => Arc::new(MysqlServer::at(kind.name(), server.url())?),
    })
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
fn report(environment: &dyn Environment, origin: &str, cases: &[Case]) {
    println!("{origin}");
    println!("{}: {}", environment.name(), coverage::summary(cases));
    print!("{}", skips::summary(environment, cases));
}

#[expect(clippy::print_stdout, reason = "what a run prints at its end")]
fn report_narrowing(selection: &Selection) {
    if selection.is_narrowed() {
        println!("CONFORMANCE_DATABASES has narrowed this run; other databases were not tested.");
    }
}
