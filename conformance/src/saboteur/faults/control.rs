//! Faults of transactions and connections.

use crate::saboteur::fault::Fault;
use crate::saboteur::fault::Sabotage::{
    Control as Step, InTransaction, NoInterrupt, OneConnection, ReadsOnly,
};
use activerecord::{Connection, Control, Error, ErrorKind, Result, options};

const TRANSACTIONS: &[&str] = &["transactions", "tracking", "hooks", "many"];

pub(super) const FAULTS: &[Fault] = &[
    Fault::new("COMMIT rolls back", TRANSACTIONS, Step(commit_rolls_back)),
    Fault::new("COMMIT is not sent", TRANSACTIONS, Step(commit_is_not_sent)),
    Fault::new(
        "COMMIT reports a failure",
        TRANSACTIONS,
        Step(commit_fails_afterwards),
    ),
    Fault::new("ROLLBACK is not sent", TRANSACTIONS, Step(rollback_is_not_sent)),
    Fault::new("ROLLBACK commits", TRANSACTIONS, Step(rollback_commits)),
    Fault::new("BEGIN is not sent", TRANSACTIONS, Step(begin_is_not_sent)),
    Fault::new(
        "BEGIN ignores read-only",
        TRANSACTIONS,
        Step(begin_ignores_read_only),
    ),
    Fault::new("SAVEPOINT is not sent", TRANSACTIONS, Step(savepoint_is_not_sent)),
    Fault::new("RELEASE undoes the savepoint", TRANSACTIONS, Step(release_undoes)),
    Fault::new(
        "ROLLBACK TO keeps the savepoint",
        TRANSACTIONS,
        Step(rollback_to_keeps),
    ),
    Fault::new("ROLLBACK TO fails", TRANSACTIONS, Step(rollback_to_fails)),
    Fault::new(
        "ROLLBACK TO undoes everything",
        TRANSACTIONS,
        Step(rollback_to_undoes_everything),
    ),
    Fault::new(
        "the mark of an open transaction is lost",
        TRANSACTIONS,
        InTransaction(false),
    ),
    Fault::new(
        "the mark of an open transaction sticks",
        TRANSACTIONS,
        InTransaction(true),
    ),
    Fault::new(
        "every raw statement is said to read only",
        &["crud"],
        ReadsOnly(true),
    ),
    Fault::new("an interrupt is ignored", &["cancellation"], NoInterrupt),
    Fault::new("no second connection can be opened", TRANSACTIONS, OneConnection),
];

fn commit_rolls_back(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    inner.control(match control {
        Control::Commit => Control::Rollback,
        control => control,
    })
}

fn commit_is_not_sent(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    match control {
        Control::Commit => Ok(()),
        control => inner.control(control),
    }
}

fn commit_fails_afterwards(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    inner.control(control)?;
    match control {
        Control::Commit => Err(Error::new(ErrorKind::Other, "the commit failed")),
        _ => Ok(()),
    }
}

fn rollback_is_not_sent(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    match control {
        Control::Rollback => Ok(()),
        control => inner.control(control),
    }
}

fn rollback_commits(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    let open = inner.is_in_transaction();
    inner.control(match control {
        Control::Rollback if open => Control::Commit,
        control => control,
    })
}

fn begin_is_not_sent(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    match control {
        Control::Begin(_) => Ok(()),
        control => inner.control(control),
    }
}

fn begin_ignores_read_only(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    match control {
        Control::Begin(asked) if asked.read_only => inner.control(Control::Begin(&options().deferred())),
        control => inner.control(control),
    }
}

fn savepoint_is_not_sent(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    match control {
        Control::Savepoint(_) | Control::Release(_) | Control::RollbackTo(_) => Ok(()),
        control => inner.control(control),
    }
}

fn release_undoes(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    inner.control(match control {
        Control::Release(depth) => Control::RollbackTo(depth),
        control => control,
    })
}

fn rollback_to_keeps(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    inner.control(match control {
        Control::RollbackTo(depth) => Control::Release(depth),
        control => control,
    })
}

fn rollback_to_fails(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    match control {
        Control::RollbackTo(_) => Err(Error::new(ErrorKind::Io, "the savepoint cannot be undone")),
        control => inner.control(control),
    }
}

fn rollback_to_undoes_everything(inner: &mut dyn Connection, control: Control<'_>) -> Result<()> {
    let everything = matches!(control, Control::RollbackTo(_));
    if everything {
        inner.control(Control::Rollback)?;
        return inner.control(Control::Begin(&options()));
    }
    inner.control(control)
}
