//! A proxy between the library and a server: it cuts connections, and can hide that the server encrypts.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A step of a transaction, which a connection may be cut at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The transaction begins.
    Begin,
    /// It is committed.
    Commit,
    /// A savepoint is set.
    Savepoint,
    /// What was done since a savepoint is kept.
    Release,
    /// What was done since a savepoint is undone.
    RollbackTo,
}

impl Step {
    /// What the backends say for it.
    fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Begin => &["BEGIN", "START TRANSACTION"],
            Self::Commit => &["COMMIT"],
            Self::Savepoint => &["SAVEPOINT"],
            Self::Release => &["RELEASE"],
            Self::RollbackTo => &["ROLLBACK TO"],
        }
    }

    /// Whether a client says it. It is short, so it comes in one piece.
    fn is_in(self, bytes: &[u8]) -> bool {
        let mut texts = self.texts().iter().map(|text| text.as_bytes());
        texts.any(|text| bytes.windows(text.len()).any(|window| window == text))
    }
}

/// What is lost with a connection that is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The client's request: the server never sees it.
    Request,
    /// The server's answer, which has done what it was asked.
    Answer,
}

impl Lost {
    /// Either.
    pub const BOTH: [Self; 2] = [Self::Request, Self::Answer];
}

/// A proxy on this machine. With it go its connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    orders: Arc<Orders>,
}

impl Proxy {
    /// A proxy to a server, given by its host and port.
    ///
    /// # Errors
    ///
    /// Where no port of 127.0.0.1 can be listened on.
    pub fn to(server: impl Into<String>) -> io::Result<Self> {
        Self::start(Ipv4Addr::LOCALHOST, server.into(), false)
    }

    /// The same under an address that no certificate is made out to.
    ///
    /// # Errors
    ///
    /// Where 127.0.0.2 is no address of this machine.
    pub fn under_another_name(server: impl Into<String>) -> io::Result<Self> {
        Self::start(Ipv4Addr::new(127, 0, 0, 2), server.into(), false)
    }

    /// A proxy behind which the server seems not to encrypt.
    ///
    /// # Errors
    ///
    /// Where no port of 127.0.0.1 can be listened on.
    pub fn hiding_encryption(server: impl Into<String>) -> io::Result<Self> {
        Self::start(Ipv4Addr::LOCALHOST, server.into(), true)
    }

    fn start(host: Ipv4Addr, server: String, hides_encryption: bool) -> io::Result<Self> {
        let listener = TcpListener::bind((host, 0))?;
        let address = listener.local_addr()?;
        let orders = Arc::new(Orders {
            server,
            hides_encryption,
            ..Orders::default()
        });
        let own = orders.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if own.over.load(Ordering::SeqCst) {
                    break;
                }
                let orders = own.clone();
                // A server that cannot be reached is a connection that ends at once.
                thread::spawn(move || Link::open(client, orders).map(|link| link.pass_requests()));
            }
        });
        Ok(Self { address, orders })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts the next connection on which a client asks for this step.
    pub fn cut(&self, lost: Lost, step: Step) {
        let mut next = self.orders.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = Some((lost, step));
    }

    /// From now on the server seems to be there and to say nothing, or it speaks again.
    pub fn silence(&self, silent: bool) {
        self.orders.silent.store(silent, Ordering::SeqCst);
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> usize {
        self.orders.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.orders.over.store(true, Ordering::SeqCst);
        // So that the listener looks up; where it has ended nobody is there to connect to.
        let _ = TcpStream::connect(self.address);
    }
}

/// What the connections of a proxy are to do.
#[derive(Debug, Default)]
struct Orders {
    server: String,
    hides_encryption: bool,
    next: Mutex<Option<(Lost, Step)>>,
    cuts: AtomicUsize,
    silent: AtomicBool,
    over: AtomicBool,
}

impl Orders {
    /// Whether a connection is to be cut for what a client says.
    fn due(&self, request: &[u8]) -> Option<Lost> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let due = next.take_if(|(_, step)| step.is_in(request));
        due.map(|(lost, _)| lost)
    }
}

/// One connection.
struct Link {
    client: TcpStream,
    server: TcpStream,
    orders: Arc<Orders>,
    loses_answer: AtomicBool,
}

impl Link {
    /// Connects to the server, and begins to pass its answers on.
    fn open(client: TcpStream, orders: Arc<Orders>) -> io::Result<Arc<Self>> {
        let server = TcpStream::connect(&orders.server)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let link = Arc::new(Self {
            client,
            server,
            orders,
            loses_answer: AtomicBool::new(false),
        });
        let back = link.clone();
        thread::spawn(move || back.pass_answers());
        Ok(link)
    }

    fn pass_requests(&self) {
        let mut buffer = vec![0; 1 << 16];
        while let Some(request) = some(&self.client, &mut buffer) {
            if self.orders.hides_encryption && request == SSL_REQUEST {
                let _ = (&self.client).write_all(b"N");
                continue;
            }
            if self.orders.silent.load(Ordering::SeqCst) {
                continue;
            }
            match self.orders.due(request) {
                Some(Lost::Request) => {
                    self.orders.cuts.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                Some(Lost::Answer) => self.loses_answer.store(true, Ordering::SeqCst),
                None => {}
            }
            if (&self.server).write_all(request).is_err() {
                break;
            }
        }
        self.close();
    }

    fn pass_answers(&self) {
        let mut buffer = vec![0; 1 << 16];
        let mut is_first = true;
        while let Some(answer) = some(&self.server, &mut buffer) {
            if self.loses_answer.load(Ordering::SeqCst) {
                self.orders.cuts.fetch_add(1, Ordering::SeqCst);
                break;
            }
            if is_first && self.orders.hides_encryption {
                hide_encryption(answer);
            }
            is_first = false;
            if (&self.client).write_all(answer).is_err() {
                break;
            }
        }
        self.close();
    }

    /// Both ends learn of it; one that has closed already needs no telling.
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

/// What comes next, unless that is the end.
fn some<'b>(mut from: &TcpStream, buffer: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let read = from.read(buffer).ok().filter(|read| *read > 0)?;
    buffer.get_mut(..read)
}

/// How PostgreSQL is asked whether it encrypts; `N` is its no.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Takes from MySQL's greeting that it encrypts. The greeting of version 10 is a packet numbered 0: the server's
/// version up to a NUL, 4 bytes of the connection's number, 8 of a salt and a zero, and what the server can.
fn hide_encryption(answer: &mut [u8]) {
    const CLIENT_SSL: u8 = 0x08;
    let Some((head, greeting)) = answer.split_at_mut_checked(5) else {
        return;
    };
    let version = greeting.iter().position(|byte| *byte == 0);
    if let (0, 10, Some(end)) = (head[3], head[4], version)
        && let Some(high) = greeting.get_mut(end + 15)
    {
        *high &= !CLIENT_SSL;
    }
}
