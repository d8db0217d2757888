//! PostgreSQL: tokio-postgres, and the `postgres` crate over it.

use super::{AsyncDriver, BlockingDriver, Outcome};
use benches::RawUser;
use futures_core::Stream;
use postgres::fallible_iterator::FallibleIterator;
use std::future::poll_fn;
use std::pin::pin;
use tokio_postgres::{Client, NoTls, Row, Statement};

const FIND: &str = "SELECT id, name, hair_color FROM users WHERE id = $1";
const READ: &str = "SELECT id, name, hair_color FROM users";
const UPDATE: &str = "UPDATE users SET hair_color = $1 WHERE id = $2";

/// No parameters, of any type.
const NONE: [i64; 0] = [];

/// A connection of tokio-postgres.
pub(crate) struct TokioPostgres {
    client: Client,
    find: Statement,
    read: Statement,
    update: Statement,
}

impl AsyncDriver for TokioPostgres {
    const NAME: &'static str = "tokio-postgres";

    async fn connect(url: &str) -> Outcome<Self> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self {
            find: client.prepare(FIND).await?,
            read: client.prepare(READ).await?,
            update: client.prepare(UPDATE).await?,
            client,
        })
    }

    async fn find(&mut self, key: i64) -> Outcome<RawUser> {
        let row = self.client.query_one(&self.find, &[&key]).await?;
        Ok(user(&row)?)
    }

    /// Reads row by row: `query` would keep all of them before the first is looked at.
    async fn read(&mut self) -> Outcome<Vec<RawUser>> {
        let mut rows = pin!(self.client.query_raw(&self.read, NONE).await?);
        let mut users = Vec::new();
        while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
            users.push(user(&row?)?);
        }
        Ok(users)
    }

    async fn update(&mut self, key: i64, color: &str) -> Outcome<()> {
        self.client.execute(&self.update, &[&color, &key]).await?;
        Ok(())
    }
}

/// A connection of the `postgres` crate.
pub(crate) struct Postgres {
    client: postgres::Client,
    find: Statement,
    read: Statement,
}

impl BlockingDriver for Postgres {
    const NAME: &'static str = "postgres";

    fn connect(url: &str) -> Outcome<Self> {
        let mut client = postgres::Client::connect(url, NoTls)?;
        Ok(Self {
            find: client.prepare(FIND)?,
            read: client.prepare(READ)?,
            client,
        })
    }

    fn find(&mut self, key: i64) -> Outcome<RawUser> {
        let row = self.client.query_one(&self.find, &[&key])?;
        Ok(user(&row)?)
    }

    fn read(&mut self) -> Outcome<Vec<RawUser>> {
        let rows = self.client.query_raw(&self.read, NONE)?;
        Ok(rows.map(|row| user(&row)).collect()?)
    }
}

fn user(row: &Row) -> Result<RawUser, tokio_postgres::Error> {
    Ok(RawUser {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        hair_color: row.try_get(2)?,
    })
}
