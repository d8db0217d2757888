//! Comparisons of one column.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Comparisons of one column.
#[cases]
mod queries {
    use crate::prelude::*;

    /// ann is 30, bob 40, cid 50, and dan's age is unknown.
    async fn people(on: &Db) -> Result<()> {
        on.create_table::<User>().await?;
        for (name, age) in [
            ("ann", Some(30)),
            ("bob", Some(40)),
            ("cid", Some(50)),
            ("dan", None),
        ] {
            let user = User {
                age,
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

    /// Each operator keeps the rows that it says, and none with a null.
    async fn the_six_comparisons(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query;
        assert_eq!(found(db, query().filter(|u| u.age.eq(40))).await?, "bob");
        assert_eq!(found(db, query().filter(|u| u.age.ne(40))).await?, "ann cid");
        assert_eq!(found(db, query().filter(|u| u.age.lt(40))).await?, "ann");
        assert_eq!(found(db, query().filter(|u| u.age.le(40))).await?, "ann bob");
        assert_eq!(found(db, query().filter(|u| u.age.gt(40))).await?, "cid");
        assert_eq!(found(db, query().filter(|u| u.age.ge(40))).await?, "bob cid");
        Ok(())
    }

    /// Text compares by its characters, and `&str` and `String` are both taken.
    async fn comparisons_of_text(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(
            found(db, User::query().filter(|u| u.name.eq("bob"))).await?,
            "bob"
        );
        let name = String::from("bob");
        assert_eq!(
            found(db, User::query().filter(|u| u.name.eq(&name))).await?,
            "bob"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.name.ge(name))).await?,
            "bob cid dan"
        );
        assert_eq!(found(db, User::query().filter(|u| u.name.eq("Bob"))).await?, "");
        Ok(())
    }

    /// A comparison with `None` is a test for null, not a comparison that never holds.
    async fn none_compares_as_null(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(found(db, User::query().filter(|u| u.age.eq(None))).await?, "dan");
        assert_eq!(
            found(db, User::query().filter(|u| u.age.ne(None))).await?,
            "ann bob cid"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.eq(Some(30)))).await?,
            "ann"
        );
        Ok(())
    }

    /// The tests for null.
    async fn null_and_not_null(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(found(db, User::query().filter(|u| u.age.is_null())).await?, "dan");
        assert_eq!(
            found(db, User::query().filter(|u| u.age.is_not_null())).await?,
            "ann bob cid"
        );
        Ok(())
    }

    /// Nothing is less than null, so to ask for it is a mistake.
    async fn order_against_null_is_refused(db: &Db) -> Result<()> {
        people(db).await?;
        let columns = User::columns();
        let conditions = [
            columns.age.lt(None),
            columns.age.le(None),
            columns.age.gt(None),
            columns.age.ge(None),
            columns.age.between(Some(1), None),
            columns.age.in_list([Some(1), None]),
            columns.age.not_in_list([None]),
        ];
        for condition in conditions {
            let refused = User::query()
                .filter_condition(condition)
                .all(db)
                .await
                .unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
            assert!(refused.to_string().contains("null"), "{refused}");
        }
        Ok(())
    }

    /// A list holds its values and nothing else.
    async fn in_a_list(db: &Db) -> Result<()> {
        people(db).await?;
        let names = ["cid", "ann", "nobody"];
        assert_eq!(
            found(db, User::query().filter(|u| u.name.in_list(names))).await?,
            "ann cid"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.name.not_in_list(names))).await?,
            "bob dan"
        );
        Ok(())
    }

    /// No row is in an empty list, and every row, also one with a null, is not in it.
    async fn in_an_empty_list(db: &Db) -> Result<()> {
        people(db).await?;
        let none: [i64; 0] = [];
        assert_eq!(
            found(db, User::query().filter(|u| u.age.in_list(none))).await?,
            ""
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.not_in_list(none))).await?,
            "ann bob cid dan"
        );
        Ok(())
    }

    /// A column that may be null takes plain values; a null is neither in a list nor out of it.
    async fn in_a_list_of_an_optional_column(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(
            found(db, User::query().filter(|u| u.age.in_list([30, 50]))).await?,
            "ann cid"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.in_list([Some(40)]))).await?,
            "bob"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.not_in_list([30, 50]))).await?,
            "bob"
        );
        Ok(())
    }

    /// A list of thousands is one list.
    async fn in_a_long_list(db: &Db) -> Result<()> {
        people(db).await?;
        let ages = || (41..5_000).chain([30]);
        assert_eq!(
            found(db, User::query().filter(|u| u.age.in_list(ages()))).await?,
            "ann cid"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.not_in_list(ages()))).await?,
            "bob"
        );
        Ok(())
    }

    /// Past the number of parameters that the database takes a list works or says so, with both numbers.
    async fn in_a_list_past_the_limit(db: &Db) -> Result<()> {
        people(db).await?;
        match User::query()
            .filter(|u| u.age.in_list(40..400_040))
            .count(db)
            .await
        {
            Ok(count) => assert_eq!(count, 2),
            Err(refused) => {
                assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
                let message = refused.to_string();
                assert!(message.contains("400000 parameters"), "{message}");
                assert!(message.ends_with("at most"), "{message}");
                assert!(message.len() < 200, "{} bytes of message", message.len());
            }
        }
        assert_eq!(User::query().count(db).await?, 4);
        Ok(())
    }

    /// Both ends belong to the range.
    async fn between_two_values(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(
            found(db, User::query().filter(|u| u.age.between(30, 40))).await?,
            "ann bob"
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.between(31, 39))).await?,
            ""
        );
        assert_eq!(
            found(db, User::query().filter(|u| u.age.between(40, 30))).await?,
            ""
        );
        Ok(())
    }
}
