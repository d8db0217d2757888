//! Running other programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a step comes to; an error is a text for the user.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// Prints a step.
pub(crate) fn say(step: impl std::fmt::Display) {
    println!("verify: {step}");
}

/// Runs a program and hides what it says, but for its last lines where it fails.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = output(program, arguments)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!(
        "`{program} {}` failed:\n{}",
        arguments.join(" "),
        tail(&String::from_utf8_lossy(&said))
    ))
}

/// Whether a program runs and succeeds.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    output(program, arguments).is_ok_and(|output| output.status.success())
}

fn output(program: &str, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new(program);
    // No package may ask anything.
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
        .output()
        .map_err(|error| format!("`{program}` does not start: {error}"))
}

/// Whether we may install packages.
pub(crate) fn may_install() -> bool {
    is_root() && Path::new("/etc/debian_version").exists() && succeeds("apt-get", &["--version"])
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}

/// Whether one of these directories holds the program.
pub(crate) fn is_in(directories: &[PathBuf], program: &str) -> bool {
    directories
        .iter()
        .any(|directory| directory.join(program).is_file())
}

/// The last lines of a log.
pub(crate) fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// The last lines of a file.
pub(crate) fn tail_of(file: &Path) -> String {
    tail(&fs::read_to_string(file).unwrap_or_default())
}
