//! Ports for servers.

use super::ServerError;
use std::net::{Ipv4Addr, TcpListener};
use uuid::Uuid;

/// Below the ports that the system gives to outgoing connections: while a server is restarted, none of them may take
/// its port, and a client that tries again and again must not end up connected to itself.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// A port of 127.0.0.1 that nobody listens on.
pub(super) fn free() -> Result<u16, ServerError> {
    let (random, ..) = Uuid::new_v4().as_fields();
    let start = random % u32::from(COUNT);
    let ports = (start..start + 100).filter_map(|offset| u16::try_from(offset % u32::from(COUNT)).ok());
    ports
        .map(|offset| FIRST + offset)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| ServerError::new("of 100 ports of 127.0.0.1 none is free"))
}
