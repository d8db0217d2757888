//! The main job on an embedded SQLite file: one model, blocking and async.

use activerecord::prelude::*;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "users")]
struct User {
    #[record(primary_key, generated)]
    id: i64,
    name: String,
    #[record(unique)]
    email: String,
    is_active: bool,
}

fn blocking(db: &Database) -> Result<()> {
    let mut user = User {
        id: 0,
        name: "John Doe".into(),
        email: "john@example.com".into(),
        is_active: true,
    }
    .save(db)?;
    println!("{user:?}");
    user.name = "Jane Doe".into();
    println!("{:?}", user.changes());
    user.save(db)?;
    let found = User::find_one(db, user.id)?;
    println!("{found:?}");
    let active = User::query().filter(|u| u.is_active.eq(true)).all(db)?;
    let same = User::query().filter_sql("is_active = ?", (true,)).all(db)?;
    assert_eq!(active, same);
    let r: Result<()> = db.transaction(|tx| {
        user.name = "X".into();
        user.save(tx)?;
        Err(Error::invalid("no"))
    });
    println!("{r:?} {:?}", user.changes());
    Ok(())
}

fn main() -> Result<()> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_table::<User>()?;
    blocking(&db)
}
