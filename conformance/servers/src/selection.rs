//! Which databases a run is about.

use super::{Kind, ServerError};
use std::env;
use std::fmt;

const VARIABLE: &str = "CONFORMANCE_DATABASES";
const SQLITE: &str = "sqlite";

/// The databases that a run is about: all of them, or those that `CONFORMANCE_DATABASES` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    sqlite: bool,
    kinds: Vec<Kind>,
}

impl Selection {
    /// All databases.
    pub fn all() -> Self {
        Self {
            sqlite: true,
            kinds: Kind::ALL.to_vec(),
        }
    }

    /// What the variable `CONFORMANCE_DATABASES` says.
    ///
    /// # Errors
    ///
    /// Where it names what is no database.
    pub fn from_environment() -> Result<Self, ServerError> {
        match env::var(VARIABLE) {
            Ok(names) => Self::parse(&names).map_err(|error| error.context(VARIABLE)),
            Err(env::VarError::NotPresent) => Ok(Self::all()),
            Err(error) => Err(ServerError::from(&error).context(VARIABLE)),
        }
    }

    /// Reads a list like `sqlite,postgres`.
    ///
    /// # Errors
    ///
    /// Where it is empty or names what is no database.
    pub fn parse(names: &str) -> Result<Self, ServerError> {
        let mut selection = Self {
            sqlite: false,
            kinds: Vec::new(),
        };
        for name in names.split(',').map(str::trim) {
            selection.add(name)?;
        }
        Ok(selection)
    }

    fn add(&mut self, name: &str) -> Result<(), ServerError> {
        match Kind::ALL.into_iter().find(|kind| kind.name() == name) {
            Some(kind) if self.kinds.contains(&kind) => {}
            Some(kind) => self.kinds.push(kind),
            None if name == SQLITE => self.sqlite = true,
            None => {
                let allowed = Self::all();
                return Err(ServerError::new(format_args!(
                    "`{name}` is no database; a list of these is wanted, separated by commas: {allowed}"
                )));
            }
        }
        Ok(())
    }

    /// Whether SQLite is among them.
    pub fn sqlite(&self) -> bool {
        self.sqlite
    }

    /// The servers among them.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Whether a database was left out, which a summary has to say.
    pub fn is_narrowed(&self) -> bool {
        !self.sqlite || self.kinds.len() < Kind::ALL.len()
    }
}

/// The list, as it is parsed.
impl fmt::Display for Selection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sqlite = self.sqlite.then_some(SQLITE);
        let names: Vec<&str> = sqlite
            .into_iter()
            .chain(self.kinds.iter().map(|kind| kind.name()))
            .collect();
        out.write_str(&names.join(", "))
    }
}
