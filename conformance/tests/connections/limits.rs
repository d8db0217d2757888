//! What a pool closes by itself.

use conformance_macros::cases;

pub(crate) use self::limits::cases;

#[cases]
mod limits {
    use conformance::environment::sessions;
    use conformance::prelude::*;
    use conformance::support::{size, stranger_to};
    use std::time::Duration;

    /// Connections that nobody uses for a while are closed, of either mode: the one that the handle was opened with
    /// blocks.
    #[only(asynchronous)]
    async fn idle_connections_are_closed(db: &Db) -> Result<()> {
        let (plain, _) = handles(db);
        let stranger = aside(|| stranger_to(&plain))?;
        let before = aside(|| sessions(&stranger))?;
        let mut limits = size(3);
        limits.idle_timeout = Some(Duration::from_millis(1));
        let own = with_limits(db, limits)?;
        let both = [own.begin().await?, own.begin().await?];
        for tx in both {
            tx.commit().await?;
        }
        assert!(own.status().idle >= 2, "{:?}", own.status());
        // r2d2 looks for idle connections every 30 s.
        aside(|| {
            while sessions(&stranger)? > before {
                std::thread::sleep(Duration::from_millis(100));
            }
            Ok::<_, Error>(())
        })?;
        assert_eq!((own.status().in_use, own.status().idle), (0, 0));
        own.begin().await?.commit().await
    }
}
