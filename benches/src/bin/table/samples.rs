//! Criterion's raw samples.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// How often the code ran in each sample, and for how many nanoseconds in all.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

impl Samples {
    /// Reads a benchmark's samples, those of all its rounds where it had several.
    pub(crate) fn read(folder: &Path, group: &str, bench: &str) -> Outcome<Self> {
        let bench = folder.join(group).join(bench);
        let mut samples = Self::default();
        for file in files(&bench) {
            let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let round: Self = serde_json::from_str(&text)?;
            samples.iters.extend(round.iters);
            samples.times.extend(round.times);
        }
        match samples.times.is_empty() {
            true => Err(format!("there are no samples in {}", bench.display()).into()),
            false => Ok(samples),
        }
    }

    /// Writes them as those of one round.
    pub(crate) fn write(&self, folder: &Path, group: &str, bench: &str) -> Outcome<()> {
        let file = file(&folder.join(group).join(bench));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(file, serde_json::to_string(self)?)?)
    }

    /// The best sample, in nanoseconds a run: the steadiest figure of a machine with other work.
    pub(crate) fn best(&self) -> f64 {
        let runs = self.times.iter().zip(&self.iters).map(|(time, runs)| time / runs);
        runs.fold(f64::MAX, f64::min)
    }
}

/// Where criterion puts the samples of a benchmark, or of a round of it.
fn file(round: &Path) -> PathBuf {
    round.join("new/sample.json")
}

fn files(bench: &Path) -> Vec<PathBuf> {
    let rounds = fs::read_dir(bench).into_iter().flatten().flatten();
    let files = rounds.map(|round| file(&round.path())).chain([file(bench)]);
    files.filter(|file| file.is_file()).collect()
}
