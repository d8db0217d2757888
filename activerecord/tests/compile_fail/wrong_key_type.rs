use activerecord::prelude::*;

#[derive(Record, Clone)]
struct User {
    #[record(primary_key)]
    id: i64,
}

fn find(db: &Database) {
    let _ = User::find_one(db, "x");
}

fn main() {}
