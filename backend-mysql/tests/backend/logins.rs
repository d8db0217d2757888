//! How a client proves who it is. The two modes have a driver each, and both say the same.

use crate::backend::fake::{Peer, connect, greeting, packet};
use activerecord_backend_mysql::SslMode;
use activerecord_core::ErrorKind;
use mysql_common::constants::CapabilityFlags;

const NONCE: &[u8] = b"abcdefghijklmnopqrst";

/// What a server says, up to what it has heard.
type Server = fn(&mut Peer) -> Vec<Vec<u8>>;

/// Asks for another plugin, and gives what the client answers.
fn switch(peer: &mut Peer, plugin: &str, nonce: &[u8]) -> Option<Vec<u8>> {
    peer.greet()?;
    peer.send(&[b"\xfe", plugin.as_bytes(), b"\0", nonce, b"\0"].concat());
    peer.receive()
}

/// Says that the account may not, and gives what was said before.
fn deny<T>(peer: &mut Peer, said: T) -> T {
    peer.send(b"\xff\x15\x04#28000no");
    said
}

/// What a client says by either driver, after which it is denied.
fn said_by_both(server: Server) -> [Vec<Vec<u8>>; 2] {
    [true, false].map(|blocking| {
        let (ended, said) = connect(
            blocking,
            |mysql| mysql,
            move |mut peer| {
                let said = server(&mut peer);
                deny(&mut peer, said)
            },
        );
        let failure = ended.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Auth, "{failure:?}");
        assert_eq!(failure.code(), Some(1045), "{failure:?}");
        said
    })
}

#[test]
fn the_first_proof() {
    let [blocking, polled] = said_by_both(|peer| vec![peer.greet().unwrap()]);
    let proof = |said: &[Vec<u8>]| said[0][32..].to_vec();
    assert_eq!(proof(&blocking), proof(&polled));
    assert!(!String::from_utf8_lossy(&blocking[0]).contains("s3cret"));
}

#[test]
fn proofs_by_other_plugins() {
    let by: [Server; 3] = [
        |peer| vec![switch(peer, "mysql_native_password", NONCE).unwrap()],
        |peer| vec![switch(peer, "caching_sha2_password", NONCE).unwrap()],
        |peer| vec![switch(peer, "client_ed25519", b"abcdefghijklmnopqrstuvwxyzabcdef").unwrap()],
    ];
    for server in by {
        let [blocking, polled] = said_by_both(server);
        assert_eq!(blocking, polled);
        assert!(!blocking[0].is_empty());
    }
}

/// The proof holds numbers at random, so no two are alike.
#[test]
fn a_proof_with_a_salt_of_its_own() {
    let [blocking, polled] = said_by_both(|peer| {
        let first = switch(peer, "parsec", b"abcdefghijklmnopqrstuvwxyzabcdef").unwrap();
        peer.send(&[b"\x01P\0", &[7; 18][..]].concat());
        vec![first, peer.receive().unwrap()]
    });
    let lengths = |said: &[Vec<u8>]| said.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(lengths(&blocking), [0, 96]);
    assert_eq!(lengths(&blocking), lengths(&polled));
}

/// A server that remembers no password asks for it; in the open it goes under the server's key alone.
#[test]
fn a_password_that_is_not_remembered() {
    const KEY: &str = include_str!("key.pem");
    let [blocking, polled] = said_by_both(|peer| {
        peer.greet().unwrap();
        peer.send(b"\x01\x04");
        let asked = peer.receive().unwrap();
        peer.send(&[b"\x01", KEY.as_bytes()].concat());
        vec![asked, peer.receive().unwrap()]
    });
    for said in [blocking, polled] {
        assert_eq!(said[0], [2]);
        assert_eq!(said[1].len(), 256);
    }
}

/// It is nothing that another try could mend, as a lost connection would be.
#[test]
fn a_key_that_does_not_fit_the_password() {
    const KEY: &str = include_str!("key.pem");
    for (key, length) in [(KEY, 214), ("no key", 6)] {
        let (ended, said) = connect(
            true,
            |mysql| mysql.password("p".repeat(length)),
            |mut peer| {
                peer.greet();
                peer.send(b"\x01\x04");
                peer.receive();
                peer.send(&[b"\x01", key.as_bytes()].concat());
                peer.receive()
            },
        );
        let failure = ended.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Auth, "{failure:?}");
        assert!(failure.to_string().contains("under the key"), "{failure}");
        assert!(!format!("{failure:?}").contains("ppp"), "{failure:?}");
        assert_eq!(said, None);
    }
}

