//! The helper attributes: which arguments each place takes, and those that were given.

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, Lit, LitStr, Path, Result, Token};

/// What an attribute may say at one place.
pub(crate) struct Grammar {
    /// The attribute's name.
    pub(crate) attribute: &'static str,
    /// The place, as the subject of a sentence.
    pub(crate) place: &'static str,
    /// The arguments that stand alone.
    pub(crate) flags: &'static [&'static str],
    /// The arguments that have a text.
    pub(crate) texts: &'static [&'static str],
}

impl Grammar {
    /// Checks that an argument is known here and has the form that it should have.
    fn check(&self, argument: &Argument) -> Result<()> {
        let name = &*argument.name;
        let message = match (self.flags.contains(&name), self.texts.contains(&name)) {
            (false, false) => self.unknown(name),
            (true, _) if argument.value.is_some() => format!("`{name}` takes no value"),
            (_, true) if argument.text().is_none() => format!("`{name}` takes a text: `{name} = \"..\"`"),
            _ => return Ok(()),
        };
        Err(Error::new_spanned(&argument.path, message))
    }

    fn unknown(&self, name: &str) -> String {
        let texts = self.texts.iter().map(|text| format!("`{text} = \"..\"`"));
        let flags = self.flags.iter().map(|flag| format!("`{flag}`"));
        let known: Vec<String> = flags.chain(texts).collect();
        format!(
            "unknown attribute `{name}`; {} takes {}",
            self.place,
            list(&known)
        )
    }
}

/// `a, b and c`
fn list(items: &[String]) -> String {
    match items {
        [] => "none".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The arguments that one item was given, by all its attributes of one name.
#[derive(Default)]
pub(crate) struct Arguments(Vec<Argument>);

/// One argument.
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: String,
    path: Path,
    value: Option<Lit>,
}

impl Arguments {
    /// Reads the attributes of an item; arguments that are wrong are reported and left out.
    pub(crate) fn read(grammar: &Grammar, attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut arguments = Self::default();
        for attribute in attributes
            .iter()
            .filter(|it| it.path().is_ident(grammar.attribute))
        {
            let read = attribute.parse_nested_meta(|meta| {
                let argument = Argument::parse(&meta)?;
                let checked = grammar.check(&argument).and_then(|()| arguments.add(argument));
                errors.take(checked);
                Ok(())
            });
            errors.take(read);
        }
        arguments
    }

    fn add(&mut self, argument: Argument) -> Result<()> {
        if self.get(&argument.name).is_some() {
            let message = format!("`{}` is given twice", argument.name);
            return Err(Error::new_spanned(&argument.path, message));
        }
        self.0.push(argument);
        Ok(())
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Argument> {
        self.0.iter()
    }

    /// The argument of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Argument> {
        self.0.iter().find(|argument| argument.name == name)
    }

    /// Whether an argument was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The text of an argument.
    pub(crate) fn text(&self, name: &str) -> Option<&LitStr> {
        self.get(name)?.text()
    }

    /// The name that the database has for something.
    pub(crate) fn identifier(&self, name: &str, errors: &mut Errors) -> Option<String> {
        let text = self.text(name)?;
        let value = text.value();
        if value.is_empty() || value.contains('\0') {
            errors.report(
                text,
                format_args!("the name of a {name} cannot be empty or contain NUL"),
            );
        }
        Some(value)
    }

    /// The path to what the derives name: the facade's, unless `crate` says where it is re-exported.
    pub(crate) fn private(&self, errors: &mut Errors) -> TokenStream {
        let given = self.text("crate").map(LitStr::parse::<Path>);
        match given.and_then(|path| errors.take(path)) {
            Some(facade) => quote!(#facade::__private),
            None => quote!(::activerecord::__private),
        }
    }
}

impl Argument {
    fn parse(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        let path = meta.path.clone();
        let value = match meta.input.peek(Token![=]) {
            true => Some(meta.value()?.parse()?),
            false => None,
        };
        let name = path.to_token_stream().to_string();
        Ok(Self { name, path, value })
    }

    fn text(&self) -> Option<&LitStr> {
        match &self.value {
            Some(Lit::Str(text)) => Some(text),
            _ => None,
        }
    }
}

impl ToTokens for Argument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}
