//! A dropped future must not make an `Active` lie.

use conformance_macros::cases;

/// A dropped future must not make an `Active` lie.
#[cases]
pub(super) mod tracking {
    use crate::prelude::*;

    /// Polls a future so often at most, each time it wakes, and drops it; gives what it gave until then.
    #[only(asynchronous)]
    async fn polled<F: Future>(times: u32, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        let mut polls = 0;
        std::future::poll_fn(move |context| {
            if polls == times {
                return std::task::Poll::Ready(None);
            }
            polls += 1;
            match future.as_mut().poll(context) {
                std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
                std::task::Poll::Pending if polls == times => std::task::Poll::Ready(None),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        })
        .await
    }

    /// Waits until no write is under way where one waits for the other: a transaction queues behind the writers.
    #[only(asynchronous)]
    async fn quiet(database: &Db) -> Result<()> {
        database.begin().await?.commit().await
    }

    /// Begins a write to an account that another transaction has its hands on, and drops it: nothing is written.
    #[only(asynchronous)]
    async fn cut_off_early<F: Future>(database: &Db, id: i64, future: F) -> Result<()> {
        let writer = database.begin().await?;
        let row = Account::query().filter(|a| a.id.eq(id));
        if row.update_all(&writer, |a| a.balance.set(1000)).await? == 0 {
            Account { id, balance: 1000 }.save(&writer).await?;
        }
        assert!(polled(1, future).await.is_none(), "it did not wait for its turn");
        // A statement that was sent is stopped before it can go on.
        crate::support::until_async(database, |status| status.in_use == 1).await;
        writer.rollback().await
    }

    /// Begins a write and drops it once its account is there, or gone, but before it is told so. `false` where it was
    /// told before.
    #[only(asynchronous)]
    async fn cut_off_late<F: Future>(database: &Db, id: i64, there: bool, future: F) -> Result<bool> {
        let mut future = std::pin::pin!(future);
        loop {
            let told = std::future::poll_fn(|context| {
                std::task::Poll::Ready(future.as_mut().poll(context).is_ready())
            });
            if told.await {
                return Ok(false);
            }
            if Account::exists(database, id).await? == there {
                return Ok(true);
            }
        }
    }

    /// An account whose row is there, with a save in doubt that took effect: it has the key and the balance given.
    #[only(asynchronous)]
    async fn written_in_doubt(database: &Db) -> Result<Active<Account>> {
        let mut id = 0;
        loop {
            id += 1;
            let mut account = Active::new(Account { id, balance: 5 });
            if cut_off_late(database, id, true, account.save(database)).await? {
                return Ok(account);
            }
        }
    }

    #[only(asynchronous)]
    async fn dropped_before_its_first_poll_it_did_nothing(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = Active::new(User::named("ann"));
        drop(ann.save(db));
        assert!(ann.is_new() && !ann.is_in_doubt());
        assert_eq!(User::query().count(db).await?, 0);
        ann.save(db).await?;
        drop(ann.delete(db));
        assert!(ann.is_persisted());
        Ok(())
    }

    #[only(asynchronous)]
    async fn cut_off_at_any_poll_it_never_makes_two_rows(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for polls in 0..6 {
            for round in 0..5 {
                let name = format!("user-{polls}-{round}");
                let mut user = Active::new(User::named(&name));
                // Behind another writer there is more than one wait.
                let writer = db.begin().await?;
                let save = async {
                    let told = polled(polls, user.save(db)).await;
                    quiet(db).await.map(|()| told)
                };
                let (told, committed) = tokio::join!(save, writer.commit());
                committed?;
                match told? {
                    Some(saved) => assert_eq!((saved.is_ok(), user.is_persisted()), (true, true)),
                    None if polls == 0 => assert!(user.is_new()),
                    None => assert!(user.is_in_doubt()),
                }
                if user.is_in_doubt() {
                    assert_eq!(user.save(db).await.unwrap_err().kind(), ErrorKind::InDoubt);
                }
                let there = User::query().filter(|u| u.name.eq(&*name)).count(db).await?;
                assert!(
                    there <= 1 && (there == 0 || !user.is_new()),
                    "{name}: {there} rows"
                );
            }
        }
        Ok(())
    }

    #[only(asynchronous)]
    async fn a_write_to_one_in_doubt_is_refused_until_refresh(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut account = Account { id: 1, balance: 5 }.save(db).await?;
        account.balance = 6;
        cut_off_early(db, 1, account.save(db)).await?;
        assert!(account.is_in_doubt() && !account.is_persisted());
        assert_eq!(account.save(db).await.unwrap_err().kind(), ErrorKind::InDoubt);
        assert_eq!(account.delete(db).await.unwrap_err().kind(), ErrorKind::InDoubt);
        assert_eq!(Account::find(db, 1).await?.balance, 5);
        account.refresh(db).await?;
        assert!(account.is_persisted() && !account.is_dirty());
        assert_eq!(account.balance, 5);
        account.balance = 7;
        account.save(db).await?;
        assert_eq!(Account::find(db, 1).await?.balance, 7);
        Ok(())
    }

    #[only(asynchronous)]
    async fn a_new_record_in_doubt_is_settled_by_its_own_key(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut written = written_in_doubt(db).await?;
        assert!(written.is_in_doubt() && !written.is_new());
        assert_eq!(written.save(db).await.unwrap_err().kind(), ErrorKind::InDoubt);
        written.refresh(db).await?;
        assert!(written.is_persisted() && !written.is_dirty());
        let mut unwritten = Active::new(Account { id: -1, balance: 5 });
        cut_off_early(db, -1, unwritten.save(db)).await?;
        assert_eq!(
            unwritten.refresh(db).await.unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert!(unwritten.is_in_doubt());
        unwritten.assume_not_written();
        unwritten.save(db).await?;
        assert_eq!(Account::find(db, -1).await?.balance, 5);
        Ok(())
    }

    /// Nobody knows which row it may have become, and certainly not the one with the key zero.
    #[only(asynchronous)]
    async fn a_new_record_without_a_key_is_not_settled_by_refresh(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("zero").save(db).await?;
        User::query().all_rows().update_all(db, |u| u.id.set(0)).await?;
        let mut ann = Active::new(User::named("ann"));
        let writer = db.begin().await?;
        assert!(polled(1, ann.save(db)).await.is_none());
        writer.rollback().await?;
        assert_eq!(ann.refresh(db).await.unwrap_err().kind(), ErrorKind::InDoubt);
        assert!(ann.is_in_doubt());
        assert_eq!(ann.name, "ann");
        Ok(())
    }

    #[only(asynchronous)]
    async fn assume_not_written_gives_the_state_before_back(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut account = Active::new(Account { id: 1, balance: 5 });
        cut_off_early(db, 1, account.save(db)).await?;
        account.assume_not_written();
        assert!(account.is_new());
        account.save(db).await?;
        account.balance = 9;
        cut_off_early(db, 1, account.save(db)).await?;
        account.assume_not_written();
        assert!(account.is_persisted() && account.is_dirty());
        account.save(db).await?;
        cut_off_early(db, 1, account.delete(db)).await?;
        account.assume_not_written();
        assert!(account.is_persisted() && !account.is_dirty());
        assert_eq!(Account::find(db, 1).await?, account);
        Ok(())
    }

    #[only(asynchronous)]
    async fn a_delete_cut_off_is_in_doubt_too(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut account = Account { id: 1, balance: 5 }.save(db).await?;
        cut_off_early(db, 1, account.delete(db)).await?;
        assert!(account.is_in_doubt() && !account.is_deleted());
        account.refresh(db).await?;
        assert!(account.is_persisted());
        // And one that took effect, without anybody being told.
        while !cut_off_late(db, 1, false, account.delete(db)).await? {
            account = Account { id: 1, balance: 5 }.save(db).await?;
        }
        assert!(account.is_in_doubt());
        assert_eq!(account.refresh(db).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(!account.is_persisted());
        assert_eq!(Account::query().count(db).await?, 0);
        Ok(())
    }

    #[only(asynchronous)]
    async fn a_record_in_doubt_stays_so_when_its_transaction_ends(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let tx = db.begin().await?;
        let mut account = Active::new(Account { id: 1, balance: 5 });
        let told = polled(1, account.save(&tx)).await.is_some();
        let committed = tx.commit().await.is_ok();
        // A write that was cut off while it ran spoils its transaction; one that had not begun is withdrawn.
        let there = Account::query().count(db).await?;
        assert!(there <= i64::from(committed));
        assert_eq!((account.is_in_doubt(), account.is_persisted()), (!told, told));
        if !told {
            assert_eq!(account.save(db).await.unwrap_err().kind(), ErrorKind::InDoubt);
            assert_eq!(account.refresh(db).await.is_ok(), there == 1);
        }
        Ok(())
    }

    /// A wait that is given up at the moment when its turn comes passes the turn on.
    #[only(asynchronous)]
    #[needs(WriterLane)]
    async fn a_wait_given_up_loses_no_turn(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for round in 0..300 {
            let writer = db.begin().await?;
            let other = db.clone();
            let waits = tokio::spawn(async move { other.begin().await.map(drop) });
            while db.status().waiting_to_write == 0 && db.status().waiting == 0 {
                tokio::task::yield_now().await;
            }
            let ended = tokio::spawn(async move { writer.commit().await });
            for _ in 0..round % 40 {
                tokio::task::yield_now().await;
            }
            waits.abort();
            ended.await.unwrap()?;
        }
        quiet(db).await?;
        Account { id: 1, balance: 5 }.save(db).await?;
        assert_eq!(db.status().waiting_to_write, 0);
        Ok(())
    }

    /// A blocking call cannot be cut off: it is over when it returns.
    #[only(blocking)]
    async fn a_blocking_write_is_never_in_doubt(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut ann = Active::new(User::named("ann"));
        ann.save(db).await?;
        assert!(!ann.is_in_doubt());
        let mut twin = Active::new(User::named("ann"));
        assert_eq!(
            twin.save(db).await.unwrap_err().kind(),
            ErrorKind::UniqueViolation
        );
        assert!(!twin.is_in_doubt() && twin.is_new());
        ann.delete(db).await?;
        assert!(!ann.is_in_doubt() && ann.is_deleted());
        Ok(())
    }
}
