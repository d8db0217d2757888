//! A transfer between two accounts, blocking and async: both rows change, or neither.
//!
//! ```sh
//! cargo run --example transfer
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use activerecord::prelude::*;

#[derive(Record, Debug, Clone)]
struct Account {
    #[record(primary_key)]
    id: i64,
    owner: String,
    /// In cents.
    balance: i64,
}

impl Account {
    /// The rule, which no mode concerns.
    fn withdraw(&mut self, amount: i64) -> Result<()> {
        if self.balance < amount {
            let message = format!(
                "{} has {}, not {}",
                self.owner,
                money(self.balance),
                money(amount)
            );
            return Err(Error::new(ErrorKind::Validation, message));
        }
        self.balance -= amount;
        Ok(())
    }
}

fn main() -> Result<()> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_table::<Account>()?;
    for (id, owner) in [(1, "Ada"), (2, "Bruno")] {
        let owner = owner.into();
        Account {
            id,
            owner,
            balance: 10_000,
        }
        .save(&db)?;
    }
    println!("at first         {}", balances(&db)?);
    transfer(&db, 1, 2, 3_000)?;
    println!("blocking, 30.00  {}", balances(&db)?);
    let failed = transfer(&db, 1, 2, 50_000);
    println!("blocking, failed {}  {}", balances(&db)?, reason(&failed));
    asynchronous(&db)
}

#[tokio::main(flavor = "current_thread")]
async fn asynchronous(db: &Database) -> Result<()> {
    let async_db = db.to_async();
    transfer_async(&async_db, 2, 1, 5_500).await?;
    println!("async, 55.00     {}", balances(db)?);
    let failed = transfer_async(&async_db, 2, 1, 50_000).await;
    println!("async, failed    {}  {}", balances(db)?, reason(&failed));
    Ok(())
}

/// The receiver is paid first, so a failure behind it has something to undo.
fn transfer(db: &Database, from: i64, to: i64, amount: i64) -> Result<()> {
    db.transaction(|tx| {
        let mut to = Account::find(tx, to)?;
        to.balance += amount;
        to.save(tx)?;
        let mut from = Account::find(tx, from)?;
        from.withdraw(amount)?;
        from.save(tx)
    })
}

/// The same with `.await`.
async fn transfer_async(db: &AsyncDatabase, from: i64, to: i64, amount: i64) -> Result<()> {
    db.transaction(async |tx| {
        let mut to = Account::find(tx, to).await?;
        to.balance += amount;
        to.save(tx).await?;
        let mut from = Account::find(tx, from).await?;
        from.withdraw(amount)?;
        from.save(tx).await
    })
    .await
}

fn balances(db: &Database) -> Result<String> {
    let accounts = Account::query().order_by(|a| a.id).all(db)?;
    let shown = accounts
        .iter()
        .map(|a| format!("{} {:>6}", a.owner, money(a.balance)));
    Ok(shown.collect::<Vec<_>>().join("  "))
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn reason(result: &Result<()>) -> String {
    result
        .as_ref()
        .map_or_else(ToString::to_string, |()| "succeeded".into())
}
