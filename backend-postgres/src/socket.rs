//! The way to the server, over TCP or a unix socket.

use crate::config::{Host, Postgres};
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};

/// Where a connection was made to: the very address, so that a stop reaches the same server.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    #[cfg_attr(not(unix), expect(dead_code, reason = "there are no unix sockets here"))]
    Unix(PathBuf),
}

/// A stream to the server.
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream),
}

/// Connects to the first address of the server that answers.
pub(crate) async fn connect(postgres: &Postgres) -> io::Result<(Socket, Address)> {
    let mut last = None;
    for address in addresses(postgres).await? {
        match connect_to(&address).await {
            Ok(socket) => return Ok((socket, address)),
            Err(failure) => last = Some(failure),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the host has no address")))
}

async fn addresses(postgres: &Postgres) -> io::Result<Vec<Address>> {
    match postgres.place() {
        Host::Unix(directory) => {
            let file = format!(".s.PGSQL.{}", postgres.port_number());
            Ok(vec![Address::Unix(directory.join(file))])
        }
        Host::Tcp(host) => {
            let found = lookup_host((host.as_str(), postgres.port_number())).await?;
            Ok(found.map(Address::Tcp).collect())
        }
    }
}

/// Connects to an address.
pub(crate) async fn connect_to(address: &Address) -> io::Result<Socket> {
    match address {
        Address::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            SockRef::from(&stream).set_tcp_keepalive(&keepalive())?;
            Ok(Socket::Tcp(stream))
        }
        #[cfg(unix)]
        Address::Unix(path) => Ok(Socket::Unix(tokio::net::UnixStream::connect(path).await?)),
        #[cfg(not(unix))]
        Address::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// A server that is gone without a word is noticed after a minute and a half.
fn keepalive() -> TcpKeepalive {
    let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(60));
    keepalive.with_interval(Duration::from_secs(10)).with_retries(3)
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_flush(context),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            #[cfg(unix)]
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
