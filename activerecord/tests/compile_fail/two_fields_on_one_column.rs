use activerecord::prelude::*;

#[derive(Record, Clone)]
struct User {
    #[record(primary_key)]
    id: i64,
    name: String,
    #[record(column = "name")]
    full_name: String,
}

fn main() {}
