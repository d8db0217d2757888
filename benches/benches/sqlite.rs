//! SQLite: every case beside bare rusqlite in the same run, with `prepare_cached` on both sides.
//!
//! `cargo bench -p benches --bench sqlite`, then `cargo run -p benches --bin table`.

use activerecord::prelude::*;
use benches::{COLORS, ROWS, RawUser, User, bare, database, must, next, read_row};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rusqlite::params_from_iter;
use std::hint::black_box;
use std::time::Duration;

const FIND: &str = "SELECT id, name, hair_color FROM users WHERE id = ?";
const ALL: &str = "SELECT id, name, hair_color FROM users";
const INSERT: &str = "INSERT INTO users (name, hair_color) VALUES (?, ?)";
const UPDATE: &str = "UPDATE users SET hair_color = ? WHERE id = ?";

fn find(criterion: &mut Criterion) {
    let directory = must(tempfile::tempdir());
    for (place, file) in [("memory", None), ("file", Some(directory.path()))] {
        let mut group = criterion.benchmark_group(format!("find by key, {place}"));
        let raw = must(bare(file.map(|path| path.join("raw.db")).as_deref(), ROWS));
        let mut key = 0;
        group.bench_function("rusqlite", |bench| {
            bench.iter(|| {
                let mut statement = must(raw.prepare_cached(FIND));
                must(statement.query_row([next(&mut key)], read_row))
            });
        });
        let db = must(database(file.map(|path| path.join("ours.db")).as_deref(), ROWS));
        group.bench_function("activerecord", |bench| {
            bench.iter(|| must(User::find(&db, next(&mut key))));
        });
        group.finish();
    }
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read 10,000 rows");
    let raw = must(bare(None, ROWS));
    group.bench_function("rusqlite", |bench| bench.iter(|| must(read_raw(&raw))));
    let db = must(database(None, ROWS));
    group.bench_function("activerecord", |bench| bench.iter(|| must(User::find_all(&db))));
    let runtime = must(tokio::runtime::Builder::new_current_thread().build());
    let db = db.to_async();
    group.bench_function("activerecord async", |bench| {
        bench.iter(|| must(runtime.block_on(User::find_all(&db))));
    });
    group.finish();
}

/// The faster of the two ways to collect with rusqlite: a loop, not `query_map().collect()`.
fn read_raw(raw: &rusqlite::Connection) -> rusqlite::Result<Vec<RawUser>> {
    let mut statement = raw.prepare_cached(ALL)?;
    let mut rows = statement.query([])?;
    let mut users = Vec::new();
    while let Some(row) = rows.next()? {
        users.push(read_row(row)?);
    }
    Ok(users)
}

fn insert(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("insert 1,000 rows by save in a transaction");
    let users = || (0..1000).map(User::numbered).collect::<Vec<_>>();
    let raw = || must(bare(None, 0));
    group.bench_function("rusqlite", |bench| {
        bench.iter_batched_ref(
            || (raw(), users()),
            |(raw, users)| must(insert_raw(raw, std::mem::take(users))),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("activerecord", |bench| {
        bench.iter_batched_ref(
            || (must(database(None, 0)), users()),
            |(db, users)| {
                must(db.transaction(|tx| {
                    for user in users.drain(..) {
                        user.save(tx)?;
                    }
                    Ok(())
                }))
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn insert_raw(raw: &mut rusqlite::Connection, users: Vec<User>) -> rusqlite::Result<()> {
    let transaction = raw.transaction()?;
    for mut user in users {
        transaction
            .prepare_cached(INSERT)?
            .execute((&user.name, &user.hair_color))?;
        user.id = transaction.last_insert_rowid();
        black_box(&user);
    }
    transaction.commit()
}

fn update(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("update one column of three");
    let raw = must(bare(None, ROWS));
    let mut turn = 0;
    group.bench_function("rusqlite", |bench| {
        bench.iter(|| {
            turn += 1;
            must(must(raw.prepare_cached(UPDATE)).execute((COLORS[turn % 2], 500)))
        });
    });
    let db = must(database(None, ROWS));
    let mut user = must(User::find(&db, 500));
    group.bench_function("activerecord", |bench| {
        bench.iter(|| {
            turn += 1;
            user.hair_color = Some(COLORS[turn % 2].into());
            must(user.save(&db));
        });
    });
    group.finish();
}

fn insert_all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("insert_all 10,000 rows");
    let users = || (0..ROWS).map(User::numbered).collect::<Vec<_>>();
    for rows in [50, 100, 500] {
        group.bench_function(format!("rusqlite, {rows} rows a statement"), |bench| {
            bench.iter_batched_ref(
                || (must(bare(None, 0)), users()),
                |(raw, users)| must(insert_many_raw(raw, users, rows)),
                BatchSize::PerIteration,
            );
        });
    }
    group.bench_function("activerecord", |bench| {
        bench.iter_batched_ref(
            || (must(database(None, 0)), users()),
            |(db, users)| must(User::insert_all(db, std::mem::take(users))),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn insert_many_raw(raw: &mut rusqlite::Connection, users: &mut [User], rows: usize) -> rusqlite::Result<()> {
    let transaction = raw.transaction()?;
    {
        let sql = format!(
            "INSERT INTO users (name, hair_color) VALUES {}",
            vec!["(?, ?)"; rows].join(", ")
        );
        let mut statement = transaction.prepare_cached(&sql)?;
        for chunk in users.chunks_mut(rows) {
            let cells = chunk
                .iter()
                .flat_map(|user| [Some(&user.name), user.hair_color.as_ref()]);
            statement.execute(params_from_iter(cells))?;
            let last = transaction.last_insert_rowid();
            for (back, user) in (0..).zip(chunk.iter_mut().rev()) {
                user.id = last - back;
            }
        }
    }
    transaction.commit()
}

/// A find by key with one hop to a thread.
fn async_find(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find by key, async");
    let db = must(database(None, ROWS)).to_async();
    let runtime = must(tokio::runtime::Builder::new_current_thread().build());
    let mut key = 0;
    let mut find = || must(runtime.block_on(User::find(&db, next(&mut key))));
    group.bench_function("threads warm", |bench| bench.iter(&mut find));
    group.bench_function("after 200 us of idleness", |bench| {
        bench.iter_batched(
            || std::thread::sleep(Duration::from_micros(200)),
            |()| find(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group! {
    name = sqlite;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2)).sample_size(60);
    targets = find, read, insert, update, insert_all, async_find
}
criterion_main!(sqlite);
