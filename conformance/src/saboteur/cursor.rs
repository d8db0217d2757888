//! The cursor around the real one.

use super::connection::Sabotaged;
use super::fault::{Pull, Sabotage};
use super::rows::{Copied, Copying, push};
use activerecord::{Connection, Cursor, Result, RowSink};

/// A cursor with one fault, or none.
pub(super) struct SabotagedCursor {
    inner: Box<dyn Cursor>,
    sabotage: Option<Sabotage>,
}

impl SabotagedCursor {
    pub(super) fn new(inner: Box<dyn Cursor>, sabotage: Option<Sabotage>) -> Self {
        Self { inner, sabotage }
    }

    fn copy(&mut self, rows: usize) -> Result<(Vec<Copied>, bool)> {
        let mut copied = Vec::new();
        let more = self.inner.fill(rows, &mut Copying(&mut copied))?;
        Ok((copied, more))
    }
}

impl Cursor for SabotagedCursor {
    fn fill(&mut self, rows: usize, sink: &mut dyn RowSink) -> Result<bool> {
        let (mut copied, mut more) = match self.sabotage {
            Some(Sabotage::Cursor(_) | Sabotage::Rows(_)) => self.copy(rows)?,
            _ => return self.inner.fill(rows, sink),
        };
        match self.sabotage {
            Some(Sabotage::Rows(change)) => change(&mut copied),
            Some(Sabotage::Cursor(Pull::EndsEarly)) => more = false,
            Some(Sabotage::Cursor(Pull::Repeats)) => copied.extend(copied.first().cloned()),
            Some(Sabotage::Cursor(Pull::Skips)) => drop(copied.pop()),
            _ => {}
        }
        push(&copied, sink).map(|wanted| more && wanted)
    }

    fn close(self: Box<Self>) -> Box<dyn Connection> {
        let (inner, sabotage) = (self.inner.close(), self.sabotage);
        Box::new(Sabotaged { inner, sabotage })
    }
}
