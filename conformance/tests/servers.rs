//! Smoke tests of the ways to a server.
fn main() {}
