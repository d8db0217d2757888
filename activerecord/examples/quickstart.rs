//! The main job on an SQLite file: one model, used blocking and async.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

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

impl User {
    fn new(name: &str, email: &str) -> Self {
        Self {
            id: 0,
            name: name.into(),
            email: email.into(),
            is_active: true,
        }
    }

    fn full_info(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    let url = format!("sqlite://{}", directory.path().join("quickstart.db").display());
    blocking(&url)?;
    asynchronous(&url)?;
    Ok(())
}

/// A `Database` makes every call block and return a `Result`.
fn blocking(url: &str) -> Result<()> {
    println!("blocking");
    let db = Database::connect(url)?;
    db.create_table::<User>()?;

    let mut user = User::new("John Doe", "john@example.com").save(&db)?;
    println!("  saved     #{} {}", user.id, user.full_info());

    user.name = "Jane Doe".into();
    for change in user.changes() {
        println!("  changed   {}, to {}", change.field, user.name);
    }
    user.save(&db)?;
    let found = User::find(&db, user.id)?;
    println!("  found     #{} {}", found.id, found.full_info());

    if let Err(error) = User::new("Jim Doe", "john@example.com").save(&db) {
        println!("  refused   {error}");
        println!("            and given back: {}", error.into_record().full_info());
    }

    let undone: Result<()> = db.transaction(|tx| {
        user.delete(tx)?;
        Err(Error::invalid("changed our mind"))
    });
    if let Err(error) = undone {
        let left = User::query().count(&db)?;
        println!("  undone    the deletion, for we {error}: {left} user is there");
    }
    Ok(())
}

/// An `AsyncDatabase` makes the very same calls return a future. The file is the one from above.
#[tokio::main(flavor = "current_thread")]
async fn asynchronous(url: &str) -> Result<()> {
    println!("async");
    let db = AsyncDatabase::connect(url).await?;

    let mut user = User::new("Ann Smith", "ann@example.com").save(&db).await?;
    println!("  saved     #{} {}", user.id, user.full_info());

    user.is_active = false;
    user.save(&db).await?;

    let active = User::query().filter(|u| u.is_active.eq(true)).all(&db).await?;
    let same = User::query()
        .filter_sql("is_active = ?", (true,))
        .all(&db)
        .await?;
    assert_eq!(active, same);
    for user in &active {
        println!("  active    #{} {}", user.id, user.full_info());
    }

    db.transaction(async |tx| user.delete(tx).await).await?;
    println!(
        "  deleted   {} (users: {})",
        user.is_deleted(),
        User::query().count(&db).await?
    );
    db.close().await;
    Ok(())
}
