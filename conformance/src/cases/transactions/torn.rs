//! Connections that are torn in the middle of a step of a transaction.

use conformance_macros::cases;

pub(super) use self::transactions::cases;

#[cases]
#[allow(
    clippy::needless_borrow,
    reason = "in the blocking copies the closure is given a reference"
)]
mod transactions {
    use crate::environment::leaves_nothing_open;
    use crate::prelude::*;
    use crate::support::{Lost, Proxy, Step, failure, kind, until, wait_for};

    /// The table, and a handle through a proxy with both its connections open.
    async fn ready(plain: &Db) -> Result<(Db, Proxy)> {
        plain.create_table::<Account>().await?;
        let (torn, proxy) = proxied(plain)?;
        let other = torn.begin().await?;
        assert_eq!(Account::query().count(&torn).await?, 0);
        other.rollback().await?;
        Ok((torn, proxy))
    }

    /// Nothing is in use, the server has nothing open, and either connection begins anew: what is written by the one
    /// beside a transaction on the other is there for everybody.
    async fn goes_on(torn: &Db, plain: &Db) -> Result<()> {
        let (own, _) = handles(torn);
        let (asks, _) = handles(plain);
        aside(|| {
            until(&own, |status| status.in_use == 0);
            wait_for(|| leaves_nothing_open(&asks).is_ok());
        });
        for id in [101, 102] {
            let other = torn.begin().await?;
            Account { id, balance: 0 }.save(torn).await?.delete(torn).await?;
            Account { id, balance: 0 }.save(torn).await?;
            assert!(Account::exists(plain, id).await?);
            other.rollback().await?;
            Account::find(plain, id).await?.delete(plain).await?;
        }
        assert_eq!(torn.status().in_use, 0);
        Ok(())
    }

    async fn rows(plain: &Db) -> Result<i64> {
        Account::query().count(plain).await
    }

    /// A begin that does not reach the server, or whose answer is lost, is one failed call and leaves nothing open.
    #[needs(Sessions)]
    async fn a_torn_begin_is_one_error_and_leaves_nothing_open(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        for (cuts, lost) in (1..).zip(Lost::BOTH) {
            proxy.cut(lost, Step::Begin);
            let error = failure(torn.begin().await);
            assert_eq!(
                (error.kind(), error.outcome(), proxy.cuts()),
                (ErrorKind::ConnectionLost, Outcome::NotApplied, cuts),
                "{error:?}"
            );
            goes_on(&torn, db).await?;
        }
        Ok(())
    }

    /// A commit that the server never sees is an error, and nothing is kept.
    #[needs(Sessions)]
    async fn a_commit_that_never_arrives_keeps_nothing(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        let tx = torn.begin().await?;
        let account = Account { id: 1, balance: 1 }.save(&tx).await?;
        proxy.cut(Lost::Request, Step::Commit);
        let error = failure(tx.commit().await);
        assert_ne!(error.outcome(), Outcome::Applied, "{error:?}");
        assert_eq!(proxy.cuts(), 1);
        assert!(!error.is_retryable() && !account.is_persisted());
        goes_on(&torn, db).await?;
        assert_eq!(rows(db).await?, 0);
        Ok(())
    }

    /// A commit whose answer is lost is neither kept nor undone to the one who asked: it is not known, whatever came.
    #[needs(Sessions)]
    async fn a_commit_whose_answer_is_lost_is_not_known(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        let tx = torn.begin().await?;
        let account = Account { id: 1, balance: 1 }.save(&tx).await?;
        proxy.cut(Lost::Answer, Step::Commit);
        let error = failure(tx.commit().await);
        assert_eq!(
            (error.kind(), error.outcome(), proxy.cuts()),
            (ErrorKind::CommitUnknown, Outcome::Unknown, 1),
            "{error:?}"
        );
        assert!(account.is_in_doubt());
        assert_eq!(rows(db).await?, 1);
        goes_on(&torn, db).await
    }

    /// A transaction is not run again after a commit of which it is not known whether it came to pass.
    #[needs(Sessions)]
    async fn a_torn_commit_is_not_run_again(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        for (id, lost) in (0..).zip(Lost::BOTH) {
            let runs = AtomicU32::new(0);
            let counted = &runs;
            proxy.cut(lost, Step::Commit);
            let failed = torn
                .retrying(options().times(5), |tx| async move {
                    counted.fetch_add(1, Ordering::SeqCst);
                    Account { id, balance: 0 }.save(&tx).await?;
                    Ok(())
                })
                .await;
            assert_eq!(kind(failed), ErrorKind::CommitUnknown);
            assert_eq!(runs.load(Ordering::SeqCst), 1);
            goes_on(&torn, db).await?;
            assert_eq!(Account::exists(db, id).await?, lost == Lost::Answer);
        }
        Ok(())
    }

    /// Where setting a savepoint is torn the whole transaction is.
    #[needs(Sessions)]
    async fn a_torn_savepoint_undoes_the_whole_transaction(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        for (cuts, lost) in (1..).zip(Lost::BOTH) {
            let tx = torn.begin().await?;
            Account { id: 1, balance: 1 }.save(&tx).await?;
            proxy.cut(lost, Step::Savepoint);
            assert_eq!(kind(tx.begin().await), ErrorKind::ConnectionLost);
            assert_eq!(proxy.cuts(), cuts);
            assert!(Account { id: 2, balance: 2 }.save(&tx).await.is_err());
            assert_eq!(failure(tx.commit().await).outcome(), Outcome::NotApplied);
            goes_on(&torn, db).await?;
            assert_eq!(rows(db).await?, 0);
        }
        Ok(())
    }

    /// Where the end of a savepoint is torn the whole transaction is.
    #[needs(Sessions)]
    async fn a_torn_release_undoes_the_whole_transaction(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        for (cuts, lost) in (1..).zip(Lost::BOTH) {
            let tx = torn.begin().await?;
            Account { id: 1, balance: 1 }.save(&tx).await?;
            let inner = tx.begin().await?;
            Account { id: 2, balance: 2 }.save(&inner).await?;
            proxy.cut(lost, Step::Release);
            assert_eq!(kind(inner.commit().await), ErrorKind::ConnectionLost);
            assert_eq!(proxy.cuts(), cuts);
            assert_eq!(failure(tx.commit().await).outcome(), Outcome::NotApplied);
            goes_on(&torn, db).await?;
            assert_eq!(rows(db).await?, 0);
        }
        Ok(())
    }

    /// Where going back to a savepoint is torn the whole transaction is, whether it was asked for or came by a drop.
    #[needs(Sessions)]
    async fn a_torn_way_back_undoes_the_whole_transaction(db: &Db) -> Result<()> {
        let (torn, proxy) = ready(db).await?;
        let ways = Lost::BOTH
            .into_iter()
            .flat_map(|lost| [(lost, true), (lost, false)]);
        for (cuts, (lost, asked)) in (1..).zip(ways) {
            let tx = torn.begin().await?;
            Account { id: 1, balance: 1 }.save(&tx).await?;
            let inner = tx.begin().await?;
            Account { id: 2, balance: 2 }.save(&inner).await?;
            proxy.cut(lost, Step::RollbackTo);
            match asked {
                true => assert_eq!(kind(inner.rollback().await), ErrorKind::ConnectionLost),
                false => drop(inner),
            }
            assert_eq!(failure(tx.commit().await).outcome(), Outcome::NotApplied);
            assert_eq!(proxy.cuts(), cuts);
            goes_on(&torn, db).await?;
            assert_eq!(rows(db).await?, 0);
        }
        Ok(())
    }
}
