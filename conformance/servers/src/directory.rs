//! Directories and processes that do not outlive the run.

use super::ServerError;
use rustix::process::Signal;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Reads numbers of processes until its input ends, which it does with the run, however that ends: then it ends the
/// last of them and removes the directory. An empty line means that there is no process.
const GUARD: &str = r#"process=
while read -r line; do process=$line; done
if [ -n "$process" ]; then
    kill "-$2" "$process"
    waited=0
    while [ "$waited" -lt 100 ] && kill -0 "$process"; do sleep 0.1; waited=$((waited + 1)); done
fi
rm -rf "$1""#;

/// A temporary directory that goes with the run, and with it the process that works there. Neither Ctrl-C nor a killed
/// run keeps the guard from its work.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    guard: Child,
}

impl Directory {
    /// Makes one. `kill` is the signal that ends the process at once.
    pub(super) fn make(kill: Signal) -> Result<Self, ServerError> {
        let directory = tempfile::Builder::new().prefix("conformance-").tempdir();
        let directory =
            directory.map_err(|error| ServerError::from(&error).context("no temporary directory"))?;
        let mut guard = Command::new("sh");
        guard
            .args(["-c", GUARD, "sh"])
            .arg(directory.path())
            .arg(kill.as_raw().to_string());
        guard
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let guard = guard
            .spawn()
            .map_err(|error| ServerError::from(&error).context("no guard for a directory"))?;
        // It belongs to the guard from now on.
        let path = directory.keep();
        Ok(Self { path, guard })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells the guard which process works there.
    pub(super) fn guard_process(&mut self, process: Option<u32>) -> Result<(), ServerError> {
        let line = process.map(|number| number.to_string()).unwrap_or_default();
        let told = match &mut self.guard.stdin {
            Some(input) => writeln!(input, "{line}"),
            None => Ok(()),
        };
        told.map_err(|error| ServerError::from(&error).context("the guard of a directory has ended"))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // It removes the directory; should that fail there is nothing left to try.
        let _ = self.guard.wait();
    }
}
