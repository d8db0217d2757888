//! The backend around the real one.

use super::connection::Sabotaged;
use super::fault::{Fault, Sabotage};
use activerecord::{Backend, Capabilities, Connection, Dialect, Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A backend whose connections have one fault, or none.
#[derive(Debug)]
pub struct Saboteur {
    inner: Arc<dyn Backend>,
    fault: Option<Fault>,
    connected: AtomicBool,
}

impl Saboteur {
    /// Wraps a backend.
    pub fn new(inner: Arc<dyn Backend>, fault: Option<Fault>) -> Self {
        Self {
            inner,
            fault,
            connected: AtomicBool::new(false),
        }
    }
}

impl Backend for Saboteur {
    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn connect(&self) -> Result<Box<dyn Connection>> {
        let sabotage = self.fault.map(|fault| fault.sabotage);
        let again = self.connected.swap(true, Ordering::Relaxed);
        if again && matches!(sabotage, Some(Sabotage::OneConnection)) {
            return Err(Error::new(ErrorKind::TooManyConnections, "one is enough"));
        }
        let inner = self.inner.connect()?;
        Ok(Box::new(Sabotaged { inner, sabotage }))
    }
}
