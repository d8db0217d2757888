//! A blocking connection by itself: what the traits ask of it, and no handle would show.

use crate::server::behind;
use activerecord::{
    Backend, Connection, Cursor, Database, ErrorKind, Handle, Result, Row, RowSink, SqlValue, Statement,
};
use activerecord_backend_mysql::Mysql;
use activerecord_backend_postgres::Postgres;
use conformance::support::kind;
use conformance_macros::cases;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

pub(crate) use self::connection::cases;

#[cases]
mod connection {
    #[only(blocking)]
    use crate::blocking as by_itself;
    #[only(blocking)]
    use conformance::prelude::*;

    /// Rows without an end that nobody wants any more do not keep the connection.
    #[only(blocking)]
    async fn an_answer_without_an_end_can_be_left(db: &Db) -> Result<()> {
        by_itself::leave_an_answer_without_an_end(db)
    }

    /// Rows that are soon read leave a transaction as it was.
    #[only(blocking)]
    async fn a_short_answer_can_be_left_in_a_transaction(db: &Db) -> Result<()> {
        by_itself::leave_a_short_answer(db)
    }

    /// A stop ends what runs, and nothing that follows.
    #[only(blocking)]
    async fn a_stop_hits_nothing_but_what_runs(db: &Db) -> Result<()> {
        by_itself::stop(db)
    }

    /// A panic of who takes the rows is theirs, and the connection goes on.
    #[only(blocking)]
    async fn a_panic_of_the_reader_breaks_nothing(db: &Db) -> Result<()> {
        by_itself::panic_over_a_row(db)
    }

    /// A value goes there and back that the protocol takes apart: a packet of MySQL's has 16 MiB at most.
    #[only(blocking)]
    async fn a_value_larger_than_a_packet(db: &Db) -> Result<()> {
        by_itself::send_and_read_large_values(db)
    }
}

fn leave_an_answer_without_an_end(db: &Database) -> Result<()> {
    let mut connection = connect(db)?;
    for rows in [1, 1_000] {
        let start = Instant::now();
        let mut cursor = open(connection, without_end("t0.n"))?;
        assert!(cursor.fill(rows, &mut Taken::quietly())?);
        connection = cursor.close();
        works(&mut *connection)?;
        assert!(start.elapsed() < Duration::from_secs(10), "{rows}");
    }
    Ok(())
}

fn leave_a_short_answer(db: &Database) -> Result<()> {
    let mut connection = connect(db)?;
    connection.control(activerecord::Control::Begin(&activerecord::options()))?;
    let mut cursor = open(connection, format!("{} LIMIT 5000", without_end("t0.n")))?;
    assert!(cursor.fill(3, &mut Taken::quietly())?);
    let mut connection = cursor.close();
    assert!(connection.is_in_transaction());
    works(&mut *connection)?;
    connection.control(activerecord::Control::Commit)
}

fn stop(db: &Database) -> Result<()> {
    let mut connection = connect(db)?;
    let interrupt = connection.interrupter().unwrap();
    for _ in 0..3 {
        let running = std::thread::spawn(move || {
            let long = without_end("COUNT(*)");
            let stopped = connection.execute(&Statement::new(&long, &[]));
            (connection, kind(stopped))
        });
        // Some of these come too early, and some too late.
        while !running.is_finished() {
            interrupt.interrupt();
            std::thread::yield_now();
        }
        let stopped;
        (connection, stopped) = running.join().unwrap();
        // PostgreSQL acts on a stop a moment after it was told, and may by then seem to do so by itself.
        let by_itself = db.dialect().name() == "postgres" && stopped == ErrorKind::StatementTimeout;
        assert!(stopped == ErrorKind::Canceled || by_itself, "{stopped:?}");
        works(&mut *connection)?;
    }
    interrupt.interrupt();
    if db.dialect().name() != "postgres" {
        // It gives 1 where it is cut short.
        let mut cut_short = Number(7);
        connection.query(&Statement::new("SELECT SLEEP(0.2)", &[]), &mut cut_short)?;
        assert_eq!(cut_short.0, 0);
    }
    works(&mut *connection)
}

