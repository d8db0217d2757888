//! A transaction that gets in the way of another.

use super::{HANG, strangers_options};
use crate::environment::again;
use crate::models::mixed::Account;
use activerecord::prelude::*;
use activerecord::{Result, Transaction};
use std::thread::{JoinHandle, spawn};

/// What gets in the way, where it waits for that other transaction to write.
#[derive(Debug)]
#[must_use]
pub struct Rival(Option<JoinHandle<Result<()>>>);

impl Rival {
    /// Waits until it is committed.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn ended(self) -> Result<()> {
        match self.0.map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

/// Adds one to the balance of an account that an open, serializable transaction has read. That one can no longer write
/// it.
///
/// Where reading locks (MySQL, MariaDB) this reads it too and waits for the other, so that there is a deadlock as soon as
/// that one writes as well; that one is the victim, since it has changed less.
///
/// # Errors
///
/// What the database says.
pub fn overtake(stranger: &Database, account: i64) -> Result<Rival> {
    if !matches!(stranger.dialect().name(), "mysql" | "mariadb") {
        return increment(stranger, account).map(|()| Rival(None));
    }
    // It waits for longer than a stranger does.
    let handle = &Database::open(again(stranger, HANG)?, strangers_options(stranger))?;
    let tx = handle.begin_with(options().serializable())?;
    Account::find(&tx, account)?;
    for id in -20..0 {
        Account { id, balance: 0 }.save(&tx)?.delete(&tx)?;
    }
    let rival = spawn(move || increment_and_commit(tx, account));
    while !rival.is_finished() && !crate::environment::waits_for_a_lock(handle)? {
        std::thread::yield_now();
    }
    Ok(Rival(Some(rival)))
}

fn increment_and_commit(tx: Transaction, account: i64) -> Result<()> {
    increment(&tx, account)?;
    tx.commit()
}

fn increment(on: &Database, account: i64) -> Result<()> {
    let row = Account::query().filter(|row| row.id.eq(account));
    row.update_all(on, |row| row.balance.increment(1)).map(drop)
}
