//! The socket, encrypted or not, whose waits can be bounded.

use crate::config::Mysql;
use crate::error::Failure;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// What a connection reads from and writes to.
pub(super) struct Stream {
    socket: Socket,
    encryption: Option<Box<ClientConnection>>,
}

impl Stream {
    /// Connects.
    pub(super) fn connect(mysql: &Mysql, until: Option<Instant>) -> io::Result<Self> {
        let kind = match mysql.path() {
            Some(path) => by_path(path.to_owned(), until)?,
            None => by_address(mysql.address(), until)?,
        };
        Ok(Self {
            socket: Socket {
                kind,
                until,
                is_bounded: false,
            },
            encryption: None,
        })
    }

    /// Goes on encrypted, with a server of this name.
    pub(super) fn encrypt(&mut self, client: Arc<ClientConfig>, name: &str) -> Result<(), Failure> {
        let tls = |cause: rustls::Error| Failure::Tls(cause.into());
        let name = ServerName::try_from(name.to_owned()).map_err(|cause| Failure::Tls(cause.into()))?;
        let mut encryption = ClientConnection::new(client, name).map_err(tls)?;
        while encryption.is_handshaking() {
            encryption.complete_io(&mut self.socket)?;
        }
        self.encryption = Some(Box::new(encryption));
        Ok(())
    }

    /// Whether nobody on the way can read along.
    pub(super) fn is_private(&self) -> bool {
        self.encryption.is_some() || !matches!(self.socket.kind, Kind::Tcp(_))
    }

    /// Waits until then at most.
    pub(super) fn bound(&mut self, until: Option<Instant>) {
        self.socket.until = until;
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.encryption {
            None => self.socket.read(into),
            Some(encryption) => rustls::Stream::new(&mut **encryption, &mut self.socket).read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encryption {
            None => self.socket.write(bytes),
            Some(encryption) => rustls::Stream::new(&mut **encryption, &mut self.socket).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encryption {
            None => Ok(()),
            Some(encryption) => rustls::Stream::new(&mut **encryption, &mut self.socket).flush(),
        }
    }
}

struct Socket {
    kind: Kind,
    /// How long it may wait.
    until: Option<Instant>,
    /// Whether the system knows of a limit.
    is_bounded: bool,
}

enum Kind {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Tells the system how long the next call may wait.
    fn limit(&mut self) -> io::Result<()> {
        let limit = match self.until {
            None if !self.is_bounded => return Ok(()),
            None => None,
            Some(until) => Some(left_until(until)?),
        };
        self.is_bounded = limit.is_some();
        match &self.kind {
            Kind::Tcp(socket) => socket
                .set_read_timeout(limit)
                .and_then(|()| socket.set_write_timeout(limit)),
            #[cfg(unix)]
            Kind::Unix(socket) => socket
                .set_read_timeout(limit)
                .and_then(|()| socket.set_write_timeout(limit)),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.limit()?;
        let read = match &mut self.kind {
            Kind::Tcp(socket) => socket.read(into),
            #[cfg(unix)]
            Kind::Unix(socket) => socket.read(into),
        };
        read.map_err(too_late)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.limit()?;
        let written = match &mut self.kind {
            Kind::Tcp(socket) => socket.write(bytes),
            #[cfg(unix)]
            Kind::Unix(socket) => socket.write(bytes),
        };
        written.map_err(too_late)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Connects to the first address that answers.
fn by_address((host, port): (&str, u16), until: Option<Instant>) -> io::Result<Kind> {
    let place = (host.to_owned(), port);
    // An address is read where it stands; the system may take long to look a name up.
    let addresses: Vec<SocketAddr> = match host.parse() {
        Ok(address) => vec![SocketAddr::new(address, port)],
        Err(_) => aside(until, move || place.to_socket_addrs().map(Iterator::collect))?,
    };
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name of the server has no address");
    for address in addresses {
        let connected = match until {
            Some(until) => TcpStream::connect_timeout(&address, left_until(until)?),
            None => TcpStream::connect(address),
        };
        match connected {
            Ok(socket) => {
                socket.set_nodelay(true)?;
                return Ok(Kind::Tcp(socket));
            }
            Err(refused) => failure = refused,
        }
    }
    Err(failure)
}

/// Connects by a path. Where the server takes nobody this waits, and the system bounds it by nothing.
#[cfg(unix)]
fn by_path(path: std::path::PathBuf, until: Option<Instant>) -> io::Result<Kind> {
    aside(until, move || UnixStream::connect(path)).map(Kind::Unix)
}

#[cfg(not(unix))]
fn by_path(_: std::path::PathBuf, _: Option<Instant>) -> io::Result<Kind> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "there are no Unix sockets here",
    ))
}

/// Does what the system bounds by nothing on a thread of its own, which is left to itself where that takes too long.
fn aside<T: Send + 'static>(
    until: Option<Instant>,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let Some(until) = until else { return work() };
    let (done, result) = mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("activerecord-connect".into());
    thread.spawn(move || done.send(work()))?;
    match result.recv_timeout(left_until(until)?) {
        Ok(result) => result,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

fn left_until(until: Instant) -> io::Result<Duration> {
    match until.checked_duration_since(Instant::now()) {
        Some(left) if !left.is_zero() => Ok(left),
        _ => Err(io::ErrorKind::TimedOut.into()),
    }
}

/// What systems say differently of a wait that was too long.
fn too_late(failure: io::Error) -> io::Error {
    match failure.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => failure,
    }
}
