//! Conditions put together.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Conditions put together.
#[cases]
mod queries {
    use crate::prelude::*;

    /// One row for each combination of three flags: the digits of its name.
    async fn combinations(on: &Db) -> Result<()> {
        on.create_table::<Integers>().await?;
        for bits in 0..8 {
            let row = Integers {
                i8: bits & 1,
                i16: i16::from(bits >> 1 & 1),
                i32: i32::from(bits >> 2),
                i64: i64::from(bits),
                ..Integers::default()
            };
            row.save(on).await?;
        }
        Ok(())
    }

    fn a() -> Condition<Integers> {
        Integers::columns().i8.eq(1)
    }

    fn b() -> Condition<Integers> {
        Integers::columns().i16.eq(1)
    }

    fn c() -> Condition<Integers> {
        Integers::columns().i32.eq(1)
    }

    /// Checks a condition against the language's own answer.
    async fn check(
        on: &Db,
        condition: Condition<Integers>,
        is_met: fn(bool, bool, bool) -> bool,
    ) -> Result<()> {
        let text = format!("{condition:?}");
        let query = Integers::query().filter_condition(condition);
        let rows = query
            .order_by(|n| n.i64.asc())
            .select(|n| (n.i64,))
            .all(on)
            .await?;
        let found: Vec<i64> = rows.into_iter().map(|(bits,)| bits).collect();
        let met = |bits: &i64| is_met(bits & 1 == 1, bits >> 1 & 1 == 1, bits >> 2 == 1);
        let expected: Vec<i64> = (0..8).filter(met).collect();
        assert_eq!(found, expected, "{text}");
        Ok(())
    }

    /// The tree that was built is the tree that is asked for, whatever SQL binds tighter.
    async fn and_and_or_keep_their_order(db: &Db) -> Result<()> {
        combinations(db).await?;
        check(db, (a() | b()) & c(), |a, b, c| (a || b) && c).await?;
        check(db, a() | b() & c(), |a, b, c| a || b && c).await?;
        check(db, a().or(b()).and(c()), |a, b, c| (a || b) && c).await?;
        check(db, a().and(b()).or(c()), |a, b, c| a && b || c).await?;
        check(db, c() & (a() | b()), |a, b, c| c && (a || b)).await?;
        check(db, (a() & b()) | (b() & c()), |a, b, c| b && (a || c)).await?;
        Ok(())
    }

    /// A negation is that of the whole condition.
    async fn not_binds_the_whole(db: &Db) -> Result<()> {
        combinations(db).await?;
        check(db, !(a() & b()), |a, b, _| !(a && b)).await?;
        check(db, !(a() | b()), |a, b, _| !(a || b)).await?;
        check(db, !a() & b(), |a, b, _| !a && b).await?;
        check(db, (a() | b()).not().or(c()), |a, b, c| !(a || b) || c).await?;
        check(db, !!(a() & c()), |a, _, c| a && c).await?;
        check(db, !(!a() | !b()) & !c(), |a, b, c| a && b && !c).await?;
        Ok(())
    }

    /// Lists of conditions; of none, all is every row and any is no row.
    async fn all_and_any_of_lists(db: &Db) -> Result<()> {
        combinations(db).await?;
        check(db, Condition::all([a(), b(), c()]), |a, b, c| a && b && c).await?;
        check(db, Condition::any([a(), b(), c()]), |a, b, c| a || b || c).await?;
        check(db, Condition::all([]), |_, _, _| true).await?;
        check(db, Condition::any([]), |_, _, _| false).await?;
        check(db, !Condition::all([]), |_, _, _| false).await?;
        check(db, Condition::any([]).or(a()), |a, _, _| a).await?;
        check(
            db,
            Condition::all([Condition::any([a(), b()]), !c()]),
            |a, b, c| (a || b) && !c,
        )
        .await?;
        Ok(())
    }

    /// Several filters all have to be met, also next to one with an `or`.
    async fn several_filters_all_hold(db: &Db) -> Result<()> {
        combinations(db).await?;
        let query = Integers::query().filter(|_| a() | b()).filter(|_| c());
        assert_eq!(query.count(db).await?, 3);
        let query = Integers::query()
            .filter(|_| a())
            .filter(|_| b() | c())
            .filter(|_| !c());
        let found = query.one(db).await?;
        assert_eq!(found.i64, 3);
        Ok(())
    }

    /// Where a column is null neither a comparison nor its opposite holds.
    async fn the_opposite_of_an_unknown_is_unknown(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for (name, age) in [("ann", Some(1)), ("bob", None)] {
            let user = User {
                age,
                ..User::named(name)
            };
            user.save(db).await?;
        }
        let age = User::columns().age;
        for (condition, expected) in [
            (age.eq(1), 1),
            (!age.eq(1), 0),
            (!age.eq(2), 1),
            (!age.is_null(), 1),
            (!age.in_list([2]), 1),
        ] {
            let text = format!("{condition:?}");
            let count = User::query().filter_condition(condition).count(db).await?;
            assert_eq!(count, expected, "{text}");
        }
        Ok(())
    }

    /// A chain of ten thousand conditions is one flat list to us, and no burden to the database's parser.
    async fn ten_thousand_conditions(db: &Db) -> Result<()> {
        combinations(db).await?;
        let column = Integers::columns().i64;
        let one_by_one = (0..10_000).fold(Condition::any([]), |all, n| all.or(column.eq(n * 3)));
        check(db, one_by_one, |a, b, c| {
            matches!(
                (c, b, a),
                (false, false, false) | (false, true, true) | (true, true, false)
            )
        })
        .await?;
        let at_once = Condition::all((0..10_000).map(|n| column.ne(n * 2)));
        check(db, at_once, |a, _, _| a).await?;
        Ok(())
    }

    /// A hundred levels are taken; more are refused before anything is sent.
    async fn nesting_has_a_limit(db: &Db) -> Result<()> {
        combinations(db).await?;
        let nested = |levels: usize| {
            (0..levels).fold(a(), |inner, level| match level % 3 {
                0 => inner.or(b()),
                1 => inner.and(a()),
                _ => !inner,
            })
        };
        check(db, nested(99), |a, _, _| !a).await?;
        for levels in [102, 5_000] {
            let refused = Integers::query()
                .filter_condition(nested(levels))
                .all(db)
                .await
                .unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid);
            assert!(
                refused.to_string().contains("nested more than 100 deep"),
                "{refused}"
            );
        }
        Ok(())
    }

    /// A column compares with another one of its type.
    async fn columns_compare_with_columns(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        db.create_table::<Quoted>().await?;
        for (title, position) in [("a", 1), ("b", 3), ("c", 2)] {
            let note = Quoted {
                id: 0,
                position,
                title: title.into(),
            };
            note.save(db).await?;
        }
        let titles = async |condition| -> Result<Vec<(String,)>> {
            let query = Quoted::query()
                .filter_condition(condition)
                .order_by(|n| n.id.asc());
            query.select(|n| (n.title,)).all(db).await
        };
        let note = Quoted::columns();
        assert_eq!(titles(note.position.eq(note.id)).await?, [("a".into(),)]);
        assert_eq!(titles(note.position.gt(note.id)).await?, [("b".into(),)]);
        assert_eq!(
            titles(note.position.ne(note.id)).await?,
            [("b".into(),), ("c".into(),)]
        );
        Ok(())
    }
}
