//! Where nobody answers.

use activerecord_backend_mysql::{Mysql, SslMode};
use activerecord_core::{Backend, ErrorKind};
use std::net::TcpListener;
use std::time::Duration;

#[test]
fn a_port_that_nobody_listens_on() {
    // Free as soon as the listener is dropped.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let failure = Backend::connect(&Mysql::host("127.0.0.1").port(port))
        .err()
        .unwrap();
    assert_eq!(failure.kind(), ErrorKind::ConnectionLost);
    assert!(
        failure.to_string().contains(&format!("127.0.0.1:{port}")),
        "{failure}"
    );
}

#[test]
fn a_server_that_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = Mysql::host("127.0.0.1").port(port).password("s3cret");
    let failure = Backend::connect(&silent.connect_timeout(Duration::from_millis(50)))
        .err()
        .unwrap();
    assert_eq!(failure.kind(), ErrorKind::ConnectionLost);
    assert!(failure.to_string().contains("50ms"), "{failure}");
    assert!(!format!("{failure:?}").contains("s3cret"), "{failure:?}");
}

#[test]
fn a_file_of_certificates_that_is_not_there() {
    let mysql = Mysql::host("127.0.0.1")
        .ssl_mode(SslMode::VerifyIdentity)
        .ssl_ca("/none/ca.pem");
    let failure = Backend::connect(&mysql).err().unwrap();
    assert_eq!(failure.kind(), ErrorKind::Config);
    assert!(failure.to_string().contains("/none/ca.pem"), "{failure}");
}
