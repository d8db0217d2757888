//! Writes of many rows by a query.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Writes of many rows by a query.
#[cases]
mod queries {
    use crate::prelude::*;
    use rust_decimal::Decimal;

    async fn people(on: &Db) -> Result<()> {
        on.create_table::<User>().await?;
        for (name, age) in [("ann", Some(30)), ("bob", Some(40)), ("cid", None)] {
            let user = User {
                age,
                ..User::named(name)
            };
            user.save(on).await?;
        }
        Ok(())
    }

    async fn ages(on: &Db) -> Result<Vec<Option<i64>>> {
        let rows = User::query()
            .order_by(|u| u.id.asc())
            .select(|u| (u.age,))
            .all(on)
            .await?;
        Ok(rows.into_iter().map(|(age,)| age).collect())
    }

    /// One column of the rows that meet the condition, and of no others.
    async fn update_one_column(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().filter(|u| u.age.ge(40));
        assert_eq!(query.update_all(db, |u| u.age.set(41)).await?, 1);
        assert_eq!(ages(db).await?, [Some(30), Some(41), None]);
        let nobody = User::query().filter(|u| u.name.eq("nobody"));
        assert_eq!(nobody.update_all(db, |u| u.age.set(0)).await?, 0);
        assert_eq!(ages(db).await?, [Some(30), Some(41), None]);
        Ok(())
    }

    /// Several columns at once, to a null and to another column's value too.
    async fn update_several_columns(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().filter(|u| u.name.ne("bob"));
        let changed = query
            .update_all(db, |u| {
                [u.age.set(None), u.is_active.set(false), u.name.set(u.email)]
            })
            .await?;
        assert_eq!(changed, 2);
        let rows = User::query()
            .order_by(|u| u.id.asc())
            .select(|u| (u.name, u.is_active, u.age));
        let expected = [
            ("ann@example.com".into(), false, None),
            ("bob".into(), true, Some(40)),
            ("cid@example.com".into(), false, None),
        ];
        assert_eq!(rows.all(db).await?, expected);
        Ok(())
    }

    /// An increment adds to each row's own value; a null stays null.
    async fn increments_add(db: &Db) -> Result<()> {
        people(db).await?;
        let all = || User::query().all_rows();
        assert_eq!(all().update_all(db, |u| u.age.increment(5)).await?, 3);
        assert_eq!(ages(db).await?, [Some(35), Some(45), None]);
        all().update_all(db, |u| u.age.increment(-50)).await?;
        assert_eq!(ages(db).await?, [Some(-15), Some(-5), None]);
        let refused = all().update_all(db, |u| u.age.increment(None)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.to_string().contains("`age`"), "{refused}");
        assert_eq!(ages(db).await?, [Some(-15), Some(-5), None]);
        Ok(())
    }

    /// An increment past the range of the column's type is an error and changes nothing.
    async fn increments_stay_in_range(db: &Db) -> Result<()> {
        db.create_table::<Integers>().await?;
        let row = Integers {
            i8: 120,
            i32: i32::MIN,
            i64: i64::MAX - 1,
            u8: 3,
            ..Integers::default()
        };
        let mut row = row.save(db).await?;
        let columns = Integers::columns();
        for past in [
            columns.i8.increment(8),
            columns.i32.increment(-1),
            columns.i64.increment(2),
            columns.u8.increment(253),
        ] {
            let text = format!("{past:?}");
            let failed = Integers::query().all_rows().update_all(db, |_| past).await;
            assert_eq!(failed.unwrap_err().kind(), ErrorKind::OutOfRange, "{text}");
        }
        let before = (*row).clone();
        row.refresh(db).await?;
        assert_eq!(*row, before);
        let to_the_edge =
            |n: <Integers as Record>::Columns| [n.i8.increment(7), n.i64.increment(1), n.u8.increment(252)];
        Integers::query().all_rows().update_all(db, to_the_edge).await?;
        row.refresh(db).await?;
        assert_eq!((row.i8, row.i64, row.u8), (i8::MAX, i64::MAX, u8::MAX));
        Ok(())
    }

