//! What counts as a change.

use conformance_macros::cases;

/// What counts as a change.
#[cases]
pub(super) mod tracking {
    use crate::prelude::*;

    async fn saved(database: &Db, user: User) -> Result<Active<User>> {
        database.create_table::<User>().await?;
        Ok(user.save(database).await?)
    }

    /// The names of the changed fields.
    fn fields<R: Record>(active: &Active<R>) -> Vec<&'static str> {
        active.changes().iter().map(|change| change.field).collect()
    }

    async fn a_new_record_is_dirty_and_a_stored_one_is_not(db: &Db) -> Result<()> {
        let new = Active::new(User::named("ann"));
        assert!(new.is_new() && new.is_dirty() && !new.is_persisted());
        assert_eq!(fields(&new), [""; 0]);
        let saved = saved(db, User::named("ann")).await?;
        let found = User::find(db, 1).await?;
        for stored in [saved, found] {
            assert!(stored.is_persisted() && !stored.is_new() && !stored.is_dirty());
            assert!(!stored.is_deleted() && !stored.is_in_doubt());
            assert_eq!(fields(&stored), [""; 0]);
        }
        Ok(())
    }

    async fn changes_tell_field_old_and_new_in_the_order_of_the_fields(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.age = Some(40);
        ann.name = "Anna".into();
        let changes = ann.changes();
        assert_eq!((changes.len(), fields(&ann)), (2, vec!["name", "age"]));
        assert_eq!(changes[0].old, SqlValue::Text("ann".into()));
        assert_eq!(changes[0].new, SqlValue::Text("Anna".into()));
        assert_eq!(
            (&changes[1].old, &changes[1].new),
            (&SqlValue::Null, &SqlValue::I64(40))
        );
        assert!(ann.is_dirty());
        Ok(())
    }

    /// A save takes note of a field without a column too, though it is no change.
    async fn reset_goes_back_to_what_a_skipped_field_held_at_the_last_save(db: &Db) -> Result<()> {
        db.create_table::<Note>().await?;
        let mut note = Note::of("a").save(db).await?;
        note.text = "b".into();
        note.drafts.push("kept".into());
        note.save(db).await?;
        note.reset();
        assert_eq!(note.drafts, ["kept"]);
        note.drafts.push("given up".into());
        note.reset();
        assert_eq!((&*note.text, &*note.drafts), ("b", &["kept".to_owned()][..]));
        Ok(())
    }

    async fn changes_name_the_field_and_not_its_column(db: &Db) -> Result<()> {
        db.create_table::<BookReview>().await?;
        let review = BookReview {
            id: 0,
            stars: 4,
            r#type: "novel".into(),
        };
        let mut review = review.save(db).await?;
        review.stars = 5;
        review.r#type = "essay".into();
        assert_eq!(fields(&review), ["stars", "type"]);
        Ok(())
    }

    async fn reset_brings_the_row_back(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        let as_saved = ann.clone().into_inner();
        ann.name = "Anna".into();
        ann.is_active = false;
        ann.reset();
        assert_eq!(*ann, as_saved);
        assert!(!ann.is_dirty());
        ann.reset();
        assert_eq!(*ann, as_saved);
        Ok(())
    }

    async fn reset_goes_back_to_the_last_save_and_no_further(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.name = "Anna".into();
        ann.save(db).await?;
        assert!(!ann.is_dirty());
        ann.name = "Annabel".into();
        ann.reset();
        assert_eq!(ann.name, "Anna");
        assert!(!ann.is_dirty());
        Ok(())
    }

    /// What was saved is the row from then on: the next save writes what changed since, and nothing of before.
    async fn a_later_save_writes_what_changed_since_the_one_before(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.name = "Anna".into();
        ann.age = Some(40);
        ann.save(db).await?;
        db.execute("UPDATE users SET name = 'else' WHERE id = 1", ())
            .await?;
        ann.age = None;
        assert_eq!(fields(&ann), ["age"]);
        assert_eq!(ann.changes()[0].old, SqlValue::I64(40));
        ann.save(db).await?;
        assert!(!ann.is_dirty());
        let row = User::find(db, 1).await?;
        assert_eq!((&*row.name, row.age), ("else", None));
        Ok(())
    }

    /// A record that was written before is written in a transaction as any other, and a rollback undoes that alone.
    async fn a_written_record_is_tracked_in_a_transaction(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.name = "Anna".into();
        ann.save(db).await?;
        let tx = db.begin().await?;
        ann.name = "Annabel".into();
        ann.age = Some(40);
        ann.save(&tx).await?;
        assert!(!ann.is_dirty());
        tx.rollback().await?;
        assert_eq!(fields(&ann), ["name", "age"]);
        assert_eq!(ann.changes()[0].old, SqlValue::Text("Anna".into()));
        ann.reset();
        assert_eq!((&*ann.name, ann.age), ("Anna", None));
        assert!(!ann.is_dirty());
        Ok(())
    }

    async fn the_old_value_put_back_is_no_change(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.name = "ann".into();
        assert!(!ann.is_dirty());
        ann.name = "Anna".into();
        assert!(ann.is_dirty());
        ann.name = "ann".into();
        assert!(!ann.is_dirty());
        assert_eq!(fields(&ann), [""; 0]);
        Ok(())
    }

    async fn floats_are_compared_by_their_bits(db: &Db) -> Result<()> {
        db.create_table::<Sample>().await?;
        let mut sample = Sample::of(1, 0.0);
        sample.narrow = Some(0.0);
        let mut sample = sample.save(db).await?;
        sample.value = -0.0;
        assert_eq!(fields(&sample), ["value"]);
        sample.value = 0.0;
        sample.narrow = Some(-0.0);
        assert_eq!(fields(&sample), ["narrow"]);
        sample.narrow = Some(0.0);
        // The same number and the nearest one that differs.
        sample.value = 0.1 + 0.2;
        sample.save(db).await?;
        sample.value = 0.300_000_000_000_000_04;
        assert!(!sample.is_dirty());
        sample.value = 0.3;
        assert!(sample.is_dirty());
        sample.value = f64::NAN;
        assert!(sample.is_dirty());
        Ok(())
    }

    /// What is not a number is kept as it is or refused; it is never another value afterwards.
    async fn not_a_number_is_kept_or_refused(db: &Db) -> Result<()> {
        db.create_table::<Sample>().await?;
        let mut sample = Sample::of(1, 1.5).save(db).await?;
        sample.value = f64::NAN;
        match sample.save(db).await {
            Ok(()) => assert!(!sample.is_dirty() && Sample::find(db, 1).await?.value.is_nan()),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Invalid);
                assert!(sample.is_dirty() && sample.value.is_nan());
                assert_eq!(Sample::find(db, 1).await?.value.to_bits(), 1.5_f64.to_bits());
            }
        }
        Ok(())
    }

    /// The same for the zero with a sign.
    async fn a_negative_zero_is_kept_or_refused(db: &Db) -> Result<()> {
        db.create_table::<Sample>().await?;
        let mut sample = Sample::of(1, 0.0).save(db).await?;
        sample.value = -0.0;
        let expected = match sample.save(db).await {
            Ok(()) => sample.value,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Invalid);
                0.0
            }
        };
        let found = Sample::find(db, 1).await?;
        assert_eq!(found.value.to_bits(), expected.to_bits());
        Ok(())
    }

    async fn a_change_inside_a_vector_is_seen_and_written(db: &Db) -> Result<()> {
        db.create_table::<Sample>().await?;
        let mut sample = Sample::of(1, 0.5);
        sample.bytes = vec![1, 2, 3];
        let mut sample = sample.save(db).await?;
        sample.bytes[1] = 9;
        assert_eq!(fields(&sample), ["bytes"]);
        sample.bytes.push(0);
        sample.save(db).await?;
        assert_eq!(Sample::find(db, 1).await?.bytes, [1, 9, 3, 0]);
        Ok(())
    }

    async fn record_mut_lends_two_fields_at_once(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        let user = ann.record_mut();
        std::mem::swap(&mut user.name, &mut user.email);
        assert_eq!(fields(&ann), ["name", "email"]);
        ann.save(db).await?;
        let found = User::find(db, 1).await?;
        assert_eq!((&*found.name, &*found.email), ("ann@example.com", "ann"));
        Ok(())
    }

    async fn the_record_comes_out_of_its_active_with_its_edits(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.age = Some(3);
        let expected = User {
            id: 1,
            age: Some(3),
            ..User::named("ann")
        };
        assert_eq!(User::from(ann.clone()), expected);
        assert_eq!(ann.into_inner(), expected);
        Ok(())
    }

    async fn a_clone_tracks_its_own_changes(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.name = "Anna".into();
        let mut copy = ann.clone();
        assert_eq!(fields(&copy), ["name"]);
        copy.age = Some(1);
        assert_eq!((fields(&ann), fields(&copy)), (vec!["name"], vec!["name", "age"]));
        copy.reset();
        assert_eq!((&*ann.name, &*copy.name), ("Anna", "ann"));
        ann.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "Anna");
        Ok(())
    }

    async fn an_active_serialises_as_its_record(db: &Db) -> Result<()> {
        let mut ann = saved(db, User::named("ann")).await?;
        ann.age = Some(3);
        let expected = serde_json::json!({
            "id": 1, "name": "ann", "email": "ann@example.com", "is_active": true, "age": 3
        });
        assert_eq!(serde_json::to_value(&ann).unwrap(), expected);
        Ok(())
    }

    async fn two_actives_are_equal_in_record_and_state(db: &Db) -> Result<()> {
        let ann = saved(db, User::named("ann")).await?;
        let found = User::find(db, 1).await?;
        assert_eq!(ann, found);
        assert_ne!(ann, Active::new(found.clone().into_inner()));
        let mut edited = found.clone();
        edited.age = Some(1);
        assert_ne!(ann, edited);
        Ok(())
    }
}
