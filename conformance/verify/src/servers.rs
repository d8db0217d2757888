//! Which servers are to be set up.

use std::env;

/// A kind of server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Its name in variables of the environment, and for `conformance/images/build`.
    pub(crate) name: &'static str,
    /// The image that is built.
    pub(crate) built: &'static str,
    /// The image of a registry.
    pub(crate) official: &'static str,
}

const ALL: [Server; 3] = [
    Server {
        name: "postgres",
        built: "activerecord-conformance/postgres:18",
        official: "postgres:18",
    },
    Server {
        name: "mysql",
        built: "activerecord-conformance/mysql:9",
        official: "mysql:9",
    },
    Server {
        name: "mariadb",
        built: "activerecord-conformance/mariadb:11",
        official: "mariadb:11",
    },
];

/// The servers that the environment does not leave out. A name that is no database is for the tests to refuse.
pub(crate) fn wanted() -> Vec<Server> {
    let named = env::var("CONFORMANCE_DATABASES").ok();
    let is_wanted = |server: &Server| {
        let mut names = named.iter().flat_map(|names| names.split(','));
        named.is_none() || names.any(|name| name.trim() == server.name)
    };
    ALL.into_iter().filter(is_wanted).collect()
}

impl Server {
    /// The variable of the environment that says where the server is or what it comes from.
    pub(crate) fn given_by(&self) -> Option<String> {
        let variables =
            ["URL", "IMAGE"].map(|what| format!("CONFORMANCE_{}_{what}", self.name.to_uppercase()));
        variables
            .into_iter()
            .find(|variable| env::var(variable).is_ok_and(|value| !value.is_empty()))
    }
}
