//! What encrypts the way to a server, and whom it trusts.

use conformance_macros::cases;

pub(crate) use self::tls::cases;

#[cases]
mod tls {
    use crate::server::{behind, question};
    use activerecord::ConnectOptions;
    use conformance::prelude::*;
    use conformance::support::{Proxy, failure, kind};
    use std::path::Path;

    /// Connects, and gives the cipher that the server sees; none where it sees no encryption.
    async fn cipher(url: String) -> Result<Option<String>> {
        let own = Db::connect(ConnectOptions::new(url).pool_size(1)).await?;
        let ciphers = own.query_sql::<(String,)>(question(&own), ()).await?;
        own.close().await;
        Ok(Some(ciphers[0].0.clone()).filter(|cipher| !cipher.is_empty()))
    }

    /// What the servers call the mode in which the authority is verified, and the name.
    fn in_full(authority: &Path) -> String {
        format!("sslmode=verify-full&sslrootcert={}", authority.display())
    }

    /// A file with the certificate of an authority that has signed nothing.
    fn stranger_authority() -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        std::fs::write(file.path(), params.self_signed(&key).unwrap().pem()).unwrap();
        file
    }

    /// The right authority and the right name: the way is encrypted.
    async fn verified_in_full_the_way_is_encrypted(db: &Db) -> Result<()> {
        let server = behind(db);
        let found = cipher(server.url(&in_full(server.authority()))).await?;
        assert!(found.is_some());
        let port = server.address().replace("127.0.0.1", "localhost");
        assert!(
            cipher(server.url_by(port, &in_full(server.authority())))
                .await?
                .is_some()
        );
        Ok(())
    }

    /// A certificate that another authority has signed is refused.
    async fn another_authority_is_refused(db: &Db) -> Result<()> {
        let server = behind(db);
        let authority = stranger_authority();
        let error = failure(cipher(server.url(&in_full(authority.path()))).await);
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(
            error.to_string().to_lowercase().contains("certificate"),
            "{error}"
        );
        Ok(())
    }

    /// The system does not trust the authority of the suite.
    async fn without_its_authority_a_server_is_refused(db: &Db) -> Result<()> {
        let server = behind(db);
        assert_eq!(
            kind(cipher(server.url("sslmode=verify-full")).await),
            ErrorKind::Tls
        );
        Ok(())
    }

    /// Under a name that its certificate is not made out to, a server is refused where the name is verified, and there
    /// alone.
    async fn another_name_is_refused_in_full_alone(db: &Db) -> Result<()> {
        let server = behind(db);
        let proxy = Proxy::under_another_name(server.address()).unwrap();
        let by = |parameters: String| server.url_by(proxy.address(), &parameters);
        let error = failure(cipher(by(in_full(server.authority()))).await);
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(cipher(by("sslmode=require".into())).await?.is_some());
        let authority = in_full(server.authority()).replace("verify-full", "verify-ca");
        match db.dialect().name() {
            "postgres" => assert!(cipher(by(authority)).await?.is_some()),
            // The driver cannot; the error names the mode that there is.
            _ => {
                let error = failure(cipher(by(authority)).await);
                assert_eq!(error.kind(), ErrorKind::Config);
                assert!(error.to_string().contains("verify_identity"), "{error}");
            }
        }
        Ok(())
    }

    /// Each mode that does not verify, on a server that encrypts.
    async fn each_mode_does_what_it_says(db: &Db) -> Result<()> {
        let server = behind(db);
        for (mode, encrypts) in [("disable", false), ("prefer", true), ("require", true)] {
            let found = cipher(server.url(&format!("sslmode={mode}"))).await?;
            assert_eq!(found.is_some(), encrypts, "{mode}: {found:?}");
        }
        Ok(())
    }

    /// Each mode, on a server that does not encrypt.
    async fn a_server_without_encryption_is_taken_where_that_is_meant(db: &Db) -> Result<()> {
        let server = behind(db);
        let proxy = Proxy::hiding_encryption(server.address()).unwrap();
        let by = |parameters: &str| server.url_by(proxy.address(), parameters);
        for mode in ["disable", "prefer"] {
            assert_eq!(cipher(by(&format!("sslmode={mode}"))).await?, None, "{mode}");
        }
        for parameters in ["sslmode=require".into(), in_full(server.authority())] {
            let error = failure(cipher(by(&parameters)).await);
            assert_eq!(error.kind(), ErrorKind::Tls, "{parameters}: {error:?}");
        }
        Ok(())
    }

    /// A wrong password is refused, encrypted or not, and shown nowhere; nor is the right one.
    async fn a_wrong_password_is_refused_and_no_password_is_shown(db: &Db) -> Result<()> {
        const WRONG: &str = "s3cr3t-c4nary";
        let server = behind(db);
        let url = server.url("sslmode=disable");
        let right = url.split([':', '@']).nth(2).unwrap().to_owned();
        let mut shown = format!("{:?}", ConnectOptions::new(&url));
        shown.push_str(&format!("{:?}", Db::connect(url.clone()).await?));
        for mode in ["disable", "require"] {
            let wrong = server.url(&format!("sslmode={mode}")).replace(&right, WRONG);
            let error = failure(Db::connect(wrong).await);
            assert_eq!(error.kind(), ErrorKind::Auth, "{mode}: {error:?}");
            let mut next: Option<&dyn std::error::Error> = Some(&error);
            while let Some(cause) = next {
                shown.push_str(&format!("{cause} {cause:?} "));
                next = cause.source();
            }
        }
        shown.push_str(&crate::log::so_far());
        for password in [WRONG, &*right] {
            assert!(!shown.contains(password), "{shown}");
        }
        Ok(())
    }
}
