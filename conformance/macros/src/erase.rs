//! The blocking text of async tokens.
//!
//! The work is done on tokens, not on syntax, so that it reaches into macro calls, whose contents no
//! parser knows. Strings and comments are literals there and cannot be hit.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// Reads the first trees of a text, writes what becomes of them and returns the trees that follow.
type Step = for<'a> fn(&'a [TokenTree], &mut TokenStream) -> &'a [TokenTree];

/// The tokens without `async` and `.await`, except in attributes and in `keep_async! { .. }`.
pub(crate) fn erase(tokens: TokenStream) -> TokenStream {
    rewrite(tokens, erase_step)
}

/// The tokens as they are, with every `keep_async! { .. }` replaced by its contents.
pub(crate) fn keep(tokens: TokenStream) -> TokenStream {
    rewrite(tokens, keep_step)
}

fn rewrite(tokens: TokenStream, step: Step) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut written = TokenStream::new();
    let mut rest = trees.as_slice();
    while !rest.is_empty() {
        rest = step(rest, &mut written);
    }
    written
}

fn erase_step<'a>(trees: &'a [TokenTree], written: &mut TokenStream) -> &'a [TokenTree] {
    if let Some(rest) = after_async(trees).or_else(|| after_await(trees)) {
        return rest;
    }
    if let Some((attribute, rest)) = attribute(trees) {
        written.extend(attribute.iter().cloned());
        return rest;
    }
    kept(trees, written).unwrap_or_else(|| descend(trees, written, erase_step))
}

fn keep_step<'a>(trees: &'a [TokenTree], written: &mut TokenStream) -> &'a [TokenTree] {
    kept(trees, written).unwrap_or_else(|| descend(trees, written, keep_step))
}

/// What follows `async`. The `move` of a block goes with it; a closure has a use for its own.
fn after_async(trees: &[TokenTree]) -> Option<&[TokenTree]> {
    let rest = after_word(trees, "async")?;
    match after_word(rest, "move") {
        Some(block) if !starts_closure(block) => Some(block),
        _ => Some(rest),
    }
}

fn after_await(trees: &[TokenTree]) -> Option<&[TokenTree]> {
    let (first, rest) = trees.split_first()?;
    is_punct(first, '.').then(|| after_word(rest, "await")).flatten()
}

/// An attribute, outer or inner, and what follows. `#[record(async)]` means what it says in both modes.
fn attribute(trees: &[TokenTree]) -> Option<(&[TokenTree], &[TokenTree])> {
    let length = match trees {
        [hash, TokenTree::Group(_), ..] if is_punct(hash, '#') => 2,
        [hash, bang, TokenTree::Group(_), ..] if is_punct(hash, '#') && is_punct(bang, '!') => 3,
        _ => return None,
    };
    let brackets =
        matches!(&trees[length - 1], TokenTree::Group(group) if is_group(group, Delimiter::Bracket));
    brackets.then(|| trees.split_at(length))
}

/// Writes the contents of `keep_async! { .. }`, in which only calls of the same name are resolved.
fn kept<'a>(trees: &'a [TokenTree], written: &mut TokenStream) -> Option<&'a [TokenTree]> {
    match after_word(trees, "keep_async")? {
        [bang, TokenTree::Group(body), rest @ ..]
            if is_punct(bang, '!') && is_group(body, Delimiter::Brace) =>
        {
            written.extend(keep(body.stream()));
            Some(rest)
        }
        _ => None,
    }
}

/// Copies one tree, rewriting the contents of a group.
fn descend<'a>(trees: &'a [TokenTree], written: &mut TokenStream, step: Step) -> &'a [TokenTree] {
    let Some((first, rest)) = trees.split_first() else {
        return trees;
    };
    written.extend([match first {
        TokenTree::Group(group) => TokenTree::Group(regroup(group, step)),
        tree => tree.clone(),
    }]);
    rest
}

/// The group keeps its span: an error in a case points to the line that was written.
fn regroup(group: &Group, step: Step) -> Group {
    let mut copy = Group::new(group.delimiter(), rewrite(group.stream(), step));
    copy.set_span(group.span());
    copy
}

fn after_word<'a>(trees: &'a [TokenTree], word: &str) -> Option<&'a [TokenTree]> {
    match trees {
        [TokenTree::Ident(ident), rest @ ..] if is_word(ident, word) => Some(rest),
        _ => None,
    }
}

fn is_word(ident: &Ident, word: &str) -> bool {
    ident == word
}

fn starts_closure(trees: &[TokenTree]) -> bool {
    trees.first().is_some_and(|tree| is_punct(tree, '|'))
}

fn is_group(group: &Group, delimiter: Delimiter) -> bool {
    group.delimiter() == delimiter
}

fn is_punct(tree: &TokenTree, character: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == character)
}
