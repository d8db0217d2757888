//! Servers that are installed on the machine, for the tests of that way.

use crate::apt;
use crate::servers::Server;
use crate::shell::{Result, is_in, may_install, say};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Provides PostgreSQL and MariaDB, none of which is started. Debian's stable release has no MySQL.
pub(crate) fn provide(servers: &[Server]) -> Result<()> {
    for server in servers {
        match server.name {
            "postgres" => package("postgresql", has_postgres(), install_postgres)?,
            "mariadb" => package("mariadb-server-core", has_mariadb(), || {
                apt::install(&["mariadb-server-core"])
            })?,
            _ => {}
        }
    }
    Ok(())
}

fn package(name: &str, is_there: bool, install: impl FnOnce() -> Result<()>) -> Result<()> {
    if is_there {
        say(format_args!("{name}: is installed"));
        return Ok(());
    }
    if !may_install() {
        say(format_args!(
            "{name}: is not installed, and only root on Debian may install it here; going on without"
        ));
        return Ok(());
    }
    install()
}

fn has_postgres() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut places: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    places.extend(path());
    is_in(&places, "initdb")
}

fn has_mariadb() -> bool {
    is_in(&path(), "mariadbd") && is_in(&path(), "mariadb-install-db")
}

/// Where programs are; servers are in nobody's `PATH`.
fn path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/libexec", "/opt/homebrew/bin"].map(PathBuf::from))
        .collect()
}

/// The package would make a cluster and start it, which nobody asked for.
fn install_postgres() -> Result<()> {
    apt::install(&["postgresql-common"])?;
    let file = Path::new("/etc/postgresql-common/createcluster.conf");
    let fault = |error| format!("{}: {error}", file.display());
    let before = fs::read_to_string(file).map_err(fault)?;
    fs::write(file, format!("{before}\ncreate_main_cluster = false\n")).map_err(fault)?;
    let installed = apt::install(&["postgresql"]);
    fs::write(file, before).map_err(fault)?;
    installed
}
