//! Each way leads to a server that can be used, or says what is missing.

use crate::{Outcome, find, listens};
use conformance::servers::{Kind, Origin, Search, Server};
use std::fs;
use std::net::{SocketAddr, UdpSocket};

/// A server that is started for the run: for this machine alone, with TLS, and gone afterwards.
pub(crate) fn own(kind: Kind, way: Origin) -> Outcome {
    let servers = find(kind, way)?;
    let server = servers.get(kind).unwrap();
    assert_eq!(server.origin(), way);
    has_databases(server)?;
    has_tls(server)?;
    let address = server.address();
    assert!(listens(&address));
    if let Some(elsewhere) = elsewhere(&address) {
        assert!(
            !listens(&elsewhere),
            "{elsewhere} can be reached from other machines"
        );
    }
    drop(servers);
    assert!(!listens(&address), "the server is left behind");
    Ok(())
}

/// A server that is given by its URL: here one that another way leads to.
pub(crate) fn url(kind: Kind) -> Outcome {
    let given = Search::from_environment().find(&[kind])?;
    let given = given.get(kind).unwrap();
    let by_url = Search::from_environment()
        .url(kind, given.url())
        .only(&[Origin::Url]);
    let servers = by_url.clone().find(&[kind])?;
    let server = servers.get(kind).unwrap();
    assert_eq!(server.origin(), Origin::Url);
    has_databases(server)?;
    assert!(
        servers.private(kind).is_err(),
        "a server that was given is nobody's own"
    );
    let address = server.address();
    drop(servers);
    assert!(listens(&address), "a server that was given is not ours to stop");
    let text = format!("{by_url:?} {given:?}");
    assert!(
        !text.contains(given.url()) && !text.contains("root:") && !text.contains("postgres:p"),
        "{text}"
    );
    Ok(())
}

/// Nobody listens, or the server is another one: no other way is tried then, and the password is not shown.
pub(crate) fn bad_url(kind: Kind) -> Outcome {
    let scheme = if kind == Kind::Postgres {
        "postgres"
    } else {
        "mysql"
    };
    for url in [
        format!("{scheme}://ann:secret@127.0.0.1:1/shop"),
        "sqlite://ann:secret@shop".to_owned(),
    ] {
        let error = Search::from_environment()
            .url(kind, url)
            .find(&[kind])
            .unwrap_err()
            .to_string();
        assert!(error.contains(&kind.variable("URL")), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    Ok(())
}

/// The error names each way, and the command that provides what is missing.
pub(crate) fn no_way_leads_to_a_server() -> Outcome {
    for kind in Kind::ALL {
        let nowhere = Search::from_environment().only(&[]).find(&[kind]);
        let error = nowhere.unwrap_err().to_string();
        assert!(
            error.contains(&kind.to_string()) && error.contains("`cargo verify`"),
            "{error}"
        );
    }
    Ok(())
}

fn has_databases(server: &Server) -> Outcome {
    server.query("CREATE DATABASE smoke")?;
    let url = server.url_of("smoke");
    assert!(url.ends_with("/smoke"), "the URL of another database");
    server.query("DROP DATABASE smoke")?;
    assert_eq!(server.query("SELECT 1, NULL")?, [[Some("1".to_owned()), None]]);
    Ok(())
}

fn has_tls(server: &Server) -> Outcome {
    let (question, answer) = match server.kind() {
        Kind::Postgres => ("SHOW ssl", "on"),
        Kind::Mysql => ("SELECT @@tls_version LIKE '%TLSv1.3%'", "1"),
        Kind::MariaDb => ("SELECT @@have_ssl", "YES"),
    };
    assert_eq!(server.query(question)?, [[Some(answer.to_owned())]]);
    let certificate = fs::read_to_string(server.ca_certificate().unwrap()).unwrap();
    assert!(
        certificate.starts_with("-----BEGIN CERTIFICATE-----"),
        "{certificate}"
    );
    Ok(())
}

/// The same port of the address under which other machines see this one, if there is any.
fn elsewhere(address: &str) -> Option<String> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // Nothing is sent.
    socket.connect("192.0.2.1:9").ok()?;
    let mut seen = socket.local_addr().ok()?;
    seen.set_port(address.parse::<SocketAddr>().ok()?.port());
    (!seen.ip().is_loopback()).then(|| seen.to_string())
}
