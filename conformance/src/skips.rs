//! The cases that are not run on a database, since it lacks what they are about: printed, and agreed on in a file.

use crate::environment::{Environment, Need};
use crate::harness::Case;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What is agreed on: a line for each case that is left out, as `database need area::case`.
const AGREED: &str = include_str!("../skips.txt");

/// The lines of one database.
fn lines(environment: &dyn Environment, cases: &[Case]) -> BTreeSet<String> {
    let skipped = cases
        .iter()
        .filter_map(|case| Some((case, case.missing_on(environment)?)));
    let line = |(case, need): (&Case, Need)| {
        format!("{} {need:?} {}::{}", environment.name(), case.area(), case.name())
    };
    skipped.map(line).collect()
}

/// Tells what is left out and not agreed on, and what is agreed on and not left out.
///
/// # Errors
///
/// A line for each difference.
pub fn check(environment: &dyn Environment, cases: &[Case]) -> Result<(), String> {
    let found = lines(environment, cases);
    let own = format!("{} ", environment.name());
    let agreed: BTreeSet<String> = AGREED
        .lines()
        .filter(|line| line.starts_with(&own))
        .map(ToOwned::to_owned)
        .collect();
    let added = found.difference(&agreed).map(|line| format!("+ {line}\n"));
    let gone = agreed.difference(&found).map(|line| format!("- {line}\n"));
    let different: String = added.chain(gone).collect();
    match different.is_empty() {
        true => Ok(()),
        false => Err(format!("conformance/skips.txt says otherwise:\n{different}")),
    }
}

/// What a run prints of the cases left out on a database.
pub fn summary(environment: &dyn Environment, cases: &[Case]) -> String {
    let mut by_need: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for case in cases {
        if let Some(need) = case.missing_on(environment) {
            let names = by_need.entry(format!("{need:?}")).or_default();
            names.insert(format!("{}::{}", case.area(), case.name()));
        }
    }
    let mut text = String::new();
    for (need, names) in by_need {
        let names: Vec<String> = names.into_iter().collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}: left out for want of {need}: {}",
            environment.name(),
            names.join(", ")
        );
    }
    text
}
