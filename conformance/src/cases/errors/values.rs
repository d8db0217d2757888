//! Values that cannot be kept or read.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::prelude::*;
    use crate::support::{failure, kind};

    /// NaN and minus zero come back as they are, or are refused before anything is sent where they would be kept as
    /// something else.
    async fn numbers_that_would_change_are_refused(db: &Db) -> Result<()> {
        for (number, named) in [(f64::NAN, "parameter 1: NaN"), (-0.0, "parameter 1: -0.0")] {
            match db.query_sql::<(f64,)>("SELECT ?", (number,)).await {
                Ok(rows) => assert_eq!(rows[0].0.to_bits(), number.to_bits()),
                Err(error) => {
                    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, None));
                    assert!(error.to_string().contains(named), "{error}");
                }
            }
        }
        Ok(())
    }

    /// A u64 beyond the database's integers comes back as it is, or is refused.
    async fn an_integer_beyond_the_database_is_refused(db: &Db) -> Result<()> {
        let most = u64::try_from(i64::MAX).unwrap();
        assert_eq!(db.query_sql::<(u64,)>("SELECT ?", (most,)).await?, [(most,)]);
        match db.query_sql::<(u64,)>("SELECT ?", (most + 1,)).await {
            Ok(rows) => assert_eq!(rows, [(most + 1,)]),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::OutOfRange);
                assert!(error.to_string().starts_with("parameter 1: "), "{error}");
            }
        }
        Ok(())
    }

    /// A cell that is too large for the field names the column.
    async fn a_cell_too_large_for_the_field_names_the_column(db: &Db) -> Result<()> {
        let table =
            "CREATE TABLE order_items (order_id BIGINT, line BIGINT, product VARCHAR(9), quantity BIGINT)";
        db.execute(table, ()).await?;
        let sql =
            "INSERT INTO order_items (order_id, line, product, quantity) VALUES (1, 3000000000, 'pen', 1)";
        db.execute(sql, ()).await?;
        let error = failure(OrderItem::find_all(db).await);
        assert_eq!(error.kind(), ErrorKind::OutOfRange);
        assert!(error.to_string().contains("column `line`"), "{error}");
        Ok(())
    }

    /// A sum beyond i64 is an error and no rounded number.
    async fn a_sum_that_overflows_is_an_error(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account {
            id: 1,
            balance: i64::MAX,
        }
        .save(db)
        .await?;
        assert_eq!(
            Account::query().sum(db, |account| account.balance).await?,
            Some(i64::MAX)
        );
        Account { id: 2, balance: 1 }.save(db).await?;
        let error = failure(Account::query().sum(db, |account| account.balance).await);
        assert_eq!(error.kind(), ErrorKind::OutOfRange);
        Ok(())
    }

    /// Text with a NUL would be cut by the database's functions.
    async fn text_with_a_nul_is_refused(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let error = failure(User::named("a\0b").save(db).await);
        assert_eq!(error.kind(), ErrorKind::InvalidText);
        assert!(!error.to_string().contains("a\0b"), "{error}");
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }

    /// A cell of another type names the column.
    async fn text_where_a_number_is_expected_names_the_column(db: &Db) -> Result<()> {
        db.execute(
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance VARCHAR(9))",
            (),
        )
        .await?;
        db.execute("INSERT INTO accounts (id, balance) VALUES (1, 'much')", ())
            .await?;
        let error = failure(Account::find(db, 1).await);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("column `balance`"), "{error}");
        assert!(!error.to_string().contains("much"), "{error}");
        Ok(())
    }

    /// A NULL where the field takes none.
    async fn a_null_where_the_field_takes_none_names_the_column(db: &Db) -> Result<()> {
        db.execute(
            "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER)",
            (),
        )
        .await?;
        db.execute("INSERT INTO accounts (id) VALUES (1)", ()).await?;
        let error = failure(Account::find_all(db).await);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("column `balance`"), "{error}");
        Ok(())
    }

    /// A row without a column that the record has.
    async fn a_row_without_the_column_is_told(db: &Db) -> Result<()> {
        let error = failure(db.query_sql::<Account>("SELECT 1 AS id", ()).await);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("`balance`"), "{error}");
        Ok(())
    }

    /// A write with RETURNING whose rows do not read as asked for has taken effect all the same, and says so.
    #[needs(InsertReturning)]
    async fn a_write_whose_rows_do_not_read_was_applied(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let sql = "INSERT INTO accounts (id, balance) VALUES (1, 2) RETURNING 'text'";
        let error = failure(db.query_sql::<(i64,)>(sql, ()).await);
        assert_eq!(
            (error.kind(), error.outcome()),
            (ErrorKind::Decode, Outcome::Applied)
        );
        assert_eq!(Account::query().count(db).await?, 1);
        assert_eq!(
            kind(db.query_sql::<(i64,)>("SELECT 'text'", ()).await),
            ErrorKind::Decode
        );
        Ok(())
    }
}
