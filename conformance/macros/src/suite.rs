//! A module of cases as it was written: what it holds, and what it must not.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Error, FnArg, Item, ItemFn, ItemMod, Pat, Result, Signature};

use crate::copy::Mode;
use crate::only::{take_needs, take_only};

/// An item of the module and the mode it is confined to, if any.
pub(crate) struct Member {
    /// The item, without `#[only(..)]` and `#[needs(..)]`.
    pub(crate) item: Item,
    only: Option<Mode>,
    /// What a case needs of its database.
    pub(crate) needs: Vec<Ident>,
}

impl Member {
    fn new(mut item: Item) -> Result<Self> {
        let only = take_only(&mut item)?;
        let needs = take_needs(&mut item)?;
        let member = Self { item, only, needs };
        match (member.needs.first(), member.case()) {
            (Some(need), None) => Err(Error::new(need.span(), "only a case has `#[needs(..)]`")),
            _ => Ok(member),
        }
    }

    pub(crate) fn is_in(&self, mode: Mode) -> bool {
        self.only.is_none_or(|only| only == mode)
    }

    /// The function, if the item is a case.
    pub(crate) fn case(&self) -> Option<&ItemFn> {
        match &self.item {
            Item::Fn(function) if takes_db(&function.sig) => Some(function),
            _ => None,
        }
    }
}

/// Whether the one parameter is called `db`: what tells a case from a helper.
fn takes_db(signature: &Signature) -> bool {
    let mut inputs = signature.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(input)), None) => matches!(&*input.pat, Pat::Ident(name) if name.ident == "db"),
        _ => false,
    }
}

/// The members of a module, after all its errors have been looked for.
pub(crate) fn members(name: Span, items: Vec<Item>) -> Result<Vec<Member>> {
    let mut errors: Vec<Error> = items.iter().flat_map(outward_paths).collect();
    let mut members = Vec::new();
    for item in items {
        match Member::new(item) {
            Ok(member) => members.push(member),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(blocking_cases(&members));
    errors.extend(duplicates(&members));
    if errors.is_empty() {
        errors.extend(no_cases(name, &members));
    }
    combined(errors)?;
    Ok(members)
}

/// The items between the braces, which the attributes of this crate cannot do without.
pub(crate) fn inline_items(module: &mut ItemMod) -> Result<Vec<Item>> {
    match module.content.take() {
        Some((_, items)) => Ok(items),
        None => Err(Error::new_spanned(
            module,
            "expected an inline module: `mod name { .. }`",
        )),
    }
}

/// The attributes that stay outside the braces, and those within.
pub(crate) fn split_attributes(attributes: Vec<Attribute>) -> (Vec<Attribute>, Vec<Attribute>) {
    let is_outer = |attribute: &Attribute| matches!(attribute.style, syn::AttrStyle::Outer);
    attributes.into_iter().partition(is_outer)
}

/// Refuses anything in the parentheses of an attribute that takes nothing.
pub(crate) fn no_arguments(arguments: TokenStream) -> Result<()> {
    match arguments.is_empty() {
        true => Ok(()),
        false => Err(Error::new_spanned(arguments, "this attribute takes no arguments")),
    }
}

/// One error for each `super::`, at its place.
fn outward_paths(item: &Item) -> Vec<Error> {
    let mut spans = Vec::new();
    find_super(item.to_token_stream(), &mut spans);
    let error = |span| {
        Error::new(
            span,
            "`super::` is another module in each copy; write a path from `crate::`",
        )
    };
    spans.into_iter().map(error).collect()
}

fn find_super(tokens: TokenStream, spans: &mut Vec<Span>) {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => find_super(group.stream(), spans),
            TokenTree::Ident(word) if word == "super" && trees.peek().is_some_and(is_colon) => {
                spans.push(word.span())
            }
            _ => {}
        }
    }
}

fn is_colon(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ':')
}

fn blocking_cases(members: &[Member]) -> impl Iterator<Item = Error> {
    let cases = members.iter().filter_map(Member::case);
    cases.filter(|case| case.sig.asyncness.is_none()).map(|case| {
        let message =
            "a case is an `async fn`; if this is a helper, call its parameter something other than `db`";
        Error::new_spanned(case.sig.fn_token, message)
    })
}

/// A name may be used once in each mode. Cases under `cfg` are left to the compiler, which knows it.
fn duplicates(members: &[Member]) -> Vec<Error> {
    let mut seen = HashSet::new();
    let mut is_new = |member: &Member, case: &ItemFn| {
        let modes = Mode::ALL.into_iter().filter(|mode| member.is_in(*mode));
        modes
            .filter(|mode| !seen.insert((mode.name(), case.sig.ident.to_string())))
            .count()
            == 0
    };
    let cases = members.iter().filter_map(|member| Some((member, member.case()?)));
    cases
        .filter(|(_, case)| conditions(case).next().is_none())
        .filter(|(member, case)| !is_new(member, case))
        .map(|(_, case)| Error::new_spanned(&case.sig.ident, "another case of this module has this name"))
        .collect()
}

/// The `#[cfg(..)]`s of a case, which its entry in the list carries too.
pub(crate) fn conditions(case: &ItemFn) -> impl Iterator<Item = &Attribute> {
    case.attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
}

fn no_cases(name: Span, members: &[Member]) -> Option<Error> {
    let none = members.iter().all(|member| member.case().is_none());
    none.then(|| {
        Error::new(
            name,
            "no case here: a case is an `async fn` whose only parameter is called `db`",
        )
    })
}

/// All the errors at once, so that one run of the compiler shows them.
fn combined(errors: Vec<Error>) -> Result<()> {
    let all = errors.into_iter().reduce(|mut all, error| {
        all.combine(error);
        all
    });
    all.map_or(Ok(()), Err)
}
