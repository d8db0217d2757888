//! The beginning of a connection: encryption, and who connects.

use super::BlockingConn;
use super::packets::Packets;
use super::stream::Stream;
use crate::caught::caught;
use crate::config::{LARGEST_PACKET, Mysql};
use crate::error::Failure;
use crate::tls::{self, SslMode};
use activerecord_core::ErrorKind;
use mysql_common::constants::{
    CapabilityFlags, DEFAULT_MAX_ALLOWED_PACKET, MariadbCapabilities, UTF8MB4_GENERAL_CI,
};
use mysql_common::crypto;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{
    AuthPlugin, AuthSwitchRequest, HandshakePacket, HandshakeResponse, OldAuthSwitchRequest, SslRequest,
};
use std::time::Instant;

/// Connects and logs in.
pub(super) fn connect(mysql: &Mysql, mode: SslMode, until: Option<Instant>) -> Result<BlockingConn, Failure> {
    let encryption = tls::client(mysql, mode)?;
    let mut packets = Packets::new(Stream::connect(mysql, until)?);
    packets.read()?;
    let greeting = ParseBuf(packets.bytes()).parse::<HandshakePacket<'_>>(())?;
    let greeting = greeting.into_owned();
    let (capabilities, extended) = common(&greeting, mysql, encryption.is_some());
    if let Some(encryption) = encryption {
        if !capabilities.contains(CapabilityFlags::CLIENT_SSL) {
            return Err(Failure::NoEncryption);
        }
        let request = SslRequest::new(capabilities, LONGEST_AT_FIRST, COLLATION);
        packets.send(&request.with_mariadb_capabilities(extended))?;
        let (host, _) = mysql.address();
        packets = packets.encrypted(encryption, host)?;
    }
    let login = Login {
        plugin: first_plugin(&greeting),
        nonce: first_nonce(&greeting),
        password: mysql.account().password,
        is_switched: false,
        packets: &mut packets,
    };
    login.run(&greeting, mysql, capabilities, extended)?;
    Ok(BlockingConn::new(packets, greeting.connection_id(), extended))
}

#[expect(clippy::cast_possible_truncation, reason = "the numbers are known")]
const COLLATION: u8 = UTF8MB4_GENERAL_CI as u8;

#[expect(clippy::cast_possible_truncation, reason = "the numbers are known")]
const LONGEST_AT_FIRST: u32 = DEFAULT_MAX_ALLOWED_PACKET as u32;

#[expect(clippy::cast_possible_truncation, reason = "the numbers are known")]
const LONGEST: u32 = LARGEST_PACKET as u32;

/// What both sides can. Files of this machine are not among it: no server may ask for one.
fn common(
    greeting: &HandshakePacket<'_>,
    mysql: &Mysql,
    encrypted: bool,
) -> (CapabilityFlags, MariadbCapabilities) {
    let mut ours = CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_MULTI_STATEMENTS
        | CapabilityFlags::CLIENT_MULTI_RESULTS
        | CapabilityFlags::CLIENT_PS_MULTI_RESULTS
        | CapabilityFlags::CLIENT_DEPRECATE_EOF
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        // An update of a row to what it is already counts as one.
        | CapabilityFlags::CLIENT_FOUND_ROWS;
    ours.set(
        CapabilityFlags::CLIENT_CONNECT_WITH_DB,
        mysql.account().database.is_some(),
    );
    ours.set(CapabilityFlags::CLIENT_SSL, encrypted);
    let both = greeting.capabilities() & ours;
    // MariaDB says that it has more by leaving this one out.
    let has_more = greeting.maria_db_server_version_parsed().is_some()
        && !both.contains(CapabilityFlags::CLIENT_LONG_PASSWORD);
    let extended = match has_more {
        true => greeting.mariadb_ext_capabilities() & MariadbCapabilities::MARIADB_CLIENT_CACHE_METADATA,
        false => MariadbCapabilities::empty(),
    };
    (both, extended)
}

/// The others are asked for by a switch.
fn first_plugin(greeting: &HandshakePacket<'_>) -> AuthPlugin<'static> {
    match greeting.auth_plugin() {
        Some(AuthPlugin::CachingSha2Password) => AuthPlugin::CachingSha2Password,
        _ => AuthPlugin::MysqlNativePassword,
    }
}

/// The scramble, without the zero at its end.
fn first_nonce(greeting: &HandshakePacket<'_>) -> Vec<u8> {
    let mut nonce = greeting.scramble_1_ref().to_vec();
    nonce.extend_from_slice(greeting.scramble_2_ref().unwrap_or_default());
    nonce.resize(20, 0);
    nonce
}

/// The most rounds over a password that a server may ask for. Servers ask for 1024 to 8192; a million take seconds,
/// in which no limit of time is seen to.
const MOST_ROUNDS: u32 = 1024 << 8;

/// The largest key that a password goes under, for the same reason: one of 8192 bits fits, as text.
const LARGEST_KEY: usize = 2048;

/// A login under way.
struct Login<'l> {
    packets: &'l mut Packets,
    plugin: AuthPlugin<'static>,
    nonce: Vec<u8>,
    password: Option<&'l str>,
    is_switched: bool,
}

