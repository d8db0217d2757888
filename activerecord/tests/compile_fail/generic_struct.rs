use activerecord::prelude::*;

#[derive(Record, Clone)]
struct Tagged<T> {
    #[record(primary_key)]
    id: i64,
    tag: T,
}

fn main() {}
