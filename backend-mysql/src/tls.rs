//! Encryption, in the modes of MySQL.
//!
//! By rustls with the provider `ring`, which a C compiler is enough to build. Without a file of certificates those of
//! the operating system are trusted, and not a list compiled in: a company's own authority is known there.

use crate::config::{Mysql, wrong};
use activerecord_core::{Error, ErrorKind, Result};
use mysql_async::SslOpts;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::sync::OnceLock;

/// Whether the connection is encrypted and the server's certificate verified.
///
/// Without a word it is encrypted where the server can on this machine, and a server elsewhere has to prove who it is:
/// less has to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SslMode {
    /// Never encrypted. So is every connection by a Unix socket.
    Disabled,
    /// Encrypted where the server can.
    Preferred,
    /// Encrypted, by whatever certificate.
    Required,
    /// Encrypted by a certificate that a trusted authority has signed, made out to the name of the server.
    VerifyIdentity,
}

impl SslMode {
    /// Reads a mode by the name that MySQL or libpq has for it.
    pub(crate) fn from_name(name: &str) -> Result<Self> {
        match &*name.to_ascii_lowercase().replace('-', "_") {
            "disabled" | "disable" => Ok(Self::Disabled),
            "preferred" | "prefer" => Ok(Self::Preferred),
            "required" | "require" => Ok(Self::Required),
            "verify_identity" | "verify_full" => Ok(Self::VerifyIdentity),
            "verify_ca" => Err(wrong(
                "`ssl_mode` cannot be `verify_ca`: the driver verifies the name with the certificate; use \
                 `verify_identity`, under a name that the certificate is made out to",
            )),
            _ => Err(wrong(format!(
                "`ssl_mode` is `disabled`, `preferred`, `required` or `verify_identity`, not `{name}`"
            ))),
        }
    }
}

/// The driver's options for a mode.
///
/// # Errors
///
/// [`Config`](ErrorKind::Config) for a file of certificates that cannot be read or holds none;
/// [`Tls`](ErrorKind::Tls) where there is nobody to trust.
pub(crate) fn options(mysql: &Mysql) -> Result<Option<SslOpts>> {
    let options = SslOpts::default().with_disable_built_in_roots(true);
    let options = match mysql.effective_ssl_mode() {
        SslMode::Disabled => return Ok(None),
        SslMode::Preferred | SslMode::Required => options
            // The driver does not start without any.
            .with_disable_built_in_roots(false)
            .with_danger_accept_invalid_certs(true)
            .with_danger_skip_domain_validation(true),
        SslMode::VerifyIdentity => {
            let roots = match mysql.certificates() {
                Some(file) => vec![certificates_in(file)?],
                None => system_certificates()?.to_vec(),
            };
            options.with_root_certs(roots.into_iter().map(Into::into).collect())
        }
    };
    provide();
    Ok(Some(options))
}

/// The driver takes the process's provider and would panic without one. One that the program has chosen stays; where
/// another thread was faster, its choice is as good.
fn provide() {
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
}

/// The certificates that the operating system trusts, read once.
fn system_certificates() -> Result<&'static [Vec<u8>]> {
    static CERTIFICATES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let certificates = CERTIFICATES.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs().certs;
        found
            .into_iter()
            .map(|certificate| certificate.to_vec())
            .collect()
    });
    match certificates.is_empty() {
        true => Err(Error::new(
            ErrorKind::Tls,
            "the system trusts no certificates; name a file of them by `ssl_ca`",
        )),
        false => Ok(certificates),
    }
}

/// The text of a file of certificates, which the driver reads again.
fn certificates_in(file: &Path) -> Result<Vec<u8>> {
    let unreadable = |failure| {
        let message = format!(
            "`ssl_ca` names no file of certificates in PEM: {}",
            file.display()
        );
        wrong(message).with_source(failure)
    };
    let mut any = false;
    for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
        certificate.map_err(unreadable)?;
        any = true;
    }
    match any {
        true => std::fs::read(file).map_err(|failure| wrong("`ssl_ca` cannot be read").with_source(failure)),
        false => Err(wrong(format!(
            "`ssl_ca` names a file without a certificate: {}",
            file.display()
        ))),
    }
}
