//! How much of the library the suite covers, in cases by area.

use crate::harness::Case;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The least number of distinct cases of each area.
pub const LEAST: [(&str, usize); 10] = [
    ("crud", 20),
    ("tracking", 15),
    ("transactions", 20),
    ("queries", 25),
    ("aggregates", 12),
    ("types", 20),
    ("errors", 12),
    ("many", 8),
    ("hooks", 4),
    ("parity", 4),
];

/// The names of an area's cases in one mode; the copies for mixed and independent records are one case.
type Names<'a> = BTreeSet<&'a str>;

/// Tells which areas have fewer cases than they should.
///
/// # Errors
///
/// A line for each such area.
pub fn check(cases: &[Case]) -> Result<(), String> {
    let mut missing = String::new();
    for (area, least) in LEAST {
        let distinct = names(cases.iter().filter(|case| case.area() == area)).len();
        if distinct < least {
            // Writing to a string cannot fail.
            let _ = writeln!(
                missing,
                "`{area}` has {distinct} distinct cases, at least {least} are asked for"
            );
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

/// One line: the distinct cases of each area in each mode.
pub fn summary(cases: &[Case]) -> String {
    let mut areas: BTreeMap<&str, BTreeMap<&str, Names<'_>>> = BTreeMap::new();
    for case in cases {
        let modes = areas.entry(case.area()).or_default();
        modes.entry(case.mode()).or_default().insert(case.name());
    }
    let counts = areas.iter().map(|(area, modes)| {
        let count = |mode| modes.get(mode).map_or(0, BTreeSet::len);
        format!("{area} {} + {}", count("blocking"), count("async"))
    });
    let counts: Vec<String> = counts.collect();
    format!(
        "{} distinct cases (blocking + async): {}",
        names(cases.iter()).len(),
        counts.join(", ")
    )
}

fn names<'a>(cases: impl Iterator<Item = &'a Case>) -> BTreeSet<(&'static str, &'static str)> {
    cases.map(|case| (case.area(), case.name())).collect()
}
