//! Create, read, update, delete.

use conformance_macros::cases;

pub use self::crud::cases;

/// Create, read, update, delete.
#[cases]
mod crud {
    use crate::prelude::*;

    /// A generated key is filled in.
    async fn save_fills_in_the_key(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let ann = User::named("ann").save(db).await?;
        let bob = User::named("bob").save(db).await?;
        assert_eq!((ann.id, bob.id), (1, 2));
        assert!(ann.is_persisted());
        Ok(())
    }

    /// A transaction's closure is written once for both modes.
    async fn a_failed_transaction_keeps_nothing(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let failed: Result<()> = db
            .transaction(async |tx| {
                User::named("gone").save(tx).await?;
                Err(Error::invalid("abort"))
            })
            .await;
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(User::query().count(db).await?, 0);
        Ok(())
    }
}
