//! How a connection is encrypted, and the server verified.

use crate::config::{Mysql, config};
use activerecord_core::Result;
use mysql_async::SslOpts;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// How a connection is encrypted and the server verified.
///
/// Without a word a connection on this host (by a socket, or to a loopback address) is not encrypted, and any other
/// is by [`VerifyIdentity`](SslMode::VerifyIdentity): less has to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SslMode {
    /// Not at all.
    Disabled,
    /// Where the server can; whoever stands between can listen and pretend that it cannot.
    Preferred,
    /// Always, but with whoever answers.
    Required,
    /// Always, with a server whose certificate is signed by a trusted authority and names the host.
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
            _ => Err(config(format!(
                "`ssl_mode` is `disabled`, `preferred`, `required` or `verify_identity`, not `{name}`"
            ))),
        }
    }
}

/// The driver's options for a mode.
///
/// # Errors
///
/// [`Config`](activerecord_core::ErrorKind::Config) for a file of certificates that cannot be read or holds none.
pub(crate) fn options(mysql: &Mysql) -> Result<Option<SslOpts>> {
    let options = SslOpts::default();
    let options = match mysql.encryption() {
        SslMode::Disabled => return Ok(None),
        SslMode::Preferred | SslMode::Required => options
            .with_danger_accept_invalid_certs(true)
            .with_danger_skip_domain_validation(true),
        SslMode::VerifyIdentity => options,
    };
    // The driver takes the process's provider and would panic without one. One that the program has chosen stays;
    // where another thread was faster, its choice is as good.
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
    match mysql.certificates() {
        None => Ok(Some(options)),
        Some(path) => {
            let unreadable = |why: &dyn std::fmt::Display| {
                config(format!("the certificates of `ssl_ca`, {}: {why}", path.display()))
            };
            let text = std::fs::read(path).map_err(|failure| unreadable(&failure))?;
            if !CertificateDer::pem_slice_iter(&text).any(|certificate| certificate.is_ok()) {
                return Err(unreadable(&"the file holds no certificate (PEM)"));
            }
            Ok(Some(
                options
                    .with_disable_built_in_roots(true)
                    .with_root_certs(vec![text.into()]),
            ))
        }
    }
}
