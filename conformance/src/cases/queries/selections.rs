//! Some columns, renamed columns, and the text that is sent.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Some columns, renamed columns, and the text that is sent.
#[cases]
mod queries {
    use crate::prelude::*;
    use activerecord::Dialect;

    async fn people(on: &Db) -> Result<()> {
        on.create_table::<User>().await?;
        for (name, age) in [("ann", Some(30)), ("bob", None)] {
            let user = User {
                age,
                ..User::named(name)
            };
            user.save(on).await?;
        }
        Ok(())
    }

    /// One column alone reads as its type, several as a tuple.
    async fn one_column_reads_as_its_type(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for name in ["ann", "bob"] {
            User::named(name).save(db).await?;
        }
        let names: Vec<String> = User::query()
            .order_by(|u| u.id.asc())
            .select(|u| u.name)
            .all(db)
            .await?;
        assert_eq!(names, ["ann", "bob"]);
        let ages: Vec<Option<i64>> = User::query().select(|u| u.age).all(db).await?;
        assert_eq!(ages, [None, None]);
        let count: Vec<i64> = db.query_sql("SELECT COUNT(*) FROM users", ()).await?;
        assert_eq!(count, [2]);
        Ok(())
    }

    /// The text as the database quotes names and writes placeholders.
    fn written(dialect: &dyn Dialect, sql: &str) -> String {
        let mut text = String::new();
        let mut number = 0;
        for character in sql.chars() {
            match character {
                '"' => text.push(dialect.quote()),
                '?' => {
                    number += 1;
                    dialect.placeholder(number, &mut text);
                }
                other => text.push(other),
            }
        }
        text
    }

    /// A tuple of columns, in the order that was asked for.
    async fn tuples_of_columns(db: &Db) -> Result<()> {
        people(db).await?;
        let query = || User::query().order_by(|u| u.id.asc());
        let rows: Vec<(String, i64)> = query().select(|u| (u.name, u.id)).all(db).await?;
        assert_eq!(rows, [("ann".into(), 1), ("bob".into(), 2)]);
        let first: Option<(Option<i64>, bool, i64)> =
            query().select(|u| (u.age, u.is_active, u.id)).first(db).await?;
        assert_eq!(first, Some((Some(30), true, 1)));
        let one = query()
            .filter(|u| u.id.eq(2))
            .select(|u| (u.age,))
            .one(db)
            .await?;
        assert_eq!(one, (None,));
        let several = query().select(|u| (u.age,)).one(db).await.unwrap_err();
        assert_eq!(several.kind(), ErrorKind::TooManyRows);
        Ok(())
    }

    /// Its fields come in another order than the columns.
    #[derive(FromRow, Debug, PartialEq)]
    struct Card {
        email: String,
        age: Option<i64>,
        #[record(column = "name")]
        title: String,
    }

    /// A struct is read by the names of its columns.
    async fn structs_of_columns(db: &Db) -> Result<()> {
        people(db).await?;
        let query = User::query().filter(|u| u.name.eq("ann"));
        let card = query.select_as::<Card>().one(db).await?;
        let expected = Card {
            email: "ann@example.com".into(),
            age: Some(30),
            title: "ann".into(),
        };
        assert_eq!(card, expected);
        Ok(())
    }

    /// A struct for something else.
    #[derive(FromRow, Debug)]
    struct Stranger {
        #[expect(dead_code, reason = "no row is read")]
        wings: i64,
    }

