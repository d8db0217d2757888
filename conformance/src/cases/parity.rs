//! One model and one set of verbs for blocking and async code, side by side.

use conformance_macros::cases;

pub(super) use self::parity::cases;

/// One model and one set of verbs for blocking and async code, side by side.
#[cases]
mod parity {
    use crate::models::mixed::User as MixedUser;
    use crate::prelude::*;

    async fn both_handles_see_each_others_rows(db: &Db) -> Result<()> {
        let (blocking, asynchronous) = handles(db);
        aside(|| blocking.create_table::<MixedUser>())?;
        let mut ann = aside(|| MixedUser::named("ann").save(&blocking))?;
        keep_async! {
            let mut bob = wait!(async { MixedUser::named("bob").save(&asynchronous).await })?;
            let found = wait!(async { MixedUser::find(&asynchronous, ann.id).await })?;
            assert_eq!(found, ann);
        }
        assert_eq!(aside(|| MixedUser::find(&blocking, bob.id))?, bob);
        // A row goes on in the other mode from where it was.
        ann.name = "Anna".into();
        bob.name = "Bobby".into();
        keep_async! { wait!(async { ann.save(&asynchronous).await })?; }
        aside(|| bob.save(&blocking))?;
        let names = MixedUser::query().order_by(|u| u.id.asc()).select(|u| u.name);
        let names = aside(|| names.all(&blocking))?;
        assert_eq!(names, ["Anna", "Bobby"]);
        Ok(())
    }

    async fn both_modes_answer_alike(db: &Db) -> Result<()> {
        let (blocking, asynchronous) = handles(db);
        aside(|| blocking.create_table::<MixedUser>())?;
        let users = ["ann", "bob", "cid"].map(MixedUser::named).to_vec();
        let saved = aside(|| MixedUser::insert_all(&blocking, users))?;
        let query = || {
            MixedUser::query()
                .filter(|u| u.name.ge("b"))
                .order_by(|u| u.id.desc())
        };
        let here = (
            aside(|| query().all(&blocking))?,
            aside(|| MixedUser::query().count(&blocking))?,
            aside(|| MixedUser::find(&blocking, 9)).unwrap_err().kind(),
            aside(|| MixedUser::named("ann").save(&blocking))
                .unwrap_err()
                .kind(),
        );
        keep_async! {
            let there = wait!(async {
                let rows = query().all(&asynchronous).await?;
                let count = MixedUser::query().count(&asynchronous).await?;
                let missing = MixedUser::find(&asynchronous, 9).await.unwrap_err().kind();
                let twin = MixedUser::named("ann").save(&asynchronous).await.unwrap_err().kind();
                Ok::<_, Error>((rows, count, missing, twin))
            })?;
        }
        assert_eq!(here, there);
        assert_eq!(here.0, [saved[2].clone(), saved[1].clone()]);
        assert_eq!(
            (here.1, here.2, here.3),
            (3, ErrorKind::NotFound, ErrorKind::UniqueViolation)
        );
        Ok(())
    }

    async fn both_handles_share_the_connections(db: &Db) -> Result<()> {
        let (blocking, asynchronous) = handles(db);
        assert_eq!(blocking.status().size, asynchronous.status().size);
        let tx = aside(|| blocking.begin())?;
        assert_eq!((blocking.status().in_use, asynchronous.status().in_use), (1, 1));
        aside(|| drop(tx));
        keep_async! {
            let tx = wait!(async { asynchronous.begin().await })?;
            assert_eq!((blocking.status().in_use, asynchronous.status().in_use), (1, 1));
            wait!(async { tx.rollback().await })?;
        }
        assert_eq!(asynchronous.to_blocking().status(), blocking.to_async().status());
        assert_eq!(blocking.status().in_use, 0);
        Ok(())
    }

