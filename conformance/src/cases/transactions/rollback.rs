//! What a rollback does to the state of each `Active`.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::kind;

    /// An insert that was rolled back: new again, the generated key cleared.
    async fn a_rolled_back_insert_is_new_with_its_key_cleared(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let user = User::named("ann").save(&tx).await?;
        assert_eq!((user.id, user.is_persisted()), (1, true));
        tx.rollback().await?;
        assert_eq!((user.id, user.is_new(), user.is_dirty()), (0, true, true));
        assert_eq!(user.into_inner(), User::named("ann"));
        Ok(())
    }

    /// A key of the caller's own is no generated one and stays.
    async fn a_key_of_the_callers_own_survives_the_rollback(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let account = Account { id: 7, balance: 1 }.save(&tx).await?;
        tx.rollback().await?;
        assert_eq!((account.id, account.is_new()), (7, true));
        Ok(())
    }

    /// The program's own edits stay, those made before the rollback and those after.
    async fn edits_stay_over_a_rollback(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        user.age = Some(30);
        tx.rollback().await?;
        user.name = "bob".into();
        assert_eq!((user.id, &*user.name, user.age), (0, "bob", Some(30)));
        user.save(db).await?;
        let found = User::find(db, user.id).await?;
        assert_eq!((&*found.name, found.age), ("bob", Some(30)));
        Ok(())
    }

    /// Saved again after the rollback there is one row, with a key of its own.
    async fn a_save_after_the_rollback_makes_one_row(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        tx.rollback().await?;
        User::named("bob").save(db).await?;
        user.save(db).await?;
        assert!(user.id > 1 && user.is_persisted());
        user.save(db).await?;
        assert_eq!(User::query().count(db).await?, 2);
        assert_eq!(User::find(db, user.id).await?.name, "ann");
        Ok(())
    }

    /// A delete that was rolled back: persisted again, and it can be written.
    async fn a_rolled_back_delete_is_persisted_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        user.delete(&tx).await?;
        assert!(user.is_deleted());
        tx.rollback().await?;
        assert_eq!((user.is_persisted(), user.is_dirty(), user.id), (true, false, 1));
        user.name = "bob".into();
        user.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "bob");
        Ok(())
    }

    /// An update that was rolled back: dirty again, with the same change to write.
    async fn a_rolled_back_update_is_dirty_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        user.name = "bob".into();
        let before = user.changes();
        let tx = db.begin().await?;
        user.save(&tx).await?;
        assert!(!user.is_dirty());
        tx.rollback().await?;
        assert_eq!(user.changes(), before);
        user.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "bob");
        Ok(())
    }

    /// Two updates in one transaction are undone together: the changes are those from the row as it is.
    async fn two_updates_are_undone_together(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        user.name = "bob".into();
        user.save(&tx).await?;
        user.age = Some(4);
        user.save(&tx).await?;
        tx.rollback().await?;
        let fields: Vec<_> = user
            .changes()
            .into_iter()
            .map(|change| (change.field, change.old))
            .collect();
        assert_eq!(
            fields,
            [("name", SqlValue::Text("ann".into())), ("age", SqlValue::Null)]
        );
        user.save(db).await?;
        let found = User::find(db, 1).await?;
        assert_eq!((&*found.name, found.age), ("bob", Some(4)));
        Ok(())
    }

    /// Insert, update and delete in one transaction: all of it is undone, and the record is new.
    async fn a_whole_life_in_one_transaction_is_undone(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        user.name = "bob".into();
        user.save(&tx).await?;
        user.delete(&tx).await?;
        assert!(user.is_deleted());
        tx.rollback().await?;
        assert_eq!((user.is_new(), user.id, &*user.name), (true, 0, "bob"));
        user.save(db).await?;
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// A write in a savepoint that was kept is undone by the outer rollback.
    async fn a_write_in_a_kept_savepoint_is_undone_with_the_outer(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let inner = tx.begin().await?;
        let user = User::named("ann").save(&inner).await?;
        inner.commit().await?;
        assert_eq!((user.id, user.is_persisted()), (1, true));
        tx.rollback().await?;
        assert_eq!((user.id, user.is_new()), (0, true));
        Ok(())
    }

    /// A rollback of the inner part alone puts the state back to what the outer one had.
    async fn an_inner_rollback_puts_back_what_the_outer_had(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        let inner = tx.begin().await?;
        user.name = "bob".into();
        user.save(&inner).await?;
        inner.rollback().await?;
        assert_eq!((user.id, user.is_persisted(), user.is_dirty()), (1, true, true));
        user.save(&tx).await?;
        tx.commit().await?;
        assert_eq!((user.is_persisted(), user.is_dirty()), (true, false));
        assert_eq!(User::find(db, 1).await?.name, "bob");
        Ok(())
    }

    /// Written at three levels and looked at after each end: the state is that of the row each time.
    async fn the_state_follows_each_level(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        let outer = db.begin().await?;
        user.age = Some(1);
        user.save(&outer).await?;
        let middle = outer.begin().await?;
        user.age = Some(2);
        user.save(&middle).await?;
        let inner = middle.begin().await?;
        user.delete(&inner).await?;
        inner.rollback().await?;
        assert_eq!((user.is_persisted(), user.is_dirty()), (true, false));
        middle.rollback().await?;
        assert_eq!(user.changes().len(), 1);
        assert_eq!(user.changes()[0].old, SqlValue::I64(1));
        outer.rollback().await?;
        assert_eq!(user.changes()[0].old, SqlValue::Null);
        assert_eq!(user.age, Some(2));
        Ok(())
    }

    /// A copy of the record knows of the rollback as well.
    async fn a_copy_is_undone_too(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let user = User::named("ann").save(&tx).await?;
        let copy = user.clone();
        tx.rollback().await?;
        assert_eq!((user.id, user.is_new()), (0, true));
        assert_eq!((copy.id, copy.is_new()), (0, true));
        Ok(())
    }

    /// Records inserted together are new again together.
    async fn records_inserted_together_are_new_again(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let users = User::insert_all(&tx, vec![User::named("a"), User::named("b")]).await?;
        assert_eq!((users[0].id, users[1].id), (1, 2));
        tx.rollback().await?;
        assert!(users.iter().all(|user| user.is_new() && user.id == 0));
        Ok(())
    }

    /// What is read in a transaction and not written is not touched by its rollback.
    async fn a_row_that_was_only_read_stays_as_it_is(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        let user = User::find(&tx, 1).await?;
        tx.rollback().await?;
        assert_eq!((user.id, user.is_persisted(), user.is_dirty()), (1, true, false));
        Ok(())
    }

    /// A dropped guard undoes the state as well.
    async fn a_dropped_guard_undoes_the_state(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        drop(tx);
        // A write waits for the rollback, should that be on its way still.
        User::named("bob").save(db).await?;
        assert_eq!((user.id, user.is_new()), (0, true));
        user.save(db).await?;
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    /// A failed write in a transaction leaves the state as it was before the write.
    async fn a_failed_write_changes_no_state(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        let mut twin = Active::new(User::named("ann"));
        let inner = tx.begin().await?;
        assert_eq!(kind(twin.save(&inner).await), ErrorKind::UniqueViolation);
        assert_eq!((twin.is_new(), twin.id), (true, 0));
        inner.rollback().await?;
        twin.email = "other@example.com".into();
        twin.save(&tx).await?;
        tx.commit().await?;
        assert!(twin.is_persisted() && twin.id > 1);
        Ok(())
    }

    /// After a commit the state stays.
    async fn a_commit_keeps_the_state(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut user = User::named("ann").save(&tx).await?;
        user.age = Some(1);
        tx.commit().await?;
        assert_eq!((user.id, user.is_persisted(), user.is_dirty()), (1, true, true));
        user.save(db).await?;
        assert_eq!(User::find(db, 1).await?.age, Some(1));
        Ok(())
    }
}
