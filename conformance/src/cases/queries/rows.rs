//! Which rows are read, in which order.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Which rows are read, in which order.
#[cases]
mod queries {
    use crate::prelude::*;
    use rust_decimal::Decimal;

    /// The keys go down while the names go up; the ages are 3, 1, none, 1.
    async fn people(on: &Db) -> Result<()> {
        on.create_table::<User>().await?;
        for (id, name, age) in [
            (4, "ann", Some(3)),
            (3, "bob", Some(1)),
            (2, "cid", None),
            (1, "dan", Some(1)),
        ] {
            let user = User {
                id,
                age,
                ..User::named(name)
            };
            user.save(on).await?;
        }
        Ok(())
    }

    async fn names(on: &Db, query: Query<User>) -> Result<String> {
        let rows = query.all(on).await?;
        let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
        Ok(names.join(" "))
    }

    /// A further order decides among the rows that the earlier ones leave equal.
    async fn several_orders(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query();
        let by_age = query.clone().order_by(|u| [u.age.desc(), u.id.asc()]);
        assert_eq!(names(db, by_age).await?, "ann dan bob cid");
        let by_age = query.clone().order_by(|u| u.age.desc()).order_by(|u| u.id.desc());
        assert_eq!(names(db, by_age).await?, "ann bob dan cid");
        let chosen = vec![User::columns().name.desc()];
        assert_eq!(names(db, query.order_by(|_| chosen)).await?, "dan cid bob ann");
        Ok(())
    }

    /// Without a word nulls come first ascending and last descending, on every database.
    async fn nulls_are_the_least(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().order_by(|u| [u.age.asc(), u.name.asc()]);
        assert_eq!(names(db, query).await?, "cid bob dan ann");
        let query = User::query().order_by(|u| [u.age.desc(), u.name.asc()]);
        assert_eq!(names(db, query).await?, "ann bob dan cid");
        Ok(())
    }

    /// A word puts the nulls at either end.
    async fn nulls_where_they_are_wanted(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().order_by(|u| [u.age.asc().nulls_last(), u.name.asc()]);
        assert_eq!(names(db, query).await?, "bob dan ann cid");
        let query = User::query().order_by(|u| [u.age.desc().nulls_first(), u.name.asc()]);
        assert_eq!(names(db, query).await?, "cid ann bob dan");
        let query = User::query().order_by(|u| [u.age.asc().nulls_first(), u.name.asc()]);
        assert_eq!(names(db, query).await?, "cid bob dan ann");
        Ok(())
    }

    /// A limit and an offset cut a piece out.
    async fn limit_and_offset(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().order_by(|u| u.name.asc());
        assert_eq!(names(db, query.clone().limit(2)).await?, "ann bob");
        assert_eq!(names(db, query.clone().limit(2).offset(1)).await?, "bob cid");
        assert_eq!(names(db, query.clone().limit(2).offset(3)).await?, "dan");
        assert_eq!(names(db, query.clone().limit(0)).await?, "");
        assert_eq!(names(db, query.limit(9).limit(1)).await?, "ann");
        Ok(())
    }

    /// An offset needs no limit.
    async fn offset_alone(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().order_by(|u| u.name.asc());
        assert_eq!(names(db, query.clone().offset(3)).await?, "dan");
        assert_eq!(names(db, query.clone().offset(0)).await?, "ann bob cid dan");
        assert_eq!(names(db, query.offset(4)).await?, "");
        Ok(())
    }

    /// A limit or an offset past what a database takes is refused.
    async fn a_limit_past_the_range_is_refused(db: &Db) -> Result<()> {
        people(db).await?;
        let most = i64::MAX.unsigned_abs();
        assert_eq!(User::query().limit(most).all(db).await?.len(), 4);
        for query in [User::query().limit(most + 1), User::query().offset(u64::MAX)] {
            assert_eq!(query.all(db).await.unwrap_err().kind(), ErrorKind::Invalid);
        }
        Ok(())
    }

