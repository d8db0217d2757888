//! What URLs mean, and what they must not say.

use activerecord_backend_sqlite::Sqlite;
use activerecord_core::{Backend, ErrorKind};
use std::time::Duration;

#[test]
fn urls_and_what_they_mean() {
    let cases = [
        ("sqlite://relative/app.db", Sqlite::file("relative/app.db")),
        ("sqlite:///absolute/app.db", Sqlite::file("/absolute/app.db")),
        ("sqlite:app.db", Sqlite::file("app.db")),
        ("sqlite:/absolute/app.db", Sqlite::file("/absolute/app.db")),
        ("sqlite::memory:", Sqlite::memory()),
        ("sqlite://:memory:", Sqlite::memory()),
        ("sqlite://my%20data%3F/%C3%A4.db", Sqlite::file("my data?/ä.db")),
        ("sqlite:app.db?", Sqlite::file("app.db")),
        ("sqlite:app.db?mode=rwc", Sqlite::file("app.db")),
        ("sqlite:app.db?mode=ro", Sqlite::file("app.db").read_only()),
        (
            "sqlite:app.db?busy_timeout=250&statement_cache=8",
            Sqlite::file("app.db")
                .busy_timeout(Duration::from_millis(250))
                .statement_cache(8),
        ),
    ];
    for (url, meaning) in cases {
        assert_eq!(Sqlite::from_url(url).unwrap(), meaning, "{url}");
    }
}

#[test]
fn urls_that_are_refused_and_why() {
    let cases = [
        ("postgres://localhost/app", "sqlite:"),
        ("sqlite:", "no file"),
        ("sqlite://", "no file"),
        ("sqlite://?mode=ro", "no file"),
        ("sqlite:app.db?mode=append", "append"),
        ("sqlite:app.db?cache=shared", "cache"),
        ("sqlite:app.db?busy_timeout=soon", "busy_timeout"),
        ("sqlite:app.db?busy_timeout=-1", "busy_timeout"),
        ("sqlite:app.db?statement_cache", "statement_cache"),
        ("sqlite:100%.db", "%25"),
        ("sqlite:%zz.db", "%25"),
        ("sqlite:%ff.db", "UTF-8"),
        ("sqlite:a%00.db", "NUL"),
        ("sqlite::memory:?mode=ro", "memory"),
    ];
    for (url, word) in cases {
        let failure = Sqlite::from_url(url).unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Config, "{url}");
        assert!(failure.to_string().contains(word), "{url}: {failure}");
    }
}

#[test]
fn what_a_builder_cannot_refuse_is_refused_when_it_connects() {
    for sqlite in [Sqlite::memory().read_only(), Sqlite::file("")] {
        assert_eq!(sqlite.connect().err().unwrap().kind(), ErrorKind::Config);
    }
    // SQLite counts milliseconds in 31 bits; a longer wait is as long as that.
    Sqlite::memory()
        .busy_timeout(Duration::MAX)
        .statement_cache(0)
        .connect()
        .unwrap();
}
