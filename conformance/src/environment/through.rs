//! The database of a case by another way: through something between the library and the server.

use super::mysql::own_database;
use super::postgres::{in_schema, own_schema};
use activerecord::{Backend, Database, Error, ErrorKind, Handle, Result};
use activerecord_backend_mysql::Mysql;
use activerecord_backend_postgres::Postgres;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use url::Url;

/// The servers of the run, by their names.
fn servers() -> MutexGuard<'static, BTreeMap<&'static str, Url>> {
    static SERVERS: Mutex<BTreeMap<&'static str, Url>> = Mutex::new(BTreeMap::new());
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps how a server is reached.
pub(super) fn remember(name: &'static str, url: &str) {
    if let Ok(url) = Url::parse(url) {
        servers().insert(name, url);
    }
}

fn server_of(handle: &Database) -> Result<Url> {
    let name = handle.dialect().name();
    let server = servers().get(name).cloned();
    server.ok_or_else(|| Error::new(ErrorKind::Config, format!("`{name}` has no server in this run")))
}

/// The host and port of the server of a case.
///
/// # Errors
///
/// Where it has none.
pub fn address_of(handle: &Database) -> Result<String> {
    let url = server_of(handle)?;
    let port = match handle.dialect().name() {
        "postgres" => 5432,
        _ => 3306,
    };
    let host = url.host_str().unwrap_or("localhost");
    Ok(format!("{host}:{}", url.port().unwrap_or(port)))
}

/// The database of a case, reached by another address. It is not encrypted, so that what is between can read it.
///
/// # Errors
///
/// What the database says.
pub fn through(handle: &Database, address: SocketAddr) -> Result<Arc<dyn Backend>> {
    const LOCK_WAIT: Duration = Duration::from_secs(5);
    let mut url = server_of(handle)?;
    let port = url.set_port(Some(address.port()));
    if url.set_ip_host(address.ip()).and(port).is_err() {
        return Err(Error::new(ErrorKind::Config, "the server's URL has no host"));
    }
    url.set_query(Some("sslmode=disable"));
    Ok(match handle.dialect().name() {
        "postgres" => {
            let server = in_schema(Postgres::from_url(url.as_str())?, &own_schema(handle)?);
            Arc::new(server.lock_timeout(LOCK_WAIT))
        }
        _ => {
            let server = Mysql::from_url(url.as_str())?.database(own_database(handle)?);
            Arc::new(server.lock_timeout(LOCK_WAIT))
        }
    })
}
