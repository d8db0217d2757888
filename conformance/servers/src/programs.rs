//! Programs of servers that are installed on the machine.

use super::{Kind, ServerError};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Directories of servers that are in nobody's `PATH`.
const DIRECTORIES: [&str; 5] = [
    "/usr/local/sbin",
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/mysql/bin",
    "/opt/homebrew/bin",
];
/// Directories with one directory per version of PostgreSQL.
const VERSIONS: [&str; 3] = ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"];

/// The programs of one server.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    /// The server.
    pub(super) server: PathBuf,
    /// What makes its directory.
    pub(super) initialize: PathBuf,
}

/// Finds the programs of a server.
pub(super) fn find(kind: Kind) -> Result<Programs, ServerError> {
    match kind {
        Kind::Postgres => postgres(),
        Kind::Mysql => mysql(),
        Kind::MariaDb => mariadb(),
    }
}

fn postgres() -> Result<Programs, ServerError> {
    let mut places: Vec<PathBuf> = VERSIONS.iter().flat_map(|place| versions(place)).collect();
    places.extend(places_of_programs());
    let pairs = places
        .into_iter()
        .map(|place| (place.join("postgres"), place.join("initdb")));
    let mut whole = pairs.filter(|(server, initialize)| server.is_file() && initialize.is_file());
    let missing = || ServerError::new("no `postgres` with its `initdb` is installed");
    let (server, initialize) = whole.next().ok_or_else(missing)?;
    Ok(Programs { server, initialize })
}

/// The programs of each version, the latest first.
fn versions(place: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_prefix("postgresql@").unwrap_or(&name).parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, place)| place).collect()
}

fn mysql() -> Result<Programs, ServerError> {
    let mut servers = named(&["mysqld"]).filter(|server| !is_mariadb(server));
    let missing = || ServerError::new("no `mysqld` of MySQL is installed");
    let server = servers.next().ok_or_else(missing)?;
    Ok(Programs {
        initialize: server.clone(),
        server,
    })
}

fn mariadb() -> Result<Programs, ServerError> {
    let mut servers = named(&["mariadbd", "mysqld"]).filter(|server| is_mariadb(server));
    let initialize = named(&["mariadb-install-db", "mysql_install_db"]).next();
    let both = servers.next().zip(initialize);
    let missing = || ServerError::new("no `mariadbd` with its `mariadb-install-db` is installed");
    let (server, initialize) = both.ok_or_else(missing)?;
    Ok(Programs { server, initialize })
}

/// MariaDB's server has both names.
fn is_mariadb(server: &Path) -> bool {
    let output = Command::new(server).arg("--version").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("MariaDB"))
}

fn named(names: &[&str]) -> impl Iterator<Item = PathBuf> {
    let places = places_of_programs();
    let programs = names
        .iter()
        .flat_map(|name| places.iter().map(|place| place.join(name)).collect::<Vec<_>>());
    programs
        .filter(|program| program.is_file())
        .collect::<Vec<_>>()
        .into_iter()
}

fn places_of_programs() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(DIRECTORIES.map(PathBuf::from))
        .collect()
}
