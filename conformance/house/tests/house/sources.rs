//! The workspace's own Rust files.

use proc_macro2::{Span, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use syn::visit_mut::{VisitMut, visit_file_mut};

/// The packages that users depend on; nothing in them may panic.
const LIBRARIES: [&str; 4] = [
    "activerecord/src",
    "activerecord/core/src",
    "activerecord/macros/src",
    "backend-sqlite/src",
];

/// A Rust file.
pub(crate) struct Source {
    /// Its path from the root of the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let house = Path::new(env!("CARGO_MANIFEST_DIR"));
        house.join("../..").canonicalize().unwrap()
    })
}

/// All files: sources, tests, examples and benches.
pub(crate) fn all() -> Vec<Source> {
    let mut paths = BTreeSet::new();
    collect(root(), &mut paths);
    assert!(paths.len() > 100, "only {} files were found", paths.len());
    paths.iter().map(|path| Source::read(path)).collect()
}

/// The files of the libraries, without what is compiled for their tests alone.
pub(crate) fn libraries() -> Vec<Source> {
    let mut sources = all();
    sources.retain(|source| LIBRARIES.iter().any(|library| source.is_under(library)));
    let tests: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    sources.retain(|source| !tests.iter().any(|test| source.is_under(test)));
    for source in &mut sources {
        WithoutTests.visit_file_mut(&mut source.syntax);
    }
    sources
}

fn collect(directory: &Path, paths: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        // Programs that must not compile are no examples of style.
        let skipped = name.starts_with('.') || name == "target" || name == "compile_fail";
        if path.is_dir() && !skipped {
            collect(&path, paths);
        } else if path.extension() == Some(OsStr::new("rs")) {
            paths.insert(path);
        }
    }
}

impl Source {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        let syntax = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        Self { path, text, syntax }
    }

    /// Whether it is a file, or in a directory, of that path without an extension.
    pub(crate) fn is_under(&self, path: &str) -> bool {
        let rest = self.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.starts_with(['/', '.']))
    }

    /// The place of a piece of syntax, as an editor opens it.
    pub(crate) fn at(&self, span: Span) -> String {
        format!("{}:{}", self.path, span.start().line)
    }

    /// Where the file's modules for tests are.
    fn test_modules(&self) -> Vec<String> {
        let stem = self.path.trim_end_matches(".rs");
        let directory = match stem.rsplit_once('/') {
            Some((directory, "lib" | "mod")) => directory,
            _ => stem,
        };
        let modules = self.syntax.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) if is_for_tests(&module.attrs) => Some(module),
            _ => None,
        });
        modules
            .map(|module| format!("{directory}/{}", module.ident))
            .collect()
    }

    /// How many lines hold code: neither blank nor all comment.
    pub(crate) fn code_lines(&self) -> usize {
        lines_of_code(self.text.lines())
    }

    /// The lines of code between the braces of a block; one on the line of its braces counts.
    pub(crate) fn block_lines(&self, block: &syn::Block) -> usize {
        let open = block.brace_token.span.open().start().line;
        let close = block.brace_token.span.close().start().line;
        if close == open {
            return 1;
        }
        lines_of_code(self.text.lines().take(close - 1).skip(open))
    }
}

fn lines_of_code<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    lines
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
        .count()
}

/// Takes items for tests out.
struct WithoutTests;

impl VisitMut for WithoutTests {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        file.items.retain(|item| !is_item_for_tests(item));
        visit_file_mut(self, file);
    }
}

fn is_item_for_tests(item: &syn::Item) -> bool {
    match item {
        syn::Item::Mod(item) => is_for_tests(&item.attrs),
        syn::Item::Fn(item) => is_for_tests(&item.attrs),
        syn::Item::Impl(item) => is_for_tests(&item.attrs),
        syn::Item::Use(item) => is_for_tests(&item.attrs),
        _ => false,
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    };
    attributes.iter().any(is_test)
}

/// All tokens in their order, those inside groups and macro calls too; an opening brace or bracket is a token.
pub(crate) fn flat(tokens: TokenStream) -> Vec<(String, Span)> {
    let mut flat_tokens = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let open = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => "(",
                    proc_macro2::Delimiter::Brace => "{",
                    proc_macro2::Delimiter::Bracket => "[",
                    proc_macro2::Delimiter::None => "",
                };
                flat_tokens.push((open.to_owned(), group.span_open()));
                flat_tokens.extend(flat(group.stream()));
            }
            token => flat_tokens.push((token.to_string(), token.span())),
        }
    }
    flat_tokens
}
