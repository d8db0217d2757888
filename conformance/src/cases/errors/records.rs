//! Records that are not there, or not in a state for what is asked.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::prelude::*;
    use crate::support::{failure, kind};

    /// A row that is not there.
    async fn a_missing_row_is_not_found(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let error = failure(User::find(db, 1).await);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("`users`"), "{error}");
        assert_eq!(kind(User::query().one(db).await), ErrorKind::NotFound);
        assert_eq!(User::find_one(db, 1).await?, None);
        Ok(())
    }

    /// Several rows where one was asked for.
    async fn several_rows_for_one_are_too_many(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::insert_all(db, vec![User::named("a"), User::named("b")]).await?;
        assert_eq!(kind(User::query().one(db).await), ErrorKind::TooManyRows);
        assert_eq!(
            User::query().filter(|user| user.name.eq("b")).one(db).await?.id,
            2
        );
        Ok(())
    }

    /// Deleting twice is told apart from a row that somebody else deleted.
    async fn deleting_twice_is_told_apart_from_a_row_that_is_gone(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        let mut twin = User::find(db, user.id).await?;
        user.delete(db).await?;
        assert_eq!(kind(user.delete(db).await), ErrorKind::Deleted);
        user.name = "bob".into();
        assert_eq!(kind(user.save(db).await), ErrorKind::Deleted);
        assert_eq!(kind(twin.delete(db).await), ErrorKind::NotFound);
        twin.name = "bob".into();
        assert_eq!(kind(twin.save(db).await), ErrorKind::NotFound);
        Ok(())
    }

    /// What was never saved can be neither deleted nor read again.
    async fn a_new_record_cannot_be_deleted_or_refreshed(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = Active::new(User::named("ann"));
        assert_eq!(kind(user.delete(db).await), ErrorKind::Invalid);
        assert_eq!(kind(user.refresh(db).await), ErrorKind::Invalid);
        assert!(user.is_new());
        Ok(())
    }

    /// A write that was cut off leaves the record in doubt: writes are refused, with what to do.
    #[only(asynchronous)]
    async fn a_record_in_doubt_refuses_writes(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        user.name = "bob".into();
        // It waits for its turn, so that it is not done at its first poll.
        let holder = db.begin().await?;
        let cut = crate::support::cuts().next().unwrap();
        assert!(cut.off(user.save(db)).await.is_none());
        holder.rollback().await?;
        assert!(user.is_in_doubt());
        let error = failure(user.save(db).await);
        assert_eq!(error.kind(), ErrorKind::InDoubt);
        assert!(error.to_string().contains("`refresh`"), "{error}");
        assert_eq!(kind(user.delete(db).await), ErrorKind::InDoubt);
        user.refresh(db).await?;
        user.name = "eve".into();
        user.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "eve");
        Ok(())
    }

    keep_async! {
        /// Waits for something other than the database.
        struct Dawdler;

        impl Work for Dawdler {
            type Output = ();

            async fn run(self, session: &Session<'_>) -> Result<()> {
                Account { id: 1, balance: 1 }.save(session).await?;
                tokio::task::yield_now().await;
                Ok(())
            }
        }
    }

    /// A work that waits for something other than the database is refused, and in a transaction undone with it.
    #[needs(Threads)]
    async fn a_foreign_wait_is_named(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let error = failure(tx.run(Dawdler).await);
        assert_eq!(error.kind(), ErrorKind::ForeignWait);
        assert!(error.to_string().contains("other than the database"), "{error}");
        tx.rollback().await?;
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// The error of a save gives the record back, alone or with the error, and turns into the error under `?`.
    async fn the_error_of_a_save_gives_the_record_back(db: &Db) -> Result<()> {
        async fn under_question_mark(handle: &Db) -> Result<()> {
            User::named("ann").save(handle).await?;
            Ok(())
        }
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let failed: SaveError<User> = User::named("ann").save(db).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::UniqueViolation);
        assert_eq!(failed.into_record(), User::named("ann"));
        let (error, record) = User::named("ann").save(db).await.unwrap_err().into_parts();
        assert_eq!(
            (error.kind(), record),
            (ErrorKind::UniqueViolation, User::named("ann"))
        );
        let error = under_question_mark(db).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.table()),
            (ErrorKind::UniqueViolation, Some("users"))
        );
        Ok(())
    }
}