    /// A struct that names a column which the record lacks, and a tuple, which names none, are refused.
    async fn structs_of_other_columns_are_refused(db: &Db) -> Result<()> {
        people(db).await?;
        let refused = User::query().select_as::<Stranger>().all(db).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.to_string().contains("`wings`"), "{refused}");
        let refused = User::query().select_as::<(i64,)>().all(db).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        Ok(())
    }

    /// Names that are keywords or hold quotes and spaces work in every place that a name has.
    async fn names_are_quoted(db: &Db) -> Result<()> {
        db.create_table::<Quoted>().await?;
        let note = |position, title: &str| Quoted {
            id: 0,
            position,
            title: title.into(),
        };
        let mut first = note(2, "b").save(db).await?;
        Quoted::insert_all(db, vec![note(1, "a"), note(3, "a")]).await?;
        first.title = "c".into();
        first.save(db).await?;
        first.refresh(db).await?;
        assert_eq!((first.id, &*first.title), (1, "c"));
        let rows = Quoted::query()
            .filter(|n| n.title.ne("x") & n.position.in_list([1, 2, 3]))
            .order_by(|n| [n.title.desc(), n.position.asc()])
            .select(|n| (n.id, n.position, n.title));
        let expected = [(1, 2, "c".into()), (2, 1, "a".into()), (3, 3, "a".into())];
        assert_eq!(rows.all(db).await?, expected);
        let groups = Quoted::query()
            .group_by(|n| n.title)
            .sum(|n| n.position, "all \"positions\"")
            .order_by(|n| n.title.asc())
            .aggregate_as::<(String, i64)>();
        assert_eq!(groups.all(db).await?, [("a".into(), 4), ("c".into(), 2)]);
        Quoted::query()
            .filter(|n| n.title.eq("a"))
            .update_all(db, |n| n.position.set(9))
            .await?;
        assert_eq!(Quoted::query().sum(db, |n| n.position).await?, Some(20));
        first.delete(db).await?;
        assert_eq!(Quoted::query().count(db).await?, 2);
        Ok(())
    }

    /// The text that would be sent, and its parameters.
    async fn the_text_of_a_query(db: &Db) -> Result<()> {
        let query = User::query()
            .filter(|u| u.is_active.eq(true))
            .filter(|u| u.age.gt(18).or(u.age.is_null()) & !u.name.in_list(["a", "b"]))
            .filter_sql("length(name) > ?", (1,))
            .order_by(|u| [u.name.asc(), u.age.desc().nulls_last()])
            .limit(10)
            .offset(20);
        let (sql, params) = query.to_sql(db)?;
        let text = |text: &'static str| SqlValue::Text(text.into());
        // A list is one parameter where the database has arrays.
        let (within, list) = match db.dialect().list_test(true) {
            Some([open, close]) => (
                format!("{open}?{close}"),
                vec![SqlValue::List(vec![text("a"), text("b")])],
            ),
            None => (" IN (?, ?)".into(), vec![text("a"), text("b")]),
        };
        let mut last = String::new();
        db.dialect().write_order("\"age\"", true, false, &mut last);
        let expected = format!(
            "SELECT \"id\", \"name\", \"email\", \"is_active\", \"age\" FROM \"users\" \
             WHERE (\"is_active\" = ?) \
             AND (((\"age\" > ?) OR (\"age\" IS NULL)) AND (NOT (\"name\"{within}))) \
             AND ((length(name) > ?)) \
             ORDER BY \"name\" ASC, {last} LIMIT ? OFFSET ?"
        );
        assert_eq!(sql, written(db.dialect(), &expected));
        let number = SqlValue::I64;
        let before = [SqlValue::Bool(true), number(18)];
        let after = [number(1), number(10), number(20)];
        assert!(params.into_iter().eq(before.into_iter().chain(list).chain(after)));
        Ok(())
    }

    /// The texts of the plain query and of a query for groups.
    async fn the_texts_of_other_queries(db: &Db) -> Result<()> {
        let (sql, params) = Account::query().to_sql(db)?;
        assert_eq!(
            sql,
            written(db.dialect(), "SELECT \"id\", \"balance\" FROM \"accounts\"")
        );
        assert_eq!(params, []);
        let (sql, _) = Account::query()
            .distinct()
            .filter(|_| Condition::all([]))
            .to_sql(db)?;
        assert_eq!(
            sql,
            written(
                db.dialect(),
                "SELECT DISTINCT \"id\", \"balance\" FROM \"accounts\" WHERE (1 = 1)"
            )
        );
        let groups = Employee::query()
            .filter(|e| e.salary.gt(0))
            .group_by(|e| (e.department, e.city))
            .count(|e| e.id, "people")
            .avg(|e| e.salary, "mean")
            .having(|e| e.id.count().gt(5))
            .order_by(|e| e.city.asc())
            .limit(3);
        let mut mean = String::new();
        db.dialect()
            .write_avg(activerecord::ColumnType::I64, "\"salary\"", &mut mean);
        let expected = format!(
            "SELECT \"department\", \"city\", COUNT(\"id\") AS \"people\", {mean} AS \"mean\" \
             FROM \"employees\" WHERE (\"salary\" > ?) GROUP BY \"department\", \"city\" \
             HAVING (COUNT(\"id\") > ?) ORDER BY \"city\" ASC LIMIT ?"
        );
        assert_eq!(groups.to_sql(db)?.0, written(db.dialect(), &expected));
        Ok(())
    }
}
