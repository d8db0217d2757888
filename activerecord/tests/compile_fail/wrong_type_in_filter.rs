use activerecord::prelude::*;

#[derive(Record, Clone)]
struct User {
    #[record(primary_key)]
    id: i64,
    is_active: bool,
}

fn main() {
    let _ = User::query().filter(|u| u.is_active.eq("yes"));
}
