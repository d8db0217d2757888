//! Transactions in transactions.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::kind;

    async fn names(handle: &Db) -> Result<Vec<String>> {
        let users = User::query().order_by(|user| user.name.asc()).all(handle).await?;
        Ok(users.into_iter().map(|user| user.name.clone()).collect())
    }

    /// The outer guard was dropped: the inner one can neither write nor commit.
    async fn an_inner_one_ends_with_the_outer(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let outer = db.begin().await?;
        let inner = outer.begin().await?;
        drop(outer);
        assert_eq!(
            User::named("late").save(&inner).await.unwrap_err().kind(),
            ErrorKind::TransactionEnded
        );
        assert_eq!(kind(inner.commit().await), ErrorKind::TransactionEnded);
        assert_eq!(User::query().count(db).await?, 0);
        User::named("next").save(db).await?;
        Ok(())
    }

    /// A failed inner part leaves the outer one usable, and undoes itself alone.
    async fn a_failed_inner_part_leaves_the_outer_usable(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        db.transaction(async |tx| {
            User::named("a").save(tx).await?;
            let failed: Result<()> = tx
                .transaction(async |inner| {
                    assert!(inner.is_nested());
                    User::named("b").save(inner).await?;
                    Err(Error::invalid("inner"))
                })
                .await;
            assert_eq!(kind(failed), ErrorKind::Invalid);
            User::named("c").save(tx).await?;
            Ok(())
        })
        .await?;
        assert_eq!(names(db).await?, ["a", "c"]);
        Ok(())
    }

    /// What an inner part kept is undone with the outer one.
    async fn a_released_inner_part_is_undone_with_the_outer(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let inner = tx.begin().await?;
        User::named("a").save(&inner).await?;
        inner.commit().await?;
        assert_eq!(names(&tx).await?, ["a"]);
        tx.rollback().await?;
        assert_eq!(names(db).await?, [""; 0]);
        Ok(())
    }

    /// Twelve deep, each level kept.
    async fn twelve_levels_are_kept(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut levels = vec![db.begin().await?];
        for level in 1..12 {
            let inner = levels[levels.len() - 1].begin().await?;
            Account {
                id: level,
                balance: 0,
            }
            .save(&inner)
            .await?;
            levels.push(inner);
        }
        while let Some(level) = levels.pop() {
            level.commit().await?;
        }
        assert_eq!(Account::query().count(db).await?, 11);
        Ok(())
    }

    /// Twelve deep, a level in the middle undone: with it what is inside it, and nothing outside.
    async fn a_level_in_the_middle_undoes_those_inside_it(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let mut levels = vec![db.begin().await?];
        for level in 1..12 {
            let inner = levels[levels.len() - 1].begin().await?;
            Account {
                id: level,
                balance: 0,
            }
            .save(&inner)
            .await?;
            levels.push(inner);
        }
        while let Some(level) = levels.pop() {
            if levels.len() == 6 {
                level.rollback().await?;
            } else {
                level.commit().await?;
            }
        }
        let kept = Account::query()
            .order_by(|account| account.id.asc())
            .all(db)
            .await?;
        let kept: Vec<i64> = kept.iter().map(|account| account.id).collect();
        assert_eq!(kept, [1, 2, 3, 4, 5]);
        Ok(())
    }

    /// Savepoints one after the other do not mix.
    async fn siblings_are_independent(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        for (name, kept) in [("a", true), ("b", false), ("c", true), ("d", false)] {
            let inner = tx.begin().await?;
            User::named(name).save(&inner).await?;
            if kept {
                inner.commit().await?;
            } else {
                inner.rollback().await?;
            }
        }
        tx.commit().await?;
        assert_eq!(names(db).await?, ["a", "c"]);
        Ok(())
    }

    /// While an inner part is open the outer one refuses statements at once, and says which handle to use.
    async fn the_outer_refuses_statements_while_an_inner_is_open(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        let inner = tx.begin().await?;
        let error = User::named("a").save(&tx).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(
            error.to_string(),
            "a nested transaction is open; use its own handle, or end it first"
        );
        assert_eq!(kind(tx.begin().await), ErrorKind::Invalid);
        inner.commit().await?;
        User::named("b").save(&tx).await?;
        tx.commit().await?;
        assert_eq!(names(db).await?, ["b"]);
        Ok(())
    }

    /// A dropped inner guard leaves the outer one usable at once.
    async fn the_outer_is_usable_as_soon_as_an_inner_guard_is_dropped(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for round in 0..50 {
            let tx = db.begin().await?;
            let inner = tx.begin().await?;
            User::named("inner").save(&inner).await?;
            drop(inner);
            User::named(&format!("outer {round}")).save(&tx).await?;
            tx.commit().await?;
        }
        assert_eq!(User::query().count(db).await?, 50);
        Ok(())
    }

    /// A commit right after an inner guard was dropped waits for the inner rollback.
    async fn the_outer_commits_as_soon_as_an_inner_guard_is_dropped(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        for round in 0..50 {
            let tx = db.begin().await?;
            User::named(&format!("outer {round}")).save(&tx).await?;
            let inner = tx.begin().await?;
            User::named("inner").save(&inner).await?;
            drop(inner);
            tx.commit().await?;
        }
        assert_eq!(User::query().count(db).await?, 50);
        Ok(())
    }

    /// The outer one cannot be committed around an open inner one: nothing is kept.
    async fn the_outer_cannot_end_before_the_inner(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("a").save(&tx).await?;
        let inner = tx.begin().await?;
        assert_eq!(kind(tx.commit().await), ErrorKind::Invalid);
        drop(inner);
        User::named("b").save(db).await?;
        assert_eq!(names(db).await?, ["b"]);
        Ok(())
    }

    /// A read inside sees what all levels around it did.
    async fn an_inner_part_sees_what_the_outer_did(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin().await?;
        User::named("a").save(&tx).await?;
        let inner = tx.begin().await?;
        User::named("b").save(&inner).await?;
        assert_eq!(names(&inner).await?, ["a", "b"]);
        inner.rollback().await?;
        assert_eq!(names(&tx).await?, ["a"]);
        tx.rollback().await
    }
}
