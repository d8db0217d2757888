//! A server process that does not outlive the run.

use super::ServerError;
use super::directory::Directory;
use super::error::tail;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The user that servers run as where we are root, since they refuse to be.
#[derive(Debug, Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Account {
    fn of(names: &[&str]) -> Result<Option<Self>, ServerError> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let found = names.iter().find_map(|name| {
            Some(Self {
                user: number("-u", name)?,
                group: number("-g", name)?,
            })
        });
        let missing = || {
            ServerError::new(format_args!(
                "it refuses to run as root, and no user is named {names:?}"
            ))
        };
        found.map(Some).ok_or_else(missing)
    }
}

fn number(which: &str, name: &str) -> Option<u32> {
    let output = Command::new("id").args([which, name]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The directory of a server, in the hands of the user that it runs as.
#[derive(Debug)]
pub(super) struct Home {
    directory: Directory,
    account: Option<Account>,
    kill: Signal,
}

impl Home {
    /// Makes one for the first of these users that exists. `kill` is the signal that ends the server at once.
    pub(super) fn make(users: &[&str], kill: Signal) -> Result<Self, ServerError> {
        let home = Self {
            account: Account::of(users)?,
            directory: Directory::make(kill)?,
            kill,
        };
        home.give(home.path())?;
        Ok(home)
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file that the server alone can read.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<PathBuf, ServerError> {
        let path = self.path().join(name);
        let write = || -> std::io::Result<()> {
            use std::os::unix::fs::OpenOptionsExt;
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            file.write_all(text.as_bytes())
        };
        write().map_err(|error| ServerError::from(&error).context(path.display()))?;
        self.give(&path)?;
        Ok(path)
    }

    /// Runs a program to its end, as the server's user.
    pub(super) fn run(&self, program: &Path, arguments: &[OsString]) -> Result<(), ServerError> {
        let output = self.command(program, arguments).output();
        let output = output.map_err(|error| ServerError::from(&error).context(program.display()))?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        let said = tail(&String::from_utf8_lossy(&said));
        Err(ServerError::new(format_args!(
            "{} failed: {said}",
            program.display()
        )))
    }

    fn command(&self, program: &Path, arguments: &[OsString]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.path())
            .env("TMPDIR", self.path())
            .stdin(Stdio::null());
        // A Ctrl-C in the terminal is for us; the guard sees our end.
        command.process_group(0);
        if let Some(Account { user, group }) = self.account {
            command.uid(user).gid(group);
        }
        command
    }

    fn give(&self, path: &Path) -> Result<(), ServerError> {
        let Some(Account { user, group }) = self.account else {
            return Ok(());
        };
        chown(path, Some(user), Some(group))
            .map_err(|error| ServerError::from(&error).context(path.display()))
    }
}

/// A server that can be started again with the same arguments in the same directory.
#[derive(Debug)]
pub(super) struct Process {
    program: PathBuf,
    arguments: Vec<OsString>,
    server: Option<Child>,
    home: Home,
}

impl Process {
    pub(super) fn new(program: PathBuf, arguments: Vec<OsString>, home: Home) -> Self {
        Self {
            program,
            arguments,
            server: None,
            home,
        }
    }

    pub(super) fn start(&mut self) -> Result<(), ServerError> {
        let log = OpenOptions::new().create(true).append(true).open(self.log());
        let log = log.map_err(|error| ServerError::from(&error).context("no log for a server"))?;
        let mut command = self.home.command(&self.program, &self.arguments);
        let server = command.stdout(duplicate(&log)?).stderr(log).spawn();
        let server = server.map_err(|error| ServerError::from(&error).context(self.program.display()))?;
        self.home.directory.guard_process(Some(server.id()))?;
        self.server = Some(server);
        Ok(())
    }

    /// Ends the server without any farewell.
    pub(super) fn kill(&mut self) -> Result<(), ServerError> {
        self.end(self.home.kill)
    }

    /// Sends a signal to the server and waits for its end.
    pub(super) fn end(&mut self, signal: Signal) -> Result<(), ServerError> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        // A server that has ended by itself cannot be signalled.
        let _ = kill_process(Pid::from_child(&server), signal);
        let ended = server.wait();
        self.home.directory.guard_process(None)?;
        ended.map(|_| ()).map_err(|error| ServerError::from(&error))
    }

    pub(super) fn is_running(&mut self) -> bool {
        self.server
            .as_mut()
            .is_some_and(|server| matches!(server.try_wait(), Ok(None)))
    }

    pub(super) fn last_words(&self) -> String {
        tail(&fs::read_to_string(self.log()).unwrap_or_default())
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("log")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where that fails the guard does it.
        let _ = self.kill();
    }
}

fn duplicate(log: &File) -> Result<File, ServerError> {
    log.try_clone().map_err(|error| ServerError::from(&error))
}
