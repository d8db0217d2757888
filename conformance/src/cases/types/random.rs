//! Many values of each type, from a generator.

use conformance_macros::cases;

pub(super) use self::types::cases;

/// Many values of each type, from a generator.
#[cases]
mod types {
    use crate::prelude::*;
    use crate::random::Lcg;
    use chrono::{DateTime, NaiveDate, NaiveTime};
    use rust_decimal::Decimal;
    use uuid::Uuid;

    const ROWS: usize = 1_000;

    /// Numbers of every magnitude.
    fn magnitude(random: &mut Lcg) -> u64 {
        let shift = random.below(64);
        random.bits() >> shift
    }

    fn finite(random: &mut Lcg) -> f64 {
        let number = f64::from_bits(random.bits());
        if number.is_nan() || number.to_bits() == (-0.0_f64).to_bits() {
            return 0.5;
        }
        number
    }

    fn single(random: &mut Lcg) -> f32 {
        let number = f32::from_bits(u32::try_from(random.bits() >> 32).unwrap());
        if number.is_nan() || number.to_bits() == (-0.0_f32).to_bits() {
            return 0.5;
        }
        number
    }

    /// Integers of every size and sign.
    async fn random_integers(db: &Db) -> Result<()> {
        db.create_table::<Integers>().await?;
        let mut random = Lcg::new(1);
        let mut row = || {
            let bits = random.bits().to_le_bytes();
            Integers {
                id: 0,
                i8: i8::from_le_bytes([bits[0]]),
                i16: i16::from_le_bytes([bits[1], bits[2]]),
                i32: i32::from_le_bytes([bits[0], bits[2], bits[4], bits[6]]),
                i64: magnitude(&mut random).cast_signed(),
                u8: bits[3],
                u16: u16::from_le_bytes([bits[4], bits[5]]),
                u32: u32::from_le_bytes([bits[1], bits[3], bits[5], bits[7]]),
                u64: magnitude(&mut random) >> 1,
            }
        };
        let given: Vec<Integers> = (0..ROWS).map(|_| row()).collect();
        let saved = Integers::insert_all(db, given).await?;
        assert_eq!(Integers::query().order_by(|n| n.id.asc()).all(db).await?, saved);
        let mut expected: Vec<i64> = saved.iter().map(|row| row.i64).collect();
        expected.sort_unstable();
        let ordered = Integers::query()
            .order_by(|n| n.i64.asc())
            .select(|n| (n.i64,))
            .all(db)
            .await?;
        assert!(ordered.into_iter().map(|(number,)| number).eq(expected));
        Ok(())
    }

