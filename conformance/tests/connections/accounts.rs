//! The ways in which an account proves who connects.

use conformance_macros::cases;

pub(crate) use self::accounts::cases;

#[cases]
mod accounts {
    use crate::server::{Own, behind};
    use activerecord::AssertSafe;
    use conformance::prelude::*;
    use conformance::support::kind;

    const PASSWORD: &str = "w4ys";

    /// The plugins that the server has, in the words of its `CREATE USER`.
    fn plugins(database: &str) -> &'static [&'static str] {
        match database {
            "postgres" => &[],
            "mysql" => &["caching_sha2_password"],
            _ => &["mysql_native_password"],
        }
    }

    /// Where the account connects to.
    fn url_of(server: &Own, name: &str, password: &str, parameters: &str) -> String {
        let url = server.url(parameters);
        let (scheme, rest) = url.split_once("://").unwrap();
        let (_, place) = rest.split_once('@').unwrap();
        format!("{scheme}://{name}:{password}@{place}")
    }

    async fn create(on: &Db, name: &str, plugin: &str, password: &str) -> Result<()> {
        let by = match on.dialect().name() {
            "mysql" => format!("IDENTIFIED WITH {plugin} BY '{password}'"),
            _ => format!("IDENTIFIED VIA {plugin} USING PASSWORD('{password}')"),
        };
        for sql in [
            format!("DROP USER IF EXISTS {name}"),
            format!("CREATE USER {name} {by}"),
            format!("GRANT ALL ON *.* TO {name}"),
        ] {
            on.execute(AssertSafe(sql), ()).await?;
        }
        // Whatever the server remembers of a password is forgotten, so the first login proves it in full.
        on.execute("FLUSH PRIVILEGES", ()).await.map(drop)
    }

    /// What is on this machine stays there, whatever the server is asked to load.
    async fn no_file_of_this_machine_is_sent(db: &Db) -> Result<()> {
        if db.dialect().name() != "postgres" {
            db.execute("CREATE TABLE loaded (line TEXT)", ()).await?;
            let load = "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE loaded";
            assert_eq!(kind(db.execute(load, ()).await), ErrorKind::Unsupported);
        }
        Ok(())
    }

    /// In the open and encrypted, at the first time and remembered, with a password and without one.
    async fn each_way_lets_the_right_one_in(db: &Db) -> Result<()> {
        let server = behind(db);
        for plugin in plugins(db.dialect().name()) {
            for mode in ["disable", "require"] {
                for (who, password) in [("with", PASSWORD), ("without", "")] {
                    let name = format!("{who}_{mode}");
                    create(db, &name, plugin, password).await?;
                    for _ in 0..2 {
                        let parameters = format!("sslmode={mode}");
                        let own = Db::connect(url_of(&server, &name, password, &parameters)).await?;
                        let user: Vec<(String,)> = own.query_sql("SELECT CURRENT_USER()", ()).await?;
                        assert!(user[0].0.starts_with(&name), "{plugin} {mode} {user:?}");
                        let wrong = Db::connect(url_of(&server, &name, "wr0ng", &parameters)).await;
                        assert_eq!(kind(wrong), ErrorKind::Auth, "{plugin} {mode}");
                    }
                }
            }
        }
        Ok(())
    }
}
