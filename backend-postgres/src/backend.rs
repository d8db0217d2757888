//! Opening a connection.

use crate::config::Postgres;
use crate::connection::{Canceler, PostgresConnection};
use crate::dialect::DIALECT;
use crate::error;
use crate::socket::{self, Address};
use crate::tls::{self, Encryption, Settled, Tls, Wire};
use activerecord_core::{
    Answer, AsyncBackend, AsyncConnection, Backend, BlockOn, Capabilities, Connection, Dialect, Error,
    ErrorKind, Result,
};
use std::future::poll_fn;
use std::sync::Arc;
use tokio::io::{Empty, empty};
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::{AsyncMessage, Client};

impl Backend for Postgres {
    fn dialect(&self) -> &'static dyn Dialect {
        &DIALECT
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::server();
        capabilities.deferrable = true;
        capabilities.pipelines = true;
        capabilities
    }

    fn connect(&self) -> Result<Box<dyn Connection>> {
        BlockOn::connect(self)
    }

    fn native(&self) -> Option<Arc<dyn AsyncBackend>> {
        Some(Arc::new(self.clone()))
    }
}

impl AsyncBackend for Postgres {
    fn connect(&self) -> Answer<'_, Arc<dyn AsyncConnection>> {
        Box::pin(async {
            let longest = self.longest_connect();
            let connected = tokio::time::timeout(longest, connect(self)).await;
            let connected = connected.unwrap_or_else(|_| Err(timed_out(self)));
            let connection = connected.map_err(|error| at(self, error))?;
            Ok(Arc::new(connection) as Arc<dyn AsyncConnection>)
        })
    }
}

/// Makes the attempts of the mode in turn: the next one is for a server that does not take the one before.
async fn connect(postgres: &Postgres) -> Result<PostgresConnection> {
    let mut tls = Tls::new(postgres)?;
    let attempts = tls::attempts(postgres);
    let mut result = attempt(postgres, &mut tls, attempts[0]).await;
    for encryption in &attempts[1..] {
        match &result {
            Err(error) if is_about_encryption(error) => {
                result = attempt(postgres, &mut tls, *encryption).await
            }
            _ => break,
        }
    }
    result
}

/// Whether the same server may take a connection that is encrypted otherwise.
fn is_about_encryption(error: &Error) -> bool {
    error.kind() == ErrorKind::Tls || error.sqlstate() == Some("28000")
}

async fn attempt(postgres: &Postgres, tls: &mut Tls, encryption: Encryption) -> Result<PostgresConnection> {
    let (socket, address) = socket::connect(postgres).await.map_err(unreachable)?;
    let wire = tls.wrap(socket, encryption).await?;
    let encrypted = wire.is_encrypted();
    let (client, settled) = log_in(postgres, wire).await?;
    if !settled {
        set_up(postgres, &client).await?;
    }
    let canceler = Canceler::new(client.cancel_token(), address, encrypted.then(|| tls.clone()));
    Ok(PostgresConnection::new(client, canceler, postgres, settled))
}

/// Begins a session, whose work goes on in a task; `false` where something between here and the server has left the
/// settings out.
async fn log_in(postgres: &Postgres, wire: Wire) -> Result<(Client, bool)> {
    let mut startup = postgres.startup();
    // All about encryption is settled.
    startup
        .ssl_mode(SslMode::Require)
        .ssl_negotiation(SslNegotiation::Direct);
    let session = startup.connect_raw(empty(), Settled(wire)).await;
    let (client, connection) = session.map_err(error::in_login)?;
    let settled = is_set_up(&connection);
    tokio::spawn(drive(connection));
    Ok((client, settled))
}

type Driver = tokio_postgres::Connection<Empty, Wire>;

/// Whether the server has taken the settings of the session.
fn is_set_up(connection: &Driver) -> bool {
    let is = |name, value: &str| {
        connection
            .parameter(name)
            .is_some_and(|told| told.starts_with(value))
    };
    is("TimeZone", "UTC") && is("DateStyle", "ISO") && is("standard_conforming_strings", "on")
}

/// Sets the session up by statements.
async fn set_up(postgres: &Postgres, client: &Client) -> Result<()> {
    let sql = set_up_sql(postgres);
    client.batch_execute(&sql).await.map_err(error::explain)
}

pub(crate) fn set_up_sql(postgres: &Postgres) -> String {
    let settings = postgres.session_settings();
    settings
        .iter()
        .map(|(name, value)| format!("SET {name} = '{value}';"))
        .collect()
}

/// Reads and writes until the connection ends. A notice is for nobody, and whoever waits for an answer learns of an
/// error by that.
async fn drive(mut connection: Driver) {
    while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            AsyncMessage::Notice(_) | AsyncMessage::Notification(_) => {}
            _ => {}
        }
    }
}

/// Connects to the very server of a connection again, to stop what runs there.
pub(crate) async fn connect_again(address: &Address, tls: Option<Tls>) -> Result<Wire> {
    let socket = socket::connect_to(address).await.map_err(unreachable)?;
    match tls {
        None => Ok(Wire::Plain(socket)),
        Some(mut tls) => tls.wrap(socket, Encryption::Required).await,
    }
}

#[cold]
fn unreachable(failure: std::io::Error) -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        format!("the server cannot be reached: {failure}"),
    )
    .with_source(failure)
}

#[cold]
fn timed_out(postgres: &Postgres) -> Error {
    let longest = postgres.longest_connect();
    let message = format!("the server did not take the connection within the connect timeout of {longest:?}");
    Error::new(ErrorKind::ConnectionLost, message)
}

#[cold]
fn at(postgres: &Postgres, error: Error) -> Error {
    error.context(format_args!("connecting to PostgreSQL at {}", postgres.address()))
}
