//! Where the database cannot be opened, and options that make no sense.

use conformance_macros::cases;

pub(super) use self::errors::cases;

#[cases]
mod errors {
    use crate::environment::file_of;
    use crate::prelude::*;
    use crate::support::{failure, kind};
    use activerecord::ConnectOptions;

    async fn file(handle: &Db) -> Result<String> {
        file_of(&handles(handle).0)
    }

    /// A directory that does not exist.
    #[needs(Files)]
    async fn a_missing_directory_is_no_database(db: &Db) -> Result<()> {
        let url = format!("sqlite://{}-dir/missing.db", file(db).await?);
        let error = failure(Db::connect(&*url).await);
        assert_eq!((error.kind(), error.code()), (ErrorKind::NoDatabase, Some(14)));
        assert!(error.to_string().contains("missing.db"), "{error}");
        Ok(())
    }

    /// A file that does not exist and may not be made.
    #[needs(Files)]
    async fn a_missing_file_that_may_not_be_made_is_no_database(db: &Db) -> Result<()> {
        for mode in ["ro", "rw"] {
            let url = format!("sqlite://{}-missing?mode={mode}", file(db).await?);
            assert_eq!(kind(Db::connect(&*url).await), ErrorKind::NoDatabase);
        }
        Ok(())
    }

    /// A file that is no database.
    #[needs(Files)]
    async fn a_file_that_is_no_database_is_corrupt(db: &Db) -> Result<()> {
        let path = format!("{}-letter", file(db).await?);
        std::fs::write(&path, "Dear Sir or Madam, ".repeat(100)).unwrap();
        let error = failure(Db::connect(format!("sqlite://{path}")).await);
        assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, Some(26)));
        Ok(())
    }

    /// A file opened for reading alone.
    #[needs(Files)]
    async fn a_file_opened_for_reading_refuses_writes(db: &Db) -> Result<()> {
        db.create_table::<Account>().await?;
        let reader = Db::connect(format!("sqlite://{}?mode=ro", file(db).await?)).await?;
        assert_eq!(Account::query().count(&reader).await?, 0);
        let error = failure(Account { id: 1, balance: 1 }.save(&reader).await);
        assert_eq!((error.kind(), error.code()), (ErrorKind::ReadOnly, Some(8)));
        Ok(())
    }

    /// A URL that makes no sense, told by what is wrong with it.
    async fn a_url_that_makes_no_sense_is_told(db: &Db) -> Result<()> {
        let _ = db;
        let wrong = [
            ("no url at all", "URL with a scheme"),
            ("oracle://x", "`oracle`"),
            ("postgres://localhost/x?color=red", "`color`"),
            ("postgres://localhost:x/x", "port"),
            ("postgres://ann@h@localhost/x?sslmode=maybe", "`sslmode`"),
            ("mysql://localhost/x?color=red", "`color`"),
            ("sqlite://", "no file"),
            ("sqlite://x.db?color=red", "`color`"),
            ("sqlite://x.db?busy_timeout=soon", "`busy_timeout`"),
            ("sqlite://x.db?mode=maybe", "`mode`"),
            ("sqlite://x%zz.db", "percent-encoded"),
            ("sqlite::memory:?mode=ro", "memory"),
        ];
        for (url, part) in wrong {
            let error = failure(Db::connect(url).await);
            assert_eq!(error.kind(), ErrorKind::Config, "{url}");
            assert!(error.to_string().contains(part), "{url}: {error}");
        }
        Ok(())
    }

    /// Neither an error nor a Debug shows the password of a URL.
    async fn a_password_is_never_shown(db: &Db) -> Result<()> {
        let url = "postgres://ann:s3cret@localhost/app";
        let options = ConnectOptions::new(url);
        assert!(!format!("{options:?}").contains("s3cret"), "{options:?}");
        let error = failure(Db::connect(options).await);
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        let shown = format!("{db:?}");
        assert!(
            shown.contains(db.dialect().name()) && shown.contains("in_use"),
            "{shown}"
        );
        Ok(())
    }
}
