//! A rollback also undoes what it did to the state of each `Active`.

use conformance_macros::cases;

/// A rollback also undoes what it did to the state of each `Active`.
#[cases]
pub(super) mod tracking {
    use crate::prelude::*;

    /// Ends a transaction, or a savepoint in one, with an error.
    fn abort<T>() -> Result<T> {
        Err(Error::new(ErrorKind::Validation, "abort"))
    }

    /// The transaction ended as it should: with `abort`.
    fn aborted<T: std::fmt::Debug>(result: Result<T>) {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Validation);
    }

    async fn a_default_edited_after_the_insert_survives_the_rollback(db: &Db) -> Result<()> {
        db.create_table::<ArticleStub>().await?;
        for column in Article::DEFAULTS {
            db.execute(column, ()).await?;
        }
        let tx = db.begin().await?;
        let mut article = Article::titled("a").save(&tx).await?;
        assert_eq!(article.state.as_deref(), Some("draft"));
        article.state = Some("final".into());
        article.save(&tx).await?;
        article.score = Some(1);
        tx.rollback().await?;
        assert_eq!(
            (article.id, article.state.as_deref(), article.score),
            (0, Some("final"), Some(1))
        );
        article.save(db).await?;
        assert_eq!(
            Article::find(db, article.id).await?.state.as_deref(),
            Some("final")
        );
        Ok(())
    }

    async fn savepoints_one_after_the_other_leave_no_chain(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut account = Account { id: 1, balance: 0 }.save(db).await?;
        // It is about a chain on our side; a server keeps every version of the row until the end.
        let rounds = match db.dialect().name() {
            "sqlite" => 20_000,
            _ => 1_000,
        };
        let tx = db.begin().await?;
        for _ in 0..rounds {
            let inner = tx.begin().await?;
            account.balance += 1;
            account.save(&inner).await?;
            inner.commit().await?;
        }
        tx.rollback().await?;
        account.balance += 1;
        account.save(db).await?;
        assert_eq!(Account::find(db, 1).await?.balance, rounds + 1);
        Ok(())
    }

    async fn an_insert_undone_is_new_again_and_keeps_the_edits(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = Active::new(User::named("ann"));
        let failed: Result<()> = db
            .transaction(async |tx| {
                ann.save(tx).await?;
                assert_eq!((ann.id, ann.is_persisted()), (1, true));
                ann.age = Some(40);
                abort()
            })
            .await;
        aborted(failed);
        // Seen through a shared borrow first, which can put nothing back.
        let shared = &ann;
        assert!(shared.is_new() && shared.is_dirty());
        assert_eq!((shared.id, shared.age), (0, Some(40)));
        assert_eq!(User::query().count(db).await?, 0);
        User::named("bob").save(db).await?;
        ann.save(db).await?;
        assert!(ann.id > 1);
        assert_eq!(User::find(db, ann.id).await?.age, Some(40));
        Ok(())
    }

    async fn every_column_that_was_filled_in_is_cleared_again(db: &Db) -> Result<()> {
        db.create_table::<ArticleStub>().await?;
        for sql in Article::DEFAULTS {
            db.execute(sql, ()).await?;
        }
        let mut article = Article::titled("one");
        article.score = Some(3);
        let mut article = Active::new(article);
        let tx = db.begin().await?;
        article.save(&tx).await?;
        assert_eq!((article.id, article.state.as_deref()), (1, Some("draft")));
        tx.rollback().await?;
        assert_eq!(
            (article.id, article.state.as_deref(), article.score),
            (0, None, Some(3))
        );
        Ok(())
    }

    async fn a_callers_own_key_survives_the_rollback(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let own = User {
            id: 41,
            ..User::named("ann")
        };
        let mut ann = own.save(&tx).await?;
        tx.rollback().await?;
        assert!(ann.is_new());
        assert_eq!(ann.id, 41);
        ann.save(db).await?;
        assert!(User::exists(db, 41).await?);
        Ok(())
    }

    async fn an_update_undone_is_dirty_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        ann.name = "Anna".into();
        ann.save(&tx).await?;
        assert!(!ann.is_dirty());
        ann.age = Some(40);
        tx.rollback().await?;
        let changes = ann.changes();
        assert_eq!(changes.len(), 2);
        assert_eq!(
            (&changes[0].old, &changes[1].old),
            (&SqlValue::Text("ann".into()), &SqlValue::Null)
        );
        ann.save(db).await?;
        let found = User::find(db, 1).await?;
        assert_eq!((&*found.name, found.age), ("Anna", Some(40)));
        Ok(())
    }

    async fn reset_after_a_rollback_gives_the_row_before_the_transaction(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        for name in ["Anna", "Annabel"] {
            ann.name = name.into();
            ann.save(&tx).await?;
        }
        tx.rollback().await?;
        ann.reset();
        assert_eq!((&*ann.name, ann.is_dirty()), ("ann", false));
        Ok(())
    }

    async fn a_delete_undone_is_persisted_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = User::named("ann").save(db).await?;
        let failed: Result<()> = db
            .transaction(async |tx| {
                ann.delete(tx).await?;
                assert!(ann.is_deleted());
                abort()
            })
            .await;
        aborted(failed);
        assert!(ann.is_persisted() && !ann.is_deleted() && !ann.is_dirty());
        ann.name = "Anna".into();
        ann.save(db).await?;
        ann.delete(db).await?;
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    async fn an_insert_and_a_delete_undone_together_are_a_new_record(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = Active::new(User::named("ann"));
        let tx = db.begin().await?;
        ann.save(&tx).await?;
        ann.name = "Anna".into();
        ann.save(&tx).await?;
        ann.delete(&tx).await?;
        drop(tx);
        assert!(ann.is_new());
        assert_eq!((ann.id, &*ann.name), (0, "Anna"));
        ann.save(db).await?;
        assert_eq!(User::find(db, ann.id).await?.name, "Anna");
        Ok(())
    }

    async fn what_is_committed_stays(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut gone = User::named("gone").save(db).await?;
        let tx = db.begin().await?;
        let mut ann = User::named("ann").save(&tx).await?;
        ann.name = "Anna".into();
        ann.save(&tx).await?;
        gone.delete(&tx).await?;
        tx.commit().await?;
        assert!(ann.is_persisted() && !ann.is_dirty() && gone.is_deleted());
        assert_eq!((ann.id, User::find(db, 2).await?), (2, ann.clone()));
        // And no later rollback has a say in it.
        drop(db.begin().await?);
        assert!(ann.is_persisted());
        assert_eq!(gone.save(db).await.unwrap_err().kind(), ErrorKind::Deleted);
        Ok(())
    }

    async fn a_savepoint_undone_takes_back_its_own_part_alone(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut outer = Active::new(User::named("outer"));
        let mut inner = Active::new(User::named("inner"));
        db.transaction(async |tx| {
            outer.save(tx).await?;
            let failed: Result<()> = tx
                .transaction(async |savepoint| {
                    inner.save(savepoint).await?;
                    outer.name = "changed".into();
                    outer.save(savepoint).await?;
                    abort()
                })
                .await;
            aborted(failed);
            assert!(inner.is_new() && inner.id == 0);
            assert!(outer.is_persisted() && outer.is_dirty() && outer.id == 1);
            Ok(())
        })
        .await?;
        assert!(outer.is_persisted() && inner.is_new());
        assert_eq!(User::find(db, 1).await?.name, "outer");
        outer.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "changed");
        Ok(())
    }

    async fn a_savepoint_kept_is_undone_with_the_transaction_around_it(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = User::named("ann").save(db).await?;
        let mut bob = Active::new(User::named("bob"));
        let failed: Result<()> = db
            .transaction(async |tx| {
                tx.transaction(async |savepoint| {
                    ann.name = "Anna".into();
                    ann.save(savepoint).await?;
                    bob.save(savepoint).await
                })
                .await?;
                assert!(!ann.is_dirty() && bob.is_persisted());
                bob.age = Some(1);
                bob.save(tx).await?;
                abort()
            })
            .await;
        aborted(failed);
        assert!(ann.is_dirty() && bob.is_new());
        assert_eq!((bob.id, bob.age), (0, Some(1)));
        assert_eq!(ann.changes()[0].old, SqlValue::Text("ann".into()));
        Ok(())
    }

    async fn a_clone_is_undone_with_the_original(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let ann = User::named("ann").save(&tx).await?;
        let copy = ann.clone();
        tx.rollback().await?;
        assert!(ann.is_new() && copy.is_new());
        assert_eq!((copy.id, copy.into_inner()), (0, User::named("ann")));
        Ok(())
    }

    async fn refresh_inside_a_transaction_does_not_outlive_its_rollback(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        ann.name = "Anna".into();
        ann.save(&tx).await?;
        ann.refresh(&tx).await?;
        assert_eq!((&*ann.name, ann.is_dirty()), ("Anna", false));
        tx.rollback().await?;
        assert!(ann.is_dirty());
        ann.reset();
        assert_eq!(ann.name, "ann");
        Ok(())
    }

    async fn a_row_found_and_deleted_in_the_transaction_is_back(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        let mut ann = User::find(&tx, 1).await?;
        ann.name = "Anna".into();
        ann.save(&tx).await?;
        ann.delete(&tx).await?;
        tx.rollback().await?;
        assert!(ann.is_persisted() && ann.is_dirty());
        ann.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "Anna");
        Ok(())
    }
}
