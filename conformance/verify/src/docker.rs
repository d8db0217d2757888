//! Docker.

use crate::apt;
use crate::shell::{Result, may_install, run, say, succeeds, tail_of};
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long its daemon may take to start.
const START: Duration = Duration::from_secs(60);

/// Provides it where that is possible. Where it is not the tests look for other ways to their servers.
pub(crate) fn provide() -> Result<bool> {
    if answers() {
        say("Docker: is there");
        return Ok(true);
    }
    if env::var_os("DOCKER_HOST").is_some() {
        say("Docker: the one that DOCKER_HOST names does not answer, going on without");
        return Ok(false);
    }
    if !may_install() {
        say(
            "Docker: does not answer, and only root on Debian may install and start it here; going on without",
        );
        return Ok(false);
    }
    if !succeeds("dockerd", &["--version"]) {
        apt::install(&["docker.io"])?;
    }
    start()?;
    Ok(true)
}

fn answers() -> bool {
    succeeds("docker", &["info"])
}

fn start() -> Result<()> {
    if answers() {
        return Ok(());
    }
    if Path::new("/run/systemd/system").exists() {
        say("Docker: systemctl start docker");
        run("systemctl", &["start", "docker"])?;
        return wait(None).map_err(|_| "Docker does not answer; see `journalctl --unit docker`".into());
    }
    start_by_hand()
}

/// Where there is no systemd: with the storage driver that is fast, or the one that works.
fn start_by_hand() -> Result<()> {
    let configuration = fs::read_to_string("/etc/docker/daemon.json").unwrap_or_default();
    if !configuration.contains("storage-driver") && start_daemon(&["--storage-driver=overlay2"]).is_ok() {
        return Ok(());
    }
    start_daemon(&[])
}

fn start_daemon(arguments: &[&str]) -> Result<()> {
    say(format_args!("Docker: dockerd {}", arguments.join(" ")));
    let log = log();
    let open = || -> std::io::Result<(File, File)> {
        let file = File::create(&log)?;
        Ok((file.try_clone()?, file))
    };
    let (out, err) = open().map_err(|error| format!("{}: {error}", log.display()))?;
    let mut daemon = Command::new("dockerd");
    daemon
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err);
    // It outlives us, and a Ctrl-C is not for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut daemon, 0);
    let mut daemon = daemon
        .spawn()
        .map_err(|error| format!("`dockerd` does not start: {error}"))?;
    wait(Some(&mut daemon))
        .map_err(|fault| format!("`dockerd` {fault}; see {}:\n{}", log.display(), tail_of(&log)))
}

fn log() -> PathBuf {
    PathBuf::from("/var/log/conformance-dockerd.log")
}

/// Waits until it answers or has ended.
fn wait(mut daemon: Option<&mut Child>) -> Result<()> {
    let start = Instant::now();
    while !answers() {
        if let Some(status) = daemon
            .as_mut()
            .and_then(|daemon| daemon.try_wait().ok().flatten())
        {
            return Err(format!("has ended: {status}"));
        }
        if start.elapsed() > START {
            return Err(format!("does not answer within {} s", START.as_secs()));
        }
        sleep(Duration::from_millis(200));
    }
    Ok(())
}
