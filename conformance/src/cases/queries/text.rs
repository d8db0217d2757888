//! Conditions on parts of text.

use conformance_macros::cases;

pub(super) use self::queries::cases;

/// Conditions on parts of text.
#[cases]
mod queries {
    use crate::prelude::*;
    use crate::random::Lcg;

    /// Makes a row of each text.
    async fn rows(on: &Db, texts: &[String]) -> Result<()> {
        on.create_table::<Texts>().await?;
        let row = |text: &String| Texts {
            text: text.clone(),
            ..Texts::default()
        };
        Texts::insert_all(on, texts.iter().map(row).collect()).await?;
        Ok(())
    }

    async fn found(on: &Db, condition: Condition<Texts>) -> Result<Vec<String>> {
        let query = Texts::query()
            .filter_condition(condition)
            .order_by(|t| t.id.asc());
        let rows = query.select(|t| (t.text,)).all(on).await?;
        Ok(rows.into_iter().map(|(text,)| text).collect())
    }

    /// The texts that meet a condition, told by the language itself.
    fn expected(texts: &[String], is_met: impl Fn(&str) -> bool) -> Vec<String> {
        texts.iter().filter(|text| is_met(text)).cloned().collect()
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    /// `like` has the wildcards of SQL.
    async fn like_has_wildcards(db: &Db) -> Result<()> {
        rows(db, &owned(&["anna", "annabel", "joanna", "ann"])).await?;
        let text = Texts::columns().text;
        assert_eq!(found(db, text.like("ann%")).await?, ["anna", "annabel", "ann"]);
        assert_eq!(found(db, text.like("ann_")).await?, ["anna"]);
        assert_eq!(
            found(db, text.like("%anna%")).await?,
            ["anna", "annabel", "joanna"]
        );
        Ok(())
    }

    /// Without a further word case matters, of letters beyond ASCII too.
    async fn parts_of_text_heed_case(db: &Db) -> Result<()> {
        rows(db, &owned(&["Ärger", "ärger", "großer Ärger", "Anna", "anna"])).await?;
        let text = Texts::columns().text;
        assert_eq!(found(db, text.contains("Ärg")).await?, ["Ärger", "großer Ärger"]);
        assert_eq!(found(db, text.starts_with("ä")).await?, ["ärger"]);
        assert_eq!(found(db, text.ends_with("nna")).await?, ["Anna", "anna"]);
        assert_eq!(found(db, text.starts_with("A")).await?, ["Anna"]);
        assert_eq!(found(db, text.ends_with("NNA")).await?, Vec::<String>::new());
        Ok(())
    }

    /// The `_ci` twins ignore case, of letters beyond ASCII too.
    async fn the_twins_ignore_case(db: &Db) -> Result<()> {
        rows(db, &owned(&["ÄRGER", "ärger", "Ein Ärgernis", "ЖУК", "arger"])).await?;
        let text = Texts::columns().text;
        assert_eq!(
            found(db, text.contains_ci("äRG")).await?,
            ["ÄRGER", "ärger", "Ein Ärgernis"]
        );
        assert_eq!(found(db, text.starts_with_ci("ärG")).await?, ["ÄRGER", "ärger"]);
        assert_eq!(
            found(db, text.ends_with_ci("ger")).await?,
            ["ÄRGER", "ärger", "arger"]
        );
        assert_eq!(found(db, text.ends_with_ci("жук")).await?, ["ЖУК"]);
        Ok(())
    }

    /// What means something to a pattern, a quote or an escape stands for itself.
    async fn special_characters_stand_for_themselves(db: &Db) -> Result<()> {
        let parts = [
            "%", "_", "*", "?", "[", "]", "^", "-", "\\", "'", "\"", "`", ";", "$1", "[a-z]", "[^a]", "\\%",
            "''", "a%", "_b", "**", "\n", "é",
        ];
        let mut texts = owned(&["", "ab", "a-b", "plain"]);
        for part in parts {
            texts.extend([
                part.to_string(),
                format!("a{part}"),
                format!("{part}b"),
                format!("x{part}y"),
            ]);
        }
        rows(db, &texts).await?;
        let text = Texts::columns().text;
        for part in parts {
            let contain = expected(&texts, |text| text.contains(part));
            assert_eq!(found(db, text.contains(part)).await?, contain, "{part:?}");
            assert_eq!(
                found(db, text.contains_ci(part)).await?,
                contain,
                "{part:?}, any case"
            );
            let start = expected(&texts, |text| text.starts_with(part));
            assert_eq!(found(db, text.starts_with(part)).await?, start, "{part:?}");
            assert_eq!(
                found(db, text.starts_with_ci(part)).await?,
                start,
                "{part:?}, any case"
            );
            let end = expected(&texts, |text| text.ends_with(part));
            assert_eq!(found(db, text.ends_with(part)).await?, end, "{part:?}");
            assert_eq!(
                found(db, text.ends_with_ci(part)).await?,
                end,
                "{part:?}, any case"
            );
        }
        Ok(())
    }

    /// Many texts of few characters, against the language's own answers.
    async fn random_parts_of_random_texts(db: &Db) -> Result<()> {
        let mut random = Lcg::new(7);
        let mut text = |longest: u64| -> String {
            let letters: Vec<char> = "aAäÄ%_*?[]\\^-'".chars().collect();
            let length = random.below(longest + 1);
            let mut letter = || letters[usize::try_from(random.below(letters.len() as u64)).unwrap_or(0)];
            (0..length).map(|_| letter()).collect()
        };
        let texts: Vec<String> = (0..300).map(|_| text(6)).collect();
        rows(db, &texts).await?;
        let column = Texts::columns().text;
        for part in (0..60).map(|_| text(3)).collect::<Vec<_>>() {
            let contain = expected(&texts, |text| text.contains(&part));
            assert_eq!(found(db, column.contains(&*part)).await?, contain, "{part:?}");
            let folded = part.to_lowercase();
            let start = expected(&texts, |text| text.to_lowercase().starts_with(&folded));
            assert_eq!(found(db, column.starts_with_ci(&*part)).await?, start, "{part:?}");
            let end = expected(&texts, |text| text.ends_with(&part));
            assert_eq!(found(db, column.ends_with(&*part)).await?, end, "{part:?}");
        }
        Ok(())
    }

    /// Every text contains the empty one; a null contains nothing.
    async fn the_empty_part_and_the_null(db: &Db) -> Result<()> {
        db.create_table::<Employee>().await?;
        for department in [Some("sales"), Some(""), None] {
            Employee::new("x", department, 0).save(db).await?;
        }
        let count = async |condition| Employee::query().filter_condition(condition).count(db).await;
        let department = Employee::columns().department;
        assert_eq!(count(department.contains("")).await?, 2);
        assert_eq!(count(department.starts_with_ci("")).await?, 2);
        assert_eq!(count(department.contains("sa").not()).await?, 1);
        Ok(())
    }
}
