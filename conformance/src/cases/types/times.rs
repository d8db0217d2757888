//! Dates and times.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// Dates and times.
#[cases]
mod types {
    use crate::prelude::*;
    use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn time(hour: u32, minute: u32, second: u32, nano: u32) -> NaiveTime {
        NaiveTime::from_hms_nano_opt(hour, minute, second, nano).unwrap()
    }

    /// From the first year to the last, to the least fraction of a second that the database has, in time order.
    fn instants(least: u32) -> Vec<NaiveDateTime> {
        let last = 1_000_000_000 - least;
        vec![
            date(1, 1, 1).and_time(time(0, 0, 0, 0)),
            date(1, 1, 1).and_time(time(0, 0, 0, least)),
            date(999, 12, 31).and_time(time(23, 59, 59, last)),
            date(1582, 10, 10).and_time(time(12, 0, 0, 0)),
            date(1969, 12, 31).and_time(time(23, 59, 59, last)),
            date(1970, 1, 1).and_time(time(0, 0, 0, 0)),
            date(1970, 1, 1).and_time(time(0, 0, 0, 500_000_000)),
            date(2000, 2, 29).and_time(time(9, 5, 7, 90 * least)),
            date(2038, 1, 19).and_time(time(3, 14, 8, 0)),
            date(2262, 4, 11).and_time(time(23, 47, 16, 854_775_808 / least * least)),
            date(9999, 12, 31).and_time(time(23, 59, 59, last)),
        ]
    }

    async fn all_instants(on: &Db) -> Result<Vec<NaiveDateTime>> {
        on.create_table::<Times>().await?;
        let instants = instants(least_fraction(on)?);
        // From the last to the first, so that the order of the rows is not that of the times.
        for at in instants.iter().copied().rev() {
            let row = Times {
                id: 0,
                date: at.date(),
                time: at.time(),
                naive: at,
                instant: at.and_utc(),
            };
            row.save(on).await?;
        }
        Ok(instants)
    }

    /// A time finer than the database has is refused, and not rounded.
    async fn finer_times_are_refused(db: &Db) -> Result<()> {
        db.create_table::<Times>().await?;
        let least = least_fraction(db)?;
        if least == 1 {
            return Ok(());
        }
        let at = date(2000, 1, 1).and_time(time(1, 2, 3, least + least / 2));
        let rows = [
            Times {
                time: at.time(),
                ..Times::default()
            },
            Times {
                naive: at,
                ..Times::default()
            },
            Times {
                instant: at.and_utc(),
                ..Times::default()
            },
        ];
        for row in rows {
            let error = row.save(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.to_string().contains("finer"), "{error}");
        }
        assert_eq!(Times::query().count(db).await?, 0);
        Ok(())
    }

    /// Each of the four types comes back to the least fraction, and is found by a filter.
    async fn times_come_back_exactly(db: &Db) -> Result<()> {
        for at in all_instants(db).await? {
            let by_naive = Times::query().filter(|t| t.naive.eq(at)).one(db).await?;
            assert_eq!(
                (by_naive.date, by_naive.time, by_naive.naive),
                (at.date(), at.time(), at)
            );
            let by_instant = Times::query()
                .filter(|t| t.instant.eq(at.and_utc()))
                .one(db)
                .await?;
            assert_eq!(by_instant, by_naive);
            assert_eq!(by_instant.instant, at.and_utc());
            let by_parts = Times::query().filter(|t| t.date.eq(at.date()) & t.time.eq(at.time()));
            assert_eq!(by_parts.count(db).await?, 1);
        }
        Ok(())
    }

    /// The database orders times as time does.
    async fn times_are_ordered_as_times(db: &Db) -> Result<()> {
        let instants = all_instants(db).await?;
        let naive = Times::query()
            .order_by(|t| t.naive.asc())
            .select(|t| (t.naive,))
            .all(db)
            .await?;
        assert!(naive.into_iter().map(|(at,)| at).eq(instants.iter().copied()));
        let utc = Times::query()
            .order_by(|t| t.instant.desc())
            .select(|t| (t.instant,))
            .all(db)
            .await?;
        assert!(utc.into_iter().map(|(at,)| at.naive_utc()).rev().eq(instants));
        let times = Times::query()
            .order_by(|t| t.time.asc())
            .select(|t| (t.time,))
            .all(db)
            .await?;
        assert!(times.is_sorted());
        let dates = Times::query()
            .order_by(|t| t.date.asc())
            .select(|t| (t.date,))
            .all(db)
            .await?;
        assert!(dates.is_sorted());
        Ok(())
    }

    /// Ranges of time are what they say.
    async fn times_compare_as_times(db: &Db) -> Result<()> {
        let instants = all_instants(db).await?;
        let epoch = DateTime::<Utc>::UNIX_EPOCH;
        assert_eq!(Times::query().filter(|t| t.instant.lt(epoch)).count(db).await?, 5);
        assert_eq!(Times::query().filter(|t| t.instant.ge(epoch)).count(db).await?, 6);
        let nineties = (date(1, 1, 1), date(1969, 12, 31));
        assert_eq!(
            Times::query()
                .filter(|t| t.date.between(nineties.0, nineties.1))
                .count(db)
                .await?,
            5
        );
        assert_eq!(
            Times::query()
                .filter(|t| t.time.gt(time(23, 59, 59, 0)))
                .count(db)
                .await?,
            3
        );
        assert_eq!(
            Times::query().max(db, |t| t.naive).await?,
            instants.last().copied()
        );
        assert_eq!(
            Times::query().min(db, |t| t.instant).await?,
            Some(instants[0].and_utc())
        );
        Ok(())
    }

    /// Years that would not keep their order are refused.
    async fn years_outside_the_calendar_are_refused(db: &Db) -> Result<()> {
        db.create_table::<Times>().await?;
        for outside in [
            date(0, 12, 31),
            date(10_000, 1, 1),
            date(-1, 1, 1),
            NaiveDate::MIN,
            NaiveDate::MAX,
        ] {
            let at = outside.and_time(NaiveTime::MIN);
            let rows = [
                Times {
                    date: outside,
                    ..Times::default()
                },
                Times {
                    naive: at,
                    ..Times::default()
                },
                Times {
                    instant: at.and_utc(),
                    ..Times::default()
                },
            ];
            for row in rows {
                let error = row.save(db).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Invalid);
                assert!(error.to_string().contains("parameter "), "{error}");
                assert!(error.to_string().contains("year"), "{error}");
            }
            let filter = Times::query().filter(|t| t.date.lt(outside)).count(db).await;
            assert_eq!(filter.unwrap_err().kind(), ErrorKind::Invalid);
        }
        assert_eq!(Times::query().count(db).await?, 0);
        Ok(())
    }

    /// A leap second is a time that no database has.
    async fn leap_seconds_are_refused(db: &Db) -> Result<()> {
        db.create_table::<Times>().await?;
        let leap = time(23, 59, 59, 1_500_000_000);
        let at = date(2016, 12, 31).and_time(leap);
        let rows = [
            Times {
                time: leap,
                ..Times::default()
            },
            Times {
                naive: at,
                ..Times::default()
            },
            Times {
                instant: at.and_utc(),
                ..Times::default()
            },
        ];
        for row in rows {
            let error = row.save(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.to_string().contains("leap second"), "{error}");
        }
        assert_eq!(Times::query().count(db).await?, 0);
        Ok(())
    }
}
