//! Encryption, in the modes of MySQL.
//!
//! By rustls with the provider `ring`, which a C compiler is enough to build. Without a file of certificates those of
//! the operating system are trusted, and not a list compiled in: a company's own authority is known there.

use crate::config::{Mysql, wrong};
use activerecord_core::{Error, ErrorKind, Result};
use mysql_async::SslOpts;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Whether the connection is encrypted and the server's certificate verified.
///
/// Without a word it is encrypted where the server can on this machine, and a server elsewhere has to prove who it is:
/// less has to be asked for.
///
/// Only [`VerifyIdentity`](SslMode::VerifyIdentity) keeps a password from somebody in the middle: a login by
/// `caching_sha2_password` hands it to whoever answers, over an unencrypted connection under a key that nobody has
/// signed.
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

/// The options of `mysql_async` for a mode.
///
/// # Errors
///
/// [`Config`](ErrorKind::Config) for a file of certificates that cannot be read or holds none;
/// [`Tls`](ErrorKind::Tls) where there is nobody to trust.
pub(crate) fn options(mysql: &Mysql, mode: SslMode) -> Result<Option<SslOpts>> {
    let options = SslOpts::default().with_disable_built_in_roots(true);
    let options = match mode {
        SslMode::Disabled => return Ok(None),
        SslMode::Preferred | SslMode::Required => options
            // The driver does not start without any.
            .with_disable_built_in_roots(false)
            .with_danger_accept_invalid_certs(true)
            .with_danger_skip_domain_validation(true),
        SslMode::VerifyIdentity => {
            let trusted = trusted(mysql)?;
            let trusted = trusted.iter().map(|certificate| certificate.to_vec().into());
            options.with_root_certs(trusted.collect())
        }
    };
    provide();
    Ok(Some(options))
}

/// The same for rustls itself.
///
/// # Errors
///
/// As for [`options`].
pub(crate) fn client(mysql: &Mysql, mode: SslMode) -> Result<Option<Arc<ClientConfig>>> {
    if mode == SslMode::Disabled {
        return Ok(None);
    }
    provide();
    let client = ClientConfig::builder();
    let client = match mode {
        SslMode::VerifyIdentity => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(trusted(mysql)?.iter().cloned());
            client.with_root_certificates(roots)
        }
        _ => {
            let algorithms = client.crypto_provider().signature_verification_algorithms;
            client
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Whoever(algorithms)))
        }
    };
    Ok(Some(Arc::new(client.with_no_client_auth())))
}

/// Whose signature the server's certificate has to have.
fn trusted(mysql: &Mysql) -> Result<Cow<'static, [CertificateDer<'static>]>> {
    match mysql.certificates() {
        Some(file) => certificates_in(file).map(Cow::Owned),
        None => system_certificates().map(Cow::Borrowed),
    }
}

/// Takes whatever certificate; that the server has its key is seen to all the same.
#[derive(Debug)]
struct Whoever(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Whoever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// The driver takes the process's provider and would panic without one. One that the program has chosen stays; where
/// another thread was faster, its choice is as good.
fn provide() {
    if CryptoProvider::get_default().is_none() {
        let _ = ring::default_provider().install_default();
    }
}

/// The certificates that the operating system trusts, read once.
fn system_certificates() -> Result<&'static [CertificateDer<'static>]> {
    static CERTIFICATES: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    let certificates = CERTIFICATES.get_or_init(|| rustls_native_certs::load_native_certs().certs);
    match certificates.is_empty() {
        true => Err(Error::new(
            ErrorKind::Tls,
            "the system trusts no certificates; name a file of them by `ssl_ca`",
        )),
        false => Ok(certificates),
    }
}

fn certificates_in(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let unreadable = |failure| {
        let message = format!(
            "`ssl_ca` names no file of certificates in PEM: {}",
            file.display()
        );
        wrong(message).with_source(failure)
    };
    let certificates = CertificateDer::pem_file_iter(file).map_err(unreadable)?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(unreadable)?;
    match certificates.is_empty() {
        false => Ok(certificates),
        true => Err(wrong(format!(
            "`ssl_ca` names a file without a certificate: {}",
            file.display()
        ))),
    }
}
