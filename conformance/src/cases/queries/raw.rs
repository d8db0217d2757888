//! Raw conditions and whole statements.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Raw conditions and whole statements.
#[cases]
mod queries {
    use crate::prelude::*;

    /// ann is 30 and active, bob 40 and not, and the age of `o'ne?` is unknown.
    async fn people(on: &Db) -> Result<()> {
        on.create_table::<User>().await?;
        for (name, age, is_active) in [
            ("ann", Some(30), true),
            ("bob", Some(40), false),
            ("o'ne?", None, true),
        ] {
            let user = User {
                age,
                is_active,
                ..User::named(name)
            };
            user.save(on).await?;
        }
        Ok(())
    }

    async fn found(on: &Db, query: Query<User>) -> Result<String> {
        let rows = query
            .order_by(|u| u.id.asc())
            .select(|u| (u.name,))
            .all(on)
            .await?;
        let names: Vec<String> = rows.into_iter().map(|(name,)| name).collect();
        Ok(names.join(" "))
    }

    /// A raw condition finds what the typed one finds.
    async fn a_raw_condition_is_a_condition(db: &Db) -> Result<()> {
        people(db).await?;
        let typed = User::query().filter(|u| u.is_active.eq(true)).all(db).await?;
        let raw = User::query().filter_sql("is_active = ?", (true,)).all(db).await?;
        assert_eq!(typed, raw);
        assert_eq!(typed.len(), 2);
        Ok(())
    }

    /// The parameters of all conditions come in the order of their placeholders.
    async fn raw_and_typed_conditions_mix(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query()
            .filter(|u| u.age.ge(30))
            .filter_sql("age < ? AND name <> ?", (50, "ann"))
            .filter(|u| u.is_active.eq(false))
            .limit(5);
        assert_eq!(found(db, query).await?, "bob");
        Ok(())
    }

    /// A question mark in a literal, a comment or a quoted name is no placeholder.
    async fn what_is_quoted_is_no_placeholder(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().filter_sql(
            "name = 'o''ne?' /* a ? and a ' */ OR name = ? -- who? 'tis a comment\n OR name = '?'",
            ("bob",),
        );
        assert_eq!(found(db, query).await?, "bob o'ne?");
        db.execute("CREATE TABLE odd (\"wh?t\" INTEGER, \"it's\" INTEGER)", ())
            .await?;
        db.execute("INSERT INTO odd (\"wh?t\", \"it's\") VALUES (?, ?)", (1, 2))
            .await?;
        let rows: Vec<(i64, i64)> = db
            .query_sql("SELECT \"wh?t\", \"it's\" FROM odd WHERE \"it's\" = ? - 0", (2,))
            .await?;
        assert_eq!(rows, [(1, 2)]);
        Ok(())
    }

    /// An operator that starts like a comment is none.
    async fn dashes_and_slashes_are_operators(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().filter_sql("age - ? = 20 / ?", (10, 1));
        assert_eq!(found(db, query).await?, "ann");
        Ok(())
    }

    /// Placeholders and parameters that differ in number are refused before anything is sent.
    async fn a_wrong_number_of_parameters_is_refused(db: &Db) -> Result<()> {
        people(db).await?;
        let failures = [
            User::query().filter_sql("age = ?", ()).all(db).await.unwrap_err(),
            User::query()
                .filter_sql("age = ?", (1, 2))
                .all(db)
                .await
                .unwrap_err(),
            User::query()
                .filter_sql("name = '?'", ("x",))
                .all(db)
                .await
                .unwrap_err(),
            db.execute("DELETE FROM users WHERE age = ? OR age = ?", (1,))
                .await
                .unwrap_err(),
            db.query_sql::<(i64,)>("SELECT 1", (1,)).await.unwrap_err(),
        ];
        for refused in failures {
            assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
            assert!(refused.to_string().contains("placeholders"), "{refused}");
        }
        assert_eq!(User::query().count(db).await?, 3);
        Ok(())
    }

