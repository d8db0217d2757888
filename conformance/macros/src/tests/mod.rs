//! What the expansions read like.

mod cases;
mod erase;
mod models;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Tokens with one space between them: `TokenStream` prints the same ones with and without spaces,
/// according to where they come from.
fn printed(tokens: TokenStream) -> String {
    tokens.into_iter().map(tree).collect::<Vec<_>>().join(" ")
}

fn tree(tree: TokenTree) -> String {
    let TokenTree::Group(group) = tree else {
        return tree.to_string();
    };
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    };
    [open, &printed(group.stream()), close].join(" ")
}

/// A text in the form of `printed`.
fn text(text: &str) -> String {
    printed(tokens(text))
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap()
}
