//! An ActiveRecord library: one model and one set of verbs, blocking and async alike.
//!
//! A model is a plain struct. A row of it is an [`Active<T>`](Active), which derefs to the struct and knows what has
//! changed. Every verb takes a database handle, and **the handle decides the mode**: a [`Database`] makes the call
//! block and return a `Result`, an [`AsyncDatabase`] makes the same call return a future.
//!
//! ```
//! use activerecord::prelude::*;
//!
//! #[derive(Record, Debug, Clone, PartialEq)]
//! #[record(table = "users")]
//! struct User {
//!     #[record(primary_key, generated)]
//!     id: i64,
//!     name: String,
//!     #[record(unique)]
//!     email: String,
//!     is_active: bool,
//! }
//!
//! impl User {
//!     fn full_info(&self) -> String {
//!         format!("{} <{}>", self.name, self.email)
//!     }
//! }
//!
//! fn main() -> Result<()> {
//!     let db = Database::connect("sqlite::memory:")?;
//!     db.create_table::<User>()?;
//!
//!     let john = User { id: 0, name: "John Doe".into(), email: "john@example.com".into(), is_active: true };
//!     let mut user = john.save(&db)?;                           // INSERT, and the key is filled in
//!     user.name = "Jane Doe".into();
//!     user.save(&db)?;                                          // UPDATE "users" SET "name" = ? WHERE "id" = ?
//!
//!     let found: Option<Active<User>> = User::find_one(&db, user.id)?;
//!     assert_eq!(found.map(|user| user.full_info()), Some("Jane Doe <john@example.com>".into()));
//!
//!     let active = User::query().filter(|u| u.is_active.eq(true)).all(&db)?;
//!     let same = User::query().filter_sql("is_active = ?", (true,)).all(&db)?;
//!     assert_eq!(active, same);
//!
//!     user.delete(&db)?;
//!     assert!(user.is_deleted());
//!     Ok(())
//! }
//! ```
//!
//! The same model, in the same module, with an async handle:
//!
//! ```
//! # use activerecord::prelude::*;
//! #
//! # #[derive(Record, Debug, Clone, PartialEq)]
//! # #[record(table = "users")]
//! # struct User {
//! #     #[record(primary_key, generated)]
//! #     id: i64,
//! #     name: String,
//! #     #[record(unique)]
//! #     email: String,
//! #     is_active: bool,
//! # }
//! #
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<()> {
//!     let db = AsyncDatabase::connect("sqlite::memory:").await?;
//!     db.create_table::<User>().await?;
//!
//!     let john = User { id: 0, name: "John Doe".into(), email: "john@example.com".into(), is_active: true };
//!     let mut user = john.save(&db).await?;
//!     user.name = "Jane Doe".into();
//!     user.save(&db).await?;
//!
//!     let active = User::query().filter(|u| u.is_active.eq(true)).all(&db).await?;
//!     assert_eq!(active.len(), 1);
//!     Ok(())
//! }
//! ```
//!
//! [`Database::to_async`] and [`AsyncDatabase::to_blocking`] give the other mode over the same database, connections
//! and limits, so that blocking code and async code can live side by side. Any executor will do: SQLite runs on
//! threads of the database's own.
//!
//! # Contents
//!
//! - [Connecting](#connecting): URLs and pools
//! - [Records](#records): the attributes of the derives, the types of columns
//! - [Verbs](#verbs): what a record can do, and what `Active` knows
//! - [Queries](#queries) and [aggregates](#aggregates)
//! - [Transactions](#transactions)
//! - [Code for both modes](#code-for-both-modes): functions over any handle, hooks, works of several steps
//! - [What dropping a future does](#what-dropping-a-future-does)
//! - [What things mean](#what-things-mean): nulls, cases, sums
//! - [Errors](#errors), [log events](#log-events), [features](#features)
//!
//! # Connecting
//!
//! `connect` takes a URL, or [`ConnectOptions`] with a URL and the limits of the pool; what a URL can say of a database
//! stands at [`ConnectOptions::new`].
//!
//! | URL | feature |
//! |-|-|
//! | `sqlite:app.db`, `sqlite:///var/lib/app.db?mode=ro`, `sqlite::memory:` | `sqlite` |
//! | `postgres://user:password@host/database?sslmode=verify-full` | `postgres` |
//! | `mysql://user:password@host/database`, `mariadb://..` | `mysql` |
//!
//! A handle is cheap to clone, and all its clones share the connections: 8 of them without a word, and callers that
//! find none wait in turn, 5 s at most. A database in memory has one, so there a transaction or an iteration keeps
//! everybody else waiting.
//!
//! # Records
//!
//! [`#[derive(Record)]`](derive@Record) maps a struct with named fields to a table.
//!
//! | on the struct | |
//! |-|-|
//! | `#[record(table = "..")]` | The table's name; without it the struct's, in snake case and plural: `OrderItem` is `order_items`. |
//! | `#[record(sync)]` | The record works with a [`Database`] alone. |
//! | `#[record(async)]` | The record works with an [`AsyncDatabase`] alone. Without either it works with both. |
//! | `#[record(hooks)]` | The record implements [`Hooks`] itself. |
//! | `#[record(crate = "..")]` | Where this crate is, if not at `::activerecord`. |
//!
//! | on a field | |
//! |-|-|
//! | `#[record(primary_key)]` | The field is the key; several such fields are one composite key, in the order of the fields. |
//! | `#[record(generated)]` | The database generates the value where the field is unset: `None`, or zero for an integer. Any other value is kept. |
//! | `#[record(default)]` | The database's own default stands in where the field, an `Option`, is `None`. |
//! | `#[record(unique)]` | No two rows have the same value. |
//! | `#[record(column = "..")]` | The column's name; without it the field's. |
//! | `#[record(skip)]` | The field has no column, and gets its `Default` where a row is read. |
//!
//! A column may be null where its field is an `Option`. The types of columns are `bool`, `i8` to `i64`, `u8` to `u64`,
//! `f32`, `f64`, `String`, `Vec<u8>`, and by [feature](#features) those of chrono, `Uuid`, `Decimal` and JSON. An enum
//! or a wrapper gets [`#[derive(Value)]`](derive@Value), any other type implements [`Value`](trait@Value) in a few
//! lines. A value comes back exactly as it went in, or is refused (with one exception: SQLite keeps `-0.0` as `0.0`).
//!
//! # Verbs
//!
//! | | on a record | on an [`Active`] |
//! |-|-|-|
//! | insert | [`save`](ActiveRecord::save), [`insert`](ActiveRecord::insert) | [`save`](Active::save), [`insert`](Active::insert) |
//! | update | | [`save`](Active::save): the changed columns alone |
//! | delete | [`delete`](ActiveRecord::delete) | [`delete`](Active::delete) |
//! | read again | [`refresh`](ActiveRecord::refresh) | [`refresh`](Active::refresh) |
//! | look up | [`find`](ActiveRecord::find), [`find_one`](ActiveRecord::find_one), [`exists`](ActiveRecord::exists) | |
//! | read many | [`find_all`](ActiveRecord::find_all), [`query`](ActiveRecord::query) | |
//! | write many | [`insert_all`](ActiveRecord::insert_all), [`update_all`](Query::update_all), [`delete_all`](Query::delete_all) | |
//!
//! `find` fails where there is no row, `find_one` gives an `Option`. Both take the key, in its own type (a tuple for a
//! composite one), or a condition. A verb that takes a record by value and fails hands it back in its [`SaveError`],
//! which `?` turns into an [`Error`]; a closure that ends in such a verb says `Ok(record.save(tx)?)`. An [`Active`]
//! derefs to its record, and [`into_inner`](Active::into_inner) gives the record alone.
//!
//! ```
//! # use activerecord::prelude::*;
//! # #[derive(Record, Debug, Clone)]
//! # struct User {
//! #     #[record(primary_key, generated)]
//! #     id: i64,
//! #     #[record(unique)]
//! #     email: String,
//! #     age: Option<i64>,
//! # }
//! # fn main() -> Result<()> {
//! # let db = Database::connect("sqlite::memory:")?;
//! # db.create_table::<User>()?;
//! let mut ann = User { id: 0, email: "ann@example.com".into(), age: None }.save(&db)?;
//! ann.age = Some(30);
//! assert!(ann.is_dirty());
//! assert_eq!(ann.changes()[0].field, "age");
//! ann.reset();
//! assert!(!ann.is_dirty());
//!
//! let twin = User { id: 0, email: "ann@example.com".into(), age: None };
//! let refused = twin.save(&db).unwrap_err();
//! assert_eq!(refused.kind(), ErrorKind::UniqueViolation);
//! assert_eq!(refused.columns(), ["email"]);
//! let twin: User = refused.into_record();
//! # let _ = twin;
//!
//! let found = User::find(&db, User::columns().email.eq("ann@example.com"))?;
//! assert_eq!(found.id, ann.id);
//! # Ok(())
//! # }
//! ```
//!
//! # Queries
//!
//! [`query`](ActiveRecord::query) starts a [`Query`]. Its closures get the record's typed columns: comparing with the
//! wrong type does not compile. The handle comes last, with the verb that runs the query.
//!
//! ```
//! # use activerecord::prelude::*;
//! # #[derive(Record, Debug, Clone)]
//! # struct User {
//! #     #[record(primary_key, generated)]
//! #     id: i64,
//! #     name: String,
//! #     age: Option<i64>,
//! # }
//! # fn main() -> Result<()> {
//! # let db = Database::connect("sqlite::memory:")?;
//! # db.create_table::<User>()?;
//! let adults = User::query()
//!     .filter(|u| u.age.ge(18).or(u.name.starts_with("Dr. ")))
//!     .order_by(|u| [u.name.asc(), u.id.desc()])
//!     .limit(10)
//!     .all(&db)?;
//!
//! let names: Vec<(i64, String)> = User::query().select(|u| (u.id, u.name)).all(&db)?;
//! let unknown = User::query().filter(|u| u.age.eq(None)).count(&db)?; // age IS NULL
//! let older = User::query().filter(|u| u.age.lt(18)).update_all(&db, |u| u.age.increment(1))?;
//!
//! // One row after the other, a few at a time in memory.
//! for user in User::query().iterate(&db)? {
//!     println!("{}", user?.name);
//! }
//!
//! // Whole statements, read or run for their effect: `?` on every database.
//! let rows: Vec<(String,)> = db.query_sql("SELECT name FROM users WHERE age > ?", (17,))?;
//! let changed: u64 = db.execute("UPDATE users SET age = age + 1 WHERE age < ?", (18,))?;
//! # let _ = (adults, names, unknown, older, rows, changed);
//! # Ok(())
//! # }
//! ```
//!
//! An async handle gives the rows as a [`RowStream`]:
//!
//! ```
//! # use activerecord::prelude::*;
//! # #[derive(Record, Debug, Clone)]
//! # struct User {
//! #     #[record(primary_key, generated)]
//! #     id: i64,
//! #     name: String,
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! # let db = AsyncDatabase::connect("sqlite::memory:").await?;
//! # db.create_table::<User>().await?;
//! let mut users = User::query().iterate(&db).await?;
//! while let Some(user) = users.next().await {
//!     println!("{}", user?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Raw SQL is a literal in the program. Text that is put together at run time is wrapped in [`AssertSafe`], so that one
//! search finds every such place; values are always parameters.
//!
//! # Aggregates
//!
//! [`count`](Query::count), [`sum`](Query::sum), [`avg`](Query::avg), [`min`](Query::min) and [`max`](Query::max) give
//! one value. After [`group_by`](Query::group_by) they are named and chained:
//!
//! ```
//! use activerecord::prelude::*;
//!
//! # #[derive(Record, Debug, Clone)]
//! # struct Employee {
//! #     #[record(primary_key, generated)]
//! #     id: i64,
//! #     department: String,
//! #     salary: i64,
//! #     hire_date: String,
//! # }
//! #
//! #[derive(FromRow, Debug, PartialEq)]
//! struct Stats {
//!     department: String,
//!     employee_count: i64,
//!     avg_salary: Option<f64>,
//!     earliest_hire: Option<String>,
//! }
//!
//! # fn main() -> Result<()> {
//! # let db = Database::connect("sqlite::memory:")?;
//! # db.create_table::<Employee>()?;
//! # let employee = |department: &str, salary, hire_date: &str| Employee {
//! #     id: 0, department: department.into(), salary, hire_date: hire_date.into()
//! # };
//! # Employee::insert_all(&db, vec![employee("Sales", 100, "2020-01-31"), employee("Sales", 200, "2019-05-01")])?;
//! let by_department = || {
//!     Employee::query()
//!         .group_by(|e| e.department)
//!         .count(|e| e.id, "employee_count")
//!         .avg(|e| e.salary, "avg_salary")
//!         .min(|e| e.hire_date, "earliest_hire")
//!         .having(|e| e.id.count().ge(2))
//!         .order_by(|e| e.department.asc())
//! };
//!
//! // SELECT "department", COUNT("id") AS "employee_count", .. FROM "employees" GROUP BY "department"
//! // HAVING COUNT("id") >= ? ..
//! let stats = by_department().aggregate(&db)?; // rows whose cells are read by name
//! assert_eq!(stats[0].get::<i64>("employee_count")?, 2);
//!
//! let stats = by_department().aggregate_as::<Stats>().all(&db)?;
//! assert_eq!(stats[0].avg_salary, Some(150.0));
//! assert_eq!(stats[0].earliest_hire.as_deref(), Some("2019-05-01"));
//! # assert_eq!(stats[0].department, "Sales");
//! # assert_eq!(stats[0].employee_count, 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Transactions
//!
//! `Ok` commits; an error, a panic and a dropped future roll back. A transaction inside a transaction is a savepoint:
//! where it fails the outer one stays usable. A [`Transaction`] derefs to a [`Database`] over its own connection, so a
//! function that takes a database takes it too.
//!
//! Inside, use `tx` and not `db`: another handle of the database goes by another connection, which does not see what the
//! transaction has written and waits for its locks. Where there is one writer (SQLite) or one connection it waits for
//! the transaction itself, until a [`PoolTimeout`](ErrorKind::PoolTimeout) error says so.
//!
//! ```
//! # use activerecord::prelude::*;
//! # #[derive(Record, Debug, Clone)]
//! # struct Account {
//! #     #[record(primary_key)]
//! #     id: i64,
//! #     balance: i64,
//! # }
//! fn transfer(db: &Database, from_id: i64, to_id: i64, amount: i64) -> Result<()> {
//!     db.transaction(|tx| {
//!         let mut from = Account::find(tx, from_id)?;
//!         let mut to = Account::find(tx, to_id)?;
//!         from.balance -= amount;
//!         to.balance += amount;
//!         from.save(tx)?;
//!         to.save(tx)
//!     })
//! }
//! # fn main() -> Result<()> {
//! # let db = Database::connect("sqlite::memory:")?;
//! # db.create_table::<Account>()?;
//! # Account { id: 1, balance: 100 }.save(&db)?;
//! # Account { id: 2, balance: 0 }.save(&db)?;
//! # transfer(&db, 1, 2, 30)?;
//!
//! // Run again after a conflict with somebody else's work, in a new transaction each time.
//! db.retrying(options().serializable().times(5), |tx| {
//!     let mut account = Account::find(tx, 1)?;
//!     account.balance += 1;
//!     account.save(tx)
//! })?;
//!
//! // The guard form, which the others are built on. Dropped without `commit` it rolls back.
//! let tx = db.begin()?;
//! let mut account = Account::find(&tx, 2)?;
//! account.balance = 0;
//! account.save(&tx)?;
//! drop(tx);
//! assert_eq!(Account::find(&db, 2)?.balance, 30);
//! assert!(account.is_dirty()); // the write is undone, the edit is still there
//! # Ok(())
//! # }
//! ```
//!
//! The same on an [`AsyncDatabase`]. The closure of `transaction` is an `async |tx|`, which borrows what is around it;
//! that of `retrying` may run again, so it gives a future, `|tx| async move`, and what it captures is cloned for each run:
//!
//! ```
//! # use activerecord::prelude::*;
//! # #[derive(Record, Debug, Clone)]
//! # struct Account {
//! #     #[record(primary_key)]
//! #     id: i64,
//! #     balance: i64,
//! # }
//! async fn transfer(db: &AsyncDatabase, from_id: i64, to_id: i64, amount: i64) -> Result<()> {
//!     db.transaction(async |tx| {
//!         let mut from = Account::find(tx, from_id).await?;
//!         let mut to = Account::find(tx, to_id).await?;
//!         from.balance -= amount;
//!         to.balance += amount;
//!         from.save(tx).await?;
//!         to.save(tx).await
//!     })
//!     .await
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! # let db = AsyncDatabase::connect("sqlite::memory:").await?;
//! # db.create_table::<Account>().await?;
//! # Account { id: 1, balance: 100 }.save(&db).await?;
//! # Account { id: 2, balance: 0 }.save(&db).await?;
//! # transfer(&db, 1, 2, 30).await?;
//!
//! db.retrying(options().serializable().times(5), |tx| async move {
//!     let mut account = Account::find(&tx, 1).await?;
//!     account.balance += 1;
//!     account.save(&tx).await
//! })
//! .await?;
//! # assert_eq!(Account::find(&db, 1).await?.balance, 71);
//! # Ok(())
//! # }
//! ```
//!
//! [`after_commit`](Transaction::after_commit) asks for work after the outermost commit. Closures return this crate's
//! [`Result`]; [`try_transaction`](Database::try_transaction) takes an error type of one's own, which is `From<Error>`,
//! and `From<SaveError<T>>` where a record is saved by value inside.
//!
//! # Code for both modes
//!
//! A function over any blocking handle, be it a database or a transaction, or over any async one:
//!
//! ```
//! # use activerecord::prelude::*;
//! # #[derive(Record, Debug, Clone)]
//! # struct User {
//! #     #[record(primary_key, generated)]
//! #     id: i64,
//! #     is_active: bool,
//! # }
//! fn deactivate(db: &impl Handle<Mode = Blocking>, id: i64) -> Result<()> {
//!     let mut user = User::find(db, id)?;
//!     user.is_active = false;
//!     user.save(db)
//! }
//!
//! async fn deactivate_async(db: &impl Handle<Mode = Asynchronous>, id: i64) -> Result<()> {
//!     let mut user = User::find(db, id).await?;
//!     user.is_active = false;
//!     user.save(db).await
//! }
//! # fn main() {}
//! ```
//!
//! What is written once and runs in both modes is an async function over the [`Session`], which is itself a handle:
//! the [`Hooks`] of a record, and a [`Work`] of several steps. They may await database verbs and nothing else. A hook
//! refuses a record by an error, such as `Err(Error::invalid("an address has an @"))`.
//!
//! ```
//! use activerecord::prelude::*;
//!
//! #[derive(Record, Debug, Clone)]
//! #[record(table = "users", hooks)]
//! struct User {
//!     #[record(primary_key, generated)]
//!     id: i64,
//!     email: String,
//! }
//!
//! impl Hooks for User {
//!     async fn before_save(&mut self, _session: &Session<'_>) -> Result<()> {
//!         self.email = self.email.trim().to_lowercase();
//!         Ok(())
//!     }
//! }
//!
//! /// Finds the user of an address, or makes one.
//! struct SignIn(String);
//!
//! impl Work for SignIn {
//!     type Output = Active<User>;
//!
//!     async fn run(self, session: &Session<'_>) -> Result<Active<User>> {
//!         if let Some(user) = User::find_one(session, User::columns().email.eq(&self.0)).await? {
//!             return Ok(user);
//!         }
//!         Ok(User { id: 0, email: self.0 }.save(session).await?)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let db = Database::connect("sqlite::memory:")?;
//! db.create_table::<User>()?;
//! let ann = db.run(SignIn(" Ann@Example.com ".into()))?;
//! assert_eq!(ann.email, "ann@example.com");
//!
//! let again = db.to_async().run(SignIn("ann@example.com".into())).await?;
//! assert_eq!(again.id, ann.id);
//! # Ok(())
//! # }
//! ```
//!
//! # What dropping a future does
//!
//! Dropped before its first poll, a call does nothing. Dropped later:
//!
//! - A statement that has not started is withdrawn, one that runs is interrupted.
//! - A read leaves nothing behind.
//! - A write may or may not have taken effect. The [`Active`] that it was writing is **in doubt**: further writes of it
//!   are an [`InDoubt`](ErrorKind::InDoubt) error until [`refresh`](Active::refresh), or
//!   [`assume_not_written`](Active::assume_not_written) where the program knows it from elsewhere.
//! - A transaction in which a write was cut off can only be rolled back. One whose closure is dropped is rolled back; a
//!   commit that has started is driven to its end.
//!
//! Every async function says under "Cancel safety" what is particular to it.
//!
//! # What things mean
//!
//! The same on every database:
//!
//! | | |
//! |-|-|
//! | `column.eq(None)`, `column.ne(None)` | `IS NULL`, `IS NOT NULL`. |
//! | `column.ne(value)`, `condition.not()` | Not met where the column is null, as in SQL. |
//! | `column.in_list([])` | No row; `not_in_list([])`: every row. |
//! | `asc()`, `desc()` | Nulls come first ascending and last descending, unless `nulls_first()` or `nulls_last()` says otherwise. |
//! | `contains`, `starts_with`, `ends_with` | Case matters and the text stands for itself; `contains_ci` and so on ignore case. `like` is the database's own. |
//! | `sum` | An `i64` for integers of any size, or an [`OutOfRange`](ErrorKind::OutOfRange) error; for decimals exact, or the same error past 28 digits. |
//! | `avg` | An `f64`, of integers too; nothing is divided as integers. For decimals a `Decimal`, rounded to 28 digits. In raw SQL `/` is the database's own. |
//! | an aggregate of no value | `None`; a count is 0. |
//! | `first()`, `find_one(condition)` | The first row in the order of the key, unless the query has an order. |
//!
//! # Raw SQL over SQLite
//!
//! SQLite has no type of its own for dates, times, decimals, UUIDs and JSON; they are kept as text. Typed conditions
//! and orders compare them as what they are; raw SQL compares the text:
//!
//! - Times are written with a fixed number of digits (`2026-01-31 09:00:00.000000000+00:00`), so the order of their
//!   texts is the order of times.
//! - Decimals keep their scale, so `'9.5' > '10'` and `'1.0' <> '1.00'` as text. Say
//!   `price > ? COLLATE activerecord_decimal`, and `activerecord_decimal_sum(price)` for an exact sum.
//!
//! # Errors
//!
//! There is one [`Error`]. A program decides by its [`kind`](Error::kind), which comes from the database's code and
//! never from the text of a message; [`is_retryable`](Error::is_retryable) tells whether the same transaction may
//! succeed when it runs again, [`outcome`](Error::outcome) what is known about the effect of the call, and
//! [`violation`](Error::violation) which constraint, table and columns a violation is about. Nothing in this crate
//! panics.
//!
//! # Log events
//!
//! Each statement is a [`tracing`](https://docs.rs/tracing) event of level `DEBUG` with the target [`TARGET`]: its SQL,
//! how long it took and how many rows it read or changed. Values are shown only where
//! [`log_values`](ConnectOptions::log_values) asks for them.
//!
//! # Features
//!
//! | feature | default | |
//! |-|-|-|
//! | `sqlite` | yes | `sqlite:` URLs, SQLite itself included. |
//! | `async` | yes | [`AsyncDatabase`]; without it no async code is built. |
//! | `postgres` | | `postgres:` URLs; brings `async` and tokio. |
//! | `mysql` | | `mysql:` and `mariadb:` URLs; brings `async` and tokio. |
//! | `chrono` | | `NaiveDate`, `NaiveTime`, `NaiveDateTime` and `DateTime<Utc>` as columns. |
//! | `uuid` | | `Uuid` as a column. |
//! | `decimal` | | `rust_decimal::Decimal` as a column, 28 digits exact. |
//! | `json` | | `serde_json::Value` and `Json<T>` as columns. |
//! | `serde` | | An [`Active`] serialises as its record does. |
//!
//! A database of a third party implements [`Backend`] against the crate `activerecord-core`.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;
pub mod prelude;

pub use self::connect::{Connect, ConnectOptions};
#[cfg(feature = "json")]
#[doc(inline)]
pub use activerecord_core::Json;
#[doc(inline)]
pub use activerecord_core::{
    Accepts, Active, ActiveRecord, Aggregate, Aggregated, AssertSafe, Assignment, AsyncRecord, Asynchronous,
    Backend, Blocking, Capabilities, Change, Column, ColumnSet, ColumnType, Condition, Connection, Control,
    Cursor, Database, Dialect, Error, ErrorKind, FromRow, GroupColumns, Grouped, Handle, Hooks, Interrupt,
    IntoAssignments, IntoKey, IntoOperand, IntoOrders, IntoParams, IntoSql, Isolation, Iterate, Lookup, Mode,
    NamedRow, Numeric, OpenCursor, Operand, Order, Ordered, Outcome, Param, Pending, PoolOptions, PoolStatus,
    Query, Record, Result, Returns, Row, RowSink, Rows, SaveError, Select, Selection, Session, SqlCache,
    SqlValue, Statement, SyncRecord, TARGET, Table, TextColumn, TextMatch, Transaction, TransactionOptions,
    TypedColumn, Value, Verbs, Violation, Within, Work, Written, options,
};
#[cfg(feature = "async")]
#[doc(inline)]
pub use activerecord_core::{AsyncDatabase, AsyncTransaction, RowStream};
/// Reads a row as a struct, by the names of its columns.
///
/// ```
/// use activerecord::prelude::*;
///
/// #[derive(FromRow, Debug, PartialEq)]
/// struct Stats {
///     department: String,
///     #[record(column = "employee_count")]
///     employees: i64,
/// }
///
/// # fn main() -> Result<()> {
/// let db = Database::connect("sqlite::memory:")?;
/// let stats: Vec<Stats> = db.query_sql("SELECT 'Sales' AS department, 3 AS employee_count", ())?;
/// assert_eq!(stats, [Stats { department: "Sales".into(), employees: 3 }]);
/// # Ok(())
/// # }
/// ```
///
pub use activerecord_macros::FromRow;
/// Makes a struct a record.
///
/// ```
/// use activerecord::prelude::*;
///
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "users")]
/// struct User {
///     #[record(primary_key, generated)]
///     id: i64,
///     name: String,
///     #[record(unique, column = "e_mail")]
///     email: Option<String>,
///     #[record(skip)]
///     cache: Vec<String>,
/// }
///
/// // The key of several fields is a tuple of their types.
/// #[derive(Record, Debug, Clone)]
/// struct OrderItem {
///     #[record(primary_key)]
///     order_id: i64,
///     #[record(primary_key)]
///     line: i32,
///     product: String,
/// }
///
/// # fn main() -> Result<()> {
/// let db = Database::connect("sqlite::memory:")?;
/// db.create_table::<User>()?;
/// db.create_table::<OrderItem>()?;
/// assert!(User::find_one(&db, 1)?.is_none());
/// assert!(OrderItem::find_one(&db, (1, 2))?.is_none());
/// # Ok(())
/// # }
/// ```
///
pub use activerecord_macros::Record;
/// Makes an enum or a wrapper the type of a column.
///
/// ```
/// use activerecord::prelude::*;
///
/// #[derive(Value, Debug, Clone, PartialEq)]
/// enum Status {
///     InProgress, // kept as the text 'in_progress'
///     #[value(rename = "finished")]
///     Done,
/// }
///
/// #[derive(Value, Debug, Clone, Copy, PartialEq)]
/// #[value(integer)]
/// enum Level {
///     Low = 10,
///     High = 20,
/// }
///
/// #[derive(Value, Debug, Clone, PartialEq)]
/// struct Title(String);
///
/// #[derive(Record, Debug, Clone)]
/// struct Task {
///     #[record(primary_key, generated)]
///     id: i64,
///     title: Title,
///     status: Status,
///     level: Level,
/// }
///
/// # fn main() -> Result<()> {
/// let db = Database::connect("sqlite::memory:")?;
/// db.create_table::<Task>()?;
/// Task { id: 0, title: Title("write".into()), status: Status::InProgress, level: Level::High }.save(&db)?;
/// assert_eq!(Task::query().filter(|t| t.status.eq(Status::InProgress)).count(&db)?, 1);
/// assert_eq!(db.query_sql::<(String, i64)>("SELECT status, level FROM tasks", ())?, [("in_progress".into(), 20)]);
/// # Ok(())
/// # }
/// ```
///
pub use activerecord_macros::Value;

/// What the derives' expansions name; not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use activerecord_core::{
        Active, AsyncRecord, Column, ColumnSet, ColumnType, Error, FromRow, Hooks, IntoKey, Lookup, Places,
        Record, Result, Row, Session, SqlValue, SyncRecord, Table, TypedColumn, Value,
    };
}

/// The programs in the documents compile and run.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;
    #[doc = include_str!("../../docs/from-python.md")]
    struct FromPython;
}
