//! Transaction control by raw text.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::kind;

    /// A raw BEGIN does not leave a transaction on a connection of the pool.
    async fn a_raw_begin_leaks_no_transaction(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, sql) in [
            (1, "BEGIN"),
            (2, "BEGIN IMMEDIATE"),
            (3, "SAVEPOINT mine"),
            (4, "/* x */ begin"),
        ] {
            // Whether it is refused or undone afterwards: it must not stay.
            let _ = db.execute(AssertSafe(sql), ()).await;
            Account { id, balance: 0 }.save(db).await?;
            assert_eq!(Account::query().count(&stranger(db)?).await?, id);
        }
        Ok(())
    }

    /// A raw COMMIT or ROLLBACK outside a transaction is an error.
    async fn a_raw_commit_outside_is_an_error(db: &Db) -> Result<()> {
        for sql in ["COMMIT", "END", "ROLLBACK", "RELEASE mine"] {
            assert!(db.execute(AssertSafe(sql), ()).await.is_err(), "{sql}");
        }
        db.create_table::<Account>().await
    }

    /// A raw COMMIT inside a transaction is refused; the transaction goes on and can be rolled back.
    async fn a_raw_commit_inside_is_refused(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for sql in [
            "COMMIT",
            "END TRANSACTION",
            "ROLLBACK",
            "BEGIN",
            " -- so\n commit",
            "# ä\ncommit",
            "/*!50003 COMMIT */",
            "/*M! */ COMMIT",
            ";COMMIT",
            "\u{feff}COMMIT",
            "/* x */ ; END",
            "ROLLBACK /* TO */",
            "RELEASE ar_1",
        ] {
            let tx = db.begin().await?;
            Account { id: 1, balance: 0 }.save(&tx).await?;
            assert_eq!(
                kind(tx.execute(AssertSafe(sql), ()).await),
                ErrorKind::Unsupported,
                "{sql}"
            );
            assert_eq!(Account::query().count(&tx).await?, 1);
            tx.rollback().await?;
            assert_eq!(Account::query().count(db).await?, 0, "{sql}");
        }
        Ok(())
    }

    /// A savepoint of one's own inside a transaction is the transaction's.
    async fn a_raw_savepoint_inside_works(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        db.transaction(async |tx| {
            tx.execute("SAVEPOINT mine", ()).await?;
            Account { id: 1, balance: 0 }.save(tx).await?;
            tx.execute("ROLLBACK TO mine", ()).await?;
            tx.execute("RELEASE SAVEPOINT mine", ()).await?;
            Account { id: 2, balance: 0 }.save(tx).await?;
            Ok(())
        })
        .await?;
        let kept = Account::find_all(db).await?;
        assert_eq!((kept.len(), kept[0].id), (1, 2));
        Ok(())
    }
}
