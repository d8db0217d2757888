//! Many rows inserted at once.

use conformance_macros::cases;

/// Many rows inserted at once.
#[cases]
pub(super) mod many {
    use crate::prelude::*;

    fn users(count: usize) -> Vec<User> {
        (0..count)
            .map(|number| User::named(&format!("user-{number}")))
            .collect()
    }

    fn ids(users: &[Active<User>]) -> Vec<i64> {
        users.iter().map(|user| user.id).collect()
    }

    async fn insert_all_fills_in_the_keys_in_order(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("before").save(db).await?;
        let saved = User::insert_all(db, users(3)).await?;
        assert_eq!(ids(&saved), [2, 3, 4]);
        assert!(saved.iter().all(|user| user.is_persisted() && !user.is_dirty()));
        for user in &saved {
            assert_eq!(User::find(db, user.id).await?, *user);
        }
        assert_eq!(User::query().count(db).await?, 4);
        Ok(())
    }

    async fn insert_all_takes_more_rows_than_one_statement(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let saved = User::insert_all(db, users(2_501)).await?;
        assert_eq!(ids(&saved), (1..=2_501).collect::<Vec<i64>>());
        let rows = User::query().order_by(|u| u.id.asc()).all(db).await?;
        assert_eq!(rows, saved);
        assert_eq!(rows[2_500].name, "user-2500");
        Ok(())
    }

    /// A trigger writes rows of its own into the table: each record is bound to its own row all the same.
    #[needs(RowTriggers)]
    async fn insert_all_finds_its_rows_among_those_of_a_trigger(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for sql in crate::environment::twin_trigger(db.dialect().name()) {
            db.execute(AssertSafe(*sql), ()).await?;
        }
        let saved = User::insert_all(db, ["ann", "bob", "cid"].map(User::named).to_vec()).await?;
        for user in &saved {
            assert_eq!(User::find(db, user.id).await?.name, user.name);
        }
        assert_eq!(User::query().count(db).await?, 6);
        Ok(())
    }

    /// The highest key is taken: where the database picks others each record is bound to its own row, else there is none.
    async fn insert_all_finds_its_rows_where_keys_are_random(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User {
            id: i64::MAX,
            ..User::named("last")
        }
        .save(db)
        .await?;
        match User::insert_all(db, ["ann", "bob", "cid"].map(User::named).to_vec()).await {
            Ok(saved) => {
                for user in saved {
                    assert_eq!(User::find(db, user.id).await?.name, user.name);
                }
            }
            Err(refused) => {
                let kinds = [ErrorKind::OutOfRange, ErrorKind::UniqueViolation];
                assert!(kinds.contains(&refused.kind()), "{refused}");
                assert_eq!(User::query().count(db).await?, 1);
            }
        }
        Ok(())
    }

    /// A row that the database ignores is an error, not a record without a row.
    #[needs(RowTriggers)]
    async fn an_ignored_row_is_an_error(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for sql in crate::environment::ignoring_trigger(db.dialect().name()) {
            db.execute(AssertSafe(*sql), ()).await?;
        }
        let failure = User::named("no").save(db).await.unwrap_err();
        assert!(failure.to_string().contains("ignored"), "{failure}");
        assert_eq!(failure.into_record().name, "no");
        assert!(User::insert_all(db, vec![User::named("no")]).await.is_err());
        assert!(
            User::insert_all(db, ["ann", "no"].map(User::named).to_vec())
                .await
                .is_err()
        );
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// 1,100 rows of 71 columns: every database's limit of parameters is below that.
    async fn insert_all_keeps_to_the_limit_of_parameters(db: &Db) -> Result<()> {
        db.create_table::<WideRow>().await?;
        let saved = WideRow::insert_all(db, (0..1_100).map(WideRow::of).collect()).await?;
        let rows = WideRow::query().order_by(|r| r.id.asc()).all(db).await?;
        assert_eq!((saved.len(), rows.len()), (1_100, 1_100));
        let right = |(position, row): (i64, &Active<WideRow>)| {
            **row
                == WideRow {
                    id: position + 1,
                    ..WideRow::of(position)
                }
        };
        assert!((0..).zip(&rows).all(right) && (0..).zip(&saved).all(right));
        Ok(())
    }

    async fn insert_all_mixes_own_and_generated_keys(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut records = users(6);
        records[1].id = 10;
        records[2].id = 20;
        records[5].id = 5;
        let saved = User::insert_all(db, records).await?;
        assert_eq!((saved[1].id, saved[2].id, saved[5].id), (10, 20, 5));
        let mut keys = ids(&saved);
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 6);
        for (position, user) in saved.iter().enumerate() {
            assert_eq!(User::find(db, user.id).await?.name, format!("user-{position}"));
        }
        Ok(())
    }

