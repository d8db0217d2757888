//! Where a blocking call may be made, and where it says that it may not.

use super::support::{Fake, connect, execute, use_it};
use activerecord_core::{BlockOn, Connection, Error, ErrorKind};
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{LocalSet, block_in_place, coop, spawn_blocking};

fn many_threads() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn connect_and_use_it() {
    use_it(&mut *connect().1);
}

/// Nothing is sent, the error says what to do, and the connection works on elsewhere.
fn is_refused(connection: &mut dyn Connection) {
    let sends = |error: Error| {
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("use AsyncDatabase or spawn_blocking"));
    };
    sends(execute(connection, "REFUSED").unwrap_err());
    sends(BlockOn::connect(&Fake::default()).map(drop).unwrap_err());
    assert!(connection.is_usable());
}

#[test]
fn a_thread_without_a_runtime() {
    connect_and_use_it();
}

#[test]
fn a_thread_that_entered_a_runtime() {
    for runtime in [many_threads(), one_thread()] {
        let _entered = runtime.enter();
        connect_and_use_it();
    }
}

#[test]
fn a_thread_of_spawn_blocking() {
    for runtime in [many_threads(), one_thread()] {
        runtime.block_on(async { spawn_blocking(connect_and_use_it).await.unwrap() });
    }
}

#[test]
fn inside_block_in_place() {
    let runtime = many_threads();
    runtime.block_on(async { block_in_place(connect_and_use_it) });
    runtime
        .block_on(runtime.spawn(async {
            block_in_place(connect_and_use_it);
            // In the task itself it is refused before and after.
            let (_, mut connection) = block_in_place(connect);
            is_refused(&mut *connection);
            block_in_place(|| use_it(&mut *connection));
            is_refused(&mut *connection);
        }))
        .unwrap();
}

#[test]
fn an_async_task_is_refused_and_nothing_is_sent() {
    let refused = || {
        let (seen, mut connection) = std::thread::spawn(connect).join().unwrap();
        is_refused(&mut *connection);
        assert_eq!(seen.statements(), Vec::<String>::new());
        std::thread::spawn(move || use_it(&mut *connection))
            .join()
            .unwrap();
    };
    for runtime in [many_threads(), one_thread()] {
        runtime.block_on(async { refused() });
        runtime.block_on(runtime.spawn(async move { refused() })).unwrap();
        runtime
            .block_on(runtime.spawn(coop::unconstrained(async move { refused() })))
            .unwrap();
        LocalSet::new().block_on(&runtime, async { refused() });
    }
}

#[test]
fn a_task_whose_budget_is_spent_is_refused_too() {
    for runtime in [many_threads(), one_thread()] {
        runtime.block_on(async {
            let (_, mut connection) = std::thread::spawn(connect).join().unwrap();
            while coop::has_budget_remaining() {
                coop::consume_budget().await;
            }
            is_refused(&mut *connection);
        });
    }
}

#[test]
fn the_look_takes_nothing_of_a_tasks_budget() {
    one_thread().block_on(async {
        let (_, mut connection) = std::thread::spawn(connect).join().unwrap();
        let steps = Cell::new(0);
        let mut counted = pin!(async {
            is_refused(&mut *connection);
            loop {
                coop::consume_budget().await;
                steps.set(steps.get() + 1);
            }
        });
        std::future::poll_fn(|context| {
            assert!(counted.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        assert!(steps.get() > 100, "{steps:?}");
    });
}

#[test]
fn it_may_be_dropped_in_a_task() {
    for runtime in [many_threads(), one_thread()] {
        let (seen, connection) = connect();
        runtime.block_on(async move { drop(connection) });
        let (_, connection) = connect();
        runtime
            .block_on(runtime.spawn(async move { drop(connection) }))
            .unwrap();
        assert_eq!(seen.statements(), Vec::<String>::new());
    }
}

#[test]
fn elsewhere_a_drop_lets_the_driver_take_its_leave() {
    let (seen, connection) = connect();
    drop(connection);
    assert_eq!(seen.statements(), ["TERMINATE"]);
}
