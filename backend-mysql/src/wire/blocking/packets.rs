//! Packets of the protocol, one after the other.

use super::stream::Stream;
use crate::config::LARGEST_PACKET;
use crate::error::Failure;
use crate::value::PacketRow;
use crate::wire::Told;
use activerecord_core::ErrorKind;
use bytes::BytesMut;
use mysql_async::ServerError;
use mysql_common::constants::{CapabilityFlags, MAX_PAYLOAD_LEN};
use mysql_common::io::ParseBuf;
use mysql_common::packets::{
    CommonOkPacket, ErrPacket, OkPacketDeserializer, OkPacketKind, OldEofPacket, ResultSetTerminator,
};
use mysql_common::proto::MySerialize;
use mysql_common::proto::codec::PacketCodec;
use mysql_common::proto::sync_framed::MySyncFramed;
use rustls::ClientConfig;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

/// What goes back and forth.
pub(super) struct Packets {
    framed: MySyncFramed<Stream>,
    /// What was read last.
    pub(super) packet: PacketRow,
    /// Whether that is not whole: the wait for it was bounded.
    is_cut: bool,
    /// What is written next.
    out: Vec<u8>,
    /// The same, cut into packets.
    cut: BytesMut,
    /// What both sides can, from the login on.
    pub(super) capabilities: CapabilityFlags,
    pub(super) told: Option<Told>,
    is_closed: bool,
}

/// What a connection keeps between statements, after one that was larger.
const ROOM: usize = 16 * 1024;

impl Packets {
    pub(super) fn new(stream: Stream) -> Self {
        let mut codec = PacketCodec::default();
        codec.max_allowed_packet = LARGEST_PACKET;
        Self {
            framed: framed(codec, stream),
            packet: PacketRow::default(),
            is_cut: false,
            out: Vec::new(),
            cut: BytesMut::new(),
            capabilities: CapabilityFlags::empty(),
            told: None,
            is_closed: false,
        }
    }

    /// Goes on encrypted. Whatever came before that could be anybody's.
    pub(super) fn encrypted(self, client: Arc<ClientConfig>, name: &str) -> Result<Self, Failure> {
        let (unread, _, codec, mut stream) = self.framed.destruct();
        if !unread.is_empty() {
            return Err(Self::unexpected());
        }
        stream.encrypt(client, name)?;
        Ok(Self {
            framed: framed(codec, stream),
            ..self
        })
    }

    pub(super) fn is_private(&self) -> bool {
        self.framed.get_ref().is_private()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(super) fn bound(&mut self, until: Option<Instant>) {
        self.framed.get_mut().bound(until);
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.packet.0.bytes
    }

    /// Reads a packet. An error that the server sends is the error.
    pub(super) fn read(&mut self) -> Result<(), Failure> {
        loop {
            let packet = &mut self.packet.0.bytes;
            if !std::mem::take(&mut self.is_cut) {
                packet.clear();
            }
            match self.framed.next_packet(packet) {
                Ok(true) if packet.first() != Some(&0xff) => return Ok(()),
                Ok(true) => self.take_error()?,
                Ok(false) => return Err(self.broken(closed())),
                Err(failure) => return Err(self.cut_off(failure.into())),
            }
        }
    }

    /// A packet that came too late is read on by the next call.
    #[cold]
    fn cut_off(&mut self, failure: Failure) -> Failure {
        self.is_cut = failure.is_too_late();
        match self.is_cut {
            true => failure,
            false => self.broken(failure),
        }
    }

    #[cold]
    fn broken(&mut self, failure: Failure) -> Failure {
        self.is_closed = true;
        failure
    }

    /// Takes the packet for an error; it may be word of a progress, too.
    #[cold]
    fn take_error(&mut self) -> Result<(), Failure> {
        match ParseBuf(&self.packet.0.bytes).parse::<ErrPacket<'_>>(self.capabilities)? {
            ErrPacket::Progress(_) => Ok(()),
            ErrPacket::Error(error) => {
                let state = error.sql_state_ref().map(|state| state.as_str().into_owned());
                self.told = None;
                Err(Failure::Server(ServerError {
                    code: error.error_code(),
                    message: error.message_str().into_owned(),
                    state: state.unwrap_or_else(|| "HY000".into()),
                }))
            }
        }
    }

