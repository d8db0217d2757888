//! Servers from programs that are installed on the machine.

use super::certificates::{Certificates, Files};
use super::process::{Home, Process};
use super::programs::Programs;
use super::{Kind, ServerError, port, settings};
use rustix::process::Signal;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// A server with a directory of its own.
#[derive(Debug, Clone)]
pub(super) struct Installed {
    kind: Kind,
    process: Arc<Mutex<Process>>,
}

impl Installed {
    /// Starts one; its port of 127.0.0.1.
    pub(super) async fn start(
        kind: Kind,
        programs: Programs,
        password: String,
        certificates: Arc<Certificates>,
    ) -> Result<(Self, u16), ServerError> {
        let port = port::free()?;
        let starting = move || prepare(kind, &programs, &password, &certificates, port);
        let process = blocking(starting).await?;
        let server = Self {
            kind,
            process: Arc::new(Mutex::new(process)),
        };
        Ok((server, port))
    }

    /// Stops it as an administrator does: what is open is rolled back.
    pub(super) async fn stop(&self) -> Result<(), ServerError> {
        let signal = match self.kind {
            Kind::Postgres => Signal::INT,
            Kind::Mysql | Kind::MariaDb => Signal::TERM,
        };
        let this = self.clone();
        blocking(move || this.lock().end(signal)).await
    }

    /// Ends it without any farewell.
    pub(super) async fn kill(&self) -> Result<(), ServerError> {
        let this = self.clone();
        blocking(move || this.lock().kill()).await
    }

    pub(super) async fn start_again(&self) -> Result<(), ServerError> {
        let this = self.clone();
        blocking(move || this.lock().start()).await
    }

    /// Waits for the end of the server; its last words.
    pub(super) async fn ended(&self) -> ServerError {
        while self.lock().is_running() {
            sleep(Duration::from_millis(100)).await;
        }
        ServerError::new(format_args!("the server has ended: {}", self.last_words()))
    }

    pub(super) fn last_words(&self) -> String {
        self.lock().last_words()
    }

    fn lock(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServerError> + Send + 'static,
) -> Result<T, ServerError> {
    let done = spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ServerError::new("the work on a server ended in a panic")))
}

/// Makes the server's directory and starts it there.
fn prepare(
    kind: Kind,
    programs: &Programs,
    password: &str,
    certificates: &Certificates,
    port: u16,
) -> Result<Process, ServerError> {
    let home = match kind {
        // Its processes would outlive their killed parent for a while, so it is asked to abort them.
        Kind::Postgres => Home::make(&["postgres", "nobody"], Signal::QUIT)?,
        Kind::Mysql | Kind::MariaDb => Home::make(&["mysql", "nobody"], Signal::KILL)?,
    };
    home.write("ca.pem", &certificates.authority)?;
    home.write("server.pem", &certificates.certificate)?;
    home.write("server.key", &certificates.key)?;
    let mut arguments = match kind {
        Kind::Postgres => postgres(&home, programs, password, port)?,
        Kind::Mysql => mysql(&home, programs, password, port)?,
        Kind::MariaDb => mariadb(&home, programs, password, port)?,
    };
    arguments.extend(
        settings::arguments(kind, &Files::in_directory(home.path()))
            .into_iter()
            .map(OsString::from),
    );
    let mut process = Process::new(programs.server.clone(), arguments, home);
    process.start()?;
    Ok(process)
}

fn postgres(
    home: &Home,
    programs: &Programs,
    password: &str,
    port: u16,
) -> Result<Vec<OsString>, ServerError> {
    let data = home.path().join("data");
    let secret = home.write("password", password)?;
    let mut initialize = vec![option("--pgdata", &data), option("--pwfile", &secret)];
    let locale = if cfg!(target_os = "macos") {
        "--locale=en_US.UTF-8"
    } else {
        "--locale=C.UTF-8"
    };
    let rest = [
        "--username=postgres",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-sync",
        locale,
    ];
    initialize.extend(rest.map(OsString::from));
    home.run(&programs.initialize, &initialize)?;
    let port = port.to_string();
    let rest = [
        "-p",
        &port,
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "unix_socket_directories=",
    ];
    Ok([OsString::from("-D"), data.into()]
        .into_iter()
        .chain(rest.map(OsString::from))
        .collect())
}

/// Packages name a directory for files that only their own set-up makes.
const NO_FILES: &str = "--secure-file-priv=NULL";

fn mysql(home: &Home, programs: &Programs, password: &str, port: u16) -> Result<Vec<OsString>, ServerError> {
    let data = option("--datadir", &home.path().join("data"));
    let rest = ["--no-defaults", "--initialize-insecure", NO_FILES].map(OsString::from);
    let initialize: Vec<OsString> = rest.into_iter().chain([data]).collect();
    home.run(&programs.initialize, &initialize)?;
    let mut arguments = mysql_arguments(home, port, &users(password))?;
    arguments.push(NO_FILES.into());
    Ok(arguments)
}

fn mariadb(
    home: &Home,
    programs: &Programs,
    password: &str,
    port: u16,
) -> Result<Vec<OsString>, ServerError> {
    let data = option("--datadir", &home.path().join("data"));
    let initialize = [
        "--no-defaults".into(),
        "--auth-root-authentication-method=normal".into(),
        data,
    ];
    home.run(&programs.initialize, &initialize)?;
    // Users without a password, which would be found before root@'%'.
    let first = "DELETE FROM mysql.global_priv WHERE User = '' OR User = 'root' AND Host NOT IN ('localhost', '%');\n\
                 FLUSH PRIVILEGES;\n";
    mysql_arguments(home, port, &format!("{first}{}", users(password)))
}

/// One statement per line, run at each start.
fn users(password: &str) -> String {
    format!(
        "CREATE USER IF NOT EXISTS root@'%' IDENTIFIED BY '{password}';\n\
         GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;\n\
         ALTER USER root@localhost IDENTIFIED BY '{password}';\n"
    )
}

fn mysql_arguments(home: &Home, port: u16, users: &str) -> Result<Vec<OsString>, ServerError> {
    let users = home.write("users.sql", users)?;
    // The socket is in the data directory: an absolute path could be too long for one.
    let rest = [
        "--socket=mysqld.sock",
        "--pid-file=mysqld.pid",
        "--bind-address=127.0.0.1",
    ];
    let mut arguments = vec![
        OsString::from("--no-defaults"),
        option("--datadir", &home.path().join("data")),
    ];
    arguments.extend([option("--init-file", &users), format!("--port={port}").into()]);
    arguments.extend(rest.map(OsString::from));
    Ok(arguments)
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push("=");
    option.push(path);
    option
}
