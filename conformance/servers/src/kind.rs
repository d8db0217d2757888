//! Which servers there are, and where one may come from.

use super::programs;
use std::fmt;

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// PostgreSQL.
    Postgres,
    /// MySQL.
    Mysql,
    /// MariaDB, which is spoken to as MySQL is.
    MariaDb,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Mysql, Self::MariaDb];

    /// The first part of the names of its cases: `postgres`, `mysql` or `mariadb`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }

    /// The name of a variable of the environment that is about it: `CONFORMANCE_POSTGRES_URL` for `URL`.
    pub fn variable(self, what: &str) -> String {
        format!("CONFORMANCE_{}_{what}", self.name().to_uppercase())
    }

    /// The images that it may come from, the one built by `conformance/images/build` first.
    pub fn images(self) -> [&'static str; 2] {
        match self {
            Self::Postgres => ["activerecord-conformance/postgres:18", "postgres:18"],
            Self::Mysql => ["activerecord-conformance/mysql:9", "mysql:9"],
            Self::MariaDb => ["activerecord-conformance/mariadb:11", "mariadb:11"],
        }
    }

    /// Whether its programs are installed on the machine.
    pub fn is_installed(self) -> bool {
        programs::find(self).is_ok()
    }

    /// The port that it listens on in a container.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Mysql | Self::MariaDb => 3306,
        }
    }

    /// The schemes of its URLs; what we start ourselves gets the first.
    pub(super) fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgres", "postgresql"],
            Self::Mysql => &["mysql"],
            Self::MariaDb => &["mysql", "mariadb"],
        }
    }

    /// The administrator of a server that we start ourselves, and a database that is always there.
    pub(super) fn administrator(self) -> (&'static str, &'static str) {
        match self {
            Self::Postgres => ("postgres", "postgres"),
            Self::Mysql | Self::MariaDb => ("root", "mysql"),
        }
    }

    /// The program, and the first argument to its image.
    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysqld",
            Self::MariaDb => "mariadbd",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

/// Where a server comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A URL from the environment.
    Url,
    /// A container.
    Container,
    /// Programs that are installed on the machine.
    Installed,
}

impl Origin {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Url, Self::Container, Self::Installed];
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Url => "url",
            Self::Container => "container",
            Self::Installed => "installed",
        })
    }
}
