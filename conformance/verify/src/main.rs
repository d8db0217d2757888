//! `cargo verify`: sets up what the tests need, then runs them all.
//!
//! It alone may install and build; the tests themselves change nothing on the machine. Each step is printed, and what
//! is there already is left as it is, so it can be run again at will.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it tells what it does")]

mod apt;
mod docker;
mod images;
mod installed;
mod servers;
mod shell;

use shell::{Result, say};
use std::env;
use std::process::{Command, ExitCode};

const USAGE: &str = "\
Sets up the servers that the tests need, then runs all tests.

    cargo verify [--setup-only]

Docker is installed and started where it is missing and that is allowed: by root, on Debian. Images are taken from the
machine, from a registry, or built from Debian packages. CONFORMANCE_DATABASES narrows what is set up and tested, for
instance to `sqlite,postgres`; CONFORMANCE_POSTGRES_URL, CONFORMANCE_MYSQL_URL and CONFORMANCE_MARIADB_URL name servers
that are there already.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => verify(true),
        ["--setup-only"] => verify(false),
        ["--help" | "-h"] => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn verify(with_tests: bool) -> ExitCode {
    if let Err(error) = set_up() {
        eprintln!("verify: the set-up failed: {error}");
        return ExitCode::FAILURE;
    }
    if with_tests { test() } else { ExitCode::SUCCESS }
}

fn set_up() -> Result<()> {
    let servers = servers::wanted();
    if servers.is_empty() {
        say("servers: none are to be tested, nothing to set up");
        return Ok(());
    }
    if docker::provide()? {
        for server in &servers {
            images::provide(server)?;
        }
    }
    installed::provide(&servers)
}

/// Runs all tests; their exit code is ours.
fn test() -> ExitCode {
    say("tests: cargo test --workspace");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    match Command::new(cargo).args(["test", "--workspace"]).status() {
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("verify: cargo does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
