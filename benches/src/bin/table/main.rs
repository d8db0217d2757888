//! Makes the tables of figures from criterion's raw output, for each database that was measured.
//!
//! `cargo run -p benches --bin table [-- FOLDER]`: from `target/criterion`, or from the kept output in the folder.
//! `cargo run -p benches --bin table -- --keep FOLDER`: copies the raw samples of the last run there first.

mod cases;
mod samples;

use self::cases::{Case, Most, Suite};
use self::samples::Rounds;
use std::error::Error;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn row(folder: &Path, case: &Case) -> Outcome<String> {
    let ours = Rounds::read(folder, &case.group, case.ours)?.bests();
    let mut bare = Vec::new();
    for bench in &case.bare {
        let other = Rounds::read(folder, &case.group, bench)?.bests();
        bare = match bare.is_empty() {
            true => other,
            false => bare
                .iter()
                .zip(other)
                .map(|(one, other)| one.min(other))
                .collect(),
        };
    }
    let ratio = median(ours.iter().zip(&bare).map(|(ours, bare)| ours / bare));
    let (ours, bare) = (best(&ours), best(&bare));
    let (most, kept) = match case.most {
        Most::Times(most) => (format!("{most:.2}x"), ratio.map(|ratio| ratio <= most)),
        Most::Microseconds(most) => (format!("{most} us"), ours.map(|ours| ours / 1e3 <= most)),
        Most::Shown => ("-".into(), None),
    };
    let kept = kept.map_or("", |kept| if kept { "yes" } else { "NO" });
    let ratio = ratio.map_or("-".into(), |ratio| format!("{ratio:.2}x"));
    let [ours, bare] = [ours, bare].map(|best| best.map_or("-".into(), time));
    Ok(format!(
        "| {} | {ours} | {bare} | {ratio} | {most} | {kept} |",
        case.name
    ))
}

/// The best of all rounds: the steadiest figure of a machine with other work.
fn best(rounds: &[f64]) -> Option<f64> {
    rounds.iter().copied().min_by(f64::total_cmp)
}

/// The ratio of a round, whose sides ran one after the other, is that of one mood of the machine.
fn median(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let mut ratios: Vec<_> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied()
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} us", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}

/// Whether the folder has anything of a suite. Then it has to have all of it.
fn was_run(folder: &Path, suite: &Suite) -> bool {
    suite.cases.iter().any(|case| folder.join(&case.group).is_dir())
}

/// Copies the samples that the tables are made from.
fn keep(suites: &[Suite], from: &Path, to: &Path) -> Outcome<()> {
    for case in suites.iter().flat_map(|suite| &suite.cases) {
        for bench in case.benches() {
            Rounds::read(from, &case.group, bench)?.write(to)?;
        }
    }
    Ok(())
}

/// Where criterion leaves its output.
fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    Path::new(&target).join("criterion")
}

fn suites(folder: &Path) -> Outcome<Vec<Suite>> {
    let suites = Suite::all().into_iter().filter(|suite| was_run(folder, suite));
    let suites: Vec<_> = suites.collect();
    match suites.is_empty() {
        true => Err(format!("there are no samples in {}", folder.display()).into()),
        false => Ok(suites),
    }
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--keep"), Some(folder)) => {
            let folder = PathBuf::from(folder);
            keep(&suites(&target())?, &target(), &folder)?;
            folder
        }
        (Some(folder), None) => PathBuf::from(folder),
        _ => target(),
    };
    for suite in suites(&folder)? {
        println!("### {}\n", suite.database);
        println!("| case | activerecord | bare | ratio | at most | kept |\n|---|---|---|---|---|---|");
        for case in &suite.cases {
            println!("{}", row(&folder, case)?);
        }
        println!();
    }
    Ok(())
}
