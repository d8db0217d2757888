//! What went wrong with a server.

use std::error::Error;
use std::fmt;

/// Why there is no server or why it did not do what it was asked, and what to do about it. Never holds a URL, whose
/// password would be seen.
#[derive(Debug, Clone)]
pub struct ServerError(String);

impl ServerError {
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }

    /// Says what was attempted.
    pub(super) fn context(self, attempt: impl fmt::Display) -> Self {
        Self(format!("{attempt}: {}", self.0))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for ServerError {}

/// An error with all its causes, since those of drivers keep what matters in a cause.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    text
}

/// An error of the operating system, of Docker or of a driver, with all its causes.
impl<E: Error> From<&E> for ServerError {
    fn from(error: &E) -> Self {
        Self(with_causes(error))
    }
}

/// The last lines of a log.
pub(super) fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(15)..];
    format!("\n    {}", last.join("\n    "))
}
