//! Criterion's raw samples.

use crate::Outcome;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// How often the code ran in each sample, and for how many nanoseconds in all.
#[derive(Debug, Serialize, Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// The samples of a benchmark's rounds, or of the only one.
#[derive(Debug)]
pub(crate) struct Rounds(Vec<(PathBuf, Samples)>);

impl Rounds {
    /// Reads them, in the order of the rounds.
    pub(crate) fn read(folder: &Path, group: &str, bench: &str) -> Outcome<Self> {
        let mut rounds = Vec::new();
        for file in files(folder, &Path::new(group).join(bench)) {
            let path = folder.join(&file);
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            rounds.push((file, serde_json::from_str(&text)?));
        }
        match rounds.is_empty() {
            true => Err(format!("there are no samples of {group}, {bench} in {}", folder.display()).into()),
            false => Ok(Self(rounds)),
        }
    }

    /// Writes them under another folder.
    pub(crate) fn write(&self, folder: &Path) -> Outcome<()> {
        for (file, samples) in &self.0 {
            let file = folder.join(file);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, serde_json::to_string(samples)?)?;
        }
        Ok(())
    }

    /// The best sample of each round, in nanoseconds a run.
    pub(crate) fn bests(&self) -> Vec<f64> {
        self.0.iter().map(|(_, samples)| samples.best()).collect()
    }
}

impl Samples {
    fn best(&self) -> f64 {
        let runs = self.times.iter().zip(&self.iters).map(|(time, runs)| time / runs);
        runs.fold(f64::MAX, f64::min)
    }
}

/// Where criterion puts the samples of a benchmark, or those of its rounds, which are numbered.
fn files(folder: &Path, bench: &Path) -> Vec<PathBuf> {
    let numbered = (1..).map(|round: u32| bench.join(round.to_string()).join(FILE));
    let rounds = numbered.take_while(|file| folder.join(file).is_file());
    let only = [bench.join(FILE)]
        .into_iter()
        .filter(|file| folder.join(file).is_file());
    rounds.chain(only).collect()
}

const FILE: &str = "new/sample.json";
