//! What stays out of the libraries' code.

use crate::sources::{self, Source, flat};
use quote::ToTokens;

/// Macros that panic, or that are left behind.
const MACROS: [&str; 5] = ["panic", "todo", "unimplemented", "unreachable", "dbg"];

/// What is wrong with a piece of the token stream, if anything is.
fn fault(before: &str, token: &str, after: &str) -> Option<String> {
    match token {
        "unsafe" => Some("`unsafe`".into()),
        "unwrap" | "expect" if after == "(" && matches!(before, "." | ":") => Some(format!("`{token}`")),
        name if after == "!" && MACROS.contains(&name) => Some(format!("`{name}!`")),
        _ => None,
    }
}

fn faults(source: &Source) -> Vec<String> {
    let tokens = flat(source.syntax.to_token_stream());
    let at = |index: usize| tokens.get(index).map_or("", |(token, _)| token.as_str());
    let mut found = Vec::new();
    for (index, (token, span)) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", at);
        if let Some(fault) = fault(before, token, at(index + 1)) {
            found.push(format!("{}: {fault}", source.at(*span)));
        }
    }
    found
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn libraries_neither_panic_nor_are_unsafe() {
    let found: Vec<String> = sources::libraries().iter().flat_map(faults).collect();
    none(&found, "a library returns errors and is safe code");
}

#[test]
fn the_rule_sees_what_it_forbids() {
    let text =
        "fn f() { a.unwrap(); Option::expect(b, \"\"); m! { panic!() } unsafe {} #[expect(x)] let y; }";
    let source = Source {
        path: "f.rs".into(),
        text: text.into(),
        syntax: syn::parse_file(text).unwrap(),
    };
    let found = faults(&source);
    assert_eq!(found.len(), 4, "{found:?}");
}

#[test]
fn nothing_is_left_to_do() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut found = Vec::new();
    for source in sources::all() {
        for (number, line) in source.text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                found.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    none(&found, "what is left to do belongs to an issue");
}

#[test]
fn a_library_root_names_what_it_exports() {
    let mut found = Vec::new();
    for source in sources::all() {
        if !source.path.ends_with("src/lib.rs") {
            continue;
        }
        let documented = source
            .syntax
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("doc"));
        if !documented {
            found.push(format!("{}: no documentation of the crate", source.path));
        }
        for item in &source.syntax.items {
            match item {
                syn::Item::Use(item)
                    if has_glob(&item.tree) && !matches!(item.vis, syn::Visibility::Inherited) =>
                {
                    found.push(format!("{}: a glob", source.at(item.use_token.span)));
                }
                _ => {}
            }
        }
    }
    none(&found, "a `lib.rs` has documentation and exports by name");
}

fn has_glob(tree: &syn::UseTree) -> bool {
    match tree {
        syn::UseTree::Glob(_) => true,
        syn::UseTree::Path(path) => has_glob(&path.tree),
        syn::UseTree::Group(group) => group.items.iter().any(has_glob),
        syn::UseTree::Name(_) | syn::UseTree::Rename(_) => false,
    }
}
