//! The wire by `mysql_async`.

use super::{Prepared, Told, Wire};
use crate::caught::caught_async;
use crate::config::Mysql;
use crate::error::Failure;
use crate::tls::{self, SslMode};
use crate::value::DriverRow;
use mysql_async::prelude::Queryable;
use mysql_async::{BinaryProtocol, Conn, Params, QueryResult, Statement};
use mysql_common::row::Row;
use mysql_common::value::Value;
use std::pin::pin;
use std::time::Instant;

/// A connection of `mysql_async`.
pub(crate) struct AsyncConn {
    conn: Conn,
    row: DriverRow,
}

impl AsyncConn {
    /// Takes leave of the server.
    ///
    /// # Cancel safety
    ///
    /// Dropped, it closes the connection without a word.
    pub(crate) async fn disconnect(self) -> Result<(), Failure> {
        caught_async(pin!(self.conn.disconnect())).await
    }

    fn answer(&mut self) -> QueryResult<'_, 'static, BinaryProtocol> {
        QueryResult::new(&mut self.conn)
    }
}

impl Wire for AsyncConn {
    type Prepared = Statement;
    type Row = DriverRow;

    async fn connect(mysql: &Mysql, mode: SslMode, _: Option<Instant>) -> Result<Self, Failure> {
        let options = mysql.options().ssl_opts(tls::options(mysql, mode)?);
        Ok(Self {
            conn: caught_async(Conn::new(options)).await?,
            row: DriverRow::default(),
        })
    }

    fn bound(&mut self, _: Option<Instant>) {}

    fn id(&self) -> u32 {
        self.conn.id()
    }

    fn is_disconnected(&self) -> bool {
        self.conn.is_disconnected()
    }

    async fn prepare(&mut self, sql: &str) -> Result<Statement, Failure> {
        caught_async(self.conn.prep(sql)).await
    }

    async fn execute(&mut self, prepared: &Statement, values: Vec<Value>) -> Result<(), Failure> {
        let executed = caught_async(self.conn.exec_iter(prepared, Params::Positional(values))).await;
        executed.map(drop)
    }

    async fn close(&mut self, prepared: Statement) -> Result<(), Failure> {
        caught_async(self.conn.close(prepared)).await
    }

    async fn next(&mut self) -> Result<bool, Failure> {
        // Its room is for the next one, while it is in the cache.
        self.row.0 = None;
        let row = caught_async(pin!(self.answer().next())).await?;
        let is_one = row.is_some();
        self.row.0 = row;
        Ok(is_one)
    }

    fn row(&self) -> &DriverRow {
        &self.row
    }

    fn is_over(&self) -> bool {
        self.told().is_some_and(|told| !told.more_follows())
    }

    async fn drain(&mut self) -> Result<(), Failure> {
        caught_async(pin!(self.answer().drop_result())).await
    }

    async fn query(&mut self, sql: &str) -> Result<(), Failure> {
        caught_async(self.conn.query_drop(sql)).await
    }

    async fn first(&mut self, sql: &str) -> Result<Option<Row>, Failure> {
        caught_async(self.conn.query_first(sql)).await
    }

    async fn reset(&mut self) -> Result<(), Failure> {
        caught_async(pin!(self.conn.reset())).await.map(drop)
    }

    async fn ping(&mut self) -> Result<(), Failure> {
        caught_async(self.conn.ping()).await
    }

    fn told(&self) -> Option<Told> {
        self.conn.last_ok_packet().map(Told::from)
    }
}

impl Prepared for Statement {
    fn params(&self) -> u16 {
        self.num_params()
    }
}