    /// Floats of every bit pattern that is a number.
    async fn random_floats(db: &Db) -> Result<()> {
        db.create_table::<Floats>().await?;
        let mut random = Lcg::new(2);
        let mut row = || Floats {
            id: 0,
            f32: single(&mut random),
            f64: finite(&mut random),
            bool: random.below(2) == 1,
        };
        let given: Vec<Floats> = (0..ROWS).map(|_| row()).collect();
        let saved = Floats::insert_all(db, given).await?;
        let found = Floats::query().order_by(|f| f.id.asc()).all(db).await?;
        for (found, saved) in found.iter().zip(&saved) {
            assert_eq!(found.f64.to_bits(), saved.f64.to_bits());
            assert_eq!(found.f32.to_bits(), saved.f32.to_bits());
            assert_eq!(found.bool, saved.bool);
        }
        let ordered = Floats::query()
            .order_by(|f| f.f64.asc())
            .select(|f| (f.f64,))
            .all(db)
            .await?;
        assert!(ordered.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        assert_eq!(ordered.len(), ROWS);
        Ok(())
    }

    /// Text of all of Unicode, and bytes.
    async fn random_text_and_bytes(db: &Db) -> Result<()> {
        db.create_table::<Texts>().await?;
        let mut random = Lcg::new(3);
        let mut row = || Texts {
            id: 0,
            text: random.text(40),
            bytes: (0..random.below(40))
                .map(|_| random.bits().to_le_bytes()[0])
                .collect(),
        };
        let given: Vec<Texts> = (0..ROWS).map(|_| row()).collect();
        let saved = Texts::insert_all(db, given).await?;
        assert_eq!(Texts::query().order_by(|t| t.id.asc()).all(db).await?, saved);
        let mut expected: Vec<String> = saved.iter().map(|row| row.text.clone()).collect();
        expected.sort_unstable();
        let ordered = Texts::query()
            .order_by(|t| t.text.asc())
            .select(|t| (t.text,))
            .all(db)
            .await?;
        assert!(ordered.into_iter().map(|(text,)| text).eq(expected));
        Ok(())
    }

    /// Decimals of every scale and size, in the order of numbers.
    async fn random_decimals(db: &Db) -> Result<()> {
        db.create_table::<Decimals>().await?;
        let mut random = Lcg::new(4);
        let mut row = || {
            let low = u32::try_from(magnitude(&mut random) >> 32).unwrap();
            let middle = u32::try_from(magnitude(&mut random) >> 32).unwrap();
            let high = u32::try_from(magnitude(&mut random) >> 32).unwrap();
            let scale = u32::try_from(random.below(29)).unwrap();
            let negative = random.below(2) == 1 && (low, middle, high) != (0, 0, 0);
            let amount = Decimal::from_parts(low, middle, high, negative, scale);
            Decimals { id: 0, amount }
        };
        let given: Vec<Decimals> = (0..ROWS).map(|_| row()).collect();
        let saved = Decimals::insert_all(db, given).await?;
        let found = Decimals::query().order_by(|d| d.id.asc()).all(db).await?;
        let keeps_scale = backend(db)?.capabilities().decimal_scale;
        for (found, saved) in found.iter().zip(&saved) {
            assert_eq!(found.amount, saved.amount);
            assert!(!keeps_scale || found.amount.scale() == saved.amount.scale());
        }
        let ordered = Decimals::query()
            .order_by(|d| d.amount.asc())
            .select(|d| (d.amount,))
            .all(db)
            .await?;
        assert!(ordered.is_sorted());
        assert_eq!(ordered.len(), ROWS);
        Ok(())
    }

    /// Times of the whole calendar, in the order of time.
    async fn random_times(db: &Db) -> Result<()> {
        db.create_table::<Times>().await?;
        let least = least_fraction(db)?;
        let mut random = Lcg::new(5);
        let first = NaiveDate::from_ymd_opt(1, 1, 1)
            .unwrap()
            .and_time(NaiveTime::MIN)
            .and_utc()
            .timestamp();
        let span = NaiveDate::from_ymd_opt(10_000, 1, 1)
            .unwrap()
            .and_time(NaiveTime::MIN)
            .and_utc()
            .timestamp()
            - first;
        let mut row = || {
            let second = first + random.below(span.unsigned_abs()).cast_signed();
            let digits = u32::try_from(random.below(10)).unwrap();
            let nano =
                u32::try_from(random.below(1_000_000_000)).unwrap() / 10_u32.pow(digits) * 10_u32.pow(digits);
            let nano = nano / least * least;
            let instant = DateTime::from_timestamp(second, nano).unwrap();
            Times {
                id: 0,
                date: instant.date_naive(),
                time: instant.time(),
                naive: instant.naive_utc(),
                instant,
            }
        };
        let given: Vec<Times> = (0..ROWS).map(|_| row()).collect();
        let saved = Times::insert_all(db, given).await?;
        assert_eq!(Times::query().order_by(|t| t.id.asc()).all(db).await?, saved);
        let ordered = Times::query()
            .order_by(|t| t.instant.asc())
            .select(|t| (t.instant, t.naive))
            .all(db)
            .await?;
        assert!(ordered.is_sorted());
        assert_eq!(ordered.len(), ROWS);
        Ok(())
    }

    /// UUIDs of all bits.
    async fn random_uuids(db: &Db) -> Result<()> {
        db.create_table::<UuidKey>().await?;
        let mut random = Lcg::new(6);
        let mut row = |value| UuidKey {
            id: Uuid::from_u64_pair(random.bits(), random.bits()),
            value,
        };
        let given: Vec<UuidKey> = (0..1_000).map(&mut row).collect();
        let saved = UuidKey::insert_all(db, given).await?;
        assert_eq!(UuidKey::query().order_by(|k| k.value.asc()).all(db).await?, saved);
        for row in saved.iter().step_by(100) {
            assert_eq!(UuidKey::find(db, row.id).await?, *row);
        }
        Ok(())
    }
}
