use activerecord::prelude::*;

#[derive(Record, Clone)]
#[record(sync, async)]
struct User {
    #[record(primary_key)]
    id: i64,
}

fn main() {}
