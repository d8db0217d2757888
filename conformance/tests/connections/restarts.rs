//! A server that goes away and comes back as a whole.

use conformance_macros::cases;

pub(crate) use self::restarts::cases;

#[cases]
mod restarts {
    use crate::server::behind;
    use conformance::environment::{again, leaves_nothing_open};
    use conformance::prelude::*;
    use conformance::support::{failure, until, wait_for};

    const CONNECTIONS: usize = 3;

    /// The table, and a handle with several connections that nobody uses.
    async fn with_idle_connections(plain: &Db) -> Result<Db> {
        plain.create_table::<Account>().await?;
        Account { id: 1, balance: 1 }.save(plain).await?;
        let own = of_size(plain, 3)?;
        let mut open = Vec::new();
        for _ in 0..CONNECTIONS {
            let tx = own.begin().await?;
            assert_eq!(Account::query().count(&tx).await?, 1);
            open.push(tx);
        }
        for tx in open {
            tx.rollback().await?;
        }
        Ok(own)
    }

    /// Each connection of the handle can be used, all at the same time, and nothing is open on the server.
    async fn all_is_usable(own: &Db) -> Result<()> {
        let mut open = Vec::new();
        for id in 100..103 {
            let tx = own.begin().await?;
            Account { id, balance: 0 }.save(&tx).await?;
            open.push(tx);
        }
        assert_eq!(own.status().in_use, CONNECTIONS);
        for tx in open {
            tx.rollback().await?;
        }
        let (blocking, _) = handles(own);
        aside(|| {
            until(&blocking, |status| status.in_use == 0);
            let stranger = Database::open(
                again(&blocking, std::time::Duration::from_secs(1))?,
                PoolOptions::default(),
            )?;
            wait_for(|| leaves_nothing_open(&stranger).is_ok());
            Ok(())
        })
    }

    /// Plain reads outside a transaction go on as if nothing had happened.
    async fn a_plain_read_is_not_told_of_a_restart(db: &Db) -> Result<()> {
        let own = with_idle_connections(db).await?;
        aside(|| behind(&own).restart());
        for _ in 0..CONNECTIONS {
            let (one, other) = both!(Account::find(&own, 1), Account::query().count(&own));
            assert_eq!((one?.balance, other?), (1, 1));
        }
        all_is_usable(&own).await
    }

    /// Of all writes after a restart one is told of it, if any, however many connections there were.
    async fn one_write_at_most_is_told_of_a_restart(db: &Db) -> Result<()> {
        let own = with_idle_connections(db).await?;
        aside(|| behind(&own).restart());
        let (mut told, mut done) = (0, 1);
        for id in 2..8 {
            match (Account { id, balance: 0 }).save(&own).await.map_err(Error::from) {
                Ok(_) => done += 1,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
                    told += 1;
                }
            }
        }
        assert!(told <= 1, "{told} writes were told");
        assert_eq!(Account::query().count(&own).await?, done);
        all_is_usable(&own).await
    }

    /// Of all transactions begun after a restart one is told of it, if any.
    async fn one_begin_at_most_is_told_of_a_restart(db: &Db) -> Result<()> {
        let own = with_idle_connections(db).await?;
        aside(|| behind(&own).crash());
        let mut told = 0;
        for _ in 0..6 {
            match own.begin().await {
                Ok(tx) => tx.rollback().await?,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
                    told += 1;
                }
            }
        }
        assert!(told <= 1, "{told} were told");
        all_is_usable(&own).await
    }

    /// A transaction that was open gives errors, and nothing of it is kept; after a crash as after a stop.
    async fn a_transaction_does_not_outlive_a_restart(db: &Db) -> Result<()> {
        let own = with_idle_connections(db).await?;
        for crashes in [false, true] {
            let written = own.begin().await?;
            let mut account = Account::find(&written, 1).await?;
            account.balance = 2;
            account.save(&written).await?;
            let committed = own.begin().await?;
            Account { id: 2, balance: 2 }.save(&committed).await?;
            aside(|| match crashes {
                true => behind(&own).crash(),
                false => behind(&own).restart(),
            });
            let statement = failure(Account::query().count(&written).await);
            assert!(
                matches!(
                    statement.kind(),
                    ErrorKind::ConnectionLost | ErrorKind::TransactionAborted
                ),
                "{statement:?}"
            );
            assert_eq!(failure(written.commit().await).outcome(), Outcome::NotApplied);
            assert_ne!(failure(committed.commit().await).outcome(), Outcome::Applied);
            let rows = Account::query().all(&own).await?;
            let rows: Vec<_> = rows.iter().map(|row| (row.id, row.balance)).collect();
            assert_eq!(rows, [(1, 1)]);
            all_is_usable(&own).await?;
        }
        Ok(())
    }
}
