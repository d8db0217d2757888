//! A certificate authority for one run.

use super::ServerError;
use super::directory::Directory;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustix::process::Signal;
use std::fmt;
use std::path::{Path, PathBuf};

/// An authority, and a certificate for a server on this machine that it has signed; all in PEM.
pub(super) struct Certificates {
    pub(super) authority: String,
    pub(super) certificate: String,
    pub(super) key: String,
    file: PathBuf,
    /// Where the file is.
    _directory: Directory,
}

impl Certificates {
    pub(super) fn generate() -> Result<Self, ServerError> {
        Self::try_generate().map_err(|error| ServerError::new(format_args!("no certificates: {error}")))
    }

    fn try_generate() -> Result<Self, Box<dyn std::error::Error>> {
        let authority = authority()?;
        let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named("localhost");
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &authority)?;
        let directory = Directory::make(Signal::KILL)?;
        let file = directory.path().join("ca.pem");
        std::fs::write(&file, authority.pem())?;
        Ok(Self {
            authority: authority.pem(),
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            file,
            _directory: directory,
        })
    }

    /// The file with the authority's certificate.
    pub(super) fn authority_file(&self) -> &Path {
        &self.file
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Certificates")
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("conformance authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn named(name: &str) -> DistinguishedName {
    let mut full = DistinguishedName::new();
    full.push(DnType::CommonName, name);
    full
}

/// Where a server finds its certificates.
#[derive(Debug, Clone)]
pub(super) struct Files {
    pub(super) authority: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Files {
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self {
            authority: directory.join("ca.pem"),
            certificate: directory.join("server.pem"),
            key: directory.join("server.key"),
        }
    }
}
