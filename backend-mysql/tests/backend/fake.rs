//! A server by hand: what it says is written in the test.

use activerecord_backend_mysql::{Mysql, SslMode};
use activerecord_core::{AsyncBackend, Backend, Error};
use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::packets::{AuthPlugin, HandshakePacket};
use mysql_common::proto::MySerialize;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// The server's side of a connection. Once the client is gone it reads nothing more, and what it says is lost.
pub(crate) struct Peer {
    stream: TcpStream,
    sequence: u8,
}

impl Peer {
    pub(crate) fn send(&mut self, payload: &[u8]) {
        let bytes = packet(self.sequence, payload);
        let _ = self.stream.write_all(&bytes);
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// Bytes as they are.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// The client's next packet; none where it has gone.
    pub(crate) fn receive(&mut self) -> Option<Vec<u8>> {
        let mut head = [0; 4];
        self.stream.read_exact(&mut head).ok()?;
        let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
        let mut payload = vec![0; length];
        self.stream.read_exact(&mut payload).ok()?;
        self.sequence = head[3].wrapping_add(1);
        Some(payload)
    }

    /// Greets, and reads who connects.
    pub(crate) fn greet(&mut self) -> Option<Vec<u8>> {
        self.send(&greeting(CapabilityFlags::empty()));
        self.receive()
    }

    /// Says that all is well.
    pub(crate) fn agree(&mut self) {
        self.send(&[0, 0, 0, 2, 0, 0, 0]);
    }
}

pub(crate) fn packet(sequence: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    [&length[..3], &[sequence], payload].concat()
}

/// The greeting of a server that can do what clients want, and more.
pub(crate) fn greeting(more: CapabilityFlags) -> Vec<u8> {
    older_greeting(CapabilityFlags::CLIENT_DEPRECATE_EOF | more)
}

/// The same of one that marks with packets of their own where columns and rows end.
pub(crate) fn older_greeting(more: CapabilityFlags) -> Vec<u8> {
    let capabilities = CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | more;
    let greeting = HandshakePacket::new(
        10,
        &b"9.4.0"[..],
        7,
        *b"12345678",
        Some(&b"901234567890\0"[..]),
        capabilities,
        45,
        StatusFlags::SERVER_STATUS_AUTOCOMMIT,
        Some(AuthPlugin::CachingSha2Password.as_bytes().to_vec()),
    );
    let mut payload = Vec::new();
    greeting.serialize(&mut payload);
    payload
}

/// A connection to a server that does as told, blocking or async: how it ended, and what the server gives.
pub(crate) fn connect<T: Send + 'static>(
    blocking: bool,
    change: impl FnOnce(Mysql) -> Mysql,
    server: impl FnOnce(Peer) -> T + Send + 'static,
) -> (Result<(), Error>, T) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        server(Peer { stream, sequence: 0 })
    });
    let mysql = Mysql::host("127.0.0.1").port(port).user("ann").password("s3cret");
    let mysql = change(
        mysql
            .ssl_mode(SslMode::Disabled)
            .connect_timeout(Duration::from_secs(5)),
    );
    let ended = match blocking {
        true => Backend::connect(&mysql).map(drop),
        false => {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            runtime.block_on(AsyncBackend::connect(&mysql)).map(drop)
        }
    };
    (ended, server.join().unwrap())
}
