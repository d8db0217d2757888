//! What a save writes.

use conformance_macros::cases;

/// What a save writes.
#[cases]
pub(super) mod tracking {
    use crate::prelude::*;

    async fn ann(database: &Db) -> Result<Active<User>> {
        database.create_table::<User>().await?;
        Ok(User::named("ann").save(database).await?)
    }

    /// Two who changed different columns of one row keep each other's work.
    async fn changed_columns_alone_are_written(db: &Db) -> Result<()> {
        let mut one = ann(db).await?;
        let mut other = User::find(db, 1).await?;
        one.name = "Anna".into();
        other.age = Some(40);
        other.is_active = false;
        one.save(db).await?;
        other.save(db).await?;
        let found = User::find(db, 1).await?;
        assert_eq!(
            (&*found.name, found.age, found.is_active),
            ("Anna", Some(40), false)
        );
        assert_eq!(found.email, "ann@example.com");
        Ok(())
    }

    /// A statement would find that the row is gone.
    async fn nothing_is_sent_where_nothing_changed(db: &Db) -> Result<()> {
        let mut one = ann(db).await?;
        User::find(db, 1).await?.delete(db).await?;
        one.save(db).await?;
        one.name = "ann".into();
        one.save(db).await?;
        one.name = "Anna".into();
        assert_eq!(one.save(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        Ok(())
    }

    async fn a_changed_key_is_written_by_the_key_as_loaded(db: &Db) -> Result<()> {
        let mut ann = ann(db).await?;
        User::named("bob").save(db).await?;
        ann.id = 10;
        ann.name = "Anna".into();
        ann.save(db).await?;
        assert!(User::find_one(db, 1).await?.is_none());
        assert_eq!(User::find(db, 10).await?.name, "Anna");
        // From now on that is its key.
        ann.name = "Annabel".into();
        ann.save(db).await?;
        assert_eq!(User::find(db, 10).await?.name, "Annabel");
        ann.id = 11;
        ann.delete(db).await?;
        let names = User::query().select(|u| u.name).all(db).await?;
        assert_eq!(names, ["bob"]);
        Ok(())
    }

    async fn refresh_goes_by_the_key_as_loaded(db: &Db) -> Result<()> {
        let mut ann = ann(db).await?;
        User::named("bob").save(db).await?;
        ann.id = 2;
        ann.refresh(db).await?;
        assert_eq!((ann.id, &*ann.name), (1, "ann"));
        Ok(())
    }

    async fn one_column_of_a_composite_key_can_change(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        let item = |line| OrderItem {
            order_id: 1,
            line,
            product: "ink".into(),
            quantity: 1,
        };
        let mut first = item(1).save(db).await?;
        item(2).save(db).await?;
        first.line = 3;
        first.save(db).await?;
        let lines = OrderItem::query()
            .order_by(|i| i.line.asc())
            .select(|i| i.line)
            .all(db)
            .await?;
        assert_eq!(lines, [2, 3]);
        Ok(())
    }

    async fn a_failed_update_keeps_the_changes_to_be_mended(db: &Db) -> Result<()> {
        let mut ann = ann(db).await?;
        User::named("bob").save(db).await?;
        ann.name = "Anna".into();
        ann.email = "bob@example.com".into();
        assert_eq!(ann.save(db).await.unwrap_err().kind(), ErrorKind::UniqueViolation);
        assert!(ann.is_dirty() && ann.is_persisted());
        assert_eq!((&*ann.name, ann.changes().len()), ("Anna", 2));
        assert_eq!(User::find(db, 1).await?.name, "ann");
        ann.email = "anna@example.com".into();
        ann.save(db).await?;
        assert_eq!(User::find(db, 1).await?.email, "anna@example.com");
        Ok(())
    }

    async fn what_was_saved_is_what_the_next_save_compares_with(db: &Db) -> Result<()> {
        let mut ann = ann(db).await?;
        ann.name = "Anna".into();
        ann.save(db).await?;
        assert!(!ann.is_dirty() && ann.changes().is_empty());
        // Somebody else changes it; our old value, said again, is a change and is written.
        let mut other = User::find(db, 1).await?;
        other.name = "Other".into();
        other.save(db).await?;
        ann.name = "ann".into();
        ann.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "ann");
        Ok(())
    }
}