impl Login<'_> {
    fn run(
        mut self,
        greeting: &HandshakePacket<'_>,
        mysql: &Mysql,
        capabilities: CapabilityFlags,
        extended: MariadbCapabilities,
    ) -> Result<(), Failure> {
        let account = mysql.account();
        let proof = self.plugin.gen_data(self.password, &self.nonce);
        let response = HandshakeResponse::new(
            proof.as_deref(),
            greeting.server_version_parsed().unwrap_or_default(),
            Some(account.user.as_bytes()),
            account.database.map(str::as_bytes),
            Some(self.plugin.borrow()),
            capabilities,
            None,
            LONGEST,
        );
        self.packets
            .send(&response.with_mariadb_ext_capabilities(extended))?;
        self.packets.capabilities = capabilities;
        loop {
            self.packets.read()?;
            match self.packets.bytes().first() {
                Some(0x00) => return self.packets.take_ok(),
                Some(0xfe) if !self.is_switched => self.switch()?,
                Some(_) => self.go_on()?,
                None => return Err(Packets::unexpected()),
            }
        }
    }

    /// Proves who connects in the way that the server asks for.
    fn switch(&mut self) -> Result<(), Failure> {
        self.is_switched = true;
        let packet = self.packets.bytes();
        if packet.len() == 1 {
            ParseBuf(packet).parse::<OldAuthSwitchRequest>(())?;
            return Err(refused("mysql_old_password"));
        }
        let request = ParseBuf(packet).parse::<AuthSwitchRequest<'_>>(())?;
        self.nonce = request.plugin_data().to_vec();
        self.plugin = request.auth_plugin().into_owned();
        match &self.plugin {
            AuthPlugin::MysqlOldPassword => Err(refused("mysql_old_password")),
            AuthPlugin::MysqlClearPassword => Err(refused("mysql_clear_password")),
            AuthPlugin::Other(name) => Err(refused(&String::from_utf8_lossy(name))),
            // It tells the salt first.
            AuthPlugin::MariadbParsec { .. } => self.packets.send_bytes(&[]),
            plugin => match plugin.gen_data(self.password, &self.nonce) {
                Some(proof) => self.packets.send(&proof.into_owned()),
                None => self.packets.send_bytes(&[]),
            },
        }
    }

    /// Answers what a way of proving asks for beside the first proof.
    fn go_on(&mut self) -> Result<(), Failure> {
        let packet = self.packets.bytes();
        match (&mut self.plugin, packet) {
            // The server remembers the password.
            (AuthPlugin::CachingSha2Password, [0x01, 0x03, ..]) => Ok(()),
            (AuthPlugin::CachingSha2Password, [0x01, 0x04, ..]) => self.send_password(),
            (plugin @ AuthPlugin::MariadbParsec { .. }, [0x01, salt @ ..] | salt) => {
                plugin.read_add_data(salt).ok_or_else(wrong_salt)?;
                if matches!(plugin, AuthPlugin::MariadbParsec { iterations, .. } if *iterations > MOST_ROUNDS)
                {
                    return Err(too_much_work());
                }
                match plugin.gen_data(self.password, &self.nonce) {
                    Some(proof) => self.packets.send(&proof.into_owned()),
                    None => self.packets.send_bytes(&[]),
                }
            }
            _ => Err(Packets::unexpected()),
        }
    }

    /// Sends the password itself, under the server's key where somebody could read along.
    fn send_password(&mut self) -> Result<(), Failure> {
        let mut password = self.password.unwrap_or_default().as_bytes().to_vec();
        password.push(0);
        if self.packets.is_private() {
            return self.packets.send_bytes(&password);
        }
        self.packets.send_bytes(&[0x02])?;
        self.packets.read()?;
        let Some((0x01, key)) = self.packets.bytes().split_first() else {
            return Err(Packets::unexpected());
        };
        if key.len() > LARGEST_KEY {
            return Err(too_much_work());
        }
        for (byte, nonce) in password.iter_mut().zip(self.nonce.iter().cycle()) {
            *byte ^= nonce;
        }
        // This panics over a key that is none, and over a password that is too long for it.
        let encrypted = caught(|| Ok(crypto::encrypt(&password, key))).map_err(|_| unfit_key())?;
        self.packets.send_bytes(&encrypted)
    }
}

#[cold]
fn wrong_salt() -> Failure {
    Failure::Driver(
        ErrorKind::Auth,
        "the server's salt for a login cannot be read".into(),
    )
}

#[cold]
fn unfit_key() -> Failure {
    Failure::Driver(
        ErrorKind::Auth,
        "the password cannot be sent under the key of the server, which is none or too small for it; an encrypted \
         connection needs no such key"
            .into(),
    )
}

#[cold]
fn too_much_work() -> Failure {
    Failure::Driver(
        ErrorKind::Auth,
        "the server asks for more work at a login than any server needs".into(),
    )
}

#[cold]
fn refused(plugin: &str) -> Failure {
    let message = format!("the account asks for `{plugin}`, which is not known here or not safe");
    Failure::Driver(ErrorKind::Auth, message.into())
}
