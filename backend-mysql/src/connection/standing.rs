//! What is known of a session's transaction.

use activerecord_core::{
    Error, ErrorKind, Isolation, Result, TransactionOptions, first_word, refuse_control,
};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Where a session stands.
///
/// A deadlock ends the transaction on the server, and a lock timeout leaves it open with a statement missing. Either
/// way what follows would be kept without what was lost, so the transaction is spoilt: it takes nothing but its
/// rollback.
#[derive(Debug, Default)]
pub(super) struct Standing {
    transaction: AtomicU8,
    /// Whether the server said last that one is open.
    on_server: AtomicBool,
    /// Whether an answer was left half read.
    unread: AtomicBool,
}

const NONE: u8 = 0;
const OPEN: u8 = 1;
const SPOILT: u8 = 2;

impl Standing {
    /// Notes what the server said of the transaction. One that it ended by itself is spoilt.
    pub(super) fn told(&self, open: bool) {
        self.on_server.store(open, Ordering::Release);
        if !open {
            self.spoil();
        }
    }

    /// Notes that the transaction, if there is one, can only be rolled back.
    pub(super) fn spoil(&self) {
        let _ = self
            .transaction
            .compare_exchange(OPEN, SPOILT, Ordering::AcqRel, Ordering::Acquire);
    }

    pub(super) fn begun(&self) {
        self.transaction.store(OPEN, Ordering::Release);
    }

    pub(super) fn ended(&self) {
        self.transaction.store(NONE, Ordering::Release);
        self.on_server.store(false, Ordering::Release);
    }

    /// Notes that an answer is still to be read.
    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Ordering::Release);
    }

    pub(super) fn leave_nothing(&self) {
        self.unread.store(false, Ordering::Release);
    }

    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }

    /// Whether a transaction is open that can go on, or one that raw SQL left behind.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self.transaction() {
            NONE => self.on_server.load(Ordering::Acquire),
            state => state == OPEN,
        }
    }

    /// Whether a statement commits itself.
    pub(super) fn is_alone(&self) -> bool {
        self.transaction() == NONE
    }

    /// Whether there is nothing to roll back.
    pub(super) fn has_none(&self) -> bool {
        self.is_alone() && !self.on_server.load(Ordering::Acquire)
    }

    fn transaction(&self) -> u8 {
        self.transaction.load(Ordering::Acquire)
    }

    /// Whether a statement may be sent.
    ///
    /// # Errors
    ///
    /// [`TransactionAborted`](ErrorKind::TransactionAborted) in a spoilt transaction;
    /// [`Unsupported`](ErrorKind::Unsupported) for text that begins or ends a transaction, or would end one.
    pub(super) fn check(&self, sql: &str) -> Result<()> {
        refuse_control(sql)?;
        match self.transaction() {
            NONE => Ok(()),
            OPEN => refuse_implicit_commit(sql),
            _ => Err(spoilt()),
        }
    }

    /// Whether the transaction is open and can go on.
    pub(super) fn check_open(&self) -> Result<()> {
        match self.transaction() {
            OPEN => Ok(()),
            _ => Err(spoilt()),
        }
    }

    /// Whether a transaction can begin.
    pub(super) fn check_none(&self) -> Result<()> {
        if self.has_none() {
            return Ok(());
        }
        Err(Error::invalid("a transaction is open on this connection already"))
    }
}

#[cold]
fn spoilt() -> Error {
    Error::new(
        ErrorKind::TransactionAborted,
        "the transaction can only be rolled back: an earlier statement of it was undone by a deadlock or a wait for a \
         lock, or the server has ended it",
    )
}

/// What begins a statement that commits the transaction around it.
const COMMITTING: [&str; 22] = [
    "ALTER",
    "ANALYZE",
    "CACHE",
    "CHANGE",
    "CHECK",
    "CREATE",
    "DROP",
    "FLUSH",
    "GRANT",
    "INSTALL",
    "LOCK",
    "OPTIMIZE",
    "RENAME",
    "REPAIR",
    "RESET",
    "REVOKE",
    "START",
    "STOP",
    "TRUNCATE",
    "UNINSTALL",
    "UNLOCK",
    "XA",
];

fn refuse_implicit_commit(sql: &str) -> Result<()> {
    // Nearly every statement begins with one of these.
    if let Some(b'S' | b'I' | b'D') = sql.as_bytes().first()
        && ["SELECT", "INSERT", "DELETE"]
            .iter()
            .any(|word| sql.starts_with(word))
    {
        return Ok(());
    }
    let first = first_word(sql);
    if COMMITTING.iter().any(|word| word.eq_ignore_ascii_case(first)) && !is_temporary(sql) {
        return Err(commits(first));
    }
    Ok(())
}

/// Whether a table of the session alone is made or dropped, which commits nothing.
fn is_temporary(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let is = |word: Option<&str>, name: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(name));
    let first = words.next();
    (is(first, "CREATE") || is(first, "DROP")) && is(words.next(), "TEMPORARY")
}

#[cold]
fn commits(word: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("`{word}` would commit the transaction that is open here; run it outside of one"),
    )
}

/// What begins a transaction. An isolation level holds for the next transaction alone, and goes with it in one text.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported) for a level that is not known here.
pub(super) fn begin(options: &TransactionOptions) -> Result<&'static str> {
    let texts = match options.isolation {
        None => ["START TRANSACTION", "START TRANSACTION READ ONLY"],
        Some(Isolation::ReadUncommitted) => [
            "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; START TRANSACTION",
            "SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; START TRANSACTION READ ONLY",
        ],
        Some(Isolation::ReadCommitted) => [
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; START TRANSACTION READ ONLY",
        ],
        Some(Isolation::RepeatableRead) => [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION",
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION READ ONLY",
        ],
        Some(Isolation::Serializable) => [
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION",
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY",
        ],
        Some(level) => {
            let message = format!("there is no isolation level {level:?} here");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
    };
    Ok(texts[usize::from(options.read_only)])
}
