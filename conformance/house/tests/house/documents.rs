//! What documentation has to say.

use crate::sources::{self, Source};
use syn::visit::{self, Visit};

/// Collects the public async functions that do not say what dropping their future does.
struct Silent<'a> {
    source: &'a Source,
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Silent<'_> {
    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let public = matches!(function.vis, syn::Visibility::Public(_));
        if public && function.sig.asyncness.is_some() && !says_cancel_safety(&function.attrs) {
            let at = self.source.at(function.sig.ident.span());
            self.found.push(format!("{at}: `{}`", function.sig.ident));
        }
        visit::visit_impl_item_fn(self, function);
    }
}

fn says_cancel_safety(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .filter_map(|attribute| attribute.meta.require_name_value().ok())
        .any(|value| match &value.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(line),
                ..
            }) => line.value().trim() == "# Cancel safety",
            _ => false,
        })
}

#[test]
fn every_async_function_says_what_dropping_it_does() {
    let mut found = Vec::new();
    for source in &sources::libraries() {
        let mut silent = Silent {
            source,
            found: Vec::new(),
        };
        silent.visit_file(&source.syntax);
        found.append(&mut silent.found);
    }
    assert!(
        found.is_empty(),
        "no `# Cancel safety` in the documentation of:\n{}",
        found.join("\n")
    );
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/architecture.md",
        "docs/benchmarks.md",
        "docs/from-python.md",
        "docs/reliability.md",
    ];
    let mut broken = Vec::new();
    for document in documents {
        let path = sources::root().join(document);
        let text = std::fs::read_to_string(&path).unwrap();
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next());
        for target in targets.filter(|target| !target.is_empty() && !target.contains("://")) {
            if !path
                .parent()
                .is_some_and(|directory| directory.join(target).exists())
            {
                broken.push(format!("{document}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links to nothing:\n{}", broken.join("\n"));
}

#[test]
fn the_map_of_the_code_names_every_module() {
    let map = std::fs::read_to_string(sources::root().join("docs/architecture.md")).unwrap();
    let missing: Vec<String> = sources::libraries()
        .iter()
        .filter_map(|source| {
            source
                .path
                .rsplit('/')
                .next()
                .map(|file| (file.to_owned(), source))
        })
        .filter(|(file, _)| !["mod.rs", "lib.rs"].contains(&file.as_str()))
        .filter(|(file, _)| !map.contains(&format!("`{file}`")))
        .map(|(_, source)| source.path.clone())
        .collect();
    assert!(
        missing.is_empty(),
        "docs/architecture.md does not name:\n{}",
        missing.join("\n")
    );
}
