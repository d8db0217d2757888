//! What URLs mean, and what they must not say.

use activerecord_backend_mysql::{Mysql, SslMode};
use activerecord_core::ErrorKind;
use std::time::Duration;

#[test]
fn urls_and_what_they_mean() {
    let cases = [
        ("mysql://localhost/app", Mysql::host("localhost").database("app")),
        ("mysql://localhost", Mysql::host("localhost")),
        ("mysql://", Mysql::host("localhost")),
        (
            "mysql://ann@db.example.com:3307/app",
            Mysql::host("db.example.com")
                .port(3307)
                .user("ann")
                .database("app"),
        ),
        (
            "mysql://ann:s3cret@[::1]:3307/app",
            Mysql::host("::1")
                .port(3307)
                .user("ann")
                .password("s3cret")
                .database("app"),
        ),
        (
            "mysql://%C3%A4nne:p%40ss%2F%3A%25@h/my%20app",
            Mysql::host("h")
                .user("änne")
                .password("p@ss/:%")
                .database("my app"),
        ),
        // What is behind the last `@` is the host.
        (
            "mysql://a:b@c@h/app",
            Mysql::host("h").user("a").password("b@c").database("app"),
        ),
        (
            "mysql://h/app?connect_timeout=3&lock_timeout=250&statement_cache=8",
            Mysql::host("h")
                .database("app")
                .connect_timeout(Duration::from_secs(3))
                .lock_timeout(Duration::from_millis(250))
                .statement_cache(8),
        ),
        (
            "mysql://h/app?socket=%2Frun%2Fmysqld.sock",
            Mysql::host("h").database("app").socket("/run/mysqld.sock"),
        ),
    ];
    for (url, meaning) in cases {
        assert_eq!(Mysql::from_url(url).unwrap(), meaning, "{url}");
    }
}

#[test]
fn modes_of_encryption_have_the_names_of_mysql_and_of_libpq() {
    let cases = [
        ("DISABLED", SslMode::Disabled),
        ("disable", SslMode::Disabled),
        ("PREFERRED", SslMode::Preferred),
        ("prefer", SslMode::Preferred),
        ("REQUIRED", SslMode::Required),
        ("require", SslMode::Required),
        ("VERIFY_IDENTITY", SslMode::VerifyIdentity),
        ("verify-full", SslMode::VerifyIdentity),
    ];
    for (name, mode) in cases {
        let meaning = Mysql::host("h").ssl_mode(mode);
        for parameter in ["ssl_mode", "ssl-mode", "sslmode"] {
            let url = format!("mysql://h?{parameter}={name}");
            assert_eq!(Mysql::from_url(&url).unwrap(), meaning, "{url}");
        }
    }
}

#[test]
fn a_server_elsewhere_has_to_prove_who_it_is() {
    let mode = |url: &str| format!("{:?}", Mysql::from_url(url).unwrap());
    for here in ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3", "[::1]"] {
        let shown = mode(&format!("mysql://{here}/app"));
        assert!(shown.contains("Preferred"), "{shown}");
    }
    for elsewhere in [
        "db.example.com",
        "10.0.0.7",
        "localhost.example.com",
        "[fe80::1]",
        "128.0.0.1",
    ] {
        let shown = mode(&format!("mysql://{elsewhere}/app"));
        assert!(shown.contains("VerifyIdentity"), "{shown}");
    }
    assert!(mode("mysql://h?ssl_mode=required").contains("Required"));
}

#[test]
fn urls_that_are_refused_and_why() {
    let cases = [
        ("postgres://localhost/app", "mysql://"),
        ("mysql:localhost", "mysql://"),
        ("mysql://h:port/app", "port"),
        ("mysql://h:65536/app", "port"),
        ("mysql://[::1/app", "brackets"),
        ("mysql://[::1]3306/app", "`:`"),
        ("mysql://h/%ff", "UTF-8"),
        ("mysql://h/a%00", "NUL"),
        ("mysql://h?colour=red", "`colour`"),
        ("mysql://h?lock_timeout=soon", "`lock_timeout`"),
        ("mysql://h?statement_cache=-1", "`statement_cache`"),
        ("mysql://h?connect_timeout=0", "`connect_timeout`"),
        ("mysql://h?ssl_mode=maybe", "`maybe`"),
        ("mysql://h?ssl_mode=VERIFY_CA", "verify_identity"),
        ("mysql://h?ssl_ca=/x&ssl_mode=required", "`ssl_ca`"),
        ("mysql://localhost?ssl_ca=/x", "`ssl_ca`"),
    ];
    for (url, word) in cases {
        let failure = Mysql::from_url(url).unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Config, "{url}");
        assert!(failure.to_string().contains(word), "{url}: {failure}");
    }
}

#[test]
fn a_password_is_nowhere_shown() {
    let shown = format!("{:?}", Mysql::from_url("mysql://ann:s3cret@h/app").unwrap());
    assert!(shown.contains("ann") && !shown.contains("s3cret"), "{shown}");
    // With signs in it that had to be encoded, a part of it stands where another part of the URL is expected.
    for url in [
        "mysql://ann:s3cret/more@h/app",
        "mysql://ann:s3cret?more@h/app",
        "mysql://ann:s3cret%@h/app?x=%ff",
        "mysql://:s3cret/h",
        "mysql://ann:s3cret@h:x/app",
    ] {
        let failure = Mysql::from_url(url).err();
        let shown = failure.map_or(String::new(), |failure| format!("{failure} {failure:?}"));
        assert!(!shown.contains("s3cret"), "{url}: {shown}");
    }
}
