//! The faults.

mod control;
mod failures;
mod params;
mod queries;
mod results;
mod writes;

use super::fault::Fault;

/// A database of which a statement takes few parameters, and which says so: no fault, but a limit to keep to.
pub fn few_parameters() -> Fault {
    writes::FEW_PARAMETERS
}

/// Every fault.
pub fn all() -> Vec<Fault> {
    let groups = [
        control::FAULTS,
        failures::FAULTS,
        params::FAULTS,
        queries::FAULTS,
        results::FAULTS,
        writes::FAULTS,
    ];
    groups.concat()
}
