//! Two sides measured in turns.

use criterion::{BenchmarkId, Criterion, SamplingMode};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How often each side has its turn. A round trip takes as long as the scheduler likes, so that one run of each after
/// the other would compare two moods of the machine.
const ROUNDS: u32 = 5;

/// The name of our side; the table asks for it.
const OURS: &str = "activerecord";

/// Measures both sides in turns, each told how many steps to take and telling how long they took. The rounds are
/// benchmarks of their own, and one case to the table.
pub(crate) fn in_turns(
    criterion: &mut Criterion,
    group: &str,
    bare: (&str, impl FnMut(u64) -> Duration),
    mut ours: impl FnMut(u64) -> Duration,
) {
    let (driver, mut bare) = bare;
    let mut group = criterion.benchmark_group(group);
    group.sampling_mode(SamplingMode::Flat);
    for round in 1..=ROUNDS {
        group.bench_function(BenchmarkId::new(driver, round), |bench| {
            bench.iter_custom(&mut bare)
        });
        group.bench_function(BenchmarkId::new(OURS, round), |bench| {
            bench.iter_custom(&mut ours)
        });
    }
    group.finish();
}

/// Tells how long so many steps take.
pub(crate) fn timed<T>(mut step: impl FnMut() -> T) -> impl FnMut(u64) -> Duration {
    move |times| {
        let start = Instant::now();
        for _ in 0..times {
            black_box(step());
        }
        start.elapsed()
    }
}

/// The same within one future, so that no runtime is entered and left at each step.
pub(crate) fn timed_async<T>(
    runtime: &Runtime,
    mut step: impl AsyncFnMut() -> T,
) -> impl FnMut(u64) -> Duration {
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
