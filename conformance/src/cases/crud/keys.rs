//! Keys: generated or the caller's own, of one column or several, of a number or a text.

use conformance_macros::cases;

/// Keys: generated or the caller's own, of one column or several, of a number or a text.
#[cases]
pub(super) mod crud {
    use crate::prelude::*;

    async fn a_callers_own_key_is_kept(db: &Db) -> Result<()> {
        db.create_table::<User>().await?;
        let own = User {
            id: 41,
            ..User::named("ann")
        };
        assert_eq!(own.save(db).await?.id, 41);
        let least = User {
            id: -5,
            ..User::named("bob")
        };
        assert_eq!(least.save(db).await?.id, -5);
        assert_eq!(User::find(db, 41).await?.name, "ann");
        assert_eq!(User::find(db, -5).await?.name, "bob");
        assert_eq!(User::query().count(db).await?, 2);
        Ok(())
    }

    async fn the_greatest_and_the_least_key_come_back_exactly(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        for id in [i64::MAX, i64::MIN] {
            let account = Account { id, balance: 1 }.save(db).await?;
            assert_eq!(account.id, id);
            assert_eq!(Account::find(db, id).await?.id, id);
        }
        Ok(())
    }

    async fn zero_is_a_key_where_none_is_generated(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let account = Account { id: 0, balance: 7 }.save(db).await?;
        assert_eq!(account.id, 0);
        assert_eq!(Account::find(db, 0).await?.balance, 7);
        Ok(())
    }

    async fn the_same_own_key_twice_is_a_violation(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let account = Account { id: 1, balance: 7 };
        account.clone().save(db).await?;
        let twin = Account { id: 1, balance: 8 };
        let failure = twin.save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(*Account::find(db, 1).await?, account);
        Ok(())
    }

    async fn an_unset_option_key_is_generated_and_a_set_one_kept(db: &Db) -> Result<()> {
        db.create_table::<Note>().await?;
        assert_eq!(Note::of("first").save(db).await?.id, Some(1));
        let own = Note {
            id: Some(7),
            ..Note::of("own")
        };
        assert_eq!(own.save(db).await?.id, Some(7));
        // Zero is a value of an `Option`: it is set.
        let zero = Note {
            id: Some(0),
            ..Note::of("zero")
        };
        assert_eq!(zero.save(db).await?.id, Some(0));
        assert_eq!(Note::find(db, 7).await?.text, "own");
        assert_eq!(Note::find_one(db, 0).await?.unwrap().text, "zero");
        Ok(())
    }

    async fn a_text_is_a_key(db: &Db) -> Result<()> {
        db.create_table::<Country>().await?;
        let mut austria = Country::of("at", "Austria").save(db).await?;
        Country::of("AT", "Another").save(db).await?;
        Country::of("", "Nowhere").save(db).await?;
        assert_eq!(Country::find(db, "at").await?.name, "Austria");
        assert_eq!(Country::find(db, String::from("AT")).await?.name, "Another");
        assert_eq!(Country::find(db, "").await?.name, "Nowhere");
        assert!(!Country::exists(db, "at ").await?);
        austria.delete(db).await?;
        assert!(!Country::exists(db, "at").await?);
        assert_eq!(Country::query().count(db).await?, 2);
        Ok(())
    }

    fn item(order_id: i64, line: i32, product: &str) -> OrderItem {
        OrderItem {
            order_id,
            line,
            product: product.into(),
            quantity: 1,
        }
    }

    async fn a_composite_key_is_a_tuple_in_the_order_of_the_fields(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        for (order, line, product) in [(1, 2, "ink"), (2, 1, "pen"), (1, 1, "cap")] {
            item(order, line, product).save(db).await?;
        }
        assert_eq!(OrderItem::find(db, (1, 2)).await?.product, "ink");
        assert_eq!(OrderItem::find_one(db, (2, 1)).await?.unwrap().product, "pen");
        assert!(OrderItem::find_one(db, (2, 2)).await?.is_none());
        assert!(OrderItem::exists(db, (1, 1)).await?);
        assert!(!OrderItem::exists(db, (3, 1)).await?);
        Ok(())
    }

    async fn writes_by_a_composite_key_hit_one_row(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        let mut ink = item(1, 2, "ink").save(db).await?;
        let mut pen = item(2, 1, "pen").save(db).await?;
        let mut cap = item(1, 1, "cap").save(db).await?;
        ink.quantity = 5;
        ink.save(db).await?;
        cap.delete(db).await?;
        pen.refresh(db).await?;
        let left = OrderItem::query().order_by(|i| i.order_id.asc()).all(db).await?;
        let left: Vec<_> = left.iter().map(|i| (i.order_id, i.line, i.quantity)).collect();
        assert_eq!(left, [(1, 2, 5), (2, 1, 1)]);
        Ok(())
    }

    async fn the_same_composite_key_twice_is_a_violation(db: &Db) -> Result<()> {
        db.create_table::<OrderItem>().await?;
        item(1, 1, "ink").save(db).await?;
        item(1, 2, "ink").save(db).await?;
        let failure = item(1, 1, "pen").save(db).await.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::UniqueViolation);
        assert_eq!(failure.into_record(), item(1, 1, "pen"));
        assert_eq!(OrderItem::query().count(db).await?, 2);
        Ok(())
    }
}
