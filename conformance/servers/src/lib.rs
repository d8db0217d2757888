//! The servers that the suite and the benches run against, and where they come from.
//!
//! For each kind of server the first of these ways is taken:
//!
//! 1. a URL from the environment: `CONFORMANCE_POSTGRES_URL`, `CONFORMANCE_MYSQL_URL`, `CONFORMANCE_MARIADB_URL`;
//! 2. a container: an image that is there (built by `conformance/images/build`, or the official one), or one that is
//!    pulled; `CONFORMANCE_POSTGRES_IMAGE` and its likes name another;
//! 3. programs that are installed on the machine, started on a free port with a directory of their own.
//!
//! Where there is none the error names these ways. Nothing is changed on the machine but that a missing image may be
//! pulled.
//!
//! ```no_run
//! use conformance_servers::{Kind, Servers};
//!
//! let servers = Servers::find(&[Kind::Postgres])?;
//! let server = servers.get(Kind::Postgres).expect("it was found");
//! server.query("CREATE DATABASE shop")?;
//! println!("{} on {}: {}", server.version(), server.address(), server.origin());
//! let url = server.url_of("shop");
//! # Ok::<(), conformance_servers::ServerError>(())
//! ```
//!
//! Containers and processes are stopped when [`Servers`] is dropped, so `main` has to drop it before it calls
//! `std::process::exit`. On Ctrl-C they are stopped as well. What a killed run left behind is removed by the next.

mod background;
mod certificates;
mod container;
mod directory;
mod error;
mod finder;
mod installed;
mod kind;
mod leftovers;
mod login;
mod port;
mod private;
mod process;
mod programs;
mod search;
mod selection;
mod server;
mod settings;

pub use error::ServerError;
pub use kind::{Kind, Origin};
pub use login::Rows;
pub use private::PrivateServer;
pub use search::{Search, Servers};
pub use selection::Selection;
pub use server::Server;
