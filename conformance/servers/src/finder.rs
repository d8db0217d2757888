//! The ways to a server.

use super::background::Background;
use super::certificates::Certificates;
use super::container::{self, Container};
use super::installed::Installed;
use super::server::Keeper;
use super::{Kind, Origin, Search, Server, ServerError, login, programs};
use std::fmt;
use std::sync::Arc;
use testcontainers::bollard::Docker;
use tokio::sync::OnceCell;
use url::Url;
use uuid::Uuid;

/// What a run needs to find and to start servers.
pub(super) struct Finder {
    search: Search,
    background: Arc<Background>,
    certificates: Arc<Certificates>,
    docker: OnceCell<Result<Docker, ServerError>>,
    /// Not for other users of this machine.
    password: String,
}

/// Why a way did not lead to a server.
enum Missing {
    /// There is none; the next way is tried.
    Absent(ServerError),
    /// There is one, or one was asked for by name, and it cannot be used.
    Broken(ServerError),
}

impl Finder {
    pub(super) fn new(search: Search) -> Result<Self, ServerError> {
        Ok(Self {
            search,
            background: Arc::new(Background::start()?),
            certificates: Arc::new(Certificates::generate()?),
            docker: OnceCell::new(),
            password: Uuid::new_v4().simple().to_string(),
        })
    }

    /// A server of each kind, or why there is none.
    pub(super) fn find_all(
        self: &Arc<Self>,
        kinds: &[Kind],
    ) -> Result<Vec<Result<Server, ServerError>>, ServerError> {
        let ways = self.search.ways.clone();
        let searches: Vec<_> = kinds
            .iter()
            .map(|kind| self.clone().find(*kind, ways.clone()))
            .collect();
        self.background.run(async move {
            let tasks: Vec<_> = searches.into_iter().map(tokio::spawn).collect();
            let mut results = Vec::new();
            for task in tasks {
                let result = task.await;
                results.push(result.unwrap_or_else(|error| Err(ServerError::from(&error))));
            }
            Ok(results)
        })
    }

    /// A server that we start ourselves.
    pub(super) fn find_own(self: &Arc<Self>, kind: Kind) -> Result<Server, ServerError> {
        let mut ways = self.search.ways.clone();
        ways.retain(|way| *way != Origin::Url);
        self.background.run(self.clone().find(kind, ways))
    }

    async fn find(self: Arc<Self>, kind: Kind, ways: Vec<Origin>) -> Result<Server, ServerError> {
        let mut reasons = String::new();
        for way in ways {
            let found = match way {
                Origin::Url => self.given(kind).await,
                Origin::Container => self.in_container(kind).await,
                Origin::Installed => self.installed(kind).await,
            };
            match found {
                Ok(server) => return Ok(server),
                Err(Missing::Broken(error)) => return Err(error.context(format_args!("{kind}, {way}"))),
                Err(Missing::Absent(reason)) => reasons.push_str(&format!("\n  {way}: {reason}")),
            }
        }
        Err(ServerError::new(format_args!(
            "there is no server for {kind}:{reasons}\n`cargo verify` sets up what is missing and runs all tests; \
             CONFORMANCE_DATABASES=sqlite leaves the servers out"
        )))
    }

    async fn given(&self, kind: Kind) -> Result<Server, Missing> {
        let variable = kind.variable("URL");
        let absent = || Missing::Absent(ServerError::new(format_args!("{variable} is not set")));
        let url = self.search.urls.get(&kind).ok_or_else(absent)?;
        let url = parse(kind, url).map_err(|error| Missing::Broken(error.context(&variable)))?;
        let login = login::try_login(kind, url.clone()).await;
        let version = login.map_err(|error| Missing::Broken(error.context(&variable)))?;
        Ok(Server {
            kind,
            url,
            version,
            source: variable,
            certificates: None,
            keeper: None,
            background: self.background.clone(),
        })
    }

    async fn in_container(&self, kind: Kind) -> Result<Server, Missing> {
        let docker = self.docker.get_or_init(container::docker).await.clone();
        let docker = docker.map_err(|error| Missing::Absent(error.context("no Docker")))?;
        let image = match self.search.images.get(&kind) {
            Some(image) => {
                let wanted = container::wanted_image(&docker, image).await;
                wanted.map_err(|error| Missing::Broken(error.context(kind.variable("IMAGE"))))?
            }
            None => container::image(&docker, kind).await.map_err(Missing::Absent)?,
        };
        let started = Container::start(docker, kind, &image, &self.password, &self.certificates).await;
        let (container, port) = started.map_err(Missing::Broken)?;
        self.started(kind, Keeper::Container(Arc::new(container)), port, image)
            .await
    }

    async fn installed(&self, kind: Kind) -> Result<Server, Missing> {
        let programs = programs::find(kind).map_err(Missing::Absent)?;
        let program = programs.server.display().to_string();
        let started =
            Installed::start(kind, programs, self.password.clone(), self.certificates.clone()).await;
        let (installed, port) = started.map_err(Missing::Broken)?;
        self.started(kind, Keeper::Installed(installed), port, program)
            .await
    }

    async fn started(
        &self,
        kind: Kind,
        keeper: Keeper,
        port: u16,
        source: String,
    ) -> Result<Server, Missing> {
        let (user, database) = kind.administrator();
        let scheme = kind.schemes()[0];
        let text = format!("{scheme}://{user}:{}@127.0.0.1:{port}/{database}", self.password);
        let url = parse(kind, &text).map_err(Missing::Broken)?;
        let ready = keeper.until_ready(kind, url.clone()).await;
        let version = ready.map_err(|error| Missing::Broken(error.context(&source)))?;
        Ok(Server {
            kind,
            url,
            version,
            source,
            certificates: Some(self.certificates.clone()),
            keeper: Some(keeper),
            background: self.background.clone(),
        })
    }
}

impl fmt::Debug for Finder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Finder({:?})", self.search)
    }
}

fn parse(kind: Kind, text: &str) -> Result<Url, ServerError> {
    let url = Url::parse(text).map_err(|error| ServerError::from(&error).context("not a URL"))?;
    if kind.schemes().contains(&url.scheme()) {
        return Ok(url);
    }
    let scheme = kind.schemes()[0];
    Err(ServerError::new(format_args!(
        "the URL of a server of {kind} starts with `{scheme}://`"
    )))
}
