//! MySQL and MariaDB: mysql_async, and the natively blocking `mysql` crate.

use super::{AsyncDriver, BlockingDriver, Outcome};
use benches::RawUser;
use mysql::consts::CapabilityFlags;
use mysql::prelude::Queryable as _;
use mysql_async::prelude::Queryable as _;

const FIND: &str = "SELECT id, name, hair_color FROM users WHERE id = ?";
const READ: &str = "SELECT id, name, hair_color FROM users";
const UPDATE: &str = "UPDATE users SET hair_color = ? WHERE id = ?";

/// A connection of mysql_async.
pub(crate) struct MysqlAsync {
    conn: mysql_async::Conn,
    find: mysql_async::Statement,
    read: mysql_async::Statement,
    update: mysql_async::Statement,
}

impl AsyncDriver for MysqlAsync {
    const NAME: &'static str = "mysql_async";

    async fn connect(url: &str) -> Outcome<Self> {
        let options = mysql_async::Opts::from_url(&plain(url))?;
        // Over TCP, and counting rows that an update finds, as ours.
        let options = mysql_async::OptsBuilder::from_opts(options)
            .prefer_socket(false)
            .client_found_rows(true);
        let mut conn = mysql_async::Conn::new(options).await?;
        Ok(Self {
            find: conn.prep(FIND).await?,
            read: conn.prep(READ).await?,
            update: conn.prep(UPDATE).await?,
            conn,
        })
    }

    async fn find(&mut self, key: i64) -> Outcome<RawUser> {
        let row = self.conn.exec_first(&self.find, (key,)).await?;
        found(row)
    }

    async fn read(&mut self) -> Outcome<Vec<RawUser>> {
        Ok(self.conn.exec_map(&self.read, (), user).await?)
    }

    async fn update(&mut self, key: i64, color: &str) -> Outcome<()> {
        Ok(self.conn.exec_drop(&self.update, (color, key)).await?)
    }
}

/// A connection of the `mysql` crate.
pub(crate) struct Mysql {
    conn: mysql::Conn,
    find: mysql::Statement,
    read: mysql::Statement,
}

impl BlockingDriver for Mysql {
    const NAME: &'static str = "mysql";

    fn connect(url: &str) -> Outcome<Self> {
        let options = mysql::OptsBuilder::from_opts(mysql::Opts::from_url(&plain(url))?)
            .prefer_socket(false)
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS);
        let mut conn = mysql::Conn::new(options)?;
        Ok(Self {
            find: conn.prep(FIND)?,
            read: conn.prep(READ)?,
            conn,
        })
    }

    fn find(&mut self, key: i64) -> Outcome<RawUser> {
        let row = self.conn.exec_first(&self.find, (key,))?;
        found(row)
    }

    fn read(&mut self) -> Outcome<Vec<RawUser>> {
        Ok(self.conn.exec_map(&self.read, (), user)?)
    }
}

type Columns = (i64, String, Option<String>);

fn user(columns: Columns) -> RawUser {
    columns.into()
}

fn found(row: Option<Columns>) -> Outcome<RawUser> {
    row.map(user).ok_or_else(|| "there is no such row".into())
}

/// The URL without our parameters, under the one scheme that the drivers know.
fn plain(url: &str) -> String {
    let url = url.split('?').next().unwrap_or(url);
    url.replacen("mariadb://", "mysql://", 1)
}
