//! Every verb, dropped after each of its polls.

use conformance_macros::cases;

pub(super) use self::cancellation::cases;

#[cases]
mod cancellation {
    use crate::prelude::*;
    use crate::support::{cuts, is_whole};

    /// An insert leaves no row or one, and the record is not lost where it was done.
    #[only(asynchronous)]
    async fn an_insert_leaves_no_row_or_one(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for (round, cut) in (0..).zip(cuts()) {
            let done = cut.off(User::named(&format!("user {round}")).save(db)).await;
            is_whole(db).await?;
            let rows = User::query()
                .filter(|user| user.name.eq(format!("user {round}")))
                .count(db)
                .await?;
            match done {
                None => assert!(rows <= 1, "{cut:?}: {rows} rows"),
                Some(saved) => return saved.map(|_| assert_eq!(rows, 1)).map_err(Into::into),
            }
        }
        Ok(())
    }

    /// An insert through an `Active` that was cut off, told apart, and saved again makes one row.
    #[only(asynchronous)]
    async fn an_insert_cut_off_and_repeated_makes_one_row(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (0..).zip(cuts()) {
            let mut account = Active::new(Account { id, balance: 1 });
            let done = cut.off(account.save(db)).await;
            is_whole(db).await?;
            if done.is_none() {
                assert!(account.is_in_doubt(), "{cut:?}");
                if !Account::exists(db, id).await? {
                    account.assume_not_written();
                    account.save(db).await?;
                }
            }
            assert_eq!(
                Account::query()
                    .filter(|account| account.id.eq(id))
                    .count(db)
                    .await?,
                1
            );
            if done.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// An update is done or not; `refresh` tells, and the next write goes through.
    #[only(asynchronous)]
    async fn an_update_is_done_or_not(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut account = Account { id: 1, balance: 0 }.save(db).await?;
        for cut in cuts() {
            let before = account.balance;
            account.balance += 1;
            let done = cut.off(account.save(db)).await;
            is_whole(db).await?;
            if done.is_some() {
                break;
            }
            assert!(account.is_in_doubt());
            account.refresh(db).await?;
            assert!(
                account.balance == before || account.balance == before + 1,
                "{cut:?}"
            );
        }
        assert_eq!(Account::find(db, 1).await?.balance, account.balance);
        Ok(())
    }

    /// Many records are inserted all or not at all.
    #[only(asynchronous)]
    async fn many_are_inserted_all_or_none(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (round, cut) in (0_i64..).zip(cuts()) {
            let records = (0..500).map(|id| Account {
                id: round * 1000 + id,
                balance: round,
            });
            let done = cut.off(Account::insert_all(db, records.collect())).await;
            is_whole(db).await?;
            let rows = Account::query()
                .filter(|account| account.balance.eq(round))
                .count(db)
                .await?;
            assert!(rows == 0 || rows == 500, "{cut:?}: {rows} rows");
            if done.is_some() {
                assert_eq!(rows, 500);
                break;
            }
        }
        Ok(())
    }

    /// A find leaves nothing behind.
    #[only(asynchronous)]
    async fn a_find_leaves_nothing_behind(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account { id: 1, balance: 7 }.save(db).await?;
        for cut in cuts() {
            let done = cut.off(Account::find(db, 1)).await;
            is_whole(db).await?;
            if let Some(found) = done {
                assert_eq!(found?.balance, 7);
                break;
            }
        }
        Ok(())
    }

    /// Raw text that writes leaves no row or one.
    #[only(asynchronous)]
    async fn raw_text_leaves_no_row_or_one(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (0_i64..).zip(cuts()) {
            let sql = "INSERT INTO accounts (id, balance) VALUES (?, 0)";
            let done = cut.off(db.execute(sql, (id,))).await.transpose()?;
            is_whole(db).await?;
            assert!(done.is_none() || Account::exists(db, id).await?, "{cut:?}");
            if done.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// The same of raw text that gives rows.
    #[only(asynchronous)]
    #[needs(InsertReturning)]
    async fn raw_text_with_rows_leaves_no_row_or_one(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (0_i64..).zip(cuts()) {
            let sql = "INSERT INTO accounts (id, balance) VALUES (?, 0) RETURNING id";
            let done = cut.off(db.query_sql::<(i64,)>(sql, (id,))).await.transpose()?;
            is_whole(db).await?;
            assert!(done.is_none() || Account::exists(db, id).await?, "{cut:?}");
            if done.is_some() {
                break;
            }
        }
        Ok(())
    }

    #[only(asynchronous)]
    struct TwoRows(i64);

    #[only(asynchronous)]
    impl Work for TwoRows {
        type Output = ();

        async fn run(self, session: &Session<'_>) -> Result<()> {
            Account {
                id: self.0,
                balance: 0,
            }
            .save(session)
            .await?;
            Account {
                id: -self.0,
                balance: 0,
            }
            .save(session)
            .await?;
            Ok(())
        }
    }

    #[only(asynchronous)]
    struct AsOne(i64);

    #[only(asynchronous)]
    impl Work for AsOne {
        type Output = ();

        async fn run(self, session: &Session<'_>) -> Result<()> {
            session.savepoint(TwoRows(self.0)).await
        }
    }

    /// A work of several steps inside a savepoint is done or not, never half.
    #[only(asynchronous)]
    async fn a_work_in_a_savepoint_is_never_half_done(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for (id, cut) in (1..).zip(cuts()) {
            let done = cut.off(db.run(AsOne(id))).await;
            is_whole(db).await?;
            let rows = Account::query()
                .filter(|account| account.id.in_list([id, -id]))
                .count(db)
                .await?;
            assert!(rows == 0 || rows == 2, "{cut:?}: {rows} rows");
            if done.is_some() {
                assert_eq!(rows, 2);
                break;
            }
        }
        Ok(())
    }

    /// The opening of an iteration and each of its rows, dropped: the stream is usable or gone, the pool whole.
    #[only(asynchronous)]
    async fn an_iteration_dropped_anywhere_leaves_the_pool_whole(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account::insert_all(db, (0..1000).map(|id| Account { id, balance: 0 }).collect()).await?;
        for cut in cuts() {
            let Some(rows) = cut.off(Account::query().iterate(db)).await else {
                is_whole(db).await?;
                continue;
            };
            let mut rows = rows?;
            let first = cut.off(rows.next()).await;
            drop(rows);
            is_whole(db).await?;
            if first.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Dropping `next` loses no row.
    #[only(asynchronous)]
    async fn dropping_next_loses_no_row(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        Account::insert_all(db, (0..1000).map(|id| Account { id, balance: 0 }).collect()).await?;
        let mut rows = Account::query()
            .order_by(|account| account.id.asc())
            .iterate(db)
            .await?;
        let first = cuts().next().unwrap();
        let mut seen = Vec::new();
        loop {
            let row = match first.off(rows.next()).await {
                Some(row) => row,
                None => rows.next().await,
            };
            match row {
                Some(row) => seen.push(row?.id),
                None => break,
            }
        }
        assert_eq!(seen, (0..1000).collect::<Vec<_>>());
        Ok(())
    }

    /// A close that is dropped has closed all the same.
    #[only(asynchronous)]
    async fn a_dropped_close_closes_all_the_same(db: &Db) -> Result<()> {
        for cut in cuts() {
            let own = stranger(db)?;
            own.query_sql::<(i64,)>("SELECT 1", ()).await?;
            let done = cut.off(own.close()).await;
            assert!(own.query_sql::<(i64,)>("SELECT 1", ()).await.is_err());
            crate::support::until_async(&own, |status| status.in_use == 0).await;
            if done.is_some() {
                break;
            }
        }
        is_whole(db).await
    }
}
