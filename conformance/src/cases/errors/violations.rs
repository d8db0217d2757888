//! Rules of the schema that were broken.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::prelude::*;
    use crate::support::{failure, has_code};

    /// A unique violation names the table and the columns.
    async fn a_unique_violation_names_its_column(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let error = failure(User::named("ann").save(db).await);
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
        assert!(has_code(&error, &["2067", "23505", "1062"]), "{error:?}");
        assert_eq!(
            (error.table(), error.columns()),
            (Some("users"), &["email".to_owned()][..])
        );
        assert_eq!(error.outcome(), Outcome::NotApplied);
        Ok(())
    }

    /// A second row with the same primary key names all columns of the key.
    async fn a_key_that_is_taken_names_its_columns(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        let item = OrderItem {
            order_id: 1,
            line: 2,
            product: "pen".into(),
            quantity: 3,
        };
        item.clone().save(db).await?;
        let error = failure(item.save(db).await);
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
        assert_eq!(error.table(), Some("order_items"));
        assert_eq!(error.columns(), ["order_id", "line"]);
        Ok(())
    }

    /// A unique index over an expression is named.
    async fn a_unique_index_is_named(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let sql = crate::environment::index_over_expression(db.dialect().name());
        db.execute(sql, ()).await?;
        Account { id: 1, balance: 110 }.save(db).await?;
        let error = failure(Account { id: 2, balance: 120 }.save(db).await);
        assert_eq!(
            (error.kind(), error.constraint()),
            (ErrorKind::UniqueViolation, Some("one_per_hundred"))
        );
        assert_eq!(error.table(), Some("accounts"));
        Ok(())
    }

    async fn owned_accounts(handle: &Db) -> Result<()> {
        handle.create_table::<User>().await?;
        let sql = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance BIGINT NOT NULL, \
                   FOREIGN KEY (balance) REFERENCES users (id))";
        handle.execute(sql, ()).await.map(drop)
    }

    /// A row that refers to none is a violation, of the record's table where the database names none.
    async fn a_reference_to_no_row_is_a_violation_of_the_records_table(db: &Db) -> Result<()> {
        owned_accounts(db).await?;
        let error = failure(Account { id: 1, balance: 9 }.save(db).await);
        assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
        assert!(has_code(&error, &["787", "23503", "1452"]), "{error:?}");
        assert_eq!(error.table(), Some("accounts"));
        assert!(error.columns().is_empty() || error.columns() == ["balance"]);
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// A row that is referred to cannot be deleted; the table is the record's, or the one that the database names.
    async fn a_row_that_is_referred_to_cannot_be_deleted(db: &Db) -> Result<()> {
        owned_accounts(db).await?;
        let mut user = User::named("ann").save(db).await?;
        Account {
            id: 1,
            balance: user.id,
        }
        .save(db)
        .await?;
        let error = failure(user.delete(db).await);
        assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
        assert!(matches!(error.table(), Some("users" | "accounts")), "{error:?}");
        assert!(user.is_persisted());
        Ok(())
    }

    /// A column that may not be null is named, and its table, which for raw SQL not every server tells.
    async fn a_null_where_none_may_be_names_the_column(db: &Db) -> Result<()> {
        let sql = "CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR(50), email VARCHAR(50), \
                   is_active BOOLEAN, age INTEGER NOT NULL)";
        db.execute(sql, ()).await?;
        let ann = User {
            id: 1,
            age: None,
            ..User::named("ann")
        };
        let saved = failure(ann.save(db).await);
        let sql = "INSERT INTO users (id, age) VALUES (?, ?)";
        let executed = failure(db.execute(sql, (1, None::<i64>)).await);
        for error in [&saved, &executed] {
            assert_eq!(error.kind(), ErrorKind::NotNullViolation);
            assert!(has_code(error, &["1299", "23502", "1048"]), "{error:?}");
            assert_eq!(error.columns(), ["age"]);
        }
        assert_eq!(saved.table(), Some("users"));
        assert!(matches!(executed.table(), Some("users") | None));
        Ok(())
    }

    /// A check is told by its name.
    async fn a_check_is_named(db: &Db) -> Result<()> {
        let sql = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, \
                   CONSTRAINT never_below_zero CHECK (balance >= 0))";
        db.execute(sql, ()).await?;
        let mut account = Account { id: 1, balance: 0 }.save(db).await?;
        account.balance = -1;
        let error = failure(account.save(db).await);
        assert_eq!(error.kind(), ErrorKind::CheckViolation);
        assert!(has_code(&error, &["275", "23514", "3819", "4025"]), "{error:?}");
        assert_eq!(
            (error.constraint(), error.table()),
            (Some("never_below_zero"), Some("accounts"))
        );
        assert!(account.is_dirty());
        Ok(())
    }
}
