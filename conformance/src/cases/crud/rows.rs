//! The verbs on rows that are there, and on rows that are not.

use conformance_macros::cases;

/// The verbs on rows that are there, and on rows that are not.
#[cases]
pub(super) mod crud {
    use crate::prelude::*;

    /// Users `ann` and `bob`, with the keys 1 and 2.
    async fn two_users(database: &Db) -> Result<(Active<User>, Active<User>)> {
        database.create_table::<User>().await?;
        let ann = User::named("ann").save(database).await?;
        Ok((ann, User::named("bob").save(database).await?))
    }

    async fn save_inserts_a_row_and_fills_in_its_key(db: &Db) -> Result<()> {
        let (ann, bob) = two_users(db).await?;
        assert_eq!((ann.id, bob.id), (1, 2));
        assert!(ann.is_persisted() && !ann.is_new());
        let rows: Vec<(i64, String, String, bool, Option<i64>)> = db
            .query_sql(
                "SELECT id, name, email, is_active, age FROM users ORDER BY id",
                (),
            )
            .await?;
        assert_eq!(rows[0], (1, "ann".into(), "ann@example.com".into(), true, None));
        assert_eq!(rows[1], (2, "bob".into(), "bob@example.com".into(), true, None));
        assert_eq!(rows.len(), 2);
        Ok(())
    }

