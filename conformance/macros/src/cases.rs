//! `#[cases]`: the expansion of a module of cases.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{ItemFn, ItemMod, Result};

use crate::copy::{Layout, Mode};
use crate::suite::{Member, conditions, inline_items, members, split_attributes};

/// The module with its four copies and the list of all cases.
pub(crate) fn expand(mut module: ItemMod) -> Result<TokenStream> {
    let members = members(module.ident.span(), inline_items(&mut module)?)?;
    let suite = Suite {
        name: module.ident.unraw().to_string(),
        members,
    };
    let (outer, inner) = split_attributes(module.attrs);
    let (visibility, token, name) = (module.vis, module.mod_token, module.ident);
    let [blocking, asynchronous] = Mode::ALL.map(|mode| suite.mode(mode));
    let list = list_of_all();
    Ok(quote! {
        #(#outer)*
        #visibility #token #name {
            #(#inner)*
            #blocking
            #asynchronous
            #list
        }
    })
}

/// The list of the cases of all copies.
fn list_of_all() -> TokenStream {
    quote! {
        /// The cases of this module in every copy.
        #[allow(unreachable_pub)]
        pub fn cases() -> ::std::vec::Vec<crate::harness::Case> {
            let mut all = blocking::mixed::cases();
            all.extend(blocking::independent::cases());
            all.extend(asynchronous::mixed::cases());
            all.extend(asynchronous::independent::cases());
            all
        }
    }
}

/// A module of cases.
struct Suite {
    name: String,
    members: Vec<Member>,
}

impl Suite {
    /// Both copies of one mode.
    fn mode(&self, mode: Mode) -> TokenStream {
        let (name, silenced) = (mode.ident(), silenced(mode));
        let doc = format!("The {} copies.", mode.name());
        let copies = Layout::ALL.map(|layout| self.copy(mode, layout));
        quote! {
            #[doc = #doc]
            #[allow(unreachable_pub)]
            #silenced
            pub mod #name { #(#copies)* }
        }
    }

    fn copy(&self, mode: Mode, layout: Layout) -> TokenStream {
        let (name, models, modes) = (layout.ident(), layout.models(mode), mode.ident());
        let doc = format!("The {} copy for {} records.", mode.name(), layout.name());
        let items = self
            .members_in(mode)
            .map(|member| mode.text(member.item.to_token_stream()));
        let list = self.list(mode, layout);
        quote! {
            #[doc = #doc]
            pub mod #name {
                #[allow(unused_imports, clippy::wildcard_imports)]
                use #models::*;
                #[allow(unused_imports, clippy::wildcard_imports)]
                use crate::modes::#modes::*;
                #(#items)*
                #list
            }
        }
    }

    fn list(&self, mode: Mode, layout: Layout) -> TokenStream {
        let cases = self
            .members_in(mode)
            .filter_map(|member| Some((member, member.case()?)));
        let entries = cases.map(|(member, case)| self.entry(mode, layout, member, case));
        // An array, as `vec!` does not take entries with a `#[cfg(..)]`.
        quote! {
            /// The cases of this copy.
            pub fn cases() -> ::std::vec::Vec<crate::harness::Case> {
                ::std::vec::Vec::from([#(#entries),*])
            }
        }
    }

    /// A case in the list. Its tokens point to the case, which is where a wrong signature is to be mended.
    fn entry(&self, mode: Mode, layout: Layout, member: &Member, case: &ItemFn) -> TokenStream {
        let (suite, layout, function) = (&self.name, layout.name(), &case.sig.ident);
        let (constructor, name) = (mode.ident(), function.unraw().to_string());
        let conditions = conditions(case);
        let span = Span::call_site().located_at(function.span());
        let runner = runner(mode, function, span);
        let needs = match member.needs.as_slice() {
            [] => None,
            needs => Some(quote!(.needing(&[#(crate::environment::Need::#needs),*]))),
        };
        quote_spanned! {span=>
            #(#conditions)* crate::harness::Case::#constructor(#layout, #suite, #name, #runner)#needs
        }
    }

    fn members_in(&self, mode: Mode) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.is_in(mode))
    }
}

/// What runs a case: the function itself, or a closure that owns the handle and boxes the future.
fn runner(mode: Mode, function: &Ident, span: Span) -> TokenStream {
    match mode {
        Mode::Blocking => function.to_token_stream(),
        Mode::Asynchronous => quote_spanned! {span=>
            |db| ::std::boxed::Box::pin(async move { #function(&db).await })
        },
    }
}

/// The lints that erased text cannot satisfy: the asynchronous copy, the text itself, answers for them.
fn silenced(mode: Mode) -> Option<TokenStream> {
    (mode == Mode::Blocking).then(|| {
        quote! {
            #[allow(
                dead_code,
                unused_braces,
                unused_imports,
                unused_parens,
                clippy::blocks_in_conditions,
                clippy::let_unit_value,
                clippy::redundant_closure,
                clippy::redundant_closure_call,
                clippy::unit_arg,
                clippy::while_let_on_iterator
            )]
        }
    })
}
