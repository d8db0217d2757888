//! Aggregates of groups.

use conformance_macros::cases;

pub(super) use self::aggregates::cases;

/// Aggregates of groups.
#[cases]
mod aggregates {
    use crate::prelude::*;
    use chrono::NaiveDate;
    use rust_decimal::Decimal;

    /// Three in sales (two of them in Bern), two in research, one without a department.
    async fn staff(on: &Db) -> Result<()> {
        on.create_table::<Employee>().await?;
        let rows = [
            ("ann", Some("sales"), "Bern", 10, Some(1)),
            ("bob", Some("sales"), "Genf", 20, None),
            ("cid", Some("research"), "Bern", 35, Some(3)),
            ("dan", Some("sales"), "Bern", 40, Some(5)),
            ("eve", None, "Genf", 70, None),
            ("fay", Some("research"), "Bern", 36, None),
        ];
        let employee = |(name, department, city, salary, bonus): (&str, _, &str, _, _)| Employee {
            city: city.into(),
            bonus,
            ..Employee::new(name, department, salary)
        };
        Employee::insert_all(on, rows.map(employee).into()).await?;
        Ok(())
    }

    fn text(text: &str) -> Option<String> {
        Some(text.into())
    }

    /// Chained aggregates are read by the names that they were given.
    async fn named_aggregates_of_groups(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = Employee::query()
            .group_by(|e| e.department)
            .count(|e| e.id, "people")
            .count(|e| e.bonus, "with bonus")
            .count_distinct(|e| e.city, "cities")
            .sum(|e| e.salary, "total")
            .avg(|e| e.salary, "mean")
            .min(|e| e.salary, "least")
            .max(|e| e.name, "last")
            .order_by(|e| e.department.asc())
            .aggregate(db)
            .await?;
        assert_eq!(groups.len(), 3);
        let names: Vec<&str> = groups[1].names().collect();
        let expected = [
            "department",
            "people",
            "with bonus",
            "cities",
            "total",
            "mean",
            "least",
            "last",
        ];
        assert_eq!(names, expected);
        let research = &groups[1];
        assert_eq!(research.get::<String>("department")?, "research");
        assert_eq!(research.get::<i64>("people")?, 2);
        assert_eq!(research.get::<i64>("with bonus")?, 1);
        assert_eq!(research.get::<i64>("cities")?, 1);
        assert_eq!(research.get::<i64>("total")?, 71);
        assert_eq!(research.get::<f64>("mean")?, 35.5);
        assert_eq!(research.get::<i64>("least")?, 35);
        assert_eq!(research.get::<String>("last")?, "fay");
        assert_eq!(groups[2].get::<i64>("cities")?, 2);
        Ok(())
    }

    /// Rows without a value are a group of their own.
    async fn nulls_are_one_group(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = Employee::query()
            .group_by(|e| e.department)
            .count(|e| e.department, "named")
            .count(|e| e.id, "people")
            .sum(|e| e.bonus, "bonus")
            .order_by(|e| e.department.asc())
            .aggregate_as::<(Option<String>, i64, i64, Option<i64>)>()
            .all(db)
            .await?;
        let expected = [
            (None, 0, 1, None),
            (text("research"), 2, 2, Some(3)),
            (text("sales"), 3, 3, Some(6)),
        ];
        assert_eq!(groups, expected);
        Ok(())
    }

    /// Two columns make a group for each pair.
    async fn groups_of_two_columns(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = Employee::query()
            .filter(|e| e.department.is_not_null())
            .group_by(|e| (e.city, e.department))
            .sum(|e| e.salary, "total")
            .order_by(|e| [e.department.desc(), e.city.asc()])
            .aggregate_as::<(String, String, i64)>();
        let expected = [
            ("Bern", "sales", 50),
            ("Genf", "sales", 20),
            ("Bern", "research", 71),
        ];
        let expected = expected.map(|(city, department, total)| (city.into(), department.into(), total));
        assert_eq!(groups.all(db).await?, expected);
        Ok(())
    }

    /// What a group is read as.
    #[derive(FromRow, Debug, PartialEq)]
    struct Stats {
        people: i64,
        mean: Option<f64>,
        #[record(column = "department")]
        name: Option<String>,
    }

    /// A struct is read by name, in whatever order its fields are.
    async fn groups_read_as_a_struct(db: &Db) -> Result<()> {
        staff(db).await?;
        let stats = Employee::query()
            .filter(|e| e.city.eq("Genf"))
            .group_by(|e| e.department)
            .avg(|e| e.bonus, "mean")
            .count(|e| e.id, "people")
            .order_by(|e| e.department.desc())
            .aggregate_as::<Stats>()
            .all(db)
            .await?;
        let genf = |name| Stats {
            people: 1,
            mean: None,
            name,
        };
        assert_eq!(stats, [genf(text("sales")), genf(None)]);
        Ok(())
    }

