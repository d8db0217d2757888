//! SQLite: every case beside bare rusqlite in the same run, with `prepare_cached` on both sides.
//!
//! `cargo bench -p benches --bench sqlite`, then `cargo run -p benches --bin table`.

mod turns;

use self::turns::{OURS, beside, in_turns, timed};
use activerecord::prelude::*;
use benches::{COLORS, ROWS, RawUser, User, bare, database, must, next, read_row};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rusqlite::params_from_iter;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The name of the other side.
const BARE: &str = "rusqlite";

const FIND: &str = "SELECT id, name, hair_color FROM users WHERE id = ?";
const ALL: &str = "SELECT id, name, hair_color FROM users";
const INSERT: &str = "INSERT INTO users (name, hair_color) VALUES (?, ?)";
const UPDATE: &str = "UPDATE users SET hair_color = ? WHERE id = ?";

fn find(criterion: &mut Criterion) {
    let directory = must(tempfile::tempdir());
    for (place, file) in [("memory", None), ("file", Some(directory.path()))] {
        let raw = must(bare(file.map(|path| path.join("raw.db")).as_deref(), ROWS));
        let (mut key, mut raw_key) = (0, 0);
        let raw = timed(|| {
            let mut statement = must(raw.prepare_cached(FIND));
            must(statement.query_row([next(&mut raw_key)], read_row))
        });
        let db = must(database(file.map(|path| path.join("ours.db")).as_deref(), ROWS));
        let ours = timed(|| must(User::find(&db, next(&mut key))));
        let group = format!("find by key, {place}");
        beside(criterion, &group, (BARE, raw), ours);
    }
}

fn read(criterion: &mut Criterion) {
    let raw = must(bare(None, ROWS));
    let raw = timed(|| must(read_raw(&raw)));
    let db = must(database(None, ROWS));
    let ours = timed(|| must(User::find_all(&db)));
    let runtime = must(tokio::runtime::Builder::new_current_thread().build());
    let by_thread = db.to_async();
    let ours_async = timed(|| must(runtime.block_on(User::find_all(&by_thread))));
    in_turns(
        criterion,
        "read 10,000 rows",
        vec![
            (BARE, Box::new(raw)),
            (OURS, Box::new(ours)),
            ("activerecord async", Box::new(ours_async)),
        ],
    );
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
    let users = || (0..1000).map(User::numbered).collect::<Vec<_>>();
    let raw = timed_with(
        || (must(bare(None, 0)), users()),
        |(raw, users)| must(insert_raw(raw, std::mem::take(users))),
    );
    let ours = timed_with(
        || (must(database(None, 0)), users()),
        |(db, users)| {
            must(db.transaction(|tx| {
                for user in users.drain(..) {
                    user.save(tx)?;
                }
                Ok(())
            }));
        },
    );
    let group = "insert 1,000 rows by save in a transaction";
    beside(criterion, group, (BARE, raw), ours);
}

/// Tells how long so many steps take, each of which needs something made for it and used up.
fn timed_with<I, T>(
    mut make: impl FnMut() -> I,
    mut step: impl FnMut(&mut I) -> T,
) -> impl FnMut(u64) -> Duration {
    move |times| {
        let mut sum = Duration::ZERO;
        for _ in 0..times {
            let mut input = make();
            let start = Instant::now();
            let output = black_box(step(&mut input));
            sum += start.elapsed();
            drop(output);
        }
        sum
    }
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
    let raw = must(bare(None, ROWS));
    let (mut turn, mut raw_turn) = (0, 0);
    let raw = timed(|| {
        raw_turn += 1;
        must(must(raw.prepare_cached(UPDATE)).execute((COLORS[raw_turn % 2], 500)))
    });
    let db = must(database(None, ROWS));
    let mut user = must(User::find(&db, 500));
    let ours = timed(|| {
        turn += 1;
        user.hair_color = Some(COLORS[turn % 2].into());
        must(user.save(&db));
    });
    let group = "update one column of three";
    beside(criterion, group, (BARE, raw), ours);
}

fn insert_all(criterion: &mut Criterion) {
    let users = || (0..ROWS).map(User::numbered).collect::<Vec<_>>();
    let in_statements_of = |rows| {
        timed_with(
            move || (must(bare(None, 0)), users()),
            move |(raw, users)| must(insert_many_raw(raw, users, rows)),
        )
    };
    let (of_50, of_100, of_500) = (in_statements_of(50), in_statements_of(100), in_statements_of(500));
    let ours = timed_with(
        || (must(database(None, 0)), users()),
        |(db, users)| must(User::insert_all(db, std::mem::take(users))),
    );
    in_turns(
        criterion,
        "insert_all 10,000 rows",
        vec![
            ("rusqlite, 50 rows a statement", Box::new(of_50)),
            ("rusqlite, 100 rows a statement", Box::new(of_100)),
            ("rusqlite, 500 rows a statement", Box::new(of_500)),
            (OURS, Box::new(ours)),
        ],
    );
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
    config = Criterion::default().warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(300)).sample_size(10);
    targets = find, read, insert, update, insert_all, async_find
}
criterion_main!(sqlite);
