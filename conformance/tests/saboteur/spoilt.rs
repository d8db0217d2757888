//! What the core does where a backend cannot undo a savepoint: with a fault at hand it can be seen.

use crate::green::environment;
use activerecord::prelude::*;
use conformance::models::mixed::Account;
use conformance::saboteur;
use libtest_mimic::{Failed, Trial};

/// What of a transaction cannot be undone by itself takes the whole transaction with it.
pub(super) fn spoilt() -> Trial {
    let name = "core::a_savepoint_that_cannot_be_undone_spoils_its_transaction";
    Trial::test(name, || spoils_its_transaction().map_err(Failed::from))
}

fn spoils_its_transaction() -> Result<()> {
    let fault = saboteur::all()
        .into_iter()
        .find(|fault| fault.name == "ROLLBACK TO fails");
    assert!(fault.is_some());
    let fresh = environment(fault).fresh()?;
    let db = &fresh.database;
    db.create_table::<Account>()?;
    let inner = |tx: &Transaction| -> Result<()> {
        Account { id: 2, balance: 1 }.save(tx)?;
        Err(Error::invalid("abort"))
    };
    let committed = db.transaction(|tx| {
        Account { id: 1, balance: 1 }.save(tx)?;
        assert!(tx.transaction(inner).is_err());
        Ok(())
    });
    assert_eq!(kind(committed), Some(ErrorKind::TransactionAborted));
    assert_eq!(Account::query().count(db)?, 0);
    assert_eq!(kind(db.run(GoesOn)), Some(ErrorKind::TransactionAborted));
    assert_eq!(Account::query().count(db)?, 0);
    Account { id: 1, balance: 1 }.save(db)?;
    Ok(())
}

/// A work that goes on after a part of it failed.
struct GoesOn;

impl Work for GoesOn {
    type Output = ();

    async fn run(self, session: &Session<'_>) -> Result<()> {
        session.savepoint(Outer).await
    }
}

struct Outer;

impl Work for Outer {
    type Output = ();

    async fn run(self, session: &Session<'_>) -> Result<()> {
        Account { id: 3, balance: 1 }.save(session).await?;
        assert!(session.savepoint(Fails).await.is_err());
        Ok(())
    }
}

struct Fails;

impl Work for Fails {
    type Output = ();

    async fn run(self, session: &Session<'_>) -> Result<()> {
        Account { id: 4, balance: 1 }.save(session).await?;
        Err(Error::invalid("abort"))
    }
}

fn kind(result: Result<()>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}
