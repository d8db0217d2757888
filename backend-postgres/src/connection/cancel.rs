//! Stopping what runs, by way of another connection.

use crate::backend::connect_again;
use crate::error;
use crate::socket::Address;
use crate::tls::{Settled, Tls};
use activerecord_core::{Answer, Cancel, Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, empty};
use tokio_postgres::CancelToken;

/// The longest that a stop may take.
const LONGEST: Duration = Duration::from_secs(1);

/// Stops what runs on one connection.
#[derive(Clone)]
pub(crate) struct Canceler(Arc<Way>);

struct Way {
    token: CancelToken,
    /// The very server that the connection is to.
    address: Address,
    /// Encrypts the stop as the connection is.
    tls: Option<Tls>,
    /// Whether a stop was sent since the connection last came to rest. The server's answer to a stop is the one to a
    /// statement that takes too long.
    has_stopped: AtomicBool,
}

impl Canceler {
    pub(crate) fn new(token: CancelToken, address: Address, tls: Option<Tls>) -> Self {
        Self(Arc::new(Way {
            token,
            address,
            tls,
            has_stopped: AtomicBool::new(false),
        }))
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.0.has_stopped.load(Ordering::Acquire)
    }

    pub(super) fn rest(&self) {
        self.0.has_stopped.store(false, Ordering::Release);
    }

    /// Asks the server, and waits until it has told the process: from then on the stop can hit nothing that is sent.
    async fn ask(&self) -> Result<()> {
        let mut wire = connect_again(&self.0.address, self.0.tls.clone()).await?;
        let asked = self.0.token.cancel_query_raw(empty(), Settled(&mut wire)).await;
        asked.map_err(error::explain)?;
        // The server gives no answer but the end.
        let mut rest = [0; 64];
        while wire.read(&mut rest).await.is_ok_and(|bytes| bytes > 0) {}
        Ok(())
    }
}

impl Cancel for Canceler {
    fn cancel(&self) -> Answer<'_, ()> {
        Box::pin(async {
            self.0.has_stopped.store(true, Ordering::Release);
            let asked = tokio::time::timeout(LONGEST, self.ask()).await;
            asked.unwrap_or_else(|_| Err(too_slow()))
        })
    }
}

#[cold]
fn too_slow() -> Error {
    Error::new(
        ErrorKind::ConnectionLost,
        format!("the server did not take the request to stop within {LONGEST:?}"),
    )
}