fn panic_over_a_row(db: &Database) -> Result<()> {
    let mut connection = connect(db)?;
    let sql = format!("{} LIMIT 20000", without_end("t0.n"));
    let mut reader = Taken(0, || std::panic::panic_any("the reader's own"));
    let query = AssertUnwindSafe(|| connection.query(&Statement::new(&sql, &[]), &mut reader));
    let panic = catch_unwind(query).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the reader's own"));
    works(&mut *connection)
}

fn send_and_read_large_values(db: &Database) -> Result<()> {
    const LENGTH: usize = 20 << 20;
    const PACKET: usize = (16 << 20) - 1;
    let sql = match db.dialect().name() {
        "postgres" => "SELECT $1::bytea, $2::bytea",
        _ => {
            let larger = "SET GLOBAL max_allowed_packet = 1073741824";
            connect(db)?.execute(&Statement::new(larger, &[]))?;
            "SELECT CAST(? AS BINARY), CAST(? AS BINARY)"
        }
    };
    let mut connection = connect(db)?;
    // The row of the second is one packet in full.
    for length in [PACKET - 8, PACKET - 7, PACKET - 6, PACKET, LENGTH] {
        let mut value = vec![b'.'; length];
        value[length - 1] = b'!';
        let params = [
            SqlValue::Bytes((&*value).into()),
            SqlValue::Bytes(b"".as_slice().into()),
        ];
        let mut found = Bytes(Vec::new());
        connection.query(&Statement::new(sql, &params), &mut found)?;
        assert!(found.0 == value, "{length}");
        works(&mut *connection)?;
    }
    Ok(())
}

fn connect(db: &Database) -> Result<Box<dyn Connection>> {
    let url = behind(db).url("sslmode=disable");
    match db.dialect().name() {
        "postgres" => Backend::connect(&Postgres::from_url(&url)?),
        _ => Backend::connect(&Mysql::from_url(&url)?),
    }
}

fn open(connection: Box<dyn Connection>, sql: String) -> Result<Box<dyn Cursor>> {
    connection
        .open_cursor(sql, Vec::new())
        .map_err(|(error, _)| error)
}

/// The connection does what it is told, and gives the answer to that.
fn works(connection: &mut dyn Connection) -> Result<()> {
    assert!(connection.is_usable());
    for (sql, number) in [("SELECT 7", 7), ("SELECT 8", 8), ("SELECT 7", 7)] {
        let mut found = Number(0);
        connection.query(&Statement::new(sql, &[]), &mut found)?;
        assert_eq!(found.0, number);
    }
    connection.ping(Duration::from_secs(5))
}

/// A query of a million times a million rows, the first of which come at once: MySQL is told not to collect them first.
fn without_end(what: &str) -> String {
    let ten: Vec<_> = (0..10).map(|digit| format!("SELECT {digit} AS n")).collect();
    let ten = ten.join(" UNION ALL ");
    let tens: Vec<_> = (0..12).map(|place| format!("({ten}) AS t{place}")).collect();
    format!("SELECT /*+ NO_BNL() */ {what} FROM {}", tens.join(", "))
}

/// Counts rows, and does something at the tenth.
struct Taken(usize, fn());

impl Taken {
    fn quietly() -> Self {
        Self(0, || ())
    }
}

impl RowSink for Taken {
    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        self.0 += 1;
        if self.0 == 10 {
            (self.1)();
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// The number that a row is.
struct Number(i64);

impl RowSink for Number {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.0 = row.get(0)?;
        Ok(ControlFlow::Continue(()))
    }
}

/// The bytes of a value, behind which comes an empty one.
struct Bytes(Vec<u8>);

impl RowSink for Bytes {
    fn row(&mut self, row: &dyn Row) -> Result<ControlFlow<()>> {
        self.0 = row.get(0)?;
        assert_eq!(row.get::<Vec<u8>>(1)?, Vec::<u8>::new());
        Ok(ControlFlow::Continue(()))
    }
}
