//! Streams a million rows and prints the peak memory of the process; `empty` stops before the rows are read.
//!
//! `cargo run --release -p benches --bin stream -- [empty|blocking|async]`

use activerecord::prelude::*;
use benches::{User, database};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

const ROWS: i64 = 1_000_000;

fn blocking(db: &Database) -> Result<i64> {
    let mut sum = 0;
    for user in User::query().iterate(db)? {
        sum += user?.id;
    }
    Ok(sum)
}

async fn asynchronous(db: AsyncDatabase) -> Result<i64> {
    let (mut sum, mut users) = (0, User::query().iterate(&db).await?);
    while let Some(user) = users.next().await {
        sum += user?.id;
    }
    Ok(sum)
}

/// Runs a future on this thread: the async handle over SQLite needs no executor of its own.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// The peak memory of this process in KiB, as Linux tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known".into(), |peak| peak.trim().to_owned())
}

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    let db = database(Some(&directory.path().join("stream.db")), ROWS)?;
    let sum = match std::env::args().nth(1).as_deref() {
        Some("blocking") => blocking(&db)?,
        Some("async") => block_on(asynchronous(db.to_async()))?,
        _ => 0,
    };
    println!("sum of keys {sum}, peak memory {}", peak());
    Ok(())
}