    /// Takes the packet for the whole answer.
    pub(super) fn take_ok(&mut self) -> Result<(), Failure> {
        self.take::<CommonOkPacket>()
    }

    /// Takes the packet for the end of the rows, if it is that.
    pub(super) fn take_end(&mut self) -> Result<bool, Failure> {
        if self.bytes().first() != Some(&0xfe) || self.bytes().len() >= MAX_PAYLOAD_LEN {
            return Ok(false);
        }
        match self.has_eof() {
            false => self.take::<ResultSetTerminator>()?,
            true => self.take::<OldEofPacket>()?,
        }
        Ok(true)
    }

    fn take<K: OkPacketKind>(&mut self) -> Result<(), Failure> {
        let ok = ParseBuf(&self.packet.0.bytes).parse::<OkPacketDeserializer<'_, K>>(self.capabilities)?;
        self.told = Some(Told::from(&ok.into_inner()));
        Ok(())
    }

    /// Reads what marks the end of a list of columns, where there is such a mark.
    pub(super) fn read_mark(&mut self) -> Result<(), Failure> {
        if !self.has_eof() {
            return Ok(());
        }
        self.read()?;
        match self.bytes().first() {
            Some(0xfe) => Ok(()),
            _ => Err(Self::unexpected()),
        }
    }

    /// Whether a packet of its own marks where columns and rows end, as older servers do it.
    fn has_eof(&self) -> bool {
        !self.capabilities.contains(CapabilityFlags::CLIENT_DEPRECATE_EOF)
    }

    /// Sends a packet of the login.
    pub(super) fn send(&mut self, packet: &impl MySerialize) -> Result<(), Failure> {
        let mut out = std::mem::take(&mut self.out);
        packet.serialize(&mut out);
        let sent = self.send_bytes(&out);
        out.clear();
        out.shrink_to(ROOM);
        self.out = out;
        sent
    }

    /// The same for bytes as they are.
    pub(super) fn send_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let sent = self.write(bytes);
        if self.cut.capacity() > ROOM {
            self.cut = BytesMut::new();
        }
        sent.map_err(|failure| self.broken(failure))
    }

    /// Not by the framed stream itself, which keeps the room of the largest that was ever sent.
    fn write(&mut self, mut bytes: &[u8]) -> Result<(), Failure> {
        self.cut.clear();
        self.framed.codec_mut().encode(&mut bytes, &mut self.cut)?;
        let stream = self.framed.get_mut();
        stream.write_all(&self.cut)?;
        loop {
            match stream.flush() {
                Err(failure) if failure.kind() == io::ErrorKind::Interrupted => {}
                flushed => return Ok(flushed?),
            }
        }
    }

    /// Sends a command, with which the packets are counted anew.
    pub(super) fn command(&mut self, command: &impl MySerialize) -> Result<(), Failure> {
        // Room that is in use is not given back.
        self.packet.0.bytes.clear();
        self.packet.0.bytes.shrink_to(ROOM);
        self.framed.codec_mut().reset_seq_id();
        self.send(command)
    }

    #[cold]
    pub(super) fn unexpected() -> Failure {
        Failure::Driver(
            ErrorKind::ConnectionLost,
            "the server answers what nobody asked for".into(),
        )
    }
}

#[cold]
fn closed() -> Failure {
    let message = "the server closed the connection";
    Failure::Io(io::Error::new(io::ErrorKind::UnexpectedEof, message))
}

fn framed(codec: PacketCodec, stream: Stream) -> MySyncFramed<Stream> {
    let room = || BytesMut::with_capacity(ROOM);
    MySyncFramed::construct(room(), room(), codec, stream)
}
