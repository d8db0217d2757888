//! The servers: every case beside the bare driver in the same run, on the same table of the same server.
//!
//! `cargo bench -p benches --bench servers`, then `cargo run -p benches --bin table`.
//! `CONFORMANCE_DATABASES=postgres` measures that one alone.

mod bare;
mod fixture;
#[path = "../turns/mod.rs"]
mod turns;

use self::bare::{AsyncDriver, BlockingDriver, Manager, Mysql, MysqlAsync, Postgres, TokioPostgres};
use self::fixture::Fixture;
use self::turns::{beside, timed};
use activerecord::prelude::*;
use activerecord::{Connect, ConnectOptions};
use benches::{COLORS, User, must, next};
use conformance_servers::{Kind, Selection, Servers};
use criterion::{Criterion, criterion_group, criterion_main};
use std::future::Future;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

fn servers(criterion: &mut Criterion) {
    let selection = must(Selection::from_environment());
    let servers = must(Servers::find(selection.kinds()));
    for server in servers.iter() {
        let fixture = must(Fixture::new(server));
        match server.kind() {
            Kind::Postgres => cases::<TokioPostgres, Postgres>(criterion, &fixture),
            Kind::Mysql | Kind::MariaDb => cases::<MysqlAsync, Mysql>(criterion, &fixture),
        }
    }
}

fn cases<A: AsyncDriver, B: BlockingDriver>(criterion: &mut Criterion, fixture: &Fixture<'_>) {
    async_cases::<A>(criterion, fixture);
    blocking_cases::<B>(criterion, fixture);
    crowd::<A>(criterion, fixture);
}

/// One connection on one thread, which does the driver's work as well.
fn async_cases<A: AsyncDriver>(criterion: &mut Criterion, fixture: &Fixture<'_>) {
    const KEY: i64 = 500;
    let runtime = must(Builder::new_current_thread().enable_all().build());
    let mut bare = must(runtime.block_on(A::connect(&fixture.url)));
    let db = must(runtime.block_on(AsyncDatabase::connect(&*fixture.url)));

    let (mut key, mut raw_key) = (0, 0);
    let raw = timed_async(&runtime, async || must(bare.find(next(&mut raw_key)).await));
    let ours = timed_async(&runtime, async || must(User::find(&db, next(&mut key)).await));
    let group = fixture.group("find by key, async");
    beside(criterion, &group, (A::NAME, raw), ours);

    let raw = timed_async(&runtime, async || must(bare.read().await));
    let ours = timed_async(&runtime, async || must(User::find_all(&db).await));
    let group = fixture.group("read 10,000 rows, async");
    beside(criterion, &group, (A::NAME, raw), ours);

    let mut user = must(runtime.block_on(User::find(&db, KEY)));
    let (mut turn, mut raw_turn) = (0, 0);
    let raw = timed_async(&runtime, async || {
        raw_turn += 1;
        must(bare.update(KEY, COLORS[raw_turn % 2]).await);
    });
    let ours = timed_async(&runtime, async || {
        turn += 1;
        user.hair_color = Some(COLORS[turn % 2].into());
        must(user.save(&db).await);
    });
    let group = fixture.group("update one column of three, async");
    beside(criterion, &group, (A::NAME, raw), ours);
}

/// Tells how long so many steps take within one future, so that no runtime is entered and left at each.
fn timed_async<T>(runtime: &Runtime, mut step: impl AsyncFnMut() -> T) -> impl FnMut(u64) -> Duration {
    move |times| {
        runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..times {
                black_box(step().await);
            }
            start.elapsed()
        })
    }
}

fn blocking_cases<B: BlockingDriver>(criterion: &mut Criterion, fixture: &Fixture<'_>) {
    let mut bare = must(B::connect(&fixture.url));
    let db = must(Database::connect(&*fixture.url));

    let (mut key, mut raw_key) = (0, 0);
    let raw = timed(|| must(bare.find(next(&mut raw_key))));
    let ours = timed(|| must(User::find(&db, next(&mut key))));
    let group = fixture.group("find by key, blocking");
    beside(criterion, &group, (B::NAME, raw), ours);

    let raw = timed(|| must(bare.read()));
    let ours = timed(|| must(User::find_all(&db)));
    let group = fixture.group("read 10,000 rows, blocking");
    beside(criterion, &group, (B::NAME, raw), ours);
}

/// How many tasks share how many connections.
const TASKS: i64 = 64;
const CONNECTIONS: u32 = 8;

/// A turn is one find by each task.
fn crowd<A: AsyncDriver>(criterion: &mut Criterion, fixture: &Fixture<'_>) {
    let runtime = must(Builder::new_multi_thread().worker_threads(2).enable_all().build());
    // Without a look at the connection at each checkout, as ours.
    let pool = bb8::Pool::builder()
        .max_size(CONNECTIONS)
        .test_on_check_out(false);
    let pool = must(runtime.block_on(pool.build(Manager::<A>::new(&fixture.url))));
    let options = ConnectOptions::new(&*fixture.url).pool_size(CONNECTIONS);
    let db = must(runtime.block_on(AsyncDatabase::connect(options)));
    let raw = |times| runtime.block_on(all_find(&pool, times));
    let ours = |times| runtime.block_on(all_find(&db, times));
    let group = fixture.group(&format!(
        "{TASKS} tasks on {CONNECTIONS} connections, find by key"
    ));
    beside(criterion, &group, (A::NAME, raw), ours);
}

/// A pool that finds users.
trait Finds: Clone + Send + Sync + 'static {
    fn find(&self, key: i64) -> impl Future<Output = ()> + Send;
}

impl Finds for AsyncDatabase {
    async fn find(&self, key: i64) {
        must(User::find(self, key).await);
    }
}

impl<A: AsyncDriver> Finds for bb8::Pool<Manager<A>> {
    async fn find(&self, key: i64) {
        must(must(self.get().await).find(key).await);
    }
}

async fn all_find(pool: &impl Finds, times: u64) -> Duration {
    let start = Instant::now();
    let tasks = (0..TASKS).map(|task| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut key = task;
            for _ in 0..times {
                pool.find(next(&mut key)).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        must(task.await);
    }
    start.elapsed()
}

criterion_group! {
    name = on_servers;
    config = Criterion::default().warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(300)).sample_size(10);
    targets = servers
}
criterion_main!(on_servers);