/// A server could keep a client busy for hours, past every limit of time.
#[test]
fn more_work_than_a_login_takes_is_refused() {
    let rounds = |mut peer: Peer| {
        switch(&mut peer, "parsec", b"abcdefghijklmnopqrstuvwxyzabcdef");
        peer.send(&[b"\x01P\x09", &[7; 18][..]].concat());
        deny(&mut peer, ());
    };
    let key = |mut peer: Peer| {
        peer.greet();
        peer.send(b"\x01\x04");
        peer.receive();
        peer.send(&[b"\x01", &*large_key(4096)].concat());
        deny(&mut peer, ());
    };
    for server in [rounds, key] {
        let (ended, ()) = connect(true, |mysql| mysql, server);
        let failure = ended.unwrap_err();
        assert_eq!(failure.kind(), ErrorKind::Auth, "{failure:?}");
        assert!(failure.to_string().contains("more work"), "{failure}");
    }
}

/// A key whose two numbers have so many bytes. All its bits are set but the signs, as are those of its text.
fn large_key(size: u16) -> Vec<u8> {
    let number = |content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[0x82], &length[..], content].concat()
    };
    let part = [
        &[0x02],
        &*number(&[&[0x7f], &vec![0xff; size.into()][..]].concat()),
    ]
    .concat();
    let whole = [&[0x30], &*number(&[&*part, &*part].concat())].concat();
    let mut text = b"-----BEGIN RSA PUBLIC KEY-----\n".to_vec();
    for bytes in whole.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| {
            bits << 8 | u32::from(bytes.get(at).copied().unwrap_or(0))
        });
        text.extend((0..4).map(|at| digit(bits >> (18 - 6 * at) & 63)));
    }
    text.extend_from_slice(b"\n-----END RSA PUBLIC KEY-----\n");
    text
}

fn digit(bits: u32) -> u8 {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    DIGITS[usize::try_from(bits).unwrap()]
}

/// One that is remembered is no more asked for.
#[test]
fn a_password_that_is_remembered() {
    let [blocking, polled] = said_by_both(|peer| {
        peer.greet().unwrap();
        peer.send(b"\x01\x03");
        Vec::new()
    });
    assert_eq!(blocking, polled);
}

#[test]
fn what_would_give_the_password_away_is_refused() {
    for plugin in ["mysql_clear_password", "mysql_old_password", "one_of_their_own"] {
        for blocking in [true, false] {
            let (ended, said) = connect(
                blocking,
                |mysql| mysql,
                move |mut peer| {
                    let mut said = switch(&mut peer, plugin, NONCE).unwrap_or_default();
                    said.extend(peer.receive().unwrap_or_default());
                    said
                },
            );
            let failure = ended.unwrap_err();
            assert_eq!(failure.kind(), ErrorKind::Auth, "{plugin}: {failure:?}");
            assert!(!String::from_utf8_lossy(&said).contains("s3cret"), "{plugin}");
        }
    }
}

/// A second switch is one too many: with it a server could try one plugin after the other.
#[test]
fn a_second_switch_is_refused() {
    for blocking in [true, false] {
        let (ended, said) = connect(
            blocking,
            |mysql| mysql,
            |mut peer| {
                switch(&mut peer, "mysql_native_password", NONCE);
                peer.send(&[b"\xfecaching_sha2_password\0", NONCE, b"\0"].concat());
                peer.receive()
            },
        );
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionLost);
        assert_eq!(said.filter(|said| said.len() > 1), None);
    }
}

/// What comes behind the greeting in the open could be anybody's, and would be taken for what came encrypted.
#[test]
fn nothing_may_come_ahead_of_the_encryption() {
    let (ended, ()) = connect(
        true,
        |mysql| mysql.ssl_mode(SslMode::Required),
        |mut peer| {
            let open = packet(0, &greeting(CapabilityFlags::CLIENT_SSL));
            peer.send_raw(&[open, packet(2, &[0, 0, 0, 2, 0, 0, 0])].concat())
                .unwrap();
            while peer.receive().is_some() {}
        },
    );
    let failure = ended.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::ConnectionLost);
    assert!(failure.to_string().contains("nobody asked for"), "{failure}");
}

/// A server may not have a file of this machine.
#[test]
fn a_file_is_never_sent() {
    for blocking in [true, false] {
        let (ended, said) = connect(
            blocking,
            |mysql| mysql,
            |mut peer| {
                peer.greet();
                peer.agree();
                peer.receive();
                peer.send(b"\xfb/etc/passwd");
                peer.receive()
            },
        );
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(said.filter(|said| !matches!(said[..], [] | [1])), None);
    }
}
