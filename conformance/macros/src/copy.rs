//! The four copies of a module of cases.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::erase::{erase, keep};

/// Whether the verbs of a copy block or are awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Erased text, blocking verbs.
    Blocking,
    /// The text itself.
    Asynchronous,
}

impl Mode {
    /// Both modes, in the order of the expansion.
    pub(crate) const ALL: [Self; 2] = [Self::Blocking, Self::Asynchronous];

    /// The name of the mode's modules, of its constructor of `Case` and of `#[only(..)]`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Asynchronous => "asynchronous",
        }
    }

    pub(crate) fn ident(self) -> Ident {
        ident(self.name())
    }

    /// What an item reads like in this mode.
    pub(crate) fn text(self, item: TokenStream) -> TokenStream {
        match self {
            Self::Blocking => erase(item),
            Self::Asynchronous => keep(item),
        }
    }
}

/// Whether the records of a copy serve both modes or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Records with the verbs of both modes.
    Mixed,
    /// Records with the verbs of the copy's mode only.
    Independent,
}

impl Layout {
    /// Both layouts, in the order of the expansion.
    pub(crate) const ALL: [Self; 2] = [Self::Mixed, Self::Independent];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Independent => "independent",
        }
    }

    pub(crate) fn ident(self) -> Ident {
        ident(self.name())
    }

    /// The module that `#[models]` made for copies of this layout and mode.
    pub(crate) fn models(self, mode: Mode) -> TokenStream {
        let mode = mode.ident();
        match self {
            Self::Mixed => quote!(crate::models::mixed),
            Self::Independent => quote!(crate::models::independent::#mode),
        }
    }
}

/// A name that the expansion introduces.
fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
