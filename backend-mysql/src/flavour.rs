//! Which of the two servers it is.

use activerecord_core::{Error, ErrorKind, Result};
use std::fmt;

/// MySQL or MariaDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Mysql,
    Mariadb,
}

impl Flavour {
    /// Reads `VERSION()`: `9.4.0`, `10.11.14-MariaDB-deb12`, behind some proxies `5.5.5-10.11.14-MariaDB`.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](ErrorKind::Unsupported) for a version that lacks what our SQL needs.
    pub(crate) fn of_version(version: &str) -> Result<Self> {
        let flavour = match version.contains("MariaDB") {
            true => Self::Mariadb,
            false => Self::Mysql,
        };
        let number = version.strip_prefix("5.5.5-").unwrap_or(version);
        if numbers(number) < flavour.least() {
            return Err(too_old(flavour, version));
        }
        Ok(flavour)
    }

    /// The first version with collations that pad no spaces, checks that are enforced, casts to `DOUBLE` and, on
    /// MariaDB, `INSERT .. RETURNING`.
    fn least(self) -> [u32; 3] {
        match self {
            Self::Mysql => [8, 0, 17],
            Self::Mariadb => [10, 5, 0],
        }
    }

    /// The collation in which texts are the same only where their characters are, trailing spaces included.
    pub(crate) fn collation(self) -> &'static str {
        match self {
            Self::Mysql => "utf8mb4_0900_bin",
            Self::Mariadb => "utf8mb4_nopad_bin",
        }
    }
}

impl fmt::Display for Flavour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Mysql => "MySQL",
            Self::Mariadb => "MariaDB",
        })
    }
}

fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[cold]
fn too_old(flavour: Flavour, version: &str) -> Error {
    let [major, minor, patch] = flavour.least();
    let message =
        format!("the server is {flavour} {version}; {major}.{minor}.{patch} is the least that will do");
    Error::new(ErrorKind::Unsupported, message)
}
