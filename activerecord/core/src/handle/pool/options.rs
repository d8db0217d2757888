//! The limits of a pool, and how busy it is.

use std::time::Duration;

/// The limits of a handle's connections.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PoolOptions {
    /// The most connections at a time, 8 without a word.
    pub size: u32,
    /// The longest wait for one, or for the turn to write; 5 s without a word.
    pub acquire_timeout: Duration,
    /// A connection that nobody used for so long is closed; 10 minutes without a word, `None` for never. It does not
    /// apply to an embedded database. Zero is refused.
    pub idle_timeout: Option<Duration>,
    /// A connection that was open for so long is closed after its use; 30 minutes without a word, `None` for never.
    /// Up to a tenth less, so that connections that were opened together are not closed together. It does not apply to
    /// an embedded database. Zero is refused.
    pub max_lifetime: Option<Duration>,
    /// Whether log events show the values of parameters; no without a word.
    pub log_values: bool,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            size: 8,
            acquire_timeout: Duration::from_secs(5),
            idle_timeout: Some(Duration::from_secs(10 * 60)),
            max_lifetime: Some(Duration::from_secs(30 * 60)),
            log_values: false,
        }
    }
}

/// How busy a handle's connections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The most connections at a time.
    pub size: usize,
    /// Connections in use.
    pub in_use: usize,
    /// Open connections that nobody uses.
    pub idle: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Callers that wait for their turn to write.
    pub waiting_to_write: usize,
}