    /// A number behind a placeholder would mean another parameter on each database.
    async fn numbered_placeholders_are_refused(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query()
            .filter(|u| u.name.eq("ann"))
            .filter_sql("age = ?1", (30,));
        let refused = query.all(db).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.to_string().contains("numbered placeholder"), "{refused}");
        Ok(())
    }

    /// A quote or comment that does not end would swallow the conditions behind it.
    async fn an_open_end_is_refused(db: &Db) -> Result<()> {
        people(db).await?;
        for sql in [
            "name = 'ann",
            "name = \"ann",
            "age = 30 -- all of them",
            "age = 30 /* all of them",
        ] {
            let query = User::query()
                .filter_sql(AssertSafe(sql), ())
                .filter(|u| u.age.eq(40));
            let refused = query.all(db).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid, "{sql}");
            assert!(refused.to_string().contains("does not end"), "{refused}");
        }
        Ok(())
    }

    /// An `OR` in a raw condition does not reach out of it.
    async fn a_raw_or_stays_inside(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query()
            .filter(|u| u.is_active.eq(true))
            .filter_sql("age = ? OR age = ?", (30, 40));
        assert_eq!(found(db, query).await?, "ann");
        let query = User::query()
            .filter_sql("age = ? OR age = ?", (30, 40))
            .filter(|u| u.is_active.eq(false));
        assert_eq!(found(db, query).await?, "bob");
        Ok(())
    }

    /// A list of cells is a list of parameters, of any length.
    async fn parameters_as_a_list(db: &Db) -> Result<()> {
        people(db).await?;
        let params: Vec<SqlValue<'static>> = [30, 40].map(SqlValue::I64).into();
        let query = User::query().filter_sql("age IN (?, ?)", params);
        assert_eq!(found(db, query).await?, "ann bob");
        Ok(())
    }

    /// A whole statement reads as records, bound to their rows, by the names of the columns.
    async fn statements_read_as_records(db: &Db) -> Result<()> {
        people(db).await?;
        let sql = "SELECT age, is_active, email, name, id FROM users WHERE age > ? ORDER BY id DESC";
        let mut rows: Vec<Active<User>> = db.query_sql(sql, (0,)).await?;
        let plain: Vec<User> = db.query_sql(sql, (0,)).await?;
        assert_eq!((&*rows[0].name, rows[0].age, rows[0].id), ("bob", Some(40), 2));
        assert_eq!(rows.iter().map(|row| (**row).clone()).collect::<Vec<_>>(), plain);
        rows[1].age = None;
        rows[1].save(db).await?;
        assert_eq!(User::query().filter(|u| u.age.is_null()).count(db).await?, 2);
        Ok(())
    }

    /// What a statement of several tables reads as.
    #[derive(FromRow, Debug, PartialEq)]
    struct Summary {
        people: i64,
        #[record(column = "oldest age")]
        oldest: Option<i64>,
    }

    /// A whole statement reads as a struct by name, and as a tuple by position.
    async fn statements_read_as_structs_and_tuples(db: &Db) -> Result<()> {
        people(db).await?;
        let sql = "SELECT MAX(age) AS \"oldest age\", COUNT(*) AS people FROM users WHERE is_active = ?";
        let summaries: Vec<Summary> = db.query_sql(sql, (true,)).await?;
        let expected = Summary {
            people: 2,
            oldest: Some(30),
        };
        assert_eq!(summaries, [expected]);
        let tuples: Vec<(Option<i64>, i64)> = db.query_sql(sql, (true,)).await?;
        assert_eq!(tuples, [(Some(30), 2)]);
        let rows: Vec<NamedRow> = db.query_sql(sql, (true,)).await?;
        assert_eq!(rows[0].get::<i64>("people")?, 2);
        Ok(())
    }

    /// More texts than a connection keeps prepared come and go, and come again.
    async fn more_statements_than_are_kept(db: &Db) -> Result<()> {
        let tx = db.begin().await?;
        for _ in 0..2 {
            for number in 0..300 {
                let sql = AssertSafe(format!("SELECT {number} + CAST(? AS DECIMAL(9, 0))"));
                let sums: Vec<(f64,)> = tx.query_sql(sql, (1,)).await?;
                assert_eq!(sums, [(f64::from(number) + 1.0,)]);
            }
        }
        tx.rollback().await
    }

    /// A column that a struct names has to be there, and once.
    async fn missing_and_double_columns_are_errors(db: &Db) -> Result<()> {
        people(db).await?;
        let missing = db
            .query_sql::<Summary>("SELECT 1 AS people", ())
            .await
            .unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Decode);
        assert!(missing.to_string().contains("`oldest age`"), "{missing}");
        let sql = "SELECT 1 AS people, 2 AS people, 3 AS \"oldest age\"";
        let double = db.query_sql::<Summary>(sql, ()).await.unwrap_err();
        assert_eq!(double.kind(), ErrorKind::Decode);
        assert!(double.to_string().contains("`people`"), "{double}");
        let short = db.query_sql::<(i64, i64)>("SELECT 1", ()).await.unwrap_err();
        assert_eq!(short.kind(), ErrorKind::Decode);
        Ok(())
    }

    /// A statement run for its effect tells the rows it changed.
    async fn effects_are_counted(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(
            db.execute("UPDATE users SET age = ? WHERE is_active", (7,))
                .await?,
            2
        );
        assert_eq!(
            db.execute("UPDATE users SET age = 8 WHERE age = ?", (9,)).await?,
            0
        );
        Ok(())
    }

    /// So it does where it gives rows, which can be read as well.
    #[needs(UpdateReturning)]
    async fn effects_that_give_rows_are_counted(db: &Db) -> Result<()> {
        people(db).await?;
        db.execute("UPDATE users SET age = ? WHERE is_active", (7,))
            .await?;
        let returned = db
            .execute("DELETE FROM users WHERE age = ? RETURNING id, name", (7,))
            .await?;
        assert_eq!(returned, 2);
        let rows: Vec<(i64, String)> = db
            .query_sql("UPDATE users SET name = ? RETURNING id, name", ("rob",))
            .await?;
        assert_eq!(rows, [(2, "rob".into())]);
        assert_eq!(User::find(db, 2).await?.name, "rob");
        Ok(())
    }
}
