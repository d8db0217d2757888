//! Answers that no server gives.

use crate::backend::fake::{Peer, connect, older_greeting};
use activerecord_core::ErrorKind;
use mysql_common::constants::{CapabilityFlags, ColumnType};
use mysql_common::packets::Column;
use mysql_common::proto::MySerialize;

/// What a client without a runtime says of an answer to its first question.
fn refused(greet: fn(&mut Peer), answer: fn(&mut Peer)) {
    let (ended, next) = connect(
        true,
        |mysql| mysql,
        move |mut peer| {
            greet(&mut peer);
            peer.agree();
            peer.receive();
            answer(&mut peer);
            peer.receive()
        },
    );
    let failure = ended.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::ConnectionLost);
    assert!(failure.to_string().contains("nobody asked for"), "{failure}");
    assert_eq!(next, None);
}

fn greet(peer: &mut Peer) {
    peer.greet();
}

fn column() -> Vec<u8> {
    let mut column = Vec::new();
    Column::new(ColumnType::MYSQL_TYPE_VAR_STRING).serialize(&mut column);
    column
}

/// They would be waited for without an end.
#[test]
fn more_columns_than_there_are() {
    refused(greet, |peer| peer.send(&[[0xfe].as_slice(), &[0x7f; 8]].concat()));
}

/// A row would be lost in its place, without a word.
#[test]
fn columns_without_the_mark_at_their_end() {
    let greet = |peer: &mut Peer| {
        peer.send(&older_greeting(CapabilityFlags::empty()));
        peer.receive();
    };
    refused(greet, |peer| {
        peer.send(&[3]);
        (0..3).for_each(|_| peer.send(&column()));
        peer.send(b"\x059.4.0\x041024\x011");
        peer.send(b"\x059.4.0\x071048576\x011");
        peer.send(&[0xfe, 0, 0, 2, 0]);
    });
}
