//! Sets up.
fn main() {}
