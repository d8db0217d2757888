//! Transfers while an administrator ends sessions at random.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
#[allow(
    clippy::needless_borrow,
    reason = "in the blocking copies the closure is given a reference"
)]
mod transactions {
    use crate::environment::leaves_nothing_open;
    use crate::prelude::*;
    use crate::random::Lcg;
    use crate::support::{Killer, until, wait_for};

    const SEED: u64 = 20_261_123;
    const WORKERS: u64 = 4;
    const EACH: u64 = 50;
    /// A session is ended after so many transfers of each worker.
    const PER_KILL: u64 = 10;
    const ACCOUNTS: i64 = 5;
    const START: i64 = 1_000;
    /// From this key on a row is no account: it says that a transfer was done.
    const JOURNAL: i64 = 1_000_000;

    /// What a transfer came to: kept, or an error with what it says of its effect.
    type Told = (i64, Result<()>);

    async fn add(tx: &Db, id: i64, amount: i64) -> Result<()> {
        let account = Account::query().filter(|account| account.id.eq(id));
        let changed = account
            .update_all(tx, |account| account.balance.increment(amount))
            .await?;
        assert_eq!(changed, 1);
        Ok(())
    }

    /// Moves an amount between two accounts, noting it in the journal.
    async fn transfer(handle: &Db, number: i64, random: &mut Lcg) -> Result<()> {
        let below = |random: &mut Lcg, limit: i64| {
            let limit = u64::try_from(limit).unwrap();
            i64::try_from(random.below(limit)).unwrap()
        };
        let (from, amount) = (below(random, ACCOUNTS), 1 + below(random, 100));
        let to = (from + 1 + below(random, ACCOUNTS - 1)) % ACCOUNTS;
        let id = JOURNAL + number;
        handle
            .retrying(options().times(1000), |tx| async move {
                add(&tx, from, -amount).await?;
                Account { id, balance: 0 }.save(&tx).await?;
                add(&tx, to, amount).await
            })
            .await
    }

    async fn work(handle: &Db, worker: u64, killer: &Killer) -> Vec<Told> {
        let mut random = Lcg::new(SEED + worker);
        let mut told = Vec::new();
        for round in 1..=EACH {
            let number = i64::try_from(worker * EACH + round).unwrap();
            told.push((number, transfer(handle, number, &mut random).await));
            if round % PER_KILL == 0 {
                killer.call();
            }
        }
        told
    }

    async fn accounts(handle: &Db) -> Result<()> {
        handle.create_table::<Account>().await?;
        let accounts = (0..ACCOUNTS).map(|id| Account { id, balance: START });
        Account::insert_all(handle, accounts.collect()).await?;
        Ok(())
    }

    /// Nothing is left open, the sum is what it was, and the journal says what the callers were told.
    async fn is_true(handle: &Db, told: Vec<Told>) -> Result<()> {
        let (own, _) = handles(handle);
        aside(|| {
            until(&own, |status| status.in_use == 0);
            wait_for(|| leaves_nothing_open(&own).is_ok());
        });
        let sum = Account::query().sum(handle, |account| account.balance).await?;
        assert_eq!(sum, Some(ACCOUNTS * START));
        let journal = Account::query().filter(|account| account.id.ge(JOURNAL));
        let journal = journal.all(handle).await?;
        let kept = |number: i64| journal.iter().filter(|row| row.id == JOURNAL + number).count();
        assert_eq!(told.len(), usize::try_from(WORKERS * EACH).unwrap());
        for (number, result) in &told {
            match result.as_ref().map_err(|error| (error.outcome(), error.kind())) {
                Ok(()) => assert_eq!(kept(*number), 1, "{number} is lost"),
                Err((Outcome::NotApplied, ErrorKind::ConnectionLost | ErrorKind::TransactionAborted)) => {
                    assert_eq!(kept(*number), 0, "{number} is kept: {result:?}")
                }
                Err((Outcome::Unknown, ErrorKind::CommitUnknown)) => {}
                Err(other) => panic!("{number}: {other:?}: {result:?}"),
            }
        }
        assert!(told.iter().any(|(_, result)| result.is_ok()));
        Ok(())
    }

    /// Whatever sessions are ended under transfers between accounts, the total stays and nobody is told a lie.
    #[only(blocking)]
    #[needs(Sessions)]
    async fn transfers_under_random_kills_keep_the_total(db: &Db) -> Result<()> {
        accounts(db)?;
        let killer = Killer::of(db, SEED)?;
        let told = std::thread::scope(|scope| {
            let worker = |worker| {
                let killer = &killer;
                scope.spawn(move || work(db, worker, killer))
            };
            let threads: Vec<_> = (0..WORKERS).map(worker).collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(u64::from(killer.end()?), WORKERS * EACH / PER_KILL);
        is_true(db, told)
    }

    /// Whatever sessions are ended under transfers between accounts, the total stays and nobody is told a lie.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn transfers_under_random_kills_keep_the_total(db: &Db) -> Result<()> {
        accounts(db).await?;
        let (blocking, _) = handles(db);
        let killer = Arc::new(aside(|| Killer::of(&blocking, SEED))?);
        let worker = |worker| {
            let (own, killer) = (db.clone(), killer.clone());
            tokio::spawn(async move { work(&own, worker, &killer).await })
        };
        let tasks: Vec<_> = (0..WORKERS).map(worker).collect();
        let mut told = Vec::new();
        for task in tasks {
            told.extend(task.await.unwrap());
        }
        let killer = Arc::into_inner(killer).unwrap();
        assert_eq!(u64::from(aside(|| killer.end())?), WORKERS * EACH / PER_KILL);
        is_true(db, told).await
    }
}
