//! Statements that the database cannot run, or that are refused before.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::prelude::*;
    use crate::support::{failure, has_code, kind};

    /// A misspelt keyword is a syntax error, with the statement in its message.
    async fn a_misspelt_keyword_is_a_syntax_error(db: &Db) -> Result<()> {
        let error = failure(db.query_sql::<(i64,)>("SELEKT 1", ()).await);
        assert_eq!(error.kind(), ErrorKind::Syntax);
        assert!(has_code(&error, &["1", "42601", "1064"]), "{error:?}");
        assert!(error.to_string().contains("SELEKT 1"), "{error}");
        Ok(())
    }

    /// A table that does not exist.
    async fn a_missing_table_is_told(db: &Db) -> Result<()> {
        assert_eq!(kind(User::find_all(db).await), ErrorKind::UndefinedTable);
        assert_eq!(kind(User::named("ann").save(db).await), ErrorKind::UndefinedTable);
        assert_eq!(
            kind(db.execute("DELETE FROM nowhere", ()).await),
            ErrorKind::UndefinedTable
        );
        Ok(())
    }

    /// A column that does not exist.
    async fn a_missing_column_is_told(db: &Db) -> Result<()> {
        db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)", ())
            .await?;
        assert_eq!(kind(User::find_all(db).await), ErrorKind::UndefinedColumn);
        assert_eq!(
            kind(User::named("ann").save(db).await),
            ErrorKind::UndefinedColumn
        );
        let quoted = db
            .query_sql::<(String,)>("SELECT \"no_such\" FROM users", ())
            .await;
        assert_eq!(kind(quoted), ErrorKind::UndefinedColumn);
        Ok(())
    }

    /// Parameters that are not as many as the placeholders.
    async fn a_wrong_number_of_parameters_is_refused(db: &Db) -> Result<()> {
        let few = failure(db.query_sql::<(i64, i64)>("SELECT ?, ?", (1_i64,)).await);
        assert_eq!((few.kind(), few.code()), (ErrorKind::Invalid, None));
        let many = failure(db.query_sql::<(i64,)>("SELECT ?", (1_i64, 2_i64)).await);
        assert_eq!((many.kind(), many.code()), (ErrorKind::Invalid, None));
        assert!(many.to_string().contains("SELECT ?"), "{many}");
        Ok(())
    }

    /// A quote or comment that does not end would swallow the rest.
    async fn an_unended_quote_is_refused(db: &Db) -> Result<()> {
        for sql in ["SELECT 'a", "SELECT \"a", "SELECT 1 /* a"] {
            let error = failure(db.query_sql::<(i64,)>(AssertSafe(sql), ()).await);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, None), "{sql}");
            assert!(error.to_string().contains("does not end"), "{error}");
        }
        Ok(())
    }

    /// Two statements in one text are refused, and neither is run.
    async fn two_statements_in_one_text_are_refused(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let sql = "INSERT INTO accounts (id, balance) VALUES (1, 1); DELETE FROM accounts";
        assert_eq!(kind(db.execute(sql, ()).await), ErrorKind::Invalid);
        assert_eq!(kind(db.execute("", ()).await), ErrorKind::Invalid);
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// Changing or deleting all rows has to be said in so many words.
    async fn a_change_of_all_rows_has_to_be_said(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account { id: 1, balance: 1 }.save(db).await?;
        assert_eq!(kind(Account::query().delete_all(db).await), ErrorKind::Invalid);
        let update = Account::query().update_all(db, |account| account.balance.set(2));
        assert_eq!(kind(update.await), ErrorKind::Invalid);
        assert_eq!(Account::find(db, 1).await?.balance, 1);
        Ok(())
    }
}
