//! Types of one's own.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// Types of one's own.
#[cases]
mod types {
    use crate::prelude::*;

    fn row(color: Color, level: Level, email: &str, point: Point) -> OwnTypes {
        OwnTypes {
            id: 0,
            color,
            level,
            email: Email(email.into()),
            point,
        }
    }

    async fn rows(on: &Db) -> Result<()> {
        on.create_table::<OwnTypes>().await?;
        let rows = vec![
            row(Color::Red, Level::High, "b@x", Point(1, -1)),
            row(Color::DarkGreen, Level::Low, "a@x", Point(i32::MIN, i32::MAX)),
            row(Color::Nothing, Level::Middle, "", Point(0, 0)),
        ];
        OwnTypes::insert_all(on, rows).await?;
        Ok(())
    }

    /// Each of them comes back.
    async fn own_types_come_back(db: &Db) -> Result<()> {
        rows(db).await?;
        let found = OwnTypes::find(db, 2).await?;
        let expected = row(Color::DarkGreen, Level::Low, "a@x", Point(i32::MIN, i32::MAX));
        assert_eq!(*found, OwnTypes { id: 2, ..expected });
        assert_eq!(OwnTypes::find(db, 3).await?.color, Color::Nothing);
        Ok(())
    }

    /// What is kept is what the derive says: snake-case text, the renamed one, and the number.
    async fn own_types_are_kept_as_stated(db: &Db) -> Result<()> {
        rows(db).await?;
        let kept: Vec<(String, i64, String, String)> = db
            .query_sql("SELECT color, level, email, point FROM own_types ORDER BY id", ())
            .await?;
        let kept: Vec<(&str, i64, &str, &str)> =
            kept.iter().map(|(a, b, c, d)| (&**a, *b, &**c, &**d)).collect();
        let expected = [
            ("red", 6, "b@x", "1;-1"),
            ("dark_green", -1, "a@x", "-2147483648;2147483647"),
            ("none at all", 5, "", "0;0"),
        ];
        assert_eq!(kept, expected);
        Ok(())
    }

    /// Conditions take them as they are.
    async fn own_types_in_conditions(db: &Db) -> Result<()> {
        rows(db).await?;
        let id = async |condition| {
            Ok::<i64, Error>(OwnTypes::query().filter_condition(condition).one(db).await?.id)
        };
        let own = OwnTypes::columns();
        assert_eq!(id(own.color.eq(Color::Red)).await?, 1);
        assert_eq!(id(own.color.in_list([Color::Nothing])).await?, 3);
        assert_eq!(id(own.level.lt(Level::Middle)).await?, 2);
        assert_eq!(id(own.email.eq(Email("b@x".into()))).await?, 1);
        assert_eq!(id(own.point.eq(Point(0, 0))).await?, 3);
        let query = OwnTypes::query().filter(|own| own.level.between(Level::Low, Level::Middle));
        assert_eq!(query.update_all(db, |own| own.color.set(Color::Red)).await?, 2);
        assert_eq!(
            OwnTypes::query()
                .filter(|own| own.color.eq(Color::Red))
                .count(db)
                .await?,
            3
        );
        Ok(())
    }

    /// A cell that stands for no variant is an error that names the column.
    async fn unknown_variants_are_errors(db: &Db) -> Result<()> {
        rows(db).await?;
        for (sql, column) in [
            ("UPDATE own_types SET color = 'pink' WHERE id = 1", "`color`"),
            ("UPDATE own_types SET level = 7 WHERE id = 2", "`level`"),
            ("UPDATE own_types SET point = 'nowhere' WHERE id = 3", "`point`"),
        ] {
            db.execute(sql, ()).await?;
            let error = OwnTypes::query()
                .filter_sql(AssertSafe(&sql[sql.len() - 6..]), ())
                .one(db)
                .await;
            let error = error.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(error.to_string().contains(column), "{error}");
        }
        Ok(())
    }
}