    /// Conditions on aggregates all have to be met.
    async fn having_keeps_groups(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = || {
            Employee::query()
                .group_by(|e| e.department)
                .order_by(|e| e.department.asc())
        };
        let kept = groups()
            .having(|e| e.id.count().ge(2))
            .aggregate_as::<(Option<String>,)>();
        assert_eq!(kept.all(db).await?, [(text("research"),), (text("sales"),)]);
        let kept = groups()
            .having(|e| e.id.count().ge(2))
            .having(|e| e.salary.avg().lt(30.0) | e.salary.min().eq(70))
            .aggregate_as::<(Option<String>,)>();
        assert_eq!(kept.all(db).await?, [(text("sales"),)]);
        let kept = groups()
            .having(|e| e.salary.max().le(70) & e.salary.sum().gt(70) & e.city.count_distinct().ne(2))
            .aggregate_as::<(Option<String>,)>();
        assert_eq!(kept.all(db).await?, [(text("research"),)]);
        Ok(())
    }

    /// An aggregate that compares with `None` is tested for null.
    async fn having_tests_for_null(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = || {
            Employee::query()
                .group_by(|e| e.department)
                .order_by(|e| e.department.asc())
        };
        let without = groups()
            .having(|e| e.bonus.max().eq(None))
            .aggregate_as::<(Option<String>,)>();
        assert_eq!(without.all(db).await?, [(None,)]);
        let with = groups()
            .having(|e| e.bonus.max().ne(None))
            .aggregate_as::<(Option<String>,)>();
        assert_eq!(with.all(db).await?.len(), 2);
        let refused = groups()
            .having(|e| e.bonus.max().gt(None))
            .aggregate(db)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        Ok(())
    }

    /// A filter comes before the groups, `having` behind them.
    async fn filter_before_and_having_behind(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = Employee::query()
            .filter(|e| e.salary.ge(20))
            .filter_sql("city <> ?", ("Genf",))
            .group_by(|e| e.department)
            .having(|e| e.id.count().eq(1))
            .sum(|e| e.salary, "total")
            .aggregate_as::<(Option<String>, i64)>();
        assert_eq!(groups.all(db).await?, [(text("sales"), 40)]);
        Ok(())
    }

    /// A limit and an offset are of groups.
    async fn limits_of_groups(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = || {
            Employee::query()
                .group_by(|e| e.department)
                .sum(|e| e.salary, "total")
                .order_by(|e| e.department.desc())
        };
        let two = groups().limit(2).aggregate_as::<(Option<String>, i64)>();
        assert_eq!(two.all(db).await?, [(text("sales"), 70), (text("research"), 71)]);
        let last = groups()
            .limit(5)
            .offset(2)
            .aggregate_as::<(Option<String>, i64)>();
        assert_eq!(last.all(db).await?, [(None, 70)]);
        Ok(())
    }

