//! A connection of either kind.

use crate::driver::{Connection, Control};
use crate::error::Result;
use sync_wrapper::SyncWrapper;
#[cfg(feature = "native")]
use {super::native::Native, crate::driver::AsyncConnection, std::sync::Arc};

/// The connection itself.
pub(crate) enum Link {
    /// Only `&mut` reaches it, so that a line may be shared among the futures of an operation.
    Blocking(SyncWrapper<Box<dyn Connection>>),
    #[cfg(feature = "native")]
    Native(Native),
}

impl Link {
    pub(crate) fn blocking(connection: Box<dyn Connection>) -> Self {
        Self::Blocking(SyncWrapper::new(connection))
    }

    pub(super) fn into_blocking(self) -> Option<Box<dyn Connection>> {
        match self {
            Self::Blocking(connection) => Some(connection.into_inner()),
            #[cfg(feature = "native")]
            Self::Native(_) => None,
        }
    }

    #[cfg(feature = "native")]
    pub(super) fn into_native(self) -> Option<Arc<dyn AsyncConnection>> {
        match self {
            Self::Blocking(_) => None,
            Self::Native(native) => Some(native.connection),
        }
    }

    pub(super) async fn control(&mut self, control: Control<'_>) -> Result<()> {
        match self {
            Self::Blocking(connection) => connection.get_mut().control(control),
            #[cfg(feature = "native")]
            Self::Native(native) => native.control(control).await,
        }
    }

    pub(super) async fn reset(&mut self) -> Result<()> {
        match self {
            Self::Blocking(connection) => connection.get_mut().reset(),
            #[cfg(feature = "native")]
            Self::Native(native) => native.connection.reset().await,
        }
    }

    pub(super) fn can_reset(&mut self) -> bool {
        match self {
            Self::Blocking(connection) => connection.get_mut().can_reset(),
            #[cfg(feature = "native")]
            Self::Native(_) => true,
        }
    }

    pub(super) fn is_in_transaction(&mut self) -> bool {
        match self {
            Self::Blocking(connection) => connection.get_mut().is_in_transaction(),
            #[cfg(feature = "native")]
            Self::Native(native) => native.connection.is_in_transaction(),
        }
    }

    pub(super) fn is_clean(&mut self) -> bool {
        match self {
            Self::Blocking(connection) => connection.get_mut().is_clean(),
            #[cfg(feature = "native")]
            Self::Native(native) => !native.connection.is_in_transaction() && native.connection.is_usable(),
        }
    }

    pub(super) fn is_usable(&mut self) -> bool {
        match self {
            Self::Blocking(connection) => connection.get_mut().is_usable(),
            #[cfg(feature = "native")]
            Self::Native(native) => native.connection.is_usable(),
        }
    }

    pub(super) fn max_params(&mut self) -> usize {
        match self {
            Self::Blocking(connection) => connection.get_mut().max_params(),
            #[cfg(feature = "native")]
            Self::Native(native) => native.connection.max_params(),
        }
    }
}