    async fn insert_on_a_record_does_what_save_does(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let ann = User::named("ann").insert(db).await?;
        assert!(ann.is_persisted());
        assert_eq!(*User::find(db, 1).await?, *ann);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    async fn a_new_active_is_inserted_in_place(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = Active::new(User::named("ann"));
        ann.age = Some(40);
        ann.save(db).await?;
        assert_eq!((ann.id, ann.is_persisted()), (1, true));
        let mut bob: Active<User> = User::named("bob").into();
        bob.insert(db).await?;
        assert_eq!((bob.id, bob.is_persisted()), (2, true));
        assert_eq!(User::find(db, 1).await?.age, Some(40));
        Ok(())
    }

    async fn insert_of_a_persisted_active_is_refused(db: &Db) -> Result<()> {
        let (mut ann, _) = two_users(db).await?;
        ann.id = 0;
        ann.email = "other@example.com".into();
        let refused = ann.insert(db).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    async fn a_failed_insert_gives_the_record_back_unchanged(db: &Db) -> Result<()> {
        two_users(db).await?;
        let mut twin = User::named("ann");
        twin.name = "twin".into();
        let failure = twin.clone().save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(failure.into_record(), twin);
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    async fn a_failed_insert_in_place_can_be_mended_and_repeated(db: &Db) -> Result<()> {
        two_users(db).await?;
        let mut twin = Active::new(User::named("ann"));
        assert_eq!(
            twin.save(db).await.unwrap_err().kind(),
            ErrorKind::UniqueViolation
        );
        assert!(twin.is_new());
        assert_eq!(*twin, User::named("ann"));
        twin.email = "twin@example.com".into();
        twin.save(db).await?;
        assert_eq!(User::find(db, twin.id).await?.email, "twin@example.com");
        assert_eq!(User::query().count(db).await?, 3);
        Ok(())
    }

    async fn save_on_a_persisted_active_updates_its_row_alone(db: &Db) -> Result<()> {
        let (mut ann, bob) = two_users(db).await?;
        ann.name = "Anna".into();
        ann.age = Some(41);
        ann.is_active = false;
        ann.save(db).await?;
        assert!(ann.is_persisted());
        let found = User::find(db, 1).await?;
        assert_eq!(
            (&*found.name, found.age, found.is_active),
            ("Anna", Some(41), false)
        );
        assert_eq!(*User::find(db, 2).await?, *bob);
        Ok(())
    }

    async fn find_gives_the_row_or_not_found(db: &Db) -> Result<()> {
        let (_, bob) = two_users(db).await?;
        assert_eq!(User::find(db, 2).await?, bob);
        let missing = User::find(db, 3).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        assert!(missing.to_string().contains("users"), "{missing}");
        Ok(())
    }

    async fn find_one_gives_the_row_or_none(db: &Db) -> Result<()> {
        let (ann, _) = two_users(db).await?;
        assert_eq!(User::find_one(db, 1).await?, Some(ann));
        assert_eq!(User::find_one(db, 3).await?, None);
        Ok(())
    }

    async fn find_one_by_a_condition_gives_the_first_by_key(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        // The other way round than an index on the address has them.
        for name in ["cid", "bob", "ann"] {
            User::named(name).save(db).await?;
        }
        let some_address = || User::columns().email.gt("a");
        assert_eq!(User::find_one(db, some_address()).await?.unwrap().name, "cid");
        assert_eq!(User::find(db, some_address()).await?.name, "cid");
        assert_eq!(User::find(db, User::columns().name.eq("ann")).await?.id, 3);
        let nobody = User::columns().name.eq("dan");
        assert!(User::find_one(db, nobody.clone()).await?.is_none());
        assert_eq!(
            User::find(db, nobody).await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        Ok(())
    }

    async fn find_all_gives_every_row(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        assert_eq!(User::find_all(db).await?, []);
        let ann = User::named("ann").save(db).await?;
        let bob = User::named("bob").save(db).await?;
        let mut all = User::find_all(db).await?;
        all.sort_by_key(|user| user.id);
        assert_eq!(all, [ann, bob]);
        Ok(())
    }

    async fn exists_asks_by_key_or_by_condition(db: &Db) -> Result<()> {
        two_users(db).await?;
        assert!(User::exists(db, 2).await?);
        assert!(!User::exists(db, 3).await?);
        assert!(User::exists(db, User::columns().name.eq("bob")).await?);
        assert!(!User::exists(db, User::columns().name.eq("Bob")).await?);
        Ok(())
    }

    async fn delete_removes_its_row_alone(db: &Db) -> Result<()> {
        let (mut ann, bob) = two_users(db).await?;
        ann.delete(db).await?;
        assert!(ann.is_deleted() && !ann.is_persisted() && !ann.is_new());
        assert_eq!((ann.id, &*ann.name), (1, "ann"));
        assert_eq!(User::find_all(db).await?, [bob]);
        Ok(())
    }

    async fn deleting_twice_is_told_apart_from_somebody_elses_delete(db: &Db) -> Result<()> {
        let (mut ann, _) = two_users(db).await?;
        let mut same = User::find(db, 1).await?;
        ann.delete(db).await?;
        assert_eq!(ann.delete(db).await.unwrap_err().kind(), ErrorKind::Deleted);
        assert_eq!(same.delete(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(same.is_persisted() && !same.is_deleted());
        Ok(())
    }

    async fn saving_what_was_deleted_through_it_is_an_error(db: &Db) -> Result<()> {
        let (mut ann, _) = two_users(db).await?;
        ann.delete(db).await?;
        assert_eq!(ann.save(db).await.unwrap_err().kind(), ErrorKind::Deleted);
        ann.name = "Anna".into();
        assert_eq!(ann.save(db).await.unwrap_err().kind(), ErrorKind::Deleted);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    async fn saving_a_row_that_somebody_else_deleted_is_not_found(db: &Db) -> Result<()> {
        let (mut ann, _) = two_users(db).await?;
        User::find(db, 1).await?.delete(db).await?;
        ann.name = "Anna".into();
        assert_eq!(ann.save(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(ann.is_dirty() && ann.is_persisted());
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    async fn a_record_that_was_never_saved_has_no_row(db: &Db) -> Result<()> {
        two_users(db).await?;
        let mut user = Active::new(User {
            id: 1,
            ..User::named("eve")
        });
        assert_eq!(user.delete(db).await.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(user.refresh(db).await.unwrap_err().kind(), ErrorKind::Invalid);
        assert!(user.is_new());
        assert_eq!((&*user.name, User::query().count(db).await?), ("eve", 2));
        Ok(())
    }

    async fn a_plain_record_deletes_and_refreshes_by_its_key(db: &Db) -> Result<()> {
        let (ann, _) = two_users(db).await?;
        let mut plain = User {
            id: ann.id,
            ..User::named("stale")
        };
        plain.refresh(db).await?;
        assert_eq!(plain, *ann);
        plain.delete(db).await?;
        assert_eq!(plain.delete(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(plain.refresh(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    async fn refresh_takes_the_row_and_drops_the_edits(db: &Db) -> Result<()> {
        let (mut ann, _) = two_users(db).await?;
        let mut same = User::find(db, 1).await?;
        same.age = Some(50);
        same.save(db).await?;
        ann.name = "Anna".into();
        ann.refresh(db).await?;
        assert_eq!((&*ann.name, ann.age), ("ann", Some(50)));
        assert!(!ann.is_dirty());
        Ok(())
    }

    async fn refresh_of_a_row_that_is_gone_is_not_found(db: &Db) -> Result<()> {
        let (mut ann, _) = two_users(db).await?;
        User::find(db, 1).await?.delete(db).await?;
        ann.name = "Anna".into();
        assert_eq!(ann.refresh(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!((&*ann.name, ann.is_dirty()), ("Anna", true));
        Ok(())
    }

    /// Raw SQL that writes queues with the writers, whichever verb it is given to.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn a_raw_write_waits_for_its_turn(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let writer = db.begin().await?;
        let other = db.clone();
        let raw = tokio::spawn(async move {
            let sql = "INSERT INTO accounts (id, balance) VALUES (?, ?) RETURNING id";
            other.query_sql::<(i64,)>(sql, (1, 5)).await
        });
        while db.status().waiting_to_write == 0 && !raw.is_finished() {
            tokio::task::yield_now().await;
        }
        assert_eq!(db.status().waiting_to_write, 1);
        writer.commit().await?;
        assert_eq!(raw.await.unwrap()?, [(1,)]);
        assert_eq!(Account::find(db, 1).await?.balance, 5);
        Ok(())
    }

    /// A transaction's closure is written once for both modes.
    async fn a_failed_transaction_keeps_nothing(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let failed: Result<()> = db
            .transaction(async |tx| {
                User::named("gone").save(tx).await?;
                Err(Error::invalid("abort"))
            })
            .await;
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }
}