    /// An increment of a decimal is exact, one of a float is that of its type.
    async fn increments_of_fractions(db: &Db) -> Result<()> {
        db.create_table::<Decimals>().await?;
        db.create_table::<Floats>().await?;
        let mut amount = Decimals::of("0.1").save(db).await?;
        let floats = Floats {
            f32: 0.1,
            f64: 0.1,
            ..Floats::default()
        };
        let mut floats = floats.save(db).await?;
        let add = Decimal::from_str_exact("12345678901234567890.20").unwrap();
        Decimals::query()
            .all_rows()
            .update_all(db, |d| d.amount.increment(add))
            .await?;
        Floats::query()
            .all_rows()
            .update_all(db, |f| [f.f32.increment(0.2), f.f64.increment(0.2)])
            .await?;
        amount.refresh(db).await?;
        floats.refresh(db).await?;
        assert_eq!(
            amount.amount,
            Decimal::from_str_exact("12345678901234567890.30").unwrap()
        );
        assert_eq!(floats.f32.to_bits(), (0.1_f32 + 0.2).to_bits());
        assert_eq!(floats.f64.to_bits(), (0.1_f64 + 0.2).to_bits());
        let most = Decimals::query()
            .all_rows()
            .update_all(db, |d| d.amount.increment(Decimal::MAX))
            .await;
        // What the column has room for and the type has not is not read as something else.
        match most {
            Ok(_) => assert_eq!(amount.refresh(db).await.unwrap_err().kind(), ErrorKind::Decode),
            Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange),
        }
        Ok(())
    }

    /// The rows that meet the condition are deleted, and no others.
    async fn delete_by_a_condition(db: &Db) -> Result<()> {
        people(db).await?;
        assert_eq!(User::query().filter(|u| u.age.lt(0)).delete_all(db).await?, 0);
        assert_eq!(User::query().filter(|u| u.age.is_null()).delete_all(db).await?, 1);
        assert_eq!(ages(db).await?, [Some(30), Some(40)]);
        assert_eq!(
            User::query().filter_sql("age > ?", (30,)).delete_all(db).await?,
            1
        );
        assert_eq!(ages(db).await?, [Some(30)]);
        assert_eq!(User::query().all_rows().delete_all(db).await?, 1);
        Ok(())
    }

    /// Without a condition every row would be hit, so it has to be said.
    async fn every_row_has_to_be_meant(db: &Db) -> Result<()> {
        people(db).await?;
        let failures = [
            User::query().delete_all(db).await.unwrap_err(),
            User::query().update_all(db, |u| u.age.set(1)).await.unwrap_err(),
        ];
        for refused in failures {
            assert_eq!(refused.kind(), ErrorKind::Invalid);
            assert!(refused.to_string().contains("all_rows()"), "{refused}");
        }
        assert_eq!(ages(db).await?, [Some(30), Some(40), None]);
        assert_eq!(
            User::query().all_rows().update_all(db, |u| u.age.set(1)).await?,
            3
        );
        Ok(())
    }

    /// A limit, an offset, an order and `distinct` have no meaning for a write on every database.
    async fn limits_of_writes_are_refused(db: &Db) -> Result<()> {
        people(db).await?;
        let query = || User::query().filter(|u| u.age.is_not_null());
        let queries = [
            query().limit(1),
            query().offset(1),
            query().distinct(),
            query().order_by(|u| u.age.asc()),
            User::query().all_rows().limit(1),
        ];
        for query in queries {
            let refused = query.clone().delete_all(db).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
            let refused = query.update_all(db, |u| u.age.set(1)).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
        }
        assert_eq!(ages(db).await?, [Some(30), Some(40), None]);
        Ok(())
    }

    /// An update of nothing is a mistake.
    async fn an_update_sets_something(db: &Db) -> Result<()> {
        people(db).await?;
        let refused = User::query()
            .all_rows()
            .update_all(db, |_| Vec::new())
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        Ok(())
    }
}
