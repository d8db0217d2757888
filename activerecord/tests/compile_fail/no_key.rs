use activerecord::prelude::*;

#[derive(Record, Clone)]
struct User {
    id: i64,
    name: String,
}

fn main() {}
