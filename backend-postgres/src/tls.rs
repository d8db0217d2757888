//! Encryption, in the modes of libpq.
//!
//! By rustls with the provider `ring`, which a C compiler is enough to build. Without a file of certificates those of
//! the operating system are trusted, and not a list compiled in: a company's own authority is known there.

mod verify;

use crate::config::{Host, Postgres, SslMode};
use crate::socket::Socket;
use activerecord_core::{Error, ErrorKind, Result};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

type Encrypted = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// How one attempt to connect is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    None,
    /// Where the server can.
    Offered,
    Required,
}

/// The attempts of a mode, of which the next one is made where the server does not take the one before.
pub(crate) fn attempts(postgres: &Postgres) -> &'static [Encryption] {
    match (postgres.place(), postgres.effective_ssl_mode()) {
        (Host::Unix(_), _) | (_, SslMode::Disable) => &[Encryption::None],
        (_, SslMode::Allow) => &[Encryption::None, Encryption::Required],
        (_, SslMode::Prefer) => &[Encryption::Offered, Encryption::None],
        _ => &[Encryption::Required],
    }
}

/// What encrypts the connections of one server.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: MakeRustlsConnect,
    host: String,
}

impl Tls {
    /// Reads the certificates that the mode needs.
    pub(crate) fn new(postgres: &Postgres) -> Result<Self> {
        let host = match postgres.place() {
            Host::Tcp(host) => host.clone(),
            Host::Unix(_) => String::new(),
        };
        let provider = Arc::new(ring::default_provider());
        let verifier = verifier(postgres, &provider)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|failure| tls("no version of TLS is available", failure))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self {
            connector: MakeRustlsConnect::new(config),
            host,
        })
    }

    /// Encrypts a new connection as far as asked for and as the server can.
    pub(crate) async fn wrap(&mut self, mut socket: Socket, encryption: Encryption) -> Result<Wire> {
        if encryption == Encryption::None {
            return Ok(Wire::Plain(socket));
        }
        match is_offered(&mut socket).await? {
            true => self.encrypt(socket).await,
            false if encryption == Encryption::Offered => Ok(Wire::Plain(socket)),
            false => Err(Error::new(
                ErrorKind::Tls,
                "the server does not encrypt connections; where that is meant, say `sslmode=disable`",
            )),
        }
    }

    async fn encrypt(&mut self, socket: Socket) -> Result<Wire> {
        let Ok(connect) = MakeTlsConnect::<Socket>::make_tls_connect(&mut self.connector, &self.host);
        let encrypted = connect.connect(socket).await;
        let encrypted = encrypted.map_err(|failure| tls("the connection could not be encrypted", failure))?;
        Ok(Wire::Encrypted(Box::new(encrypted)))
    }
}

/// Asks the server whether it encrypts.
async fn is_offered(socket: &mut Socket) -> Result<bool> {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let asked = async {
        socket.write_all(&SSL_REQUEST).await?;
        socket.read_u8().await
    };
    match asked.await {
        Ok(b'S') => Ok(true),
        Ok(b'N') => Ok(false),
        Ok(_) => Err(Error::new(
            ErrorKind::Tls,
            "the server's answer about encryption makes no sense",
        )),
        Err(failure) => Err(Error::new(
            ErrorKind::ConnectionLost,
            "the server closed the connection when it was asked about encryption",
        )
        .with_source(failure)),
    }
}

fn verifier(postgres: &Postgres, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
    let roots = match (postgres.effective_ssl_mode(), postgres.root_cert()) {
        (SslMode::VerifyCa | SslMode::VerifyFull, None) => system_roots()?,
        (SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull, Some(file)) => Arc::new(roots_in(file)?),
        _ => return Ok(Arc::new(verify::Nothing::new(provider))),
    };
    let names = postgres.effective_ssl_mode() == SslMode::VerifyFull;
    let full = rustls::client::WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build();
    let full = full.map_err(|failure| tls("the trusted certificates cannot be used", failure))?;
    Ok(if names {
        full
    } else {
        Arc::new(verify::Authority(full))
    })
}

/// The certificates that the operating system trusts, read once.
fn system_roots() -> Result<Arc<RootCertStore>> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    });
    match roots.is_empty() {
        true => Err(Error::new(
            ErrorKind::Tls,
            "the system trusts no certificates; name a file of them by `sslrootcert`",
        )),
        false => Ok(roots.clone()),
    }
}

fn roots_in(file: &Path) -> Result<RootCertStore> {
    let unreadable = |failure| {
        let message = format!(
            "`sslrootcert` names no file of certificates in PEM: {}",
            file.display()
        );
        Error::new(ErrorKind::Config, message).with_source(failure)
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
        let added = roots.add(certificate.map_err(unreadable)?);
        added.map_err(|failure| tls("a certificate in `sslrootcert` cannot be used", failure))?;
    }
    match roots.is_empty() {
        true => Err(crate::config::wrong(format!(
            "`sslrootcert` names a file without a certificate: {}",
            file.display()
        ))),
        false => Ok(roots),
    }
}

#[cold]
fn tls(what: &'static str, failure: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let failure = failure.into();
    // What rustls says names certificates and hosts, no secret.
    Error::new(ErrorKind::Tls, format!("{what}: {failure}")).with_source(failure)
}

/// The connection as the protocol sees it.
pub(crate) enum Wire {
    Plain(Socket),
    Encrypted(Box<Encrypted>),
}

impl Wire {
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self, Self::Encrypted(_))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_flush(context),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        match self {
            Self::Plain(_) => ChannelBinding::none(),
            Self::Encrypted(stream) => stream.channel_binding(),
        }
    }
}

impl TlsStream for &mut Wire {
    fn channel_binding(&self) -> ChannelBinding {
        (**self).channel_binding()
    }
}

/// Hands a connection to the driver on which all about encryption is settled.
pub(crate) struct Settled<T>(pub(crate) T);

impl<S, T: TlsStream + Unpin> TlsConnect<S> for Settled<T> {
    type Stream = T;
    type Error = Infallible;
    type Future = Ready<Result<T, Infallible>>;

    fn connect(self, _: S) -> Self::Future {
        ready(Ok(self.0))
    }
}
