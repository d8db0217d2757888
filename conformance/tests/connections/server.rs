//! The server of a kind that the cases of this program have for themselves.

use activerecord::{Database, Handle, Result};
use conformance::environment::{Environment, MysqlServer, PostgresServer};
use conformance::servers::{Kind, PrivateServer, ServerError, Servers};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A server, and whose turn it is.
#[derive(Debug)]
pub(crate) struct Own {
    server: PrivateServer,
    turn: Mutex<()>,
}

impl Own {
    /// Waits until no other case uses the server.
    pub(crate) fn alone(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server as cases see it. Each case has its own, since a restart breaks the connections of the one before.
    pub(crate) fn environment(&self) -> Result<Arc<dyn Environment>> {
        let url = self.server.url();
        Ok(match self.server.kind() {
            Kind::Postgres => Arc::new(PostgresServer::at(url)?),
            kind => Arc::new(MysqlServer::at(kind.name(), url)?),
        })
    }

    /// Its URL with other words after the `?`.
    pub(crate) fn url(&self, parameters: &str) -> String {
        format!("{}?{parameters}", self.server.url())
    }

    /// The same by another way, given by its address.
    pub(crate) fn url_by(&self, address: impl ToString, parameters: &str) -> String {
        self.url(parameters)
            .replace(&self.server.address(), &address.to_string())
    }

    pub(crate) fn address(&self) -> String {
        self.server.address()
    }

    /// The certificate of the authority that has signed the server's.
    pub(crate) fn authority(&self) -> &Path {
        self.server.ca_certificate().unwrap()
    }

    /// Stops it as an administrator does, and starts it again.
    pub(crate) fn restart(&self) {
        self.server.stop().unwrap();
        self.server.start().unwrap();
    }

    /// Ends it as a crash does, and starts it again.
    pub(crate) fn crash(&self) {
        self.server.kill().unwrap();
        self.server.start().unwrap();
    }
}

type Slot = Arc<OnceLock<Result<Arc<Own>, ServerError>>>;

fn servers() -> MutexGuard<'static, BTreeMap<&'static str, Slot>> {
    static SERVERS: Mutex<BTreeMap<&'static str, Slot>> = Mutex::new(BTreeMap::new());
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server of a kind, which the first case that needs it starts.
pub(crate) fn of(kind: Kind, servers: &Servers) -> Result<Arc<Own>, ServerError> {
    let slot = self::servers().entry(kind.name()).or_default().clone();
    let start = || {
        let server = servers.private(kind)?;
        let turn = Mutex::new(());
        Ok(Arc::new(Own { server, turn }))
    };
    slot.get_or_init(start).clone()
}

/// The server of a case, found by its database.
pub(crate) fn behind(database: &impl Handle) -> Arc<Own> {
    let slot = servers().get(database.dialect().name()).cloned().unwrap();
    slot.get().unwrap().clone().unwrap()
}

pub(crate) fn stop_all() {
    servers().clear();
}

/// Whether the connection of a handle is encrypted, as the server sees it.
pub(crate) fn question(database: &impl Handle) -> &'static str {
    match database.dialect().name() {
        "postgres" => {
            "SELECT CASE WHEN ssl THEN cipher ELSE '' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        }
        "mysql" => {
            "SELECT variable_value FROM performance_schema.session_status WHERE variable_name = 'Ssl_cipher'"
        }
        _ => {
            "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"
        }
    }
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Own>();
    shared::<Database>();
};
