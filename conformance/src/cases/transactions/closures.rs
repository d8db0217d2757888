//! The closure form.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::kind;

    #[derive(Debug, PartialEq)]
    enum Refusal {
        Overdrawn(i64),
        Database(ErrorKind),
    }

    impl From<Error> for Refusal {
        fn from(error: Error) -> Self {
            Self::Database(error.kind())
        }
    }

    /// `Ok` commits, and its value comes back.
    async fn ok_commits_and_gives_the_value(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let saved = db
            .transaction(async |tx| {
                User::named("ann").save(tx).await?;
                User::query().count(tx).await
            })
            .await?;
        assert_eq!(saved, 1);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// An error rolls everything back and comes back as it is.
    async fn an_error_rolls_back_all_of_it(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("before").save(db).await?;
        let failed: Result<()> = db
            .transaction(async |tx| {
                User::named("ann").save(tx).await?;
                User::query().all_rows().delete_all(tx).await?;
                Err(Error::invalid("so be it"))
            })
            .await;
        let error = failed.unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::Invalid, "so be it".to_owned())
        );
        assert_eq!(User::find(db, 1).await?.name, "before");
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// A failed statement inside, passed on by `?`, rolls back what was done before it.
    async fn a_failed_statement_rolls_back_what_was_before_it(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let failed = db
            .transaction(async |tx| {
                User::named("ann").save(tx).await?;
                User::named("ann").save(tx).await?;
                Ok(())
            })
            .await;
        assert_eq!(kind(failed), ErrorKind::UniqueViolation);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// A statement that failed and was handled leaves the transaction usable.
    #[needs(GoesOnAfterFailure)]
    async fn a_handled_failure_does_not_end_the_transaction(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        db.transaction(async |tx| {
            User::named("ann").save(tx).await?;
            assert_eq!(
                kind(User::named("ann").save(tx).await),
                ErrorKind::UniqueViolation
            );
            User::named("bob").save(tx).await?;
            Ok(())
        })
        .await?;
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    /// After a statement that failed and was handled the transaction goes on or is aborted as a whole.
    async fn after_a_handled_failure_all_or_nothing_is_kept(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("ann").save(&tx).await?;
        let twice = User::named("ann").save(&tx).await;
        assert_eq!(kind(twice), ErrorKind::UniqueViolation);
        let kept = match User::named("bob").save(&tx).await {
            Ok(_) => tx.commit().await.map(|()| 2)?,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TransactionAborted);
                assert_eq!(kind(tx.commit().await), ErrorKind::TransactionAborted);
                0
            }
        };
        assert_eq!(User::query().count(db).await?, kept);
        Ok(())
    }

    /// A failure is handled in a savepoint, and the transaction goes on.
    async fn a_failure_in_a_savepoint_is_handled(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        db.transaction(async |tx| {
            User::named("ann").save(tx).await?;
            let twice = tx
                .transaction(async |inner| {
                    User::named("ann").save(inner).await?;
                    Ok(())
                })
                .await;
            assert_eq!(kind(twice), ErrorKind::UniqueViolation);
            User::named("bob").save(tx).await?;
            Ok(())
        })
        .await?;
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    /// A panic in the closure rolls back and goes on.
    #[only(blocking)]
    async fn a_panic_rolls_back(db: &Db) -> Result<()> {
        db.create_table::<User>()?;
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            db.transaction(|tx| {
                User::named("ann").save(tx)?;
                if tx.is_nested() {
                    return Ok(());
                }
                std::panic::resume_unwind(Box::new("boom"))
            })
        }));
        assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"boom"));
        assert_eq!(db.status().in_use, 0);
        assert_eq!(User::query().count(db)?, 0);
        Ok(())
    }

    /// A panic in the closure rolls back and goes on.
    #[only(asynchronous)]
    async fn a_panic_rolls_back(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let own = db.clone();
        let task = tokio::spawn(async move {
            own.transaction(async |tx| {
                User::named("ann").save(tx).await?;
                if tx.is_nested() {
                    return Ok(());
                }
                std::panic::resume_unwind(Box::new("boom"))
            })
            .await
        });
        let panic = task.await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"boom"));
        User::named("bob").save(db).await?;
        assert_eq!(User::query().count(db).await?, 1);
        crate::support::is_whole(db).await
    }

    /// `try_transaction` takes an error type of one's own, which rolls back too.
    async fn an_error_type_of_ones_own_rolls_back(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account { id: 1, balance: 5 }.save(db).await?;
        let refused: Result<(), Refusal> = db
            .try_transaction(async |tx| {
                let mut account = Account::find(tx, 1).await?;
                account.balance -= 7;
                account.save(tx).await?;
                Err(Refusal::Overdrawn(account.balance))
            })
            .await;
        assert_eq!(refused, Err(Refusal::Overdrawn(-2)));
        assert_eq!(Account::find(db, 1).await?.balance, 5);
        Ok(())
    }

    /// `try_transaction` turns the library's errors into the type of one's own.
    async fn the_librarys_errors_turn_into_ones_own(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let missing: Result<i64, Refusal> = db
            .try_transaction(async |tx| Ok(Account::find(tx, 1).await?.balance))
            .await;
        assert_eq!(missing, Err(Refusal::Database(ErrorKind::NotFound)));
        Ok(())
    }

    async fn balance_of(handle: &Db) -> Result<i64> {
        Ok(Account::find(handle, 1).await?.balance)
    }

    /// A transaction is a database to whatever takes one.
    async fn a_function_over_a_database_takes_a_transaction(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let inside = db
            .transaction(async |tx| {
                Account { id: 1, balance: 9 }.save(tx).await?;
                balance_of(tx).await
            })
            .await?;
        assert_eq!((inside, balance_of(db).await?), (9, 9));
        Ok(())
    }

    /// Rows and text made in it are gone with it: also a table, or it cannot be made there and nothing is committed.
    async fn a_table_made_in_it_is_rolled_back_too(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let can = backend(db)?.capabilities().transactional_ddl;
        let failed: Result<()> = db
            .transaction(async |tx| {
                User::named("ann").save(tx).await?;
                let made = tx.create_table::<Account>().await;
                let dropped = tx.execute("DROP TABLE users", ()).await.map(drop);
                for done in [made, dropped] {
                    match done {
                        Ok(()) => assert!(can),
                        Err(error) => assert_eq!((error.kind(), can), (ErrorKind::Unsupported, false)),
                    }
                }
                Err(Error::invalid("undo"))
            })
            .await;
        assert_eq!(kind(failed), ErrorKind::Invalid);
        assert_eq!(kind(Account::find_all(db).await), ErrorKind::UndefinedTable);
        assert_eq!(User::find_all(db).await?.len(), 0);
        Ok(())
    }
}
