//! Sides measured in turns.

use criterion::{BenchmarkId, Criterion, SamplingMode};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How often each side has its turn. A round trip takes as long as the scheduler likes, and a machine that others use
/// is slow for seconds, so that one run of each after the other would compare two moods of the machine.
const ROUNDS: u32 = 12;

/// The name of our side; the table asks for it.
pub(crate) const OURS: &str = "activerecord";

/// A name, and what is measured: told how many steps to take, it tells how long they took.
pub(crate) type Side<'a> = (&'a str, Box<dyn FnMut(u64) -> Duration + 'a>);

/// Measures the sides in turns. The rounds are benchmarks of their own, and one case to the table.
pub(crate) fn in_turns(criterion: &mut Criterion, group: &str, mut sides: Vec<Side<'_>>) {
    let mut group = criterion.benchmark_group(group);
    group.sampling_mode(SamplingMode::Flat);
    for round in 1..=ROUNDS {
        for (name, side) in &mut sides {
            group.bench_function(BenchmarkId::new(*name, round), |bench| {
                bench.iter_custom(&mut *side)
            });
        }
    }
    group.finish();
}

/// Measures the bare driver and us in turns.
pub(crate) fn beside<'a>(
    criterion: &mut Criterion,
    group: &str,
    (driver, bare): (&'a str, impl FnMut(u64) -> Duration + 'a),
    ours: impl FnMut(u64) -> Duration + 'a,
) {
    in_turns(
        criterion,
        group,
        vec![(driver, Box::new(bare)), (OURS, Box::new(ours))],
    );
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
