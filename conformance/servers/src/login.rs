//! What an administrator asks a server, by the real clients.

use super::error::with_causes;
use super::{Kind, ServerError};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Row, Value};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use tokio_postgres::{NoTls, SimpleQueryMessage};
use url::Url;

/// Rows as text; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// How long a server may take to let us in.
const READY: Duration = Duration::from_secs(90);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Runs SQL on a connection of its own; the rows of its last statement that has rows.
pub(super) async fn query(kind: Kind, url: Url, sql: String) -> Result<Rows, ServerError> {
    match kind {
        Kind::Postgres => query_postgres(url, &sql).await,
        Kind::Mysql | Kind::MariaDb => query_mysql(url, &sql).await,
    }
}

/// Waits until a login succeeds; the server's version.
pub(super) async fn until_ready(kind: Kind, url: Url) -> Result<String, ServerError> {
    let start = Instant::now();
    loop {
        match try_login(kind, url.clone()).await {
            Ok(version) => return Ok(version),
            Err(error) if start.elapsed() > READY => {
                return Err(error.context(format_args!("no login within {} s", READY.as_secs())));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// One login; the server's version.
pub(super) async fn try_login(kind: Kind, url: Url) -> Result<String, ServerError> {
    let question = match kind {
        Kind::Postgres => "SHOW server_version",
        Kind::Mysql | Kind::MariaDb => "SELECT version()",
    };
    let asked = timeout(ATTEMPT, query(kind, url, question.to_owned()));
    let rows = asked.await.unwrap_or_else(|_| {
        Err(ServerError::new(format_args!(
            "no answer within {} s",
            ATTEMPT.as_secs()
        )))
    })?;
    let version = rows.into_iter().flatten().flatten().next();
    version.ok_or_else(|| ServerError::new("it does not tell its version"))
}

/// The parameters of a URL are for our backends, which know others than the bare drivers do.
fn without_parameters(mut url: Url) -> Url {
    url.set_query(None);
    url
}

async fn query_postgres(url: Url, sql: &str) -> Result<Rows, ServerError> {
    let (client, connection) = tokio_postgres::connect(without_parameters(url).as_str(), NoTls)
        .await
        .map_err(|error| ServerError::from(&error))?;
    // It ends as soon as the client is dropped.
    tokio::spawn(connection);
    let messages = client
        .simple_query(sql)
        .await
        .map_err(|error| ServerError::from(&error))?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(rows
        .map(|row| (0..row.len()).map(|at| row.get(at).map(String::from)).collect())
        .collect())
}

async fn query_mysql(url: Url, sql: &str) -> Result<Rows, ServerError> {
    let mut connection = connect_mysql(url)
        .await
        .map_err(|error| ServerError::new(with_causes(&error)))?;
    let rows: Result<Vec<Row>, _> = connection.query(sql).await;
    let rows = rows.map_err(|error| ServerError::from(&error))?;
    // The server has answered; a failure to say goodbye changes nothing.
    let _ = connection.disconnect().await;
    Ok(rows
        .into_iter()
        .map(|row| row.unwrap().into_iter().map(text).collect())
        .collect())
}

async fn connect_mysql(url: Url) -> Result<Conn, mysql_async::Error> {
    let url = without_parameters(url);
    let rest = url.as_str().trim_start_matches(url.scheme());
    let options = Opts::from_url(&format!("mysql{rest}"))?;
    // The driver would switch to the socket of another server that runs on this machine.
    Conn::new(OptsBuilder::from_opts(options).prefer_socket(false)).await
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}
