//! What becomes of panics.

use super::support::{connect, execute};
use activerecord_core::{ErrorKind, Outcome, Result, Row, RowSink, Statement};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Panics;

impl RowSink for Panics {
    fn row(&mut self, _: &dyn Row) -> Result<ControlFlow<()>> {
        panic!("the caller's own")
    }
}

#[test]
fn one_in_the_drivers_task_is_a_lost_connection() {
    let (_, mut connection) = connect();
    let lost = execute(&mut *connection, "PANIC IN THE TASK").unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::ConnectionLost);
    assert!(!connection.is_usable());
}

#[test]
fn one_in_the_drivers_call_is_a_lost_connection() {
    let (_, mut connection) = connect();
    let lost = execute(&mut *connection, "PANIC IN THE CALL").unwrap_err();
    assert_eq!(
        (lost.kind(), lost.outcome()),
        (ErrorKind::ConnectionLost, Outcome::Unknown)
    );
    assert!(!connection.is_usable());
}

#[test]
fn one_of_the_caller_is_the_callers() {
    let (_, mut connection) = connect();
    let query = AssertUnwindSafe(|| connection.query(&Statement::new("READ", &[]), &mut Panics));
    let panic = catch_unwind(query).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the caller's own"));
    assert!(connection.is_usable());
    assert_eq!(execute(&mut *connection, "WRITE").unwrap().rows, 3);
}
