//! Isolation, read-only, deferred and immediate.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
mod transactions {
    use crate::prelude::*;
    use crate::support::{failure, kind};

    /// Serializable is what SQLite has.
    async fn serializable_is_taken(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        db.transaction_with(options().serializable(), async |tx| {
            User::named("ann").save(tx).await?;
            Ok(())
        })
        .await?;
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// A level that the database lacks is refused before anything is sent.
    async fn a_missing_level_is_refused_before_anything_is_sent(db: &Db) -> Result<()> {
        let has = backend(db)?.capabilities();
        let (spied, calls) = spied(db)?;
        for level in [
            Isolation::ReadUncommitted,
            Isolation::ReadCommitted,
            Isolation::RepeatableRead,
            Isolation::Serializable,
        ] {
            let before = calls.begins();
            let begun = spied.begin_with(options().isolation(level)).await;
            if has.isolation.contains(&level) {
                begun?.rollback().await?;
                continue;
            }
            let error = failure(begun);
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains(&format!("{level:?}")), "{error}");
            assert_eq!(calls.begins(), before);
        }
        Ok(())
    }

    /// Waiting for a state without conflicts is taken, or refused before anything is sent.
    async fn a_deferrable_one_is_taken_or_refused(db: &Db) -> Result<()> {
        let has = backend(db)?.capabilities();
        let (spied, calls) = spied(db)?;
        let begun = spied
            .begin_with(options().serializable().read_only().deferrable())
            .await;
        if has.deferrable {
            return begun?.commit().await;
        }
        assert_eq!((kind(begun), calls.begins()), (ErrorKind::Unsupported, 0));
        Ok(())
    }

    /// A read-only transaction refuses writes and goes on reading, where the write was tried in a savepoint.
    async fn a_read_only_one_refuses_writes(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let mut user = User::named("ann").save(db).await?;
        let tx = db.begin_with(options().read_only()).await?;
        let inner = tx.begin().await?;
        assert_eq!(kind(User::named("bob").save(&inner).await), ErrorKind::ReadOnly);
        inner.rollback().await?;
        user.name = "bob".into();
        let inner = tx.begin().await?;
        assert_eq!(kind(user.save(&inner).await), ErrorKind::ReadOnly);
        inner.rollback().await?;
        let inner = tx.begin().await?;
        assert_eq!(kind(user.delete(&inner).await), ErrorKind::ReadOnly);
        inner.rollback().await?;
        let inner = tx.begin().await?;
        let deleted = inner.execute("DELETE FROM users", ()).await;
        assert_eq!(kind(deleted), ErrorKind::ReadOnly);
        inner.rollback().await?;
        assert_eq!(User::find(&tx, 1).await?.name, "ann");
        tx.commit().await?;
        user.save(db).await?;
        assert_eq!(User::find(db, 1).await?.name, "bob");
        Ok(())
    }

    /// Also in a savepoint of a read-only transaction writes are refused.
    async fn a_savepoint_in_a_read_only_one_refuses_writes(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let tx = db.begin_with(options().read_only()).await?;
        let inner = tx.begin().await?;
        assert_eq!(kind(User::named("bob").save(&inner).await), ErrorKind::ReadOnly);
        inner.rollback().await?;
        assert_eq!(kind(User::named("bob").save(&tx).await), ErrorKind::ReadOnly);
        tx.rollback().await
    }

    /// The connection of a read-only transaction writes again afterwards.
    async fn a_connection_writes_again_after_a_read_only_one(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for id in 0..8 {
            db.transaction_with(options().read_only(), async |tx| Account::query().count(tx).await)
                .await?;
            Account { id, balance: 0 }.save(db).await?;
        }
        assert_eq!(Account::query().count(db).await?, 8);
        Ok(())
    }

    /// A read-only transaction does not queue behind a writer, and does not see what is not committed.
    async fn a_read_only_one_does_not_queue_behind_a_writer(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let writer = db.begin().await?;
        User::named("ann").save(&writer).await?;
        let seen = db
            .transaction_with(options().read_only(), async |tx| User::query().count(tx).await)
            .await?;
        assert_eq!(seen, 0);
        writer.commit().await
    }

    /// A transaction that only reads sees one state, whatever is committed meanwhile.
    async fn a_read_only_one_sees_one_state(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let isolated = match db.dialect().name() {
            // There a serializable one locks what it reads.
            "mysql" | "mariadb" => options().isolation(Isolation::RepeatableRead),
            _ => options().serializable(),
        };
        let reader = db.begin_with(isolated.read_only()).await?;
        assert_eq!(User::query().count(&reader).await?, 0);
        User::named("ann").save(db).await?;
        assert_eq!(User::query().count(&reader).await?, 0);
        reader.commit().await?;
        assert_eq!(User::query().count(db).await?, 1);
        Ok(())
    }

    /// Without a word the write lock is taken at the beginning.
    #[needs(WriterLane)]
    async fn the_write_lock_is_taken_at_the_beginning(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let stranger = stranger(db)?;
        for options in [options(), options().immediate(), options().deferred().immediate()] {
            let tx = db.begin_with(options).await?;
            let refused = Account { id: 1, balance: 0 }.save(&stranger).await;
            assert_eq!(kind(refused), ErrorKind::LockTimeout);
            tx.rollback().await?;
        }
        Account { id: 1, balance: 0 }.save(&stranger).await?;
        Ok(())
    }

    /// A deferred transaction takes the write lock at its first write.
    #[needs(WriterLane)]
    async fn a_deferred_one_takes_the_lock_at_its_first_write(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let stranger = stranger(db)?;
        let tx = db.begin_with(options().deferred()).await?;
        Account { id: 1, balance: 0 }.save(&stranger).await?;
        Account { id: 2, balance: 0 }.save(&tx).await?;
        let refused = Account { id: 3, balance: 0 }.save(&stranger).await;
        assert_eq!(kind(refused), ErrorKind::LockTimeout);
        tx.commit().await?;
        assert_eq!(Account::query().count(db).await?, 2);
        Ok(())
    }

    /// Options belong to the outermost transaction; a nested one refuses them.
    async fn options_of_a_nested_one_are_refused(db: &Db) -> Result<()> {
        let tx = db.begin().await?;
        for options in [
            options().serializable(),
            options().read_only(),
            options().deferred(),
        ] {
            assert_eq!(kind(tx.begin_with(options).await), ErrorKind::Invalid);
        }
        tx.begin_with(options().immediate().times(2))
            .await?
            .commit()
            .await?;
        tx.commit().await
    }
}
