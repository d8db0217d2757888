//! One value from all rows of a query.

use conformance_macros::cases;

pub(super) use self::aggregates::cases;

/// One value from all rows of a query.
#[cases]
mod aggregates {
    use crate::prelude::*;
    use chrono::NaiveDate;
    use rust_decimal::Decimal;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 2, day).unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    /// Four employees; the second and the fourth have a bonus.
    async fn staff(on: &Db) -> Result<()> {
        on.create_table::<Employee>().await?;
        let rows = [
            ("ann", 10, None, 0.5, "0.1", 3),
            ("bob", 20, Some(7), 1.5, "0.2", 1),
            ("cid", 20, None, -2.25, "10", 29),
            ("dan", 41, Some(-2), 4.0, "9.30", 2),
        ];
        let employee = |(name, salary, bonus, rating, rate, hired)| Employee {
            bonus,
            rating,
            rate: decimal(rate),
            hired: day(hired),
            ..Employee::new(name, None, salary)
        };
        Employee::insert_all(on, rows.map(employee).into()).await?;
        Ok(())
    }

    /// Sums of each kind of number keep their kind.
    async fn sums(db: &Db) -> Result<()> {
        staff(db).await?;
        let query = Employee::query;
        assert_eq!(query().sum(db, |e| e.salary).await?, Some(91_i64));
        assert_eq!(query().sum(db, |e| e.bonus).await?, Some(5_i64));
        assert_eq!(query().sum(db, |e| e.rating).await?, Some(3.75_f64));
        assert_eq!(query().sum(db, |e| e.rate).await?, Some(decimal("19.60")));
        Ok(())
    }

    /// An average of integers is a float, not cut to an integer; nulls do not count.
    async fn averages(db: &Db) -> Result<()> {
        staff(db).await?;
        let query = Employee::query;
        assert_eq!(query().avg(db, |e| e.salary).await?, Some(22.75_f64));
        assert_eq!(query().avg(db, |e| e.bonus).await?, Some(2.5_f64));
        assert_eq!(query().avg(db, |e| e.rating).await?, Some(0.9375_f64));
        assert_eq!(query().avg(db, |e| e.rate).await?, Some(decimal("4.9")));
        Ok(())
    }

    /// The least and the greatest, of numbers, text and dates.
    async fn least_and_greatest(db: &Db) -> Result<()> {
        staff(db).await?;
        let query = Employee::query;
        assert_eq!(query().min(db, |e| e.salary).await?, Some(10));
        assert_eq!(query().max(db, |e| e.bonus).await?, Some(7));
        assert_eq!(query().min(db, |e| e.bonus).await?, Some(-2));
        assert_eq!(query().min(db, |e| e.rating).await?, Some(-2.25));
        assert_eq!(query().max(db, |e| e.name).await?, Some("dan".to_string()));
        assert_eq!(query().min(db, |e| e.hired).await?, Some(day(1)));
        assert_eq!(query().max(db, |e| e.hired).await?, Some(day(29)));
        Ok(())
    }

    /// Decimals are compared as numbers, not as text: 10 is more than 9.30.
    async fn least_and_greatest_decimals(db: &Db) -> Result<()> {
        staff(db).await?;
        let query = Employee::query;
        assert_eq!(query().max(db, |e| e.rate).await?, Some(decimal("10")));
        assert_eq!(query().min(db, |e| e.rate).await?, Some(decimal("0.1")));
        Ok(())
    }

    /// Of no row there is nothing to tell, but a count of zero.
    async fn nothing_of_no_rows(db: &Db) -> Result<()> {
        db.create_table::<Employee>().await?;
        let query = Employee::query;
        assert_eq!(query().count(db).await?, 0);
        assert_eq!(query().count_distinct(db, |e| e.salary).await?, 0);
        assert_eq!(query().sum(db, |e| e.salary).await?, None);
        assert_eq!(query().sum(db, |e| e.rate).await?, None);
        assert_eq!(query().sum(db, |e| e.rating).await?, None);
        assert_eq!(query().avg(db, |e| e.salary).await?, None);
        assert_eq!(query().avg(db, |e| e.rate).await?, None);
        assert_eq!(query().min(db, |e| e.name).await?, None);
        assert_eq!(query().max(db, |e| e.hired).await?, None);
        Ok(())
    }

    /// Of nulls alone there is nothing to tell either.
    async fn nothing_of_nulls(db: &Db) -> Result<()> {
        staff(db).await?;
        let without = || Employee::query().filter(|e| e.bonus.is_null());
        assert_eq!(without().count(db).await?, 2);
        assert_eq!(without().sum(db, |e| e.bonus).await?, None);
        assert_eq!(without().avg(db, |e| e.bonus).await?, None);
        assert_eq!(without().max(db, |e| e.bonus).await?, None);
        assert_eq!(without().count_distinct(db, |e| e.bonus).await?, 0);
        Ok(())
    }

    /// Different values are counted once each, nulls not at all, decimals by their number.
    async fn different_values(db: &Db) -> Result<()> {
        staff(db).await?;
        let query = Employee::query;
        assert_eq!(query().count_distinct(db, |e| e.salary).await?, 3);
        assert_eq!(query().count_distinct(db, |e| e.bonus).await?, 2);
        assert_eq!(query().count_distinct(db, |e| e.department).await?, 0);
        let same = query().filter(|e| e.name.eq("ann"));
        same.update_all(db, |e| e.rate.set(decimal("10.000"))).await?;
        assert_eq!(query().count_distinct(db, |e| e.rate).await?, 3);
        Ok(())
    }

    /// A filter, a limit and `distinct` say which rows are meant.
    async fn aggregates_of_some_rows(db: &Db) -> Result<()> {
        staff(db).await?;
        let highest = || Employee::query().order_by(|e| e.salary.desc()).limit(2);
        assert_eq!(highest().sum(db, |e| e.salary).await?, Some(61));
        assert_eq!(highest().offset(1).sum(db, |e| e.salary).await?, Some(40));
        assert_eq!(highest().count_distinct(db, |e| e.salary).await?, 2);
        let some = Employee::query().filter(|e| e.salary.gt(10)).limit(100);
        assert_eq!(some.avg(db, |e| e.salary).await?, Some(27.0));
        let filtered = Employee::query().filter(|e| e.name.lt("cid"));
        assert_eq!(filtered.clone().max(db, |e| e.salary).await?, Some(20));
        assert_eq!(filtered.clone().min(db, |e| e.rate).await?, Some(decimal("0.1")));
        assert_eq!(filtered.limit(1).distinct().count(db).await?, 1);
        Ok(())
    }

    /// A sum past the integers is an error, not a float and not a smaller number.
    async fn a_sum_past_the_range_is_an_error(db: &Db) -> Result<()> {
        db.create_table::<Employee>().await?;
        for salary in [i64::MAX, 1] {
            Employee::new("x", None, salary).save(db).await?;
        }
        let failed = Employee::query().sum(db, |e| e.salary).await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::OutOfRange);
        Employee::new("y", None, -1).save(db).await?;
        let within = Employee::query().filter(|e| e.salary.ne(1));
        assert_eq!(within.sum(db, |e| e.salary).await?, Some(i64::MAX - 1));
        assert_eq!(Employee::query().max(db, |e| e.salary).await?, Some(i64::MAX));
        Ok(())
    }

    /// A sum of small integers is not bound to their type.
    async fn a_sum_is_wider_than_its_column(db: &Db) -> Result<()> {
        db.create_table::<Integers>().await?;
        let row = Integers {
            i8: i8::MAX,
            u8: u8::MAX,
            u32: u32::MAX,
            ..Integers::default()
        };
        Integers::insert_all(db, vec![row; 3]).await?;
        let query = Integers::query;
        assert_eq!(query().sum(db, |n| n.i8).await?, Some(381_i64));
        assert_eq!(query().sum(db, |n| n.u8).await?, Some(765_i64));
        assert_eq!(query().sum(db, |n| n.u32).await?, Some(3 * i64::from(u32::MAX)));
        assert_eq!(query().avg(db, |n| n.u8).await?, Some(255.0));
        assert_eq!(query().max(db, |n| n.u32).await?, Some(u32::MAX));
        Ok(())
    }

    /// No digit of a decimal sum or average is lost, of 28.
    async fn decimal_sums_are_exact(db: &Db) -> Result<()> {
        db.create_table::<Decimals>().await?;
        let most = "7922816251426433759354395033.5";
        for amount in ["0.1", "0.2", "1234567890123456789012345.678", "-0.30"] {
            Decimals::of(amount).save(db).await?;
        }
        let query = Decimals::query;
        let sum = query().sum(db, |d| d.amount).await?.unwrap();
        assert_eq!(sum.to_string(), "1234567890123456789012345.678");
        let small = || query().filter(|d| d.amount.lt(decimal("1")));
        assert_eq!(small().sum(db, |d| d.amount).await?, Some(Decimal::ZERO));
        assert_eq!(
            small().limit(2).avg(db, |d| d.amount).await?,
            Some(decimal("0.15"))
        );
        for _ in 0..2 {
            Decimals::of(most).save(db).await?;
        }
        let high = query().filter(|d| d.amount.eq(decimal(most)));
        let sum = high.sum(db, |d| d.amount).await?.unwrap();
        assert_eq!(sum, decimal("15845632502852867518708790067"));
        let third = [Decimals::of("1"), Decimals::of("0"), Decimals::of("0")];
        query().all_rows().delete_all(db).await?;
        Decimals::insert_all(db, third.into()).await?;
        let third = query().avg(db, |d| d.amount).await?.unwrap();
        assert_eq!(third.to_string(), "0.3333333333333333333333333333");
        Ok(())
    }
}
