//! The table on a server.

use crate::bare::Outcome;
use activerecord::Connect;
use activerecord::prelude::*;
use benches::{ROWS, User};
use conformance_servers::{Kind, Server};

/// A database with the table, which goes when this is dropped.
pub(crate) struct Fixture<'s> {
    server: &'s Server,
    /// Without encryption, which is no part of the comparison. Our parameter reads as that of libpq does.
    pub(crate) url: String,
}

const DATABASE: &str = "activerecord_benches";

impl<'s> Fixture<'s> {
    pub(crate) fn new(server: &'s Server) -> Outcome<Self> {
        server.query(drop_database(server.kind()))?;
        server.query(&format!("CREATE DATABASE {DATABASE}"))?;
        let url = server.url_of(DATABASE);
        let url = url.split('?').next().unwrap_or(&url);
        let fixture = Self {
            server,
            url: format!("{url}?sslmode=disable"),
        };
        fixture.fill()?;
        Ok(fixture)
    }

    fn fill(&self) -> Outcome<()> {
        let db = Database::connect(&*self.url)?;
        db.create_table::<User>()?;
        User::insert_all(&db, (0..ROWS).map(User::numbered).collect::<Vec<_>>())?;
        // So that no case meets the work that rows leave behind which were just written.
        match self.server.kind() {
            Kind::Postgres => db.execute("VACUUM ANALYZE users", ())?,
            Kind::Mysql | Kind::MariaDb => db.execute("ANALYZE TABLE users", ())?,
        };
        Ok(())
    }

    /// The name of a case on this server.
    pub(crate) fn group(&self, case: &str) -> String {
        format!("{}, {case}", self.server.kind())
    }
}

impl Drop for Fixture<'_> {
    fn drop(&mut self) {
        // The next run drops what is left.
        let _ = self.server.query(drop_database(self.server.kind()));
    }
}

fn drop_database(kind: Kind) -> &'static str {
    match kind {
        Kind::Postgres => "DROP DATABASE IF EXISTS activerecord_benches WITH (FORCE)",
        Kind::Mysql | Kind::MariaDb => "DROP DATABASE IF EXISTS activerecord_benches",
    }
}
