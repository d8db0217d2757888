use super::{printed, text};
use crate::cases::expand;

fn expansion(module: &str) -> String {
    printed(expand(syn::parse_str(module).unwrap()).unwrap())
}

fn errors(module: &str) -> Vec<String> {
    let error = expand(syn::parse_str(module).unwrap()).unwrap_err();
    error.into_iter().map(|error| error.to_string()).collect()
}

/// The text of one copy, from its `pub mod` on.
fn copy(expansion: &str, mode: &str, layout: &str) -> String {
    let mode = expansion.split(&text(&format!("pub mod {mode}"))).nth(1).unwrap();
    mode.split(&text(&format!("pub mod {layout}")))
        .nth(1)
        .unwrap()
        .to_owned()
}

const CRUD: &str = "
    /// Crud.
    pub mod crud {
        const N: i64 = 1;
        /// A doc.
        #[cfg(feature = \"x\")]
        async fn saves(db: &Db) -> Result<()> { helper(db, N).await }
        async fn helper(db: &Db, n: i64) -> Result<()> { db.f(async |tx| tx.g(n).await).await }
        #[only(asynchronous)]
        async fn drops(db: &Db) -> Result<()> { drop(f(db)); Ok(()) }
        #[only(blocking)]
        use std::thread;
    }";

#[test]
fn a_blocking_copy_is_erased_and_listed() {
    let expansion = copy(&expansion(CRUD), "blocking", "independent");
    for part in [
        "use crate::models::independent::blocking::*;",
        "use crate::modes::blocking::*;",
        "/// A doc.\n#[cfg(feature = \"x\")] fn saves(db: &Db) -> Result<()> { helper(db, N) }",
        "db.f(|tx| tx.g(n))",
        "use std::thread;",
        "[#[cfg(feature = \"x\")] crate::harness::Case::blocking(\"independent\", \"crud\", \"saves\", saves)]",
    ] {
        assert!(expansion.contains(&text(part)), "{part}\n{expansion}");
    }
    assert!(!expansion.split("asynchronous").next().unwrap().contains("drops"));
}

#[test]
fn an_asynchronous_copy_is_the_text_itself() {
    let expansion = copy(&expansion(CRUD), "asynchronous", "mixed");
    for part in [
        "use crate::models::mixed::*;",
        "use crate::modes::asynchronous::*;",
        "async fn drops(db: &Db) -> Result<()> { drop(f(db)); Ok(()) }",
        "db.f(async |tx| tx.g(n).await).await",
        "crate::harness::Case::asynchronous(\"mixed\", \"crud\", \"drops\",
            |db| ::std::boxed::Box::pin(async move { drops(&db).await }))",
    ] {
        assert!(expansion.contains(&text(part)), "{part}\n{expansion}");
    }
    assert!(
        !expansion.contains("thread") && !expansion.contains("only"),
        "{expansion}"
    );
}

#[test]
fn the_attributes_of_the_module_stay_at_their_places() {
    let expansion = expansion("#[a] pub mod m { #![b] async fn f(db: &Db) -> Result<()> { Ok(()) } }");
    assert!(
        expansion.starts_with("# [ a ] pub mod m { # ! [ b ]"),
        "{expansion}"
    );
    assert_eq!(expansion.matches("# ! [ b ]").count(), 1, "{expansion}");
}

#[test]
fn every_outward_path_is_refused() {
    let found = errors(
        "mod m { use super::a; pub(super) fn h() {} async fn f(db: &Db) -> Result<()> { x!(super::super::b()) } }",
    );
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("`super::`"), "{found:?}");
}

#[test]
fn a_name_is_used_once_in_each_mode() {
    let body = "async fn f(db: &Db) -> Result<()> { Ok(()) }";
    let found = errors(&format!("mod m {{ {body} #[only(blocking)] {body} }}"));
    assert_eq!(found, ["another case of this module has this name"]);
    expansion(&format!(
        "mod m {{ #[only(asynchronous)] {body} #[only(blocking)] {body} }}"
    ));
    expansion(&format!("mod m {{ #[cfg(unix)] {body} #[cfg(windows)] {body} }}"));
}

#[test]
fn a_case_is_async() {
    let found = errors("mod m { fn f(db: &Db) {} async fn g(db: &Db) -> Result<()> { Ok(()) } }");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a case is an `async fn`"), "{found:?}");
}

#[test]
fn a_module_has_a_case() {
    for module in [
        "mod m {}",
        "mod m { async fn f(db: &Db, n: i64) {} async fn g(other: &Db) {} }",
    ] {
        let found = errors(module);
        assert!(found[0].starts_with("no case here"), "{found:?}");
    }
    assert!(errors("mod m;")[0].starts_with("expected an inline module"));
}

#[test]
fn only_names_one_mode() {
    let case = "async fn f(db: &Db) -> Result<()> { Ok(()) }";
    for only in [
        "#[only(async)]",
        "#[only]",
        "#[only(blocking, asynchronous)]",
        "#[only(blocking)] #[only(blocking)]",
    ] {
        let found = errors(&format!("mod m {{ {only} const N: i64 = 1; {case} }}"));
        assert_eq!(found.len(), 1, "{only}: {found:?}");
    }
    let found = errors("mod m { #[only(async)] async fn f(db: &Db) -> Result<()> { Ok(()) } }");
    assert_eq!(found, ["expected `#[only(blocking)]` or `#[only(asynchronous)]`"]);
}
