//! Stopping a statement by way of another connection.

use crate::backend::reach;
use crate::config::Mysql;
use crate::error;
use crate::wire::{AsyncConn, Wire};
use activerecord_core::{Answer, Cancel, Error, ErrorKind, Result};
use std::time::Duration;

/// How long the server may take to be told.
const LONGEST: Duration = Duration::from_secs(1);

/// Kills what runs on a connection.
pub(super) struct Killer {
    mysql: Mysql,
    id: u32,
}

impl Killer {
    pub(super) fn new(mysql: Mysql, id: u32) -> Self {
        Self { mysql, id }
    }

    async fn kill(&self) -> Result<()> {
        let mut wire: AsyncConn = reach(&self.mysql, None).await?;
        let killed = wire.query(&format!("KILL QUERY {}", self.id)).await;
        // The server notices by itself that nobody is there any more.
        let _ = wire.disconnect().await;
        match killed {
            // The connection is gone, and its statement with it.
            Err(failure) if error::is_unknown_thread(&failure) => Ok(()),
            killed => killed.map_err(error::of),
        }
    }
}

impl Cancel for Killer {
    fn cancel(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            match tokio::time::timeout(LONGEST, self.kill()).await {
                Ok(killed) => killed,
                Err(_) => Err(too_slow()),
            }
        })
    }
}

#[cold]
fn too_slow() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        format!("the server could not be told within {LONGEST:?} to stop a statement"),
    )
}