    async fn a_closed_handle_is_closed_in_both_modes(db: &Db) -> Result<()> {
        let (blocking, asynchronous) = handles(db);
        aside(|| blocking.create_table::<MixedUser>())?;
        aside(|| blocking.clone().close());
        let refused = MixedUser::find_all(&blocking).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::PoolClosed);
        keep_async! {
            let refused = wait!(async { MixedUser::find_all(&asynchronous).await.unwrap_err() });
        }
        assert_eq!(refused.kind(), ErrorKind::PoolClosed);
        Ok(())
    }

    /// Writers of both modes at once queue for their turn and lose nothing.
    async fn both_modes_write_at_once(db: &Db) -> Result<()> {
        let (blocking, asynchronous) = handles(db);
        aside(|| blocking.create_table::<MixedUser>())?;
        let thread = std::thread::spawn(move || -> Result<()> {
            for number in 0..20 {
                MixedUser::named(&format!("blocking-{number}")).save(&blocking)?;
            }
            Ok(())
        });
        keep_async! {
            wait!(async {
                for number in 0..20 {
                    MixedUser::named(&format!("async-{number}")).save(&asynchronous).await?;
                }
                Ok::<_, Error>(())
            })?;
        }
        aside(|| thread.join().unwrap())?;
        let (blocking, _) = handles(db);
        assert_eq!(aside(|| MixedUser::query().count(&blocking))?, 40);
        Ok(())
    }

    /// What a program has beside its records: a function of the concrete handle.
    async fn report(database: &Db) -> Result<i64> {
        User::query()
            .filter(|u| u.is_active.eq(true))
            .count(database)
            .await
    }

    async fn a_function_of_the_database_takes_a_transaction(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("ann").save(db).await?;
        let tx = db.begin().await?;
        User::named("bob").save(&tx).await?;
        assert_eq!(report(&tx).await?, 2);
        let inner = tx.begin().await?;
        User::named("cid").save(&inner).await?;
        assert_eq!(report(&inner).await?, 3);
        inner.commit().await?;
        tx.commit().await?;
        assert_eq!(report(db).await?, 3);
        Ok(())
    }

    #[only(blocking)]
    fn rename<H: Handle<Mode = Blocking>>(handle: &H, id: i64, name: &str) -> Result<String> {
        let mut user = User::find(handle, id)?;
        let old = std::mem::replace(&mut user.name, name.to_owned());
        user.save(handle)?;
        Ok(old)
    }

    #[only(asynchronous)]
    async fn rename<H: Handle<Mode = Asynchronous>>(handle: &H, id: i64, name: &str) -> Result<String> {
        let mut user = User::find(handle, id).await?;
        let old = std::mem::replace(&mut user.name, name.to_owned());
        user.save(handle).await?;
        Ok(old)
    }

    async fn a_function_over_any_handle_of_a_mode_takes_them_all(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::named("0").save(db).await?;
        assert_eq!(rename(db, 1, "1").await?, "0");
        assert_eq!(rename(&db, 1, "2").await?, "1");
        assert_eq!(rename(&Arc::new(db.clone()), 1, "3").await?, "2");
        let tx = db.begin().await?;
        assert_eq!(rename(&tx, 1, "4").await?, "3");
        assert_eq!(rename(&*tx, 1, "5").await?, "4");
        let shared = Arc::new(tx);
        assert_eq!(rename(&shared, 1, "6").await?, "5");
        let tx = Arc::try_unwrap(shared).unwrap();
        tx.commit().await?;
        assert_eq!(User::find(db, 1).await?.name, "6");
        Ok(())
    }

    /// A call that is made in both modes at the same time gives what two calls in a row give.
    async fn two_calls_may_run_at_once(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        User::insert_all(db, ["ann", "bob"].map(User::named).to_vec()).await?;
        let (count, found) = both!(User::query().count(db), User::find(db, 2));
        assert_eq!((count?, &*found?.name), (2, "bob"));
        Ok(())
    }
}
