//! Records for one mode alone, and for both.
//!
//! A record works with both kinds of handle unless it is told otherwise. `#[record(sync)]` and `#[record(async)]`
//! confine it to one; to pass it the other handle is then a compile error that says so.
//!
//! ```sh
//! cargo run --example definitions
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use activerecord::prelude::*;

/// The mixed default: both modes.
#[derive(Record, Debug, Clone)]
struct Customer {
    #[record(primary_key, generated)]
    id: i64,
    name: String,
}

/// For a batch job that blocks: `Import::query().all(&an_async_database)` does not compile.
#[derive(Record, Debug, Clone)]
#[record(sync)]
struct Import {
    #[record(primary_key, generated)]
    id: i64,
    file: String,
}

/// For a server: `Visit::query().all(&a_blocking_database)` does not compile.
#[derive(Record, Debug, Clone)]
#[record(async)]
struct Visit {
    #[record(primary_key, generated)]
    id: i64,
    customer_id: i64,
}

fn main() -> Result<()> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_table::<Customer>()?;
    db.create_table::<Import>()?;
    db.create_table::<Visit>()?;
    import(&db)?;
    serve(&db.to_async())
}

/// Existing code that blocks.
fn import(db: &Database) -> Result<()> {
    let import = Import {
        id: 0,
        file: "customers.csv".into(),
    };
    let import = import.save(db)?;
    for name in ["Ada", "Bruno", "Cora"] {
        Customer {
            id: 0,
            name: name.into(),
        }
        .save(db)?;
    }
    let customers = Customer::query().count(db)?;
    println!(
        "blocking: import {} of {} made {customers} customers",
        import.id, import.file
    );
    Ok(())
}

/// New code beside it, over the same database.
#[tokio::main(flavor = "current_thread")]
async fn serve(db: &AsyncDatabase) -> Result<()> {
    let customer = Customer::query().filter(|c| c.name.eq("Bruno")).one(db).await?;
    for _ in 0..2 {
        let visit = Visit {
            id: 0,
            customer_id: customer.id,
        };
        visit.save(db).await?;
    }
    let visits = Visit::query()
        .filter(|v| v.customer_id.eq(customer.id))
        .count(db)
        .await?;
    println!("async:    {} came {visits} times", customer.name);
    Ok(())
}
