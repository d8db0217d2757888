//! The suite must bite: under every fault of the saboteur some case turns red, and without one none does.

use activerecord::prelude::*;
use conformance::environment::{Environment, SqliteFiles};
use conformance::harness::Case;
use conformance::models::mixed::Account;
use conformance::saboteur::{self, Fault, Saboteur};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a connection is waited for: short, as a fault may make a case wait for nothing.
const ACQUIRE: Duration = Duration::from_secs(1);

/// What a case may take under a fault. One that hangs has noticed.
const DEADLINE: Duration = Duration::from_secs(20);

/// Which case noticed each fault, and how long it took to find it.
type Killers = Arc<Mutex<BTreeMap<&'static str, (String, Duration)>>>;

fn main() {
    let arguments = Arguments::from_args();
    // Cases fail by panics, and here they should.
    std::panic::set_hook(Box::new(|_| {}));
    let cases: Arc<[Case]> = candidates().into();
    let killers = Killers::default();
    let mut trials = vec![green(cases.clone()), few_parameters(cases.clone()), spoilt()];
    for fault in saboteur::all() {
        trials.push(caught(fault, cases.clone(), killers.clone()));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    report(&killers);
    conclusion.exit();
}

/// Both modes with mixed records: what faults of a backend do does not depend on the records.
fn candidates() -> Vec<Case> {
    let mut cases = conformance::cases::all();
    cases.retain(|case| case.definition() == "mixed");
    // Blocking copies first: they are faster.
    cases.sort_by_key(|case| case.mode() != "blocking");
    cases
}

fn environment(fault: Option<Fault>) -> Arc<dyn Environment> {
    let wrap = move |sqlite| Arc::new(Saboteur::new(Arc::new(sqlite), fault)) as _;
    Arc::new(SqliteFiles::wrapped(wrap).acquire_timeout(ACQUIRE))
}

/// A saboteur that does nothing wrong turns nothing red.
fn green(cases: Arc<[Case]>) -> Trial {
    Trial::test("no_fault::every_case_is_green", move || all_green(&cases, None))
}

/// A limit that is told is kept to.
fn few_parameters(cases: Arc<[Case]>) -> Trial {
    Trial::test("no_fault::few_parameters_are_enough_for_many_rows", move || {
        let many: Vec<Case> = cases
            .iter()
            .filter(|case| case.area() == "many")
            .copied()
            .collect();
        all_green(&many, Some(saboteur::few_parameters()))
    })
}

fn all_green(cases: &[Case], fault: Option<Fault>) -> Result<(), Failed> {
    let environment = environment(fault);
    let red = cases.iter().filter_map(|case| {
        let why = case.run(&environment, DEADLINE).err()?;
        Some(format!("{}: {why}", case.path()))
    });
    let red: Vec<String> = red.collect();
    if red.is_empty() {
        Ok(())
    } else {
        Err(red.join("\n").into())
    }
}

/// Under the fault a case turns red that is green without it.
fn caught(fault: Fault, cases: Arc<[Case]>, killers: Killers) -> Trial {
    Trial::test(format!("fault::{}", fault.name), move || {
        let started = Instant::now();
        let (faulty, sound) = (environment(Some(fault)), environment(None));
        let killer = by_likelihood(&cases, fault.areas)
            .into_iter()
            .find(|case| case.run(&faulty, DEADLINE).is_err() && case.run(&sound, DEADLINE).is_ok());
        let killer = killer.ok_or_else(|| Failed::from("no case notices it"))?;
        let mut killers = killers.lock().unwrap_or_else(PoisonError::into_inner);
        killers.insert(fault.name, (killer.path(), started.elapsed()));
        Ok(())
    })
}

/// What of a transaction cannot be undone by itself takes the whole transaction with it.
fn spoilt() -> Trial {
    Trial::test(
        "core::a_savepoint_that_cannot_be_undone_spoils_its_transaction",
        || {
            let fault = saboteur::all()
                .into_iter()
                .find(|fault| fault.name == "ROLLBACK TO fails");
            let fresh = environment(Some(fault.ok_or("no such fault")?)).fresh()?;
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
            assert_eq!(committed.unwrap_err().kind(), ErrorKind::TransactionAborted);
            assert_eq!(Account::query().count(db)?, 0);
            assert_eq!(db.run(GoesOn).unwrap_err().kind(), ErrorKind::TransactionAborted);
            assert_eq!(Account::query().count(db)?, 0);
            Account { id: 1, balance: 1 }.save(db)?;
            Ok(())
        },
    )
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

/// The cases of the areas named first, in that order, then the others.
fn by_likelihood(cases: &[Case], areas: &[&str]) -> Vec<Case> {
    let mut cases = cases.to_vec();
    let rank = |case: &Case| areas.iter().position(|area| *area == case.area());
    cases.sort_by_key(|case| rank(case).unwrap_or(areas.len()));
    cases
}

#[expect(clippy::print_stdout, reason = "what a run prints at its end")]
fn report(killers: &Killers) {
    let killers = killers.lock().unwrap_or_else(PoisonError::into_inner);
    for (fault, (killer, took)) in killers.iter() {
        println!("{fault} -> {killer} ({} ms)", took.as_millis());
    }
    println!("{} faults noticed", killers.len());
}
