//! What servers are looked for, and where.

use super::finder::Finder;
use super::{Kind, Origin, PrivateServer, Server, ServerError};
use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::sync::Arc;

/// Where servers are looked for.
#[derive(Clone)]
pub struct Search {
    pub(super) ways: Vec<Origin>,
    pub(super) urls: BTreeMap<Kind, String>,
    pub(super) images: BTreeMap<Kind, String>,
}

impl Search {
    /// All ways, with what the environment says: `CONFORMANCE_POSTGRES_URL`, `CONFORMANCE_POSTGRES_IMAGE` and their
    /// likes.
    pub fn from_environment() -> Self {
        Self {
            ways: Origin::ALL.to_vec(),
            urls: variables("URL"),
            images: variables("IMAGE"),
        }
    }

    /// These ways alone.
    #[must_use]
    pub fn only(mut self, ways: &[Origin]) -> Self {
        self.ways = ways.to_vec();
        self
    }

    /// This URL for a server.
    #[must_use]
    pub fn url(mut self, kind: Kind, url: impl Into<String>) -> Self {
        self.urls.insert(kind, url.into());
        self
    }

    /// This image for a server.
    #[must_use]
    pub fn image(mut self, kind: Kind, image: impl Into<String>) -> Self {
        self.images.insert(kind, image.into());
        self
    }

    /// Finds a server of each of these kinds, all at the same time, and prints which they are.
    ///
    /// # Errors
    ///
    /// Where there is none of a kind, with the ways to provide one, or where one does not start.
    #[expect(
        clippy::print_stderr,
        reason = "who reads the outcome of a run has to know what it ran on"
    )]
    pub fn find(self, kinds: &[Kind]) -> Result<Servers, ServerError> {
        let finder = Arc::new(Finder::new(self)?);
        let mut found = BTreeMap::new();
        let mut failures = Vec::new();
        for result in finder.find_all(kinds)? {
            match result {
                Ok(server) => {
                    eprintln!("{server}");
                    found.insert(server.kind(), server);
                }
                Err(error) => failures.push(error.to_string()),
            }
        }
        if failures.is_empty() {
            Ok(Servers { found, finder })
        } else {
            Err(ServerError::new(failures.join("\n")))
        }
    }
}

fn variables(what: &str) -> BTreeMap<Kind, String> {
    let values = Kind::ALL.map(|kind| (kind, env::var(kind.variable(what)).unwrap_or_default()));
    values
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

impl fmt::Debug for Search {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URLs hold passwords.
        write!(out, "Search({:?})", self.ways)
    }
}

/// The servers of a run. They go when it is dropped.
#[derive(Debug)]
pub struct Servers {
    found: BTreeMap<Kind, Server>,
    finder: Arc<Finder>,
}

impl Servers {
    /// Finds a server of each of these kinds as the environment says.
    ///
    /// # Errors
    ///
    /// Those of [`Search::find`].
    pub fn find(kinds: &[Kind]) -> Result<Self, ServerError> {
        Search::from_environment().find(kinds)
    }

    /// The server of this kind, if it was asked for.
    pub fn get(&self, kind: Kind) -> Option<&Server> {
        self.found.get(&kind)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Server> {
        self.found.values()
    }

    /// Starts a server that one test has for itself, in a container or from installed programs.
    ///
    /// # Errors
    ///
    /// Those of [`Search::find`]. A server that was given by its URL is never private.
    pub fn private(&self, kind: Kind) -> Result<PrivateServer, ServerError> {
        Ok(PrivateServer::new(self.finder.find_own(kind)?))
    }
}
