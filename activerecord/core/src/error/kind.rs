//! The classes of errors, the same for the same mistake on every database.

/// What kind of mistake or mishap an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A row with the same unique value exists.
    UniqueViolation,
    /// A row that is referred to is missing, or a row is still referred to.
    ForeignKeyViolation,
    /// A column that may not be null was given none.
    NotNullViolation,
    /// A `CHECK` of the table refused the row.
    CheckViolation,
    /// A row is in conflict with another one by an exclusion constraint.
    ExclusionViolation,
    /// A value is longer than its column or the database allows.
    ValueTooLong,
    /// A number is outside what the column or the computation can hold.
    OutOfRange,
    /// Text that the database cannot hold or read as the type asked for.
    InvalidText,
    /// Two transactions waited for each other.
    Deadlock,
    /// The transaction's view of the data is out of date.
    SerializationFailure,
    /// A lock was not free within the time allowed.
    LockTimeout,
    /// A statement ran longer than allowed.
    StatementTimeout,
    /// The statement was interrupted because its caller went away or asked for it.
    Canceled,
    /// A write on a read-only database or transaction.
    ReadOnly,
    /// The connection to the database is gone.
    ConnectionLost,
    /// The server takes no further connection.
    TooManyConnections,
    /// A prepared statement no longer fits the schema.
    StaleStatement,
    /// The transaction can take no further statement; roll it back.
    TransactionAborted,
    /// The transaction was committed or rolled back already.
    TransactionEnded,
    /// Whether the commit took effect is not known.
    CommitUnknown,
    /// The transaction is committed, but a callback after it failed.
    AfterCommit,
    /// The disk or the database's size limit is full.
    StorageFull,
    /// The database file or its content is damaged.
    Corrupt,
    /// An input or output error of the storage.
    Io,
    /// The name or password was refused.
    Auth,
    /// The connection could not be encrypted as asked for, or the server's certificate was not accepted.
    Tls,
    /// The database or its file does not exist or cannot be opened.
    NoDatabase,
    /// A table that does not exist.
    UndefinedTable,
    /// A column that does not exist.
    UndefinedColumn,
    /// The database could not read the SQL.
    Syntax,
    /// No connection was free within the acquire timeout.
    PoolTimeout,
    /// The handle was closed.
    PoolClosed,
    /// A connection URL or option that makes no sense.
    Config,
    /// A cell does not hold what the field can take.
    Decode,
    /// An input that was refused before anything was sent.
    Invalid,
    /// Something this database cannot do; nothing was sent.
    Unsupported,
    /// No row where one was expected.
    NotFound,
    /// More than one row where one was expected.
    TooManyRows,
    /// The record was deleted through this `Active`.
    Deleted,
    /// A write of this record was cut off; `refresh` it before the next write.
    InDoubt,
    /// A hook or a work waited for something other than the database.
    ForeignWait,
    /// A rule of the record refused it.
    Validation,
    /// An error that the database gave and that has no kind of its own.
    Other,
}

impl ErrorKind {
    /// Whether somebody else's work was in the way, so that the same transaction may succeed later.
    pub fn is_conflict(self) -> bool {
        matches!(
            self,
            Self::Deadlock | Self::SerializationFailure | Self::LockTimeout
        )
    }

    /// Whether a rule of the schema was broken.
    pub fn is_violation(self) -> bool {
        matches!(
            self,
            Self::UniqueViolation
                | Self::ForeignKeyViolation
                | Self::NotNullViolation
                | Self::CheckViolation
                | Self::ExclusionViolation
        )
    }
}

/// What is known about the effect of a call that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing of it persists.
    NotApplied,
    /// It persists although something after it failed.
    Applied,
    /// It may or may not persist.
    Unknown,
}
