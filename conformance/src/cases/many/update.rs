//! Many rows changed or deleted by one statement.

use conformance_macros::cases;

/// Many rows changed or deleted by one statement.
#[cases]
pub(super) mod many {
    use crate::prelude::*;

    /// Three accounts: 1 with 10, 2 with 20, 3 with 30.
    async fn accounts(database: &Db) -> Result<()> {
        database.create_table::<Account>().await?;
        let account = |id| Account { id, balance: 10 * id };
        Account::insert_all(database, (1..=3).map(account).collect()).await?;
        Ok(())
    }

    async fn balances(database: &Db) -> Result<Vec<(i64, i64)>> {
        let query = Account::query().order_by(|a| a.id.asc());
        query.select(|a| (a.id, a.balance)).all(database).await
    }

    async fn update_all_sets_the_rows_that_match_and_counts_them(db: &Db) -> Result<()> {
        accounts(db).await?;
        let rich = Account::query().filter(|a| a.balance.ge(20));
        assert_eq!(rich.update_all(db, |a| a.balance.set(5)).await?, 2);
        assert_eq!(balances(db).await?, [(1, 10), (2, 5), (3, 5)]);
        let nobody = Account::query().filter(|a| a.id.gt(3));
        assert_eq!(nobody.update_all(db, |a| a.balance.set(0)).await?, 0);
        assert_eq!(balances(db).await?, [(1, 10), (2, 5), (3, 5)]);
        Ok(())
    }

    async fn update_all_sets_several_columns_and_adds_to_them(db: &Db) -> Result<()> {
        accounts(db).await?;
        let one = Account::query().filter(|a| a.id.eq(1));
        let set = one.update_all(db, |a| [a.id.set(9), a.balance.increment(1)]);
        assert_eq!(set.await?, 1);
        let two = Account::query().filter(|a| a.id.eq(2));
        two.update_all(db, |a| a.balance.increment(-30)).await?;
        assert_eq!(balances(db).await?, [(2, -10), (3, 30), (9, 11)]);
        Ok(())
    }

    async fn update_all_goes_by_every_condition(db: &Db) -> Result<()> {
        accounts(db).await?;
        let query = Account::query()
            .filter(|a| a.balance.gt(10))
            .filter_sql("id < ? OR id > ?", (3, 5));
        assert_eq!(query.update_all(db, |a| a.balance.set(0)).await?, 1);
        assert_eq!(balances(db).await?, [(1, 10), (2, 0), (3, 30)]);
        Ok(())
    }

    async fn update_all_without_a_condition_is_refused_unless_said(db: &Db) -> Result<()> {
        accounts(db).await?;
        let refused = Account::query().update_all(db, |a| a.balance.set(0)).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(balances(db).await?, [(1, 10), (2, 20), (3, 30)]);
        let all = Account::query().all_rows();
        assert_eq!(all.update_all(db, |a| a.balance.set(0)).await?, 3);
        assert_eq!(balances(db).await?, [(1, 0), (2, 0), (3, 0)]);
        Ok(())
    }

    async fn delete_all_deletes_the_rows_that_match_and_counts_them(db: &Db) -> Result<()> {
        accounts(db).await?;
        let some = Account::query().filter(|a| a.balance.in_list([10, 30, 50]));
        assert_eq!(some.clone().delete_all(db).await?, 2);
        assert_eq!(some.delete_all(db).await?, 0);
        assert_eq!(balances(db).await?, [(2, 20)]);
        Ok(())
    }

    async fn delete_all_without_a_condition_is_refused_unless_said(db: &Db) -> Result<()> {
        accounts(db).await?;
        let refused = Account::query().delete_all(db).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(Account::query().count(db).await?, 3);
        assert_eq!(Account::query().all_rows().delete_all(db).await?, 3);
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    /// An order or a limit would be dropped in silence.
    async fn an_order_or_a_limit_is_refused_on_many_rows(db: &Db) -> Result<()> {
        accounts(db).await?;
        let query = || Account::query().filter(|a| a.id.gt(0));
        let limited = query().limit(1).update_all(db, |a| a.balance.set(0)).await;
        assert_eq!(limited.unwrap_err().kind(), ErrorKind::Invalid);
        let ordered = query().order_by(|a| a.id.asc()).delete_all(db).await;
        assert_eq!(ordered.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(balances(db).await?, [(1, 10), (2, 20), (3, 30)]);
        Ok(())
    }

    async fn many_rows_change_inside_a_transaction_or_not_at_all(db: &Db) -> Result<()> {
        accounts(db).await?;
        let tx = db.begin().await?;
        Account::query()
            .all_rows()
            .update_all(&tx, |a| a.balance.set(0))
            .await?;
        Account::query().filter(|a| a.id.eq(1)).delete_all(&tx).await?;
        assert_eq!(Account::query().count(&tx).await?, 2);
        tx.rollback().await?;
        assert_eq!(balances(db).await?, [(1, 10), (2, 20), (3, 30)]);
        Ok(())
    }
}
