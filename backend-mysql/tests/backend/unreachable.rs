//! Where nobody answers.

use crate::backend::fake::{connect, greeting, packet};
use activerecord_backend_mysql::{Mysql, SslMode};
use activerecord_core::{Backend, ErrorKind};
use mysql_common::constants::CapabilityFlags;
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

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

/// Each word of it comes in time; all of them together would take seconds.
#[test]
fn a_server_that_says_little_at_a_time() {
    for blocking in [true, false] {
        let start = Instant::now();
        let (ended, ()) = connect(
            blocking,
            |mysql| mysql.connect_timeout(Duration::from_millis(100)),
            |mut peer| {
                let words = packet(0, &greeting(CapabilityFlags::empty()));
                // The client takes no more once it has gone.
                let _ = words.iter().try_for_each(|byte| {
                    thread::sleep(Duration::from_millis(40));
                    peer.send_raw(&[*byte])
                });
            },
        );
        let failure = ended.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::ConnectionLost);
        assert!(failure.to_string().contains("100ms"), "{failure}");
        assert!(start.elapsed() < Duration::from_secs(2));
    }
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
