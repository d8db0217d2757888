//! Opening a connection.

use crate::config::Mysql;
use crate::connection::{AsyncMysql, BlockingMysql, Server, Session, now};
use crate::dialect::{MARIADB, MYSQL};
use crate::error::{self, Failure};
use crate::flavour::Flavour;
use crate::tls::SslMode;
use crate::wire::{AsyncConn, BlockingConn, Wire};
use activerecord_core::{
    Answer, AsyncBackend, AsyncConnection, Backend, Capabilities, Connection, Dialect, Error, ErrorKind,
    Result, may_block,
};
use std::sync::Arc;
use std::time::Instant;

impl Backend for Mysql {
    /// The dialect of the server that the first connection found, until then of the one that the URL names.
    fn dialect(&self) -> &'static dyn Dialect {
        match self.flavour() {
            Flavour::Mysql => &MYSQL,
            Flavour::Mariadb => &MARIADB,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::server();
        capabilities.decimal_scale = false;
        capabilities.transactional_ddl = false;
        capabilities
    }

    fn connect(&self) -> Result<Box<dyn Connection>> {
        may_block()?;
        self.check()?;
        let until = Instant::now().checked_add(self.connecting());
        let opened = now(open::<BlockingConn>(self, until)).map_err(|error| match until {
            Some(until) if Instant::now() >= until => too_slow(self).with_source(error),
            _ => error,
        });
        let (mut wire, session) = opened.map_err(|error| in_connecting(self, error))?;
        wire.bound(None);
        Ok(Box::new(BlockingMysql::new(wire, session)))
    }

    fn native(&self) -> Option<Arc<dyn AsyncBackend>> {
        Some(Arc::new(self.clone()))
    }
}

impl AsyncBackend for Mysql {
    fn connect(&self) -> Answer<'_, Arc<dyn AsyncConnection>> {
        Box::pin(async move {
            self.check()?;
            let opened = tokio::time::timeout(self.connecting(), open::<AsyncConn>(self, None)).await;
            let opened = opened.unwrap_or_else(|_| Err(too_slow(self)));
            let (wire, session) = opened.map_err(|error| in_connecting(self, error))?;
            Ok(Arc::new(AsyncMysql::new(wire, session)) as Arc<dyn AsyncConnection>)
        })
    }
}

/// Connects and sets the session up.
async fn open<W: Wire>(mysql: &Mysql, until: Option<Instant>) -> Result<(W, Session<W>)> {
    let mut wire: W = reach(mysql, until).await?;
    let server = ask(&mut wire).await?;
    mysql.found(server.flavour)?;
    set_up(&mut wire, mysql, server.flavour).await?;
    Ok((wire, Session::new(server, mysql.clone())))
}

/// Connects, encrypted as was asked for. A driver fails where the server has no encryption, so a preference for it
/// needs a second try.
pub(crate) async fn reach<W: Wire>(mysql: &Mysql, until: Option<Instant>) -> Result<W> {
    let mode = mysql.effective_ssl_mode();
    match W::connect(mysql, mode, until).await {
        Err(Failure::NoEncryption) if mode == SslMode::Preferred => {
            W::connect(mysql, SslMode::Disabled, until).await
        }
        connected => connected,
    }
    .map_err(error::of)
}

/// Asks the server what it is and what it takes.
async fn ask<W: Wire>(wire: &mut W) -> Result<Server> {
    const QUESTION: &str = "SELECT VERSION(), @@max_allowed_packet, @@auto_increment_increment";
    let answer = wire.first(QUESTION).await.map_err(error::of)?;
    let read = || {
        let row = answer?;
        let version: String = row.get_opt(0)?.ok()?;
        Some((version, row.get_opt(1)?.ok()?, row.get_opt(2)?.ok()?))
    };
    let (version, largest_packet, key_step) = read().ok_or_else(no_answer)?;
    Ok(Server {
        id: wire.id(),
        flavour: Flavour::of_version(&version)?,
        largest_packet,
        key_step,
    })
}

/// Sets a session up so that statements mean the same as on the other databases.
///
/// | setting | value | why |
/// |---|---|---|
/// | `NAMES` | `utf8mb4` with a collation by code point, without padding | text is what it is, whatever its script |
/// | `ANSI_QUOTES` | on | `"column"` is a name and never a string |
/// | `NO_BACKSLASH_ESCAPES` | on | a literal ends where the standard ends it |
/// | `PIPES_AS_CONCAT` | on | `\|\|` joins texts |
/// | `ONLY_FULL_GROUP_BY` | on | a group has no column at random |
/// | `NO_AUTO_VALUE_ON_ZERO` | on | a key of zero is kept |
/// | `STRICT_ALL_TABLES`, `STRICT_TRANS_TABLES` | on | a value that does not fit is an error and not cut |
/// | `NO_ZERO_DATE`, `NO_ZERO_IN_DATE` | on | a date is one |
/// | `ERROR_FOR_DIVISION_BY_ZERO` | on | no null is written in place of a number |
/// | `NO_ENGINE_SUBSTITUTION` | on | a table has the engine that was asked for, or an error |
/// | `SIMULTANEOUS_ASSIGNMENT` (MariaDB) | on | an update reads the row as it was |
/// | `time_zone` | `+00:00` | times are in UTC |
/// | `autocommit` | on | a statement outside a transaction is one by itself |
/// | `innodb_lock_wait_timeout`, `lock_wait_timeout` | as configured | no wait is without an end |
pub(crate) async fn set_up<W: Wire>(wire: &mut W, mysql: &Mysql, flavour: Flavour) -> Result<()> {
    const MODES: &str = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,ONLY_FULL_GROUP_BY,NO_AUTO_VALUE_ON_ZERO,\
                         STRICT_ALL_TABLES,STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
                         ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
    let own_modes = match flavour {
        Flavour::Mysql => "",
        Flavour::Mariadb => ",SIMULTANEOUS_ASSIGNMENT",
    };
    let (collation, seconds) = (flavour.collation(), mysql.lock_seconds());
    let sql = format!(
        "SET NAMES utf8mb4 COLLATE {collation}, SESSION sql_mode = '{MODES}{own_modes}', \
         SESSION time_zone = '+00:00', SESSION autocommit = 1, SESSION innodb_lock_wait_timeout = {seconds}, \
         SESSION lock_wait_timeout = {seconds}"
    );
    wire.query(&sql).await.map_err(error::of)
}

#[cold]
fn in_connecting(mysql: &Mysql, error: Error) -> Error {
    error.context(format_args!("connecting to {}", mysql.place()))
}

#[cold]
fn too_slow(mysql: &Mysql) -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        format!("no answer within {:?}", mysql.connecting()),
    )
}

#[cold]
fn no_answer() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "the server does not say which version it is; it seems to be neither MySQL nor MariaDB",
    )
}
