//! The connection around the real one.

use super::cursor::SabotagedCursor;
use super::fault::Sabotage;
use super::rows::{Copied, Copying, push};
use super::text::Text;
use activerecord::{
    Connection, Control, Error, ErrorKind, Interrupt, OpenCursor, Result, RowSink, SqlValue, Statement,
    Written,
};
use std::sync::Arc;

/// A connection with one fault, or none.
pub(super) struct Sabotaged {
    pub(super) inner: Box<dyn Connection>,
    pub(super) sabotage: Option<Sabotage>,
}

impl Sabotaged {
    /// The text and the parameters as they are sent.
    fn text(&self, sql: &str, params: &[SqlValue<'_>]) -> Text {
        let mut text = Text::new(sql, params);
        if let Some(Sabotage::Text(change)) = self.sabotage {
            change(&mut text);
        }
        text
    }

    /// A failure as it is told.
    fn told<T: Default>(&self, result: Result<T>) -> Result<T> {
        match (result, self.sabotage) {
            (Err(error), Some(Sabotage::Failure(tell))) => tell(error).map(|()| T::default()),
            (result, _) => result,
        }
    }

    fn run_query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        match self.sabotage {
            Some(Sabotage::Query(query)) => query(&mut *self.inner, statement, sink),
            Some(Sabotage::Rows(change)) => {
                let mut rows: Vec<Copied> = Vec::new();
                self.inner.query(statement, &mut Copying(&mut rows))?;
                change(&mut rows);
                push(&rows, sink).map(|_| ())
            }
            _ => self.inner.query(statement, sink),
        }
    }

    fn run_execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        match self.sabotage {
            Some(Sabotage::Execute(execute)) => execute(&mut *self.inner, statement),
            Some(Sabotage::MaxParams { real, .. }) if statement.params.len() > real => {
                Err(Error::new(ErrorKind::Syntax, "too many parameters"))
            }
            Some(Sabotage::Written(tell)) => {
                let written = self.inner.execute(statement)?;
                Ok(tell(statement.sql, written))
            }
            _ => self.inner.execute(statement),
        }
    }
}

impl Connection for Sabotaged {
    fn query(&mut self, statement: &Statement<'_>, sink: &mut dyn RowSink) -> Result<()> {
        let text = self.text(statement.sql, statement.params);
        let result = self.run_query(&text.statement(), sink);
        self.told(result)
    }

    fn execute(&mut self, statement: &Statement<'_>) -> Result<Written> {
        let text = self.text(statement.sql, statement.params);
        let result = self.run_execute(&text.statement());
        self.told(result)
    }

    fn control(&mut self, control: Control<'_>) -> Result<()> {
        match self.sabotage {
            Some(Sabotage::Control(wrong)) => wrong(&mut *self.inner, control),
            _ => self.inner.control(control),
        }
    }

    fn is_in_transaction(&mut self) -> bool {
        match self.sabotage {
            Some(Sabotage::InTransaction(said)) => said,
            _ => self.inner.is_in_transaction(),
        }
    }

    fn reads_only(&mut self, sql: &str) -> Result<bool> {
        match self.sabotage {
            Some(Sabotage::ReadsOnly(said)) => Ok(said),
            _ => self.inner.reads_only(sql),
        }
    }

    fn max_params(&self) -> usize {
        match self.sabotage {
            Some(Sabotage::MaxParams { said, .. }) => said,
            _ => self.inner.max_params(),
        }
    }

    fn interrupter(&self) -> Option<Arc<dyn Interrupt>> {
        match self.sabotage {
            Some(Sabotage::NoInterrupt) => None,
            _ => self.inner.interrupter(),
        }
    }

    fn is_usable(&mut self) -> bool {
        self.inner.is_usable()
    }

    fn open_cursor(self: Box<Self>, sql: String, params: Vec<SqlValue<'static>>) -> OpenCursor {
        let Text { sql, params } = self.text(&sql, &params);
        let sabotage = self.sabotage;
        match self.inner.open_cursor(sql, params) {
            Ok(inner) => Ok(Box::new(SabotagedCursor::new(inner, sabotage))),
            Err((error, inner)) => Err((error, Box::new(Self { inner, sabotage }))),
        }
    }
}
