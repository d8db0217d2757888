//! Makes the table of figures from criterion's raw output.
//!
//! `cargo run -p benches --bin table [-- FOLDER]`: from `target/criterion`, or from the kept output in the folder.
//! `cargo run -p benches --bin table -- --keep FOLDER`: copies the raw samples of the last run there first.

use serde::Deserialize;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// A case: its group, our benchmark, the bare driver's (the fastest of several), and the most it may cost.
struct Case {
    group: &'static str,
    ours: &'static str,
    bare: &'static [&'static str],
    most: Most,
}

enum Most {
    Times(f64),
    Microseconds(f64),
    Shown,
}

const CASES: [Case; 9] = [
    Case {
        group: "find by key, memory",
        ours: "activerecord",
        bare: &["rusqlite"],
        most: Most::Times(1.15),
    },
    Case {
        group: "find by key, file",
        ours: "activerecord",
        bare: &["rusqlite"],
        most: Most::Times(1.15),
    },
    Case {
        group: "read 10,000 rows",
        ours: "activerecord",
        bare: &["rusqlite"],
        most: Most::Times(1.08),
    },
    Case {
        group: "insert 1,000 rows by save in a transaction",
        ours: "activerecord",
        bare: &["rusqlite"],
        most: Most::Times(1.30),
    },
    Case {
        group: "update one column of three",
        ours: "activerecord",
        bare: &["rusqlite"],
        most: Most::Times(1.25),
    },
    Case {
        group: "insert_all 10,000 rows",
        ours: "activerecord",
        bare: &[
            "rusqlite, 50 rows a statement",
            "rusqlite, 100 rows a statement",
            "rusqlite, 500 rows a statement",
        ],
        most: Most::Times(1.15),
    },
    Case {
        group: "read 10,000 rows",
        ours: "activerecord async",
        bare: &["rusqlite"],
        most: Most::Times(1.15),
    },
    Case {
        group: "find by key, async",
        ours: "threads warm",
        bare: &[],
        most: Most::Microseconds(12.0),
    },
    Case {
        group: "find by key, async",
        ours: "after 200 us of idleness",
        bare: &[],
        most: Most::Shown,
    },
];

/// Criterion's raw samples: how often the code ran in each, and for how many nanoseconds in all.
#[derive(Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

impl Samples {
    /// The best sample, in nanoseconds a run: the steadiest figure of a machine with other work.
    fn best(&self) -> f64 {
        let runs = self.times.iter().zip(&self.iters).map(|(time, runs)| time / runs);
        runs.fold(f64::MAX, f64::min)
    }
}

type Outcome<T> = Result<T, Box<dyn Error>>;

fn samples(folder: &Path, group: &str, bench: &str) -> Outcome<Samples> {
    let file = folder.join(group).join(bench).join("new/sample.json");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn row(folder: &Path, case: &Case) -> Outcome<String> {
    let ours = samples(folder, case.group, case.ours)?.best();
    let mut bare: Option<f64> = None;
    for bench in case.bare {
        let best = samples(folder, case.group, bench)?.best();
        bare = Some(bare.map_or(best, |bare| bare.min(best)));
    }
    let ratio = bare.map_or("-".into(), |bare| format!("{:.2}x", ours / bare));
    let (most, kept) = match case.most {
        Most::Times(most) => (format!("{most:.2}x"), bare.map(|bare| ours / bare <= most)),
        Most::Microseconds(most) => (format!("{most} us"), Some(ours / 1e3 <= most)),
        Most::Shown => ("-".into(), None),
    };
    let kept = kept.map_or("", |kept| if kept { "yes" } else { "NO" });
    let bare = bare.map_or("-".into(), time);
    Ok(format!(
        "| {}, {} | {} | {bare} | {ratio} | {most} | {kept} |",
        case.group,
        case.ours,
        time(ours)
    ))
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} us", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}

/// Copies the samples that the table is made from.
fn keep(from: &Path, to: &Path) -> Outcome<()> {
    for case in &CASES {
        for bench in case.bare.iter().chain([&case.ours]) {
            let place = |folder: &Path| folder.join(case.group).join(bench).join("new");
            fs::create_dir_all(place(to))?;
            fs::copy(place(from).join("sample.json"), place(to).join("sample.json"))?;
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn main() -> Outcome<()> {
    let target = PathBuf::from("target/criterion");
    let mut arguments = std::env::args().skip(1);
    let folder = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--keep"), Some(folder)) => {
            let folder = PathBuf::from(folder);
            keep(&target, &folder)?;
            folder
        }
        (Some(folder), None) => PathBuf::from(folder),
        _ => target,
    };
    println!("| case | activerecord | bare | ratio | at most | kept |\n|---|---|---|---|---|---|");
    for case in &CASES {
        println!("{}", row(&folder, case)?);
    }
    Ok(())
}
