//! Hooks and work of several steps, written once for both modes.

use conformance_macros::cases;

pub(super) use self::hooks::cases;

/// Hooks and work of several steps, written once for both modes.
#[cases]
mod hooks {
    use crate::prelude::*;

    async fn tables(database: &Db) -> Result<()> {
        database.create_table::<Entry>().await?;
        database.create_table::<JournalLine>().await
    }

    async fn journal(database: &Db) -> Result<Vec<String>> {
        let lines = JournalLine::query()
            .order_by(|l| l.id.asc())
            .all(database)
            .await?;
        Ok(lines.into_iter().map(|line| line.into_inner().text).collect())
    }

    async fn before_save_changes_what_is_written(db: &Db) -> Result<()> {
        tables(db).await?;
        let mut entry = Entry::titled("  one ").save(db).await?;
        assert_eq!((entry.id, &*entry.title, entry.revision), (1, "one", 1));
        entry.title = "two ".into();
        entry.save(db).await?;
        assert_eq!(
            (&*entry.title, entry.revision, entry.is_dirty()),
            ("two", 2, false)
        );
        assert_eq!(Entry::find(db, 1).await?, entry);
        Ok(())
    }

    async fn before_save_refuses_by_an_error(db: &Db) -> Result<()> {
        tables(db).await?;
        let failure = Entry::titled("  ").save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Validation);
        assert_eq!(failure.into_record(), Entry::titled("  "));
        let mut in_place = Active::new(Entry::titled("  "));
        assert_eq!(in_place.save(db).await.unwrap_err().kind(), ErrorKind::Validation);
        assert!(in_place.is_new());
        assert_eq!(*in_place, Entry::titled("  "));
        assert_eq!(Entry::query().count(db).await?, 0);
        Ok(())
    }

    async fn an_error_after_the_insert_undoes_it(db: &Db) -> Result<()> {
        tables(db).await?;
        let failure = Entry::titled("late").save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Validation);
        assert_eq!(failure.into_record(), Entry::titled("late"));
        let mut in_place = Active::new(Entry::titled("late"));
        assert_eq!(in_place.save(db).await.unwrap_err().kind(), ErrorKind::Validation);
        assert!(in_place.is_new() && in_place.id == 0);
        assert_eq!(
            (Entry::query().count(db).await?, journal(db).await?.len()),
            (0, 0)
        );
        in_place.title = "in time".into();
        in_place.save(db).await?;
        assert_eq!(Entry::query().count(db).await?, 1);
        Ok(())
    }

    async fn an_error_after_the_update_undoes_it(db: &Db) -> Result<()> {
        tables(db).await?;
        let mut entry = Entry::titled("one").save(db).await?;
        entry.title = "late".into();
        assert_eq!(entry.save(db).await.unwrap_err().kind(), ErrorKind::Validation);
        assert!(entry.is_dirty() && entry.is_persisted());
        assert_eq!((&*entry.title, entry.revision), ("late", 1));
        assert_eq!(Entry::find(db, 1).await?.title, "one");
        assert_eq!(journal(db).await?, ["1 one 1"]);
        Ok(())
    }

    async fn hooks_write_through_the_session_in_the_same_transaction(db: &Db) -> Result<()> {
        tables(db).await?;
        let mut entry = Entry::titled("one").save(db).await?;
        entry.title = "two".into();
        entry.save(db).await?;
        assert_eq!(journal(db).await?, ["1 one 1", "1 two 2"]);
        let tx = db.begin().await?;
        Entry::titled("three").save(&tx).await?;
        tx.rollback().await?;
        assert_eq!(
            (Entry::query().count(db).await?, journal(db).await?.len()),
            (1, 2)
        );
        Ok(())
    }

    async fn a_violation_undoes_what_the_hooks_did(db: &Db) -> Result<()> {
        tables(db).await?;
        Entry::titled("one").save(db).await?;
        let mut twin = Active::new(Entry::titled(" one"));
        assert_eq!(
            twin.save(db).await.unwrap_err().kind(),
            ErrorKind::UniqueViolation
        );
        assert_eq!(*twin, Entry::titled(" one"));
        assert_eq!(journal(db).await?, ["1 one 1"]);
        Ok(())
    }

    async fn hooks_do_not_run_where_nothing_changed(db: &Db) -> Result<()> {
        tables(db).await?;
        let mut entry = Entry::titled("one").save(db).await?;
        entry.save(db).await?;
        assert_eq!((entry.revision, journal(db).await?.len()), (1, 1));
        let many = Entry::query().filter(|e| e.id.eq(1));
        many.update_all(db, |e| e.title.set("")).await?;
        assert_eq!(
            (Entry::find(db, 1).await?.revision, journal(db).await?.len()),
            (1, 1)
        );
        Ok(())
    }

    async fn a_refused_save_leaves_its_transaction_usable(db: &Db) -> Result<()> {
        tables(db).await?;
        let tx = db.begin().await?;
        Entry::titled("one").save(&tx).await?;
        for title in ["late", " ", "one"] {
            assert!(Entry::titled(title).save(&tx).await.is_err(), "{title}");
        }
        Entry::titled("two").save(&tx).await?;
        tx.commit().await?;
        let titles = Entry::query()
            .order_by(|e| e.id.asc())
            .select(|e| e.title)
            .all(db)
            .await?;
        assert_eq!(titles, ["one", "two"]);
        assert_eq!(journal(db).await?.len(), 2);
        Ok(())
    }

    #[needs(OnePoll)]
    async fn a_foreign_wait_in_a_hook_is_an_error(db: &Db) -> Result<()> {
        tables(db).await?;
        let failure = Entry::titled("foreign").save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::ForeignWait);
        assert_eq!(failure.into_record(), Entry::titled("foreign"));
        let mut entry = Entry::titled("one").save(db).await?;
        entry.title = "foreign".into();
        assert_eq!(entry.save(db).await.unwrap_err().kind(), ErrorKind::ForeignWait);
        assert!(entry.is_persisted() && entry.is_dirty());
        let tx = db.begin().await?;
        assert!(Entry::titled("foreign").save(&tx).await.is_err());
        tx.commit().await?;
        entry.title = "two".into();
        entry.save(db).await?;
        assert_eq!(journal(db).await?, ["1 one 1", "1 two 2"]);
        Ok(())
    }

    keep_async! {
        /// Moves an amount from one account to another, in two writes.
        struct Transfer(i64);

        impl Work for Transfer {
            type Output = i64;

            async fn run(self, session: &Session<'_>) -> Result<i64> {
                let mut from = Account::find(session, 1).await?;
                let mut to = Account::find(session, 2).await?;
                from.balance -= self.0;
                to.balance += self.0;
                to.save(session).await?;
                from.save(session).await?;
                if from.balance < 0 {
                    return Err(Error::new(ErrorKind::Validation, "not enough"));
                }
                Ok(from.balance)
            }
        }

        /// Tries a transfer, and deposits where it fails.
        struct TransferOrDeposit(i64);

        impl Work for TransferOrDeposit {
            type Output = bool;

            async fn run(self, session: &Session<'_>) -> Result<bool> {
                Account { id: 3, balance: 1 }.save(session).await?;
                let moved = session.savepoint(Transfer(self.0)).await;
                Account { id: 4, balance: 1 }.save(session).await?;
                Ok(moved.is_ok())
            }
        }

        /// Writes a row and then waits for something that never comes.
        struct Stuck;

        impl Work for Stuck {
            type Output = ();

            async fn run(self, session: &Session<'_>) -> Result<()> {
                Account { id: 5, balance: 1 }.save(session).await?;
                std::future::pending().await
            }
        }

        /// Begins the stuck work, gives it up, and goes on.
        struct GivesUp;

        impl Work for GivesUp {
            type Output = ();

            async fn run(self, session: &Session<'_>) -> Result<()> {
                Account { id: 3, balance: 1 }.save(session).await?;
                let mut stuck = Box::pin(session.savepoint(Stuck));
                let waits = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(stuck.as_mut().poll(context).is_pending())
                });
                assert!(waits.await);
                drop(stuck);
                Account { id: 4, balance: 1 }.save(session).await?;
                Ok(())
            }
        }
    }

    async fn accounts(database: &Db) -> Result<()> {
        database.create_table::<Account>().await?;
        let two = vec![Account { id: 1, balance: 10 }, Account { id: 2, balance: 0 }];
        Account::insert_all(database, two).await?;
        Ok(())
    }

    async fn balances(database: &Db) -> Result<Vec<(i64, i64)>> {
        let query = Account::query().order_by(|a| a.id.asc());
        query.select(|a| (a.id, a.balance)).all(database).await
    }

    async fn run_does_the_steps_of_a_work(db: &Db) -> Result<()> {
        accounts(db).await?;
        assert_eq!(db.run(Transfer(4)).await?, 6);
        assert_eq!(balances(db).await?, [(1, 6), (2, 4)]);
        // Its steps are no transaction by themselves; on one, they are undone with it.
        let tx = db.begin().await?;
        assert_eq!(
            tx.run(Transfer(7)).await.unwrap_err().kind(),
            ErrorKind::Validation
        );
        tx.rollback().await?;
        assert_eq!(balances(db).await?, [(1, 6), (2, 4)]);
        Ok(())
    }

    async fn a_savepoint_of_the_session_is_undone_alone(db: &Db) -> Result<()> {
        accounts(db).await?;
        assert!(!db.run(TransferOrDeposit(11)).await?);
        assert_eq!(balances(db).await?, [(1, 10), (2, 0), (3, 1), (4, 1)]);
        Account::query().filter(|a| a.id.gt(2)).delete_all(db).await?;
        assert!(db.run(TransferOrDeposit(10)).await?);
        assert_eq!(balances(db).await?, [(1, 0), (2, 10), (3, 1), (4, 1)]);
        Ok(())
    }

    async fn a_savepoint_of_the_session_nests_in_a_transaction(db: &Db) -> Result<()> {
        accounts(db).await?;
        let tx = db.begin().await?;
        assert!(!tx.run(TransferOrDeposit(11)).await?);
        tx.commit().await?;
        assert_eq!(balances(db).await?, [(1, 10), (2, 0), (3, 1), (4, 1)]);
        Ok(())
    }

    #[needs(OnePoll)]
    async fn a_foreign_wait_in_a_work_is_an_error(db: &Db) -> Result<()> {
        accounts(db).await?;
        let tx = db.begin().await?;
        assert_eq!(tx.run(Stuck).await.unwrap_err().kind(), ErrorKind::ForeignWait);
        tx.rollback().await?;
        assert_eq!(db.run(Transfer(1)).await?, 9);
        assert_eq!(balances(db).await?, [(1, 9), (2, 1)]);
        Ok(())
    }

    /// What was written around it is kept; where the connection cannot go on from the middle of an answer, an error
    /// says that what follows was not.
    async fn a_savepoint_given_up_half_way_is_undone_alone(db: &Db) -> Result<()> {
        accounts(db).await?;
        let whole = vec![(1, 10), (2, 0), (3, 1), (4, 1)];
        let left = match db.run(GivesUp).await {
            Ok(()) => whole.clone(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionLost);
                vec![(1, 10), (2, 0), (3, 1)]
            }
        };
        assert_eq!(balances(db).await?, left);
        Account::query().filter(|a| a.id.gt(2)).delete_all(db).await?;
        let tx = db.begin().await?;
        let left = match tx.run(GivesUp).await {
            Ok(()) => {
                tx.commit().await?;
                whole
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionLost);
                assert!(tx.commit().await.is_err());
                vec![(1, 10), (2, 0)]
            }
        };
        assert_eq!(balances(db).await?, left);
        Ok(())
    }
}
