//! What the log tells of each statement. It listens to the whole process, so it is a test program of its own.

use activerecord::ConnectOptions;
use activerecord::prelude::*;
use conformance::models::mixed::User;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The lines since the last look.
    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&bytes)
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn listen() -> Log {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let listens = tracing::subscriber::set_global_default(subscriber);
    assert!(listens.is_ok(), "another subscriber is there already");
    log
}

/// One line, with the SQL, the duration and the rows.
fn tells(lines: &[String], sql: &str, rows: u64) -> bool {
    let told = |line: &&String| {
        line.contains("DEBUG activerecord::query") && line.contains(sql) && line.contains("duration=")
    };
    let lines: Vec<_> = lines.iter().filter(told).collect();
    matches!(lines[..], [line] if line.contains(&format!("rows={rows}")))
}

fn secret() -> User {
    User {
        email: "s3cr3t@example.com".into(),
        ..User::named("ann")
    }
}

#[test]
fn each_statement_is_told_with_its_duration_and_rows_and_values_on_request_alone() {
    let log = listen();
    let db = Database::connect("sqlite::memory:").unwrap();
    db.create_table::<User>().unwrap();
    log.take();

    let mut ann = secret().save(&db).unwrap();
    let lines = log.take();
    assert!(tells(&lines, "INSERT INTO", 1), "{lines:?}");
    assert_eq!(User::find_all(&db).unwrap().len(), 1);
    let lines = log.take();
    assert!(tells(&lines, "SELECT", 1), "{lines:?}");

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    ann.age = Some(7);
    runtime.block_on(ann.save(&db.to_async())).unwrap();
    let lines = log.take();
    assert!(tells(&lines, "UPDATE", 1), "{lines:?}");

    // Each statement of many rows is told by itself.
    let many = |from: i64| {
        (from..from + 20)
            .map(|number| User::named(&format!("user {number}")))
            .collect()
    };
    User::insert_all(&db, many(0)).unwrap();
    let lines = log.take();
    assert!(tells(&lines, "INSERT INTO", 20), "{lines:?}");
    runtime
        .block_on(User::insert_all(&db.to_async(), many(20)))
        .unwrap();
    let lines = log.take();
    assert!(tells(&lines, "INSERT INTO", 20), "{lines:?}");

    let failed = secret().save(&db).unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::UniqueViolation);
    let lines = log.take();
    assert!(lines.iter().any(|line| line.contains("error=")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("s3cr3t")), "{lines:?}");

    let options = ConnectOptions::new("sqlite::memory:").log_values(true);
    let open = Database::connect(options).unwrap();
    open.create_table::<User>().unwrap();
    log.take();
    secret().save(&open).unwrap();
    let lines = log.take();
    assert!(lines.iter().any(|line| line.contains("s3cr3t")), "{lines:?}");
}
