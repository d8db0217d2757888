//! What belongs to the user's control flow is written once per mode, under the same names.

use crate::sources::{self, Source};
use std::collections::BTreeSet;

/// Each blocking type and its async twin.
const TWINS: [(&str, &str); 2] = [("Database", "AsyncDatabase"), ("Transaction", "AsyncTransaction")];

/// Methods that one of the two has, and why.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    ("Database", "to_async", "gives the other mode"),
    ("AsyncDatabase", "to_blocking", "gives the other mode"),
];

/// The names of a type's public inherent methods.
fn methods(sources: &[Source], name: &str) -> BTreeSet<String> {
    let items = sources.iter().flat_map(|source| &source.syntax.items);
    let inherent = items.filter_map(|item| match item {
        syn::Item::Impl(item) if item.trait_.is_none() && is_named(&item.self_ty, name) => Some(item),
        _ => None,
    });
    let public = inherent
        .flat_map(|item| &item.items)
        .filter_map(|item| match item {
            syn::ImplItem::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => {
                Some(function)
            }
            _ => None,
        });
    public.map(|function| function.sig.ident.to_string()).collect()
}

fn is_named(ty: &syn::Type, name: &str) -> bool {
    match ty {
        syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

fn lacking(sources: &[Source], one: &str, other: &str) -> Vec<String> {
    let (there, here) = (methods(sources, one), methods(sources, other));
    assert!(!there.is_empty(), "`{one}` has no methods");
    let lacks = there.difference(&here);
    lacks
        .filter(|method| {
            !EXCEPTIONS
                .iter()
                .any(|(of, name, _)| *of == one && name == method)
        })
        .map(|method| format!("`{one}::{method}` has no twin in `{other}`"))
        .collect()
}

#[test]
fn both_modes_have_the_same_methods() {
    for (of, method, why) in EXCEPTIONS {
        println!("{of}::{method} stands alone: it {why}");
    }
    let sources = sources::libraries();
    let found: Vec<String> = TWINS
        .iter()
        .flat_map(|(one, other)| [lacking(&sources, one, other), lacking(&sources, other, one)])
        .flatten()
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
