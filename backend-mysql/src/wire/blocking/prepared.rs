//! A prepared statement, and the columns of its rows.

use super::packets::Packets;
use crate::error::Failure;
use crate::wire::Prepared;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{Column, StmtPacket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A statement that the server has prepared.
#[derive(Clone)]
pub(crate) struct BlockingPrepared(Arc<Inner>);

struct Inner {
    id: u32,
    params: u16,
    shape: Mutex<Shape>,
}

/// The columns, as they were sent last and as they were read. Most servers send them with every answer, and nearly
/// always the same.
#[derive(Default)]
struct Shape {
    sent: Vec<u8>,
    read: Arc<[Column]>,
}

impl BlockingPrepared {
    pub(super) fn new(packet: &StmtPacket) -> Self {
        Self(Arc::new(Inner {
            id: packet.statement_id(),
            params: packet.num_params(),
            shape: Mutex::default(),
        }))
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id
    }

    /// The columns as they were last.
    pub(super) fn columns(&self) -> Arc<[Column]> {
        self.shape().read.clone()
    }

    /// The columns as they were sent now.
    pub(super) fn columns_of(&self, sent: &[u8]) -> Result<Arc<[Column]>, Failure> {
        let mut shape = self.shape();
        if shape.sent != sent {
            shape.read = parsed(sent)?;
            shape.sent = sent.to_vec();
        }
        Ok(shape.read.clone())
    }

    fn shape(&self) -> MutexGuard<'_, Shape> {
        self.0.shape.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Prepared for BlockingPrepared {
    fn params(&self) -> u16 {
        self.0.params
    }
}

/// Keeps a column as it was sent, behind its length.
pub(super) fn keep(columns: &mut Vec<u8>, column: &[u8]) {
    columns.extend_from_slice(&column.len().to_le_bytes());
    columns.extend_from_slice(column);
}

/// Reads columns that were kept.
pub(super) fn parsed(mut kept: &[u8]) -> Result<Arc<[Column]>, Failure> {
    let mut columns = Vec::new();
    while let Some((length, rest)) = kept.split_first_chunk() {
        let column = rest.split_at_checked(usize::from_le_bytes(*length));
        let (column, rest) = column.ok_or_else(Packets::unexpected)?;
        columns.push(ParseBuf(column).parse(())?);
        kept = rest;
    }
    Ok(columns.into())
}