    async fn insert_all_of_no_records_is_no_work(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        assert_eq!(User::insert_all(db, Vec::new()).await?, []);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    async fn insert_all_that_fails_inserts_nothing_and_gives_the_records_back(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut records = users(1_500);
        records[700].id = 9_000;
        records[1_499].email = "user-0@example.com".into();
        let failure = User::insert_all(db, records.clone()).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(failure.into_record(), records);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    async fn insert_all_reads_columns_with_defaults_back(db: &Db) -> Result<()> {
        db.create_table::<ArticleStub>().await?;
        for sql in Article::DEFAULTS {
            db.execute(sql, ()).await?;
        }
        let mut records = vec![Article::titled("a"), Article::titled("b"), Article::titled("c")];
        records[1].score = Some(1);
        let saved = Article::insert_all(db, records.clone()).await?;
        let seen: Vec<_> = saved
            .iter()
            .map(|a| (a.id, a.state.as_deref(), a.score))
            .collect();
        let draft = Some("draft");
        assert_eq!(
            seen,
            [(1, draft, Some(7)), (2, draft, Some(1)), (3, draft, Some(7))]
        );
        // The third fails; what the first two were given by then is taken back.
        records[0].title = "d".into();
        records[1].title = "e".into();
        let failure = Article::insert_all(db, records.clone()).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(failure.into_record(), records);
        assert_eq!(Article::query().count(db).await?, 3);
        // All alike: one run of inserts, of which the last fails.
        let alike = vec![Article::titled("f"), Article::titled("g"), Article::titled("a")];
        let failure = Article::insert_all(db, alike.clone()).await.unwrap_err();
        assert_eq!(failure.into_record(), alike);
        Ok(())
    }

    async fn insert_all_with_keys_of_ones_own(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        let item = |order_id, line| OrderItem {
            order_id,
            line,
            product: "ink".into(),
            quantity: 1,
        };
        let saved = OrderItem::insert_all(db, vec![item(1, 2), item(1, 1), item(2, 1)]).await?;
        let keys: Vec<_> = saved.iter().map(|i| (i.order_id, i.line)).collect();
        assert_eq!(keys, [(1, 2), (1, 1), (2, 1)]);
        assert_eq!(OrderItem::query().count(db).await?, 3);
        let twice = OrderItem::insert_all(db, vec![item(3, 1), item(1, 1)])
            .await
            .unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::UniqueViolation);
        assert!(!OrderItem::exists(db, (3, 1)).await?);
        Ok(())
    }

    async fn insert_all_undone_by_a_rollback_gives_new_records(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let mut saved = User::insert_all(&tx, users(3)).await?;
        assert_eq!(User::query().count(&tx).await?, 3);
        tx.rollback().await?;
        assert!(saved.iter().all(Active::is_new));
        assert_eq!(ids(&saved), [0, 0, 0]);
        saved[2].save(db).await?;
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    async fn a_failed_insert_all_leaves_its_transaction_usable(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("kept").save(&tx).await?;
        let mut records = users(3);
        records[2].email = "kept@example.com".into();
        let failure = User::insert_all(&tx, records).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(User::query().count(&tx).await?, 1);
        User::insert_all(&tx, users(2)).await?;
        tx.commit().await?;
        assert_eq!(User::query().count(db).await?, 3);
        Ok(())
    }

    async fn insert_all_runs_the_hooks_of_every_record(db: &Db) -> Result<()> {
        db.create_table::<Entry>().await?;
        db.create_table::<JournalLine>().await?;
        let titles = [" one", "two "].map(Entry::titled);
        let saved = Entry::insert_all(db, titles.to_vec()).await?;
        let seen: Vec<_> = saved.iter().map(|e| (e.id, &*e.title, e.revision)).collect();
        assert_eq!(seen, [(1, "one", 1), (2, "two", 1)]);
        let lines = JournalLine::query()
            .order_by(|l| l.id.asc())
            .select(|l| l.text)
            .all(db)
            .await?;
        assert_eq!(lines, ["1 one 1", "2 two 1"]);
        let refused = ["three ", " "].map(Entry::titled).to_vec();
        let failure = Entry::insert_all(db, refused.clone()).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Validation);
        assert_eq!(failure.into_record(), refused);
        let late = ["four ", "late"].map(Entry::titled).to_vec();
        let failure = Entry::insert_all(db, late.clone()).await.unwrap_err();
        assert_eq!(failure.into_record(), late);
        assert_eq!(
            (
                Entry::query().count(db).await?,
                JournalLine::query().count(db).await?
            ),
            (2, 2)
        );
        Ok(())
    }
}
