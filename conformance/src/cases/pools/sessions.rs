//! How many sessions a handle has on its server.

use conformance_macros::cases;

pub(super) use self::pools::cases;

#[cases]
mod pools {
    use crate::environment::sessions;
    use crate::prelude::*;
    use crate::support::{stranger_to, wait_for};

    /// The modes of a handle have their connections apart; both together they are no more than allowed.
    #[only(asynchronous)]
    #[needs(Sessions)]
    async fn both_modes_together_have_no_more_sessions_than_allowed(db: &Db) -> Result<()> {
        let (plain, _) = handles(db);
        let stranger = aside(|| stranger_to(&plain))?;
        // Opened in the blocking mode, by a connection that nobody uses from then on.
        let own = of_size(db, 2)?;
        let before = aside(|| sessions(&stranger))? - 1;
        let open = [own.begin().await?, own.begin().await?];
        aside(|| wait_for(|| sessions(&stranger).is_ok_and(|now| now == before + 2)));
        for tx in open {
            tx.rollback().await?;
        }
        let (blocking, _) = handles(&own);
        let open = aside(|| Ok::<_, Error>([blocking.begin()?, blocking.begin()?]))?;
        aside(|| wait_for(|| sessions(&stranger).is_ok_and(|now| now == before + 2)));
        aside(|| open.into_iter().try_for_each(|tx| tx.rollback()))
    }
}
