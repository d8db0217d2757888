//! Stopping what runs.

use super::support::{connect, execute};
use activerecord_core::{Connection, ErrorKind, Interrupt};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// Interrupts until the statement has ended.
fn insist(interrupt: &Arc<dyn Interrupt>, connection: Box<dyn Connection>) -> Box<dyn Connection> {
    let running = thread::spawn(move || {
        let mut connection = connection;
        let stopped = execute(&mut *connection, "LONG").unwrap_err();
        assert_eq!(stopped.kind(), ErrorKind::Canceled);
        connection
    });
    while !running.is_finished() {
        interrupt.interrupt();
        thread::yield_now();
    }
    running.join().unwrap()
}

#[test]
fn a_statement_is_stopped_from_another_thread() {
    let (seen, connection) = connect();
    let interrupt = connection.interrupter().unwrap();
    let mut connection = insist(&interrupt, connection);
    assert!(seen.cancels.load(Ordering::SeqCst) >= 1);
    assert_eq!(execute(&mut *connection, "NEXT").unwrap().rows, 3);
    assert_eq!(execute(&mut *connection, "AND NEXT").unwrap().rows, 3);
    let statements = seen.statements();
    assert!(
        statements.ends_with(&["PING".into(), "NEXT".into(), "AND NEXT".into()]),
        "one sign of life after the stop: {statements:?}"
    );
}

#[test]
fn asking_does_not_wait_and_asks_once_at_a_time() {
    let (seen, connection) = connect();
    seen.slow_cancel.store(true, Ordering::SeqCst);
    let interrupt = connection.interrupter().unwrap();
    let start = Instant::now();
    for _ in 0..100 {
        interrupt.interrupt();
    }
    assert!(start.elapsed() < Duration::from_millis(50));
    assert!(seen.cancels.load(Ordering::SeqCst) <= 1);
}

#[test]
fn the_next_statement_waits_until_the_database_was_told() {
    let (seen, connection) = connect();
    seen.slow_cancel.store(true, Ordering::SeqCst);
    let mut connection = connection;
    connection.interrupter().unwrap().interrupt();
    execute(&mut *connection, "NEXT").unwrap();
    assert_eq!(seen.told.load(Ordering::SeqCst), 1);
}

#[test]
fn a_stop_may_be_asked_for_in_a_task() {
    let (_, connection) = connect();
    let interrupt = connection.interrupter().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { interrupt.interrupt() });
}
