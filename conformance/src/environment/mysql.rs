//! MySQL and MariaDB, in a database of its own for each case.

use super::{Environment, Fresh, Need};
use activerecord::{AssertSafe, Backend, Database, Error, ErrorKind, PoolOptions, Result, Verbs};
use activerecord_backend_mysql::Mysql;
use std::collections::BTreeMap;
use std::fmt;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A server of either kind. Each case has a database of its own.
pub struct MysqlServer {
    name: &'static str,
    server: Mysql,
    /// Makes and drops the databases.
    admin: Database,
}

impl MysqlServer {
    /// The server of a URL, which is to be the one of the name: `mysql` or `mariadb`.
    ///
    /// # Errors
    ///
    /// Where the URL makes no sense, the server does not answer or is the other one.
    pub fn at(name: &'static str, url: &str) -> Result<Self> {
        let server = Mysql::from_url(url)?;
        super::through::remember(name, url);
        let mut options = PoolOptions::default();
        options.size = 4;
        // A case that failed may have left a transaction open, in whose way a database cannot be dropped.
        let backend = Arc::new(server.clone().lock_timeout(Duration::from_secs(5)));
        let admin = Database::open(backend.clone(), options)?;
        match backend.dialect().name() {
            found if found == name => Ok(Self { name, server, admin }),
            found => Err(Error::new(
                ErrorKind::Config,
                format!("the server for `{name}` is one of `{found}`"),
            )),
        }
    }
}

impl Environment for MysqlServer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn has(&self, need: Need) -> bool {
        match need {
            Need::GoesOnAfterFailure | Need::Sessions => true,
            Need::InsertReturning => self.name == "mariadb",
            _ => false,
        }
    }

    fn fresh(&self) -> Result<Fresh> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("case_{}_{number}", process::id());
        self.admin
            .execute(AssertSafe(format!("CREATE DATABASE {name}")), ())?;
        let server = self.server.clone().database(&*name);
        let guard = OwnDatabase {
            name: name.clone(),
            admin: self.admin.clone(),
        };
        databases().insert(name, server.clone());
        let mut options = PoolOptions::default();
        options.size = 4;
        let database = Database::open(Arc::new(server.lock_timeout(Duration::from_secs(5))), options)?;
        Ok(Fresh::new(database, guard))
    }
}

impl fmt::Debug for MysqlServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(out)
    }
}

/// A database for one case, dropped after it.
struct OwnDatabase {
    name: String,
    admin: Database,
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        databases().remove(&self.name);
        let sql = AssertSafe(format!("DROP DATABASE IF EXISTS {}", self.name));
        // A case that failed may have left a transaction open; the next run takes other names.
        let _ = self.admin.execute(sql, ());
    }
}

/// The databases of the cases under way, and how they are reached.
fn databases() -> MutexGuard<'static, BTreeMap<String, Mysql>> {
    static DATABASES: Mutex<BTreeMap<String, Mysql>> = Mutex::new(BTreeMap::new());
    DATABASES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The database of a case.
pub(super) fn own_database(handle: &Database) -> Result<String> {
    super::ask(handle, "SELECT DATABASE()")
}

pub(super) fn again(handle: &Database, lock_wait: Duration) -> Result<Arc<dyn Backend>> {
    let server = databases().get(&own_database(handle)?).cloned();
    #[expect(clippy::expect_used, reason = "a case asks while its database is there")]
    let server = server.expect("the database of a case is known");
    Ok(Arc::new(server.lock_timeout(lock_wait)))
}

/// Waits until no session but the one that asks has a transaction open on the database; one that was stopped may take a
/// moment.
pub(super) fn leaves_nothing_open(stranger: &Database) -> Result<()> {
    super::within_a_second(|| {
        let open = open_transactions(stranger)?;
        Ok((!open.is_empty()).then(|| format!("transactions: {open:?}")))
    })
}

/// Whether a session of the case waits for a lock.
pub(super) fn waits_for_a_lock(handle: &Database) -> Result<bool> {
    let open = open_transactions(handle)?;
    Ok(open.iter().any(|transaction| transaction.contains("LOCK WAIT")))
}

/// What the engine says of each transaction that another session of the case has open. The table `innodb_trx` says it
/// too, but what it says is old while many ask.
fn open_transactions(handle: &Database) -> Result<Vec<String>> {
    let sessions = super::sessions::others(handle)?;
    let status = handle.query_sql::<(String, String, String)>("SHOW ENGINE INNODB STATUS", ())?;
    let of_the_case = |transaction: &&str| {
        let is_of = |session: &u64| transaction.contains(&format!(" thread id {session},"));
        transaction.contains(", ACTIVE") && sessions.iter().any(is_of)
    };
    let transactions = status[0].2.split("---TRANSACTION").skip(1);
    Ok(transactions.filter(of_the_case).map(str::to_owned).collect())
}

/// The long statements that run for the case.
pub(super) const RUNNING: &str = "SELECT CAST(id AS SIGNED) FROM information_schema.processlist \
                                  WHERE db = DATABASE() AND info LIKE 'SELECT SLEEP%'";
