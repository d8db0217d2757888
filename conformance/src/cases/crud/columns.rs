//! How fields map to columns.

use conformance_macros::cases;

/// How fields map to columns.
#[cases]
pub(super) mod crud {
    use crate::prelude::*;

    fn review() -> BookReview {
        BookReview {
            id: 0,
            stars: 4,
            r#type: "novel".into(),
        }
    }

    async fn renamed_columns_and_the_default_table_name_are_used(db: &Db) -> Result<()> {
        db.create_table::<BookReview>().await?;
        let mut saved = review().save(db).await?;
        saved.stars = 5;
        saved.save(db).await?;
        let sql = "SELECT b.review_no, b.type FROM book_reviews b WHERE b.review_no = ?";
        let rows: Vec<(i64, String)> = db.query_sql(sql, (1,)).await?;
        assert_eq!(rows, [(1, "novel".into())]);
        let found = BookReview::query().filter(|r| r.stars.eq(5)).one(db).await?;
        assert_eq!(
            *found,
            BookReview {
                id: 1,
                stars: 5,
                ..review()
            }
        );
        let columns: Vec<&str> = BookReview::table()
            .columns
            .iter()
            .map(|column| column.name)
            .collect();
        assert_eq!(columns, ["review_no", "order", "type"]);
        assert_eq!(BookReview::table().name, "book_reviews");
        Ok(())
    }

    async fn a_skipped_field_has_no_column(db: &Db) -> Result<()> {
        db.create_table::<Note>().await?;
        let mut note = Note::of("text");
        note.drafts = vec!["draft".into()];
        let mut note = note.save(db).await?;
        assert_eq!(note.drafts, ["draft"]);
        note.drafts.push("another".into());
        assert!(!note.is_dirty());
        note.text = "new".into();
        note.save(db).await?;
        assert_eq!(note.drafts, ["draft", "another"]);
        assert_eq!(Note::find(db, 1).await?.drafts, [""; 0]);
        assert_eq!(Note::table().columns.len(), 2);
        Ok(())
    }

    async fn a_null_is_none_and_none_is_a_null(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User {
            age: Some(0),
            ..User::named("ann")
        }
        .save(db)
        .await?;
        assert_eq!(User::find(db, 1).await?.age, Some(0));
        user.age = None;
        user.save(db).await?;
        assert_eq!(User::find(db, 1).await?.age, None);
        let nulls: Vec<(i64,)> = db
            .query_sql("SELECT COUNT(*) FROM users WHERE age IS NULL", ())
            .await?;
        assert_eq!(nulls, [(1,)]);
        Ok(())
    }

    async fn articles(database: &Db) -> Result<()> {
        database.create_table::<ArticleStub>().await?;
        for sql in Article::DEFAULTS {
            database.execute(sql, ()).await?;
        }
        Ok(())
    }

    async fn unset_columns_with_defaults_are_left_to_the_database_and_read_back(db: &Db) -> Result<()> {
        articles(db).await?;
        let article = Article::titled("one").save(db).await?;
        assert_eq!(
            (article.id, article.state.as_deref(), article.score),
            (1, Some("draft"), Some(7))
        );
        assert!(!article.is_dirty());
        assert_eq!(*Article::find(db, 1).await?, *article);
        let mut in_place = Active::new(Article::titled("two"));
        in_place.save(db).await?;
        assert_eq!(
            (in_place.id, in_place.state.as_deref(), in_place.score),
            (2, Some("draft"), Some(7))
        );
        Ok(())
    }

    async fn set_columns_with_defaults_are_sent(db: &Db) -> Result<()> {
        articles(db).await?;
        let mut article = Article::titled("one");
        article.state = Some("public".into());
        let mut article = article.save(db).await?;
        assert_eq!(
            (article.state.as_deref(), article.score),
            (Some("public"), Some(7))
        );
        // The default is for inserts: an update says what it means.
        article.score = None;
        article.save(db).await?;
        let found = Article::find(db, 1).await?;
        assert_eq!((found.state.as_deref(), found.score), (Some("public"), None));
        article.state = None;
        assert_eq!(
            article.save(db).await.unwrap_err().kind(),
            ErrorKind::NotNullViolation
        );
        Ok(())
    }

    async fn a_failed_insert_leaves_columns_with_defaults_unset(db: &Db) -> Result<()> {
        articles(db).await?;
        Article::titled("one").save(db).await?;
        let failure = Article::titled("one").save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(failure.into_record(), Article::titled("one"));
        Ok(())
    }

    /// Text that means something to SQL, to patterns or to C is text.
    async fn hostile_text_is_kept_as_it_is(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for (position, text) in [
            "'; DROP TABLE users; --",
            "?",
            "$1",
            "\"",
            "%_*[",
            "ünïcödé 🦀",
            " ",
            "",
        ]
        .into_iter()
        .enumerate()
        {
            let mut user = User::named(&position.to_string());
            user.name = text.into();
            let user = user.save(db).await?;
            assert_eq!(User::find(db, user.id).await?.name, text);
            assert_eq!(User::query().filter(|u| u.name.eq(text)).count(db).await?, 1);
        }
        Ok(())
    }
}