    /// Two cells of one name could not be told apart.
    async fn a_name_used_twice_is_refused(db: &Db) -> Result<()> {
        staff(db).await?;
        let twice = Employee::query()
            .group_by(|e| e.department)
            .count(|e| e.id, "n")
            .sum(|e| e.salary, "n");
        let refused = twice.aggregate(db).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.to_string().contains("`n`"), "{refused}");
        let twice = Employee::query()
            .group_by(|e| e.department)
            .count(|e| e.id, "department");
        assert_eq!(twice.aggregate(db).await.unwrap_err().kind(), ErrorKind::Invalid);
        Ok(())
    }

    /// A name that no cell has is an error that tells the names there are.
    async fn an_unknown_name_is_an_error(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = Employee::query().group_by(|e| e.city).count(|e| e.id, "people");
        let rows = groups.aggregate(db).await?;
        let unknown = rows[0].get::<i64>("persons").unwrap_err();
        assert_eq!(unknown.kind(), ErrorKind::Decode);
        assert!(unknown.to_string().contains("`persons`"), "{unknown}");
        assert!(unknown.to_string().contains("people"), "{unknown}");
        let wrong = rows[0].get::<i64>("city").unwrap_err();
        assert_eq!(wrong.kind(), ErrorKind::Decode);
        assert!(wrong.to_string().contains("column `city`"), "{wrong}");
        let groups = Employee::query().group_by(|e| e.city).count(|e| e.id, "people");
        let missing = groups.aggregate_as::<Stats>().all(db).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Decode);
        Ok(())
    }

    /// Groups cannot be ordered by what has many values in each of them.
    async fn groups_are_ordered_by_what_they_share(db: &Db) -> Result<()> {
        staff(db).await?;
        let groups = Employee::query()
            .group_by(|e| e.city)
            .count(|e| e.id, "n")
            .order_by(|e| e.salary.asc());
        let refused = groups.aggregate(db).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.to_string().contains("`salary`"), "{refused}");
        let distinct = Employee::query()
            .distinct()
            .group_by(|e| e.city)
            .count(|e| e.id, "n");
        assert_eq!(
            distinct.aggregate(db).await.unwrap_err().kind(),
            ErrorKind::Invalid
        );
        Ok(())
    }

    /// Decimals group and compare by their number, however many zeros they were written with.
    async fn decimals_group_by_their_number(db: &Db) -> Result<()> {
        db.create_table::<Decimals>().await?;
        for amount in ["1.0", "10", "1.00", "9.5", "1"] {
            Decimals::of(amount).save(db).await?;
        }
        let groups = || {
            Decimals::query()
                .group_by(|d| d.amount)
                .count(|d| d.id, "rows")
                .sum(|d| d.amount, "sum")
                .order_by(|d| d.amount.asc())
        };
        let number = |text| Decimal::from_str_exact(text).unwrap();
        let expected = [
            (Decimal::ONE, 3, number("3.00")),
            (number("9.5"), 1, number("9.5")),
            (Decimal::TEN, 1, Decimal::TEN),
        ];
        let rows = groups().aggregate_as::<(Decimal, i64, Decimal)>();
        assert_eq!(rows.all(db).await?, expected);
        let above = groups().having(|d| d.amount.sum().gt(number("9.4")));
        assert_eq!(above.aggregate(db).await?.len(), 2);
        let mean =
            groups().having(|d| d.amount.avg().eq(number("1.000")) | d.amount.max().eq(number("10.0")));
        assert_eq!(mean.aggregate(db).await?.len(), 2);
        Ok(())
    }

    /// Dates group and aggregate as dates.
    async fn groups_by_date(db: &Db) -> Result<()> {
        db.create_table::<Employee>().await?;
        let day = |day| NaiveDate::from_ymd_opt(2024, 2, day).unwrap();
        for (name, hired) in [("ann", day(1)), ("bob", day(29)), ("cid", day(1))] {
            let employee = Employee {
                hired,
                ..Employee::new(name, Some("x"), 1)
            };
            employee.save(db).await?;
        }
        let groups = Employee::query()
            .group_by(|e| e.hired)
            .count(|e| e.id, "people")
            .order_by(|e| e.hired.desc())
            .aggregate_as::<(NaiveDate, i64)>();
        assert_eq!(groups.all(db).await?, [(day(29), 1), (day(1), 2)]);
        let range = Employee::query()
            .group_by(|e| e.department)
            .min(|e| e.hired, "first")
            .max(|e| e.hired, "last")
            .aggregate(db)
            .await?;
        assert_eq!(range[0].get::<NaiveDate>("first")?, day(1));
        assert_eq!(range[0].get::<NaiveDate>("last")?, day(29));
        Ok(())
    }

    /// No row, no group.
    async fn no_rows_no_groups(db: &Db) -> Result<()> {
        db.create_table::<Employee>().await?;
        let groups = Employee::query().group_by(|e| e.city).count(|e| e.id, "n");
        assert_eq!(groups.aggregate(db).await?.len(), 0);
        Ok(())
    }

    /// The `/` of raw SQL is the database's own; SQLite and PostgreSQL cut integers, and `avg` does not.
    async fn integers_divide_as_the_database_says(db: &Db) -> Result<()> {
        staff(db).await?;
        let rows: Vec<(f64, i64)> = db
            .query_sql(
                "SELECT AVG(salary), COUNT(*) FROM employees WHERE name IN (?, ?)",
                ("cid", "fay"),
            )
            .await?;
        assert_eq!(rows, [(35.5, 2)]);
        let halves = Employee::query().filter_sql("salary / 2.0 = ?", (17.5,));
        assert_eq!(halves.one(db).await?.name, "cid");
        let mean = Employee::query()
            .filter(|e| e.name.in_list(["cid", "fay"]))
            .avg(db, |e| e.salary);
        assert_eq!(mean.await?, Some(35.5));
        Ok(())
    }
}
