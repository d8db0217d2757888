//! The bare drivers, used as one who knows them does: statements are prepared once for a connection, values go over
//! the wire in binary, columns are read by position.

mod mysql;
mod postgres;

pub(crate) use self::mysql::{Mysql, MysqlAsync};
pub(crate) use self::postgres::{Postgres, TokioPostgres};

use benches::RawUser;
use std::error::Error;
use std::future::Future;
use std::marker::PhantomData;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;
pub(crate) type Outcome<T> = Result<T, Failure>;

/// A connection of a driver that is async.
pub(crate) trait AsyncDriver: Sized + Send + 'static {
    /// The name of the driver.
    const NAME: &'static str;

    fn connect(url: &str) -> impl Future<Output = Outcome<Self>> + Send;

    fn find(&mut self, key: i64) -> impl Future<Output = Outcome<RawUser>> + Send;

    fn read(&mut self) -> impl Future<Output = Outcome<Vec<RawUser>>> + Send;

    /// Updates one column of a row.
    fn update(&mut self, key: i64, color: &str) -> impl Future<Output = Outcome<()>> + Send;
}

/// A connection of a driver that blocks.
pub(crate) trait BlockingDriver: Sized {
    /// The name of the driver.
    const NAME: &'static str;

    fn connect(url: &str) -> Outcome<Self>;

    fn find(&mut self, key: i64) -> Outcome<RawUser>;

    fn read(&mut self) -> Outcome<Vec<RawUser>>;
}

/// Opens connections for bb8, each with its prepared statements.
pub(crate) struct Manager<D> {
    url: String,
    driver: PhantomData<fn() -> D>,
}

impl<D> Manager<D> {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            driver: PhantomData,
        }
    }
}

impl<D: AsyncDriver> bb8::ManageConnection for Manager<D> {
    type Connection = D;
    type Error = Failure;

    async fn connect(&self) -> Outcome<D> {
        D::connect(&self.url).await
    }

    async fn is_valid(&self, _: &mut D) -> Outcome<()> {
        Ok(())
    }

    fn has_broken(&self, _: &mut D) -> bool {
        false
    }
}
