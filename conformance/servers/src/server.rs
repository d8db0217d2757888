//! A server that was found.

use super::background::Background;
use super::certificates::Certificates;
use super::container::Container;
use super::installed::Installed;
use super::{Kind, Origin, Rows, ServerError, login};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use url::Url;

/// A server that tests can use, as its administrator.
pub struct Server {
    pub(super) kind: Kind,
    pub(super) url: Url,
    pub(super) version: String,
    pub(super) source: String,
    pub(super) certificates: Option<Arc<Certificates>>,
    pub(super) keeper: Option<Keeper>,
    pub(super) background: Arc<Background>,
}

impl Server {
    /// The kind of server.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        match &self.keeper {
            None => Origin::Url,
            Some(Keeper::Container(_)) => Origin::Container,
            Some(Keeper::Installed(_)) => Origin::Installed,
        }
    }

    /// The administrator's URL, with the password.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The administrator's URL for a database.
    pub fn url_of(&self, database: &str) -> String {
        let mut url = self.url.clone();
        url.set_path(database);
        url.into()
    }

    /// The host and the port.
    pub fn address(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{host}:{}", self.url.port().unwrap_or_else(|| self.kind.port()))
    }

    /// What it says of its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The certificate of the authority that signed its own, in PEM; none for a server that was given by its URL.
    /// Its own is for `localhost`, 127.0.0.1 and ::1.
    pub fn ca_certificate(&self) -> Option<&Path> {
        Some(self.certificates.as_ref()?.authority_file())
    }

    /// Runs SQL as the administrator, on a connection of its own.
    ///
    /// # Errors
    ///
    /// What the server says.
    pub fn query(&self, sql: &str) -> Result<Rows, ServerError> {
        let asked = login::query(self.kind, self.url.clone(), sql.to_owned());
        self.background.run(asked)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let keeper = self.keeper.take();
        // A container is removed on a runtime. Should that fail the next run sweeps it.
        let _ = self.background.run(async move {
            drop(keeper);
            Ok(())
        });
    }
}

/// One line for the summary of a run.
impl fmt::Display for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind,
            version,
            source,
            ..
        } = self;
        write!(
            out,
            "{}: {} ({source}) on {}, {kind} {version}",
            kind.name(),
            self.origin(),
            self.address()
        )
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Server({self})")
    }
}

/// What a server of ours runs in. The last copy has to be dropped on the runtime.
#[derive(Debug, Clone)]
pub(super) enum Keeper {
    Container(Arc<Container>),
    Installed(Installed),
}

impl Keeper {
    pub(super) async fn stop(&self) -> Result<(), ServerError> {
        match self {
            Self::Container(container) => container.stop().await,
            Self::Installed(installed) => installed.stop().await,
        }
    }

    pub(super) async fn kill(&self) -> Result<(), ServerError> {
        match self {
            Self::Container(container) => container.kill().await,
            Self::Installed(installed) => installed.kill().await,
        }
    }

    pub(super) async fn start_again(&self) -> Result<(), ServerError> {
        match self {
            Self::Container(container) => container.start_again().await,
            Self::Installed(installed) => installed.start_again().await,
        }
    }

    /// Waits until the server lets us in; its version.
    pub(super) async fn until_ready(&self, kind: Kind, url: Url) -> Result<String, ServerError> {
        tokio::select! {
            version = login::until_ready(kind, url) => match version {
                Ok(version) => Ok(version),
                Err(error) => Err(ServerError::new(format_args!("{error}; it said: {}", self.last_words().await))),
            },
            last_words = self.ended() => Err(last_words),
        }
    }

    async fn ended(&self) -> ServerError {
        match self {
            Self::Container(container) => container.ended().await,
            Self::Installed(installed) => installed.ended().await,
        }
    }

    async fn last_words(&self) -> String {
        match self {
            Self::Container(container) => container.last_words().await,
            Self::Installed(installed) => installed.last_words(),
        }
    }
}
