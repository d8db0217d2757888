//! A server of one test alone.

use crate::{Outcome, listens};
use conformance::servers::{Kind, Origin, Search};

/// It can be stopped and killed, and comes back on its port with its data.
pub(crate) fn keeps_port_and_data(kind: Kind, way: Origin) -> Outcome {
    let servers = Search::from_environment().only(&[way]).find(&[])?;
    let server = servers.private(kind)?;
    let address = server.address();
    server.query("CREATE DATABASE kept")?;
    server.stop()?;
    assert!(!listens(&address) && server.query("SELECT 1").is_err());
    server.start()?;
    server.kill()?;
    assert!(!listens(&address) && server.query("SELECT 1").is_err());
    server.start()?;
    let again = server.query("CREATE DATABASE kept").unwrap_err().to_string();
    assert!(again.contains("exists"), "{again}");
    // It goes by itself, also after the others.
    drop(servers);
    drop(server);
    assert!(!listens(&address), "the server is left behind");
    Ok(())
}
