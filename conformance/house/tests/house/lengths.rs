//! How long functions and files are.

use crate::sources::{self, Source};
use syn::visit::{self, Visit};

/// The most lines of code in a function's body.
const FUNCTION: usize = 70;
/// The most lines of code in a file.
const FILE: usize = 400;
/// Files that are longer and to be divided; one that no longer is must be taken off the list.
const LONG: [&str; 0] = [];
/// The most lines that half of the libraries' functions have.
const MEDIAN: usize = 7;

/// A function's body.
struct Function {
    at: String,
    name: String,
    lines: usize,
}

/// Collects the functions of a file.
struct Functions<'a> {
    source: &'a Source,
    found: Vec<Function>,
}

impl Functions<'_> {
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        self.found.push(Function {
            at: self.source.at(signature.ident.span()),
            name: signature.ident.to_string(),
            lines: self.source.block_lines(body),
        });
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn functions(sources: &[Source]) -> Vec<Function> {
    let of_file = |source| {
        let mut functions = Functions {
            source,
            found: Vec::new(),
        };
        functions.visit_file(&source.syntax);
        functions.found
    };
    sources.iter().flat_map(of_file).collect()
}

#[test]
fn functions_are_short() {
    let long: Vec<String> = functions(&sources::all())
        .iter()
        .filter(|function| function.lines > FUNCTION)
        .map(|function| {
            format!(
                "{}: `{}` has {} lines",
                function.at, function.name, function.lines
            )
        })
        .collect();
    assert!(
        long.is_empty(),
        "a function has at most {FUNCTION} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn half_of_the_libraries_functions_are_very_short() {
    let mut lines: Vec<usize> = functions(&sources::libraries())
        .iter()
        .map(|function| function.lines)
        .collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    println!(
        "{} functions, median {median} lines, longest {:?}",
        lines.len(),
        lines.last()
    );
    assert!(
        median <= MEDIAN,
        "the median function has {median} lines, at most {MEDIAN} are wanted"
    );
}

#[test]
fn files_are_short() {
    let sources = sources::all();
    let long = sources.iter().filter(|source| source.code_lines() > FILE);
    let (known, new): (Vec<&Source>, Vec<&Source>) =
        long.partition(|source| LONG.contains(&source.path.as_str()));
    let list = |sources: &[&Source]| {
        let lines = sources
            .iter()
            .map(|source| format!("{} has {} lines of code", source.path, source.code_lines()));
        lines.collect::<Vec<_>>().join("\n")
    };
    println!("To be divided:\n{}", list(&known));
    assert!(
        new.is_empty(),
        "a file has at most {FILE} lines of code:\n{}",
        list(&new)
    );
    assert_eq!(known.len(), LONG.len(), "a file is named as long that is not");
}
