use super::{printed, text};
use crate::models::expand;

fn expansion(module: &str) -> String {
    printed(expand(syn::parse_str(module).unwrap()).unwrap())
}

const RECORD: &str = "#[derive(Debug, activerecord::Record)] #[record(table = \"users\")]";

#[test]
fn each_mode_confines_its_records() {
    let expansion = expansion(&format!(
        "pub mod models {{ {RECORD} pub struct User; mod more {{ {RECORD} struct Pet; }} }}"
    ));
    for (argument, count) in [("", 2), ("#[record(sync)]", 2), ("#[record(async)]", 2)] {
        let user = text(&format!("{RECORD} {argument} pub struct User;"));
        let pet = text(&format!("{RECORD} {argument} struct Pet;"));
        let found = expansion.matches(&user).count() + expansion.matches(&pet).count();
        assert_eq!(found, count, "{argument}\n{expansion}");
    }
}

#[test]
fn nothing_else_changes() {
    let items = "use a::b; #[derive(Debug)] struct Plain; #[derive(Recorder)] struct Other; enum E { A }
        impl Hooks for Plain { async fn before(&self) { f().await } }";
    let expansion = expansion(&format!("mod models {{ {items} }}"));
    assert_eq!(expansion.matches(&text(items)).count(), 3, "{expansion}");
    assert!(!expansion.contains("[ record"), "{expansion}");
}

#[test]
fn the_copies_have_their_places() {
    let expansion = expansion("#[a] pub mod models { #![b] struct S; }");
    let order = [
        "mod models",
        "mod mixed",
        "mod independent",
        "mod blocking",
        "mod asynchronous",
    ];
    let places: Vec<_> = order.map(|name| expansion.find(name).unwrap()).into();
    assert!(places.is_sorted(), "{expansion}");
    assert_eq!(expansion.matches(&text("struct S;")).count(), 3, "{expansion}");
}

#[test]
fn the_module_is_inline() {
    assert!(expand(syn::parse_str("mod models;").unwrap()).is_err());
}
