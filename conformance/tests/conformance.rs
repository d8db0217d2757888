//! Runs every case on every database.

use conformance::environment::{Environment, SqliteFiles};
use libtest_mimic::{Arguments, Trial};
use std::sync::Arc;

fn main() {
    let environment: Arc<dyn Environment> = Arc::new(SqliteFiles::plain());
    let trials = conformance::cases::all().into_iter().map(|case| {
        let environment = environment.clone();
        let name = format!("{}::{}", environment.name(), case.path());
        Trial::test(name, move || case.run(&*environment).map_err(Into::into))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
