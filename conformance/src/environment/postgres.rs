//! PostgreSQL, in a schema of its own for each case.

use super::{Environment, Fresh, Need};
use activerecord::{AssertSafe, Backend, Database, PoolOptions, Result, Verbs};
use activerecord_backend_postgres::Postgres;
use std::collections::BTreeMap;
use std::fmt;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A server. Each case has a schema of its own, which is made faster than a database.
pub struct PostgresServer {
    server: Postgres,
    /// Makes and drops the schemas.
    admin: Database,
}

impl PostgresServer {
    /// The server of a URL.
    ///
    /// # Errors
    ///
    /// Where the URL makes no sense or the server does not answer.
    pub fn at(url: &str) -> Result<Self> {
        let server = Postgres::from_url(url)?;
        super::through::remember("postgres", url);
        let mut options = PoolOptions::default();
        options.size = 4;
        let admin = Database::open(Arc::new(server.clone()), options)?;
        Ok(Self { server, admin })
    }
}

impl Environment for PostgresServer {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn has(&self, need: Need) -> bool {
        matches!(
            need,
            Need::Sessions
                | Need::HearsOfLosses
                | Need::FailuresAbort
                | Need::InsertReturning
                | Need::UpdateReturning
                | Need::RowTriggers
                | Need::DeferredConstraints
        )
    }

    fn fresh(&self) -> Result<Fresh> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("case_{}_{number}", process::id());
        self.admin
            .execute(AssertSafe(format!("CREATE SCHEMA {name}")), ())?;
        let server = in_schema(self.server.clone(), &name);
        let schema = Schema {
            name,
            admin: self.admin.clone(),
        };
        schemas().insert(schema.name.clone(), server.clone());
        let mut options = PoolOptions::default();
        options.size = 4;
        let database = Database::open(Arc::new(server.lock_timeout(Duration::from_secs(5))), options)?;
        Ok(Fresh::new(database, schema))
    }
}

impl fmt::Debug for PostgresServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(out)
    }
}

/// A schema for one case, dropped after it.
struct Schema {
    name: String,
    admin: Database,
}

impl Drop for Schema {
    fn drop(&mut self) {
        schemas().remove(&self.name);
        let sql = AssertSafe(format!("DROP SCHEMA IF EXISTS {} CASCADE", self.name));
        // A case that failed may have left a transaction open; the next run takes other names.
        let _ = self.admin.execute(sql, ());
    }
}

/// The schemas of the cases under way, and how they are reached.
fn schemas() -> MutexGuard<'static, BTreeMap<String, Postgres>> {
    static SCHEMAS: Mutex<BTreeMap<String, Postgres>> = Mutex::new(BTreeMap::new());
    SCHEMAS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The schema of a case.
pub(super) fn own_schema(handle: &Database) -> Result<String> {
    super::ask(handle, "SELECT current_schema()")
}

/// A server, for a case whose schema this is.
pub(super) fn in_schema(server: Postgres, schema: &str) -> Postgres {
    server
        .options(format!("-c search_path={schema}"))
        .application_name(schema)
}

pub(super) fn again(handle: &Database, lock_wait: Duration) -> Result<Arc<dyn Backend>> {
    let server = schemas().get(&own_schema(handle)?).cloned();
    #[expect(clippy::expect_used, reason = "a case asks while its schema is there")]
    let server = server.expect("the schema of a case is known");
    Ok(Arc::new(server.lock_timeout(lock_wait)))
}

/// Waits until no session of the case is in a transaction or runs a statement; one that was stopped may take a moment.
pub(super) fn leaves_nothing_open(stranger: &Database) -> Result<()> {
    const OPEN: &str = "SELECT pid FROM pg_stat_activity WHERE application_name = current_schema() \
                        AND state <> 'idle' AND pid <> pg_backend_pid()";
    super::within_a_second(|| {
        let open = stranger.query_sql::<(i32,)>(OPEN, ())?;
        Ok((!open.is_empty()).then(|| format!("sessions {open:?}, not idle")))
    })
}

pub(super) const TWIN_TRIGGER: &[&str] = &[
    "CREATE FUNCTION make_twin() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO users (name, email, is_active) VALUES ('twin ' || NEW.name, NEW.email || '2', true); \
     RETURN NEW; END $$",
    "CREATE TRIGGER twin AFTER INSERT ON users FOR EACH ROW WHEN (NEW.name NOT LIKE 'twin%') \
     EXECUTE FUNCTION make_twin()",
];

pub(super) const IGNORING_TRIGGER: &[&str] = &[
    "CREATE FUNCTION ignore_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    "CREATE TRIGGER no BEFORE INSERT ON users FOR EACH ROW WHEN (NEW.name = 'no') EXECUTE FUNCTION ignore_it()",
];

/// The long statements that run for the case.
pub(super) const RUNNING: &str = "SELECT pid FROM pg_stat_activity WHERE application_name = current_schema() \
                                  AND state = 'active' AND query LIKE 'SELECT pg_sleep%'";
