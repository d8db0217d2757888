use activerecord::prelude::*;

#[derive(Clone)]
struct Address {
    _city: String,
}

#[derive(Record, Clone)]
struct User {
    #[record(primary_key)]
    id: i64,
    address: Address,
}

fn main() {}