    /// `one` is exactly one.
    async fn one_row_or_an_error(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(User::query().filter(|u| u.age.eq(3)).one(db).await?.name, "ann");
        let none = User::query().filter(|u| u.age.eq(9)).one(db).await.unwrap_err();
        assert_eq!(none.kind(), ErrorKind::NotFound);
        let several = User::query().filter(|u| u.age.eq(1)).one(db).await.unwrap_err();
        assert_eq!(several.kind(), ErrorKind::TooManyRows);
        let limited = User::query().filter(|u| u.age.eq(1)).limit(1).one(db).await?;
        assert_eq!(limited.age, Some(1));
        Ok(())
    }

    /// `first` goes by the key, or by the order that was given.
    async fn the_first_row(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(User::query().first(db).await?.unwrap().name, "dan");
        // The address has an index of its own, which must not decide.
        let first = User::query().filter(|u| u.email.ge("a")).first(db).await?;
        assert_eq!(first.unwrap().id, 1);
        let first = User::query().order_by(|u| u.name.asc()).first(db).await?;
        assert_eq!(first.unwrap().name, "ann");
        let first = User::query().offset(1).first(db).await?;
        assert_eq!(first.unwrap().id, 2);
        assert_eq!(User::query().filter(|u| u.age.eq(9)).first(db).await?, None);
        assert_eq!(User::query().limit(0).first(db).await?, None);
        Ok(())
    }

    /// A count counts the rows that would be read.
    async fn count_heeds_limit_and_offset(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(User::query().count(db).await?, 4);
        assert_eq!(User::query().filter(|u| u.age.eq(1)).count(db).await?, 2);
        assert_eq!(User::query().limit(3).count(db).await?, 3);
        assert_eq!(User::query().limit(9).count(db).await?, 4);
        assert_eq!(User::query().offset(3).count(db).await?, 1);
        assert_eq!(User::query().limit(3).offset(2).count(db).await?, 2);
        assert_eq!(User::query().distinct().count(db).await?, 4);
        assert_eq!(User::query().order_by(|u| u.name.asc()).count(db).await?, 4);
        Ok(())
    }

    /// Whether there is a row.
    async fn existence(db: &Db) -> Result<()> {
        people(db).await?;
        assert!(User::query().exists(db).await?);
        assert!(User::query().filter(|u| u.age.eq(None)).exists(db).await?);
        assert!(!User::query().filter(|u| u.age.eq(9)).exists(db).await?);
        assert!(User::query().offset(3).exists(db).await?);
        assert!(!User::query().offset(4).exists(db).await?);
        assert!(!User::query().limit(0).exists(db).await?);
        assert!(User::query().distinct().offset(3).exists(db).await?);
        assert!(!User::query().distinct().offset(4).exists(db).await?);
        Ok(())
    }

    /// Equal rows are read once; decimals are equal by their number, not by how it is written.
    async fn distinct_rows(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query()
            .order_by(|u| u.age.asc())
            .select(|u| (u.age,))
            .distinct();
        assert_eq!(query.all(db).await?, [(None,), (Some(1),), (Some(3),)]);
        db.create_table::<Decimals>().await?;
        for amount in ["1.0", "1.00", "2", "1"] {
            Decimals::of(amount).save(db).await?;
        }
        let query = Decimals::query()
            .order_by(|d| d.amount.asc())
            .select(|d| (d.amount,));
        assert_eq!(
            query.distinct().all(db).await?,
            [(Decimal::ONE,), (Decimal::TWO,)]
        );
        Ok(())
    }

    /// A query that was built in part starts several.
    async fn a_clone_goes_its_own_way(db: &Db) -> Result<()> {
        people(db).await?;
        let base = User::query().filter(|u| u.age.is_not_null());
        let narrow = base.clone().filter(|u| u.age.gt(1));
        assert_eq!(narrow.count(db).await?, 1);
        assert_eq!(base.count(db).await?, 3);
        Ok(())
    }
}
