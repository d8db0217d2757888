//! A run that is cut off leaves nothing behind.

use crate::{Outcome, find, listens};
use conformance::servers::{Kind, Origin};
use rustix::process::{Pid, Signal, kill_process};
use std::env;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio, exit};
use std::thread::{park, sleep};
use std::time::{Duration, Instant};

/// The variable that turns this program into the run that is cut off.
pub(crate) const RUN: &str = "CONFORMANCE_SERVERS_RUN";

/// How long what is left may take to go.
const DEADLINE: Duration = Duration::from_secs(30);

/// The run that is cut off: it tells where its server is and waits.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the test reads it, or its user"
)]
pub(crate) fn hold(run: &str) {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| run.contains(kind.name()))
        .unwrap();
    let way = Origin::ALL
        .into_iter()
        .find(|way| run.contains(&way.to_string()))
        .unwrap();
    let servers = find(kind, way).unwrap_or_else(|error| {
        eprintln!("{error}");
        exit(1)
    });
    println!("{}", servers.get(kind).unwrap().address());
    loop {
        park();
    }
}

/// After Ctrl-C the server and its directory are gone.
pub(crate) fn ctrl_c(kind: Kind, way: Origin) -> Outcome {
    let directory = directory();
    let (run, address) = start(kind, way, directory.path());
    end(run, Signal::INT);
    until("the server is left behind", || !listens(&address));
    until("files are left behind", || is_empty(directory.path()));
    Ok(())
}

/// A killed run can do nothing; its container goes with the next run, all else by itself.
pub(crate) fn kill(kind: Kind, way: Origin) -> Outcome {
    let directory = directory();
    let (run, address) = start(kind, way, directory.path());
    end(run, Signal::KILL);
    if way == Origin::Container {
        drop(find(kind, way)?);
    }
    until("the server is left behind", || !listens(&address));
    until("files are left behind", || is_empty(directory.path()));
    Ok(())
}

/// Where the run keeps its files; the server's user has to come through.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    directory
}

fn start(kind: Kind, way: Origin, directory: &Path) -> (Child, String) {
    let mut run = Command::new(env::current_exe().unwrap());
    run.env(RUN, format!("{} {way}", kind.name()))
        .env("TMPDIR", directory);
    let mut run = run.stdout(Stdio::piped()).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(run.stdout.take().unwrap())
        .read_line(&mut address)
        .unwrap();
    let address = address.trim().to_owned();
    assert!(listens(&address), "the run did not start its server");
    (run, address)
}

fn end(mut run: Child, signal: Signal) {
    kill_process(Pid::from_child(&run), signal).unwrap();
    assert!(!run.wait().unwrap().success());
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}

fn until(fault: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "{fault}");
        sleep(Duration::from_millis(50));
    }
}
