use activerecord::prelude::*;

#[derive(Record, Clone)]
#[record(sync)]
struct User {
    #[record(primary_key)]
    id: i64,
}

fn find(db: &AsyncDatabase) {
    let _ = User::find_one(db, 1);
}

fn main() {}
