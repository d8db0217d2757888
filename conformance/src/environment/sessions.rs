//! The sessions of a case on its server, one by one.

use super::within_a_second;
use activerecord::{AssertSafe, Database, Handle, Result, Verbs};

/// The sessions of the case but the one that asks.
///
/// # Errors
///
/// What the database says.
pub(super) fn others(stranger: &Database) -> Result<Vec<u64>> {
    let sql = match stranger.dialect().name() {
        "postgres" => {
            "SELECT pid::bigint FROM pg_stat_activity \
             WHERE application_name = current_schema() AND pid <> pg_backend_pid()"
        }
        _ => {
            // MariaDB counts its sessions as signed numbers, MySQL as unsigned ones.
            "SELECT id FROM information_schema.processlist \
             WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        }
    };
    let sessions = stranger.query_sql::<(u64,)>(sql, ())?;
    Ok(sessions.into_iter().map(|(session,)| session).collect())
}

/// Ends one session of the case, as an administrator does; `pick` is given how many there are.
///
/// # Errors
///
/// What the database says.
pub fn kill_one(stranger: &Database, pick: impl FnOnce(u64) -> u64) -> Result<()> {
    let sessions = others(stranger)?;
    let picked = match u64::try_from(sessions.len()) {
        Ok(0) | Err(_) => return Ok(()),
        Ok(many) => pick(many) % many,
    };
    end(stranger, sessions[usize::try_from(picked).unwrap_or_default()])
}

/// Ends every session of the case but the one that asks, and waits until they are gone.
///
/// # Errors
///
/// What the database says.
pub fn kill_sessions(stranger: &Database) -> Result<()> {
    within_a_second(|| {
        let sessions = others(stranger)?;
        sessions.iter().try_for_each(|session| end(stranger, *session))?;
        Ok((!sessions.is_empty()).then(|| format!("{} sessions", sessions.len())))
    })
}

/// Ends a session.
fn end(stranger: &Database, session: u64) -> Result<()> {
    match stranger.dialect().name() {
        "postgres" => {
            let sql = format!("SELECT pg_terminate_backend({session})");
            stranger.query_sql::<(bool,)>(AssertSafe(sql), ()).map(drop)
        }
        _ => {
            // It may have ended meanwhile.
            let _ = stranger.execute(AssertSafe(format!("KILL {session}")), ());
            Ok(())
        }
    }
}

/// How many sessions the case has, but for the one that asks.
///
/// # Errors
///
/// What the database says.
pub fn sessions(stranger: &Database) -> Result<usize> {
    Ok(others(stranger)?.len())
}
