//! What the compiler says to a mistake.

/// Each program fails to compile with the message beside it. After a change of a message:
/// `TRYBUILD=overwrite cargo test -p house compile_errors`, and read what changed.
#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("../../activerecord/tests/compile_fail/*.rs");
}
