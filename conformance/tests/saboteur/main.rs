//! The suite must bite: under every fault of the saboteur some case turns red, and without one none does.

mod green;
mod spoilt;

use conformance::saboteur::{self, Fault};
use green::{Cases, Run, environment};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Which case noticed each fault.
type Killers = Arc<Mutex<BTreeMap<&'static str, String>>>;

fn main() {
    let arguments = Arguments::from_args();
    // Cases fail by panics, and here they should.
    std::panic::set_hook(Box::new(|_| {}));
    let (cases, killers) = (Arc::new(Cases::new()), Killers::default());
    let mut trials = vec![
        every_case(cases.clone()),
        few_parameters(cases.clone()),
        spoilt::spoilt(),
    ];
    let faults = saboteur::all().into_iter();
    trials.extend(faults.map(|fault| caught(fault, cases.clone(), killers.clone())));
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        report(&killers);
    }
    conclusion.exit();
}

/// A saboteur that does nothing wrong turns nothing red.
fn every_case(cases: Arc<Cases>) -> Trial {
    Trial::test("no_fault::every_case_is_green", move || cases.are_green())
}

/// A limit that is told is kept to.
fn few_parameters(cases: Arc<Cases>) -> Trial {
    Trial::test("no_fault::few_parameters_are_enough_for_many_rows", move || {
        cases.of_area_are_green("many", saboteur::few_parameters())
    })
}

/// Under the fault a case turns red that is green without it.
fn caught(fault: Fault, cases: Arc<Cases>, killers: Killers) -> Trial {
    Trial::test(format!("fault::{}", fault.name), move || {
        let runs = cases.likeliest(fault.areas);
        let killer = runs.into_iter().find(|run| turns_red(run, fault));
        let killer = killer.ok_or_else(|| Failed::from("no case notices it"))?;
        let mut killers = killers.lock().unwrap_or_else(PoisonError::into_inner);
        killers.insert(fault.name, killer.case.path());
        Ok(())
    })
}

/// Twice, so that it is no accident. A case that hangs has noticed.
fn turns_red(run: &Run, fault: Fault) -> bool {
    let deadline = run.took * 4 + Duration::from_secs(3);
    let environment = environment(Some(fault));
    (0..2).all(|_| run.case.run(&environment, deadline).is_err())
}

#[expect(clippy::print_stdout, reason = "what a run prints at its end")]
fn report(killers: &Killers) {
    let killers = killers.lock().unwrap_or_else(PoisonError::into_inner);
    for (fault, killer) in killers.iter() {
        println!("{fault} -> {killer}");
    }
    println!("{} faults noticed", killers.len());
}
