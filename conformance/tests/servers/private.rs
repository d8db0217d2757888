//! A server of one test alone.

use crate::listens;
use conformance::servers::{Kind, Origin, Search};

/// It can be stopped and killed, and comes back on its port with its data.
pub(crate) fn keeps_port_and_data(kind: Kind, way: Origin) {
    let servers = Search::from_environment().only(&[way]).find(&[]).unwrap();
    let server = servers.private(kind).unwrap();
    let address = server.address();
    server.query("CREATE DATABASE kept").unwrap();
    server.stop().unwrap();
    assert!(!listens(&address) && server.query("SELECT 1").is_err());
    server.start().unwrap();
    server.kill().unwrap();
    assert!(!listens(&address) && server.query("SELECT 1").is_err());
    server.start().unwrap();
    let again = server.query("CREATE DATABASE kept").unwrap_err().to_string();
    assert!(again.contains("exists"), "{again}");
    // It goes by itself, also after the others.
    drop(servers);
    drop(server);
    assert!(!listens(&address), "the server is left behind");
}
