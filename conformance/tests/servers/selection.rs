//! `CONFORMANCE_DATABASES`.

use crate::Outcome;
use conformance::servers::{Kind, Selection};

pub(crate) fn reads_lists() -> Outcome {
    let all = Selection::parse("sqlite,postgres,mysql,mariadb")?;
    assert_eq!((&all, all.is_narrowed()), (&Selection::all(), false));
    let some = Selection::parse(" postgres , sqlite,postgres")?;
    assert_eq!(
        (some.sqlite(), some.kinds(), some.is_narrowed()),
        (true, &[Kind::Postgres][..], true)
    );
    assert_eq!(some.to_string(), "sqlite, postgres");
    assert!(!Selection::parse("mariadb")?.sqlite());
    Ok(())
}

pub(crate) fn names_what_is_allowed() -> Outcome {
    for names in ["", "oracle", "sqlite,", "SQLite", "mysql;mariadb"] {
        let error = Selection::parse(names).unwrap_err().to_string();
        assert!(error.contains("sqlite, postgres, mysql, mariadb"), "{error}");
    }
    Ok(())
}
