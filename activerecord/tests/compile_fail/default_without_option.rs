use activerecord::prelude::*;

#[derive(Record, Clone)]
struct User {
    #[record(primary_key)]
    id: i64,
    #[record(default)]
    created_at: String,
}

fn main() {}
