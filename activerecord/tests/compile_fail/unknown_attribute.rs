use activerecord::prelude::*;

#[derive(Record, Clone)]
#[record(tabel = "users")]
struct User {
    #[record(primary_key)]
    id: i64,
    #[record(uniqe)]
    email: String,
}

fn main() {}
