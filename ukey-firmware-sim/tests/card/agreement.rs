//! Key agreement between two tokens.

use crate::host::{Data, Host};
use crate::import::{ca_key, envelope};
use ukey_crypto::sm2;

struct Party {
    host: Host,
    container: u16,
    public: sm2::PublicKey,
}

impl Party {
    fn new() -> Self {
        let (mut host, container) = Host::with_container();
        let public = host.generate_sm2(container);
        Self {
            host,
            container,
            public,
        }
    }

    fn data(&self) -> Data {
        self.host.in_container(self.container)
    }

    /// Ciphertext of a fixed text under a session key.
    fn encrypt(&mut self, key: &[u8]) -> Vec<u8> {
        let data = self.data().bytes(key);
        self.host
            .ok([0x80, 0xA4, 0, 0], &data.clone().n8(&[0; 16]).u32(1).u32(0));
        self.host
            .ok([0x80, 0xA6, 0, 0], &data.bytes(b"the same on both sides"))
    }

    fn begin(&mut self, id: &[u8]) -> Vec<u8> {
        let data = self.data().u32(0x402).l32(id);
        self.host.ok([0x80, 0x82, 0, 0], &data)
    }
}

fn point(key: &sm2::PublicKey) -> Vec<u8> {
    [key.x(), key.y()].concat()
}

#[test]
fn both_sides_get_the_same_key_and_a_stranger_does_not() {
    let (mut sponsor, mut responder) = (Party::new(), Party::new());
    // The responder has an encryption pair, which then takes part; the sponsor has none.
    let public = ca_key().public_key();
    let import = responder
        .data()
        .bytes(&envelope(&responder.public, &[0x42; 32], &public).0);
    responder.host.ok([0x80, 0x72, 0, 0], &import);
    for responder_id in [&b"responder"[..], b"somebody else"] {
        let begun = sponsor.begin(b"sponsor");
        let (agreement, temporary) = (&begun[..2], &begun[6..]);
        let answer = responder
            .data()
            .u32(0x402)
            .bytes(&point(&sponsor.public))
            .bytes(temporary);
        let answer = answer.l32(b"responder").l32(b"sponsor");
        let answered = responder.host.ok([0x80, 0x84, 0, 0], &answer);
        let (temporary, responder_key) = (&answered[4..68], &answered[68..]);
        let finish = Data::new()
            .bytes(agreement)
            .bytes(&point(&public))
            .bytes(temporary);
        let finish = finish.l32(responder_id);
        let sponsor_key = sponsor.host.ok([0x80, 0x86, 0, 0], &finish);
        let same = sponsor.encrypt(&sponsor_key) == responder.encrypt(responder_key);
        assert_eq!(same, responder_id == b"responder");
        assert_eq!(
            sponsor.host.refused([0x80, 0x86, 0, 0], &finish),
            0x6985,
            "used up"
        );
    }
}

#[test]
fn it_needs_the_user_a_key_and_points_on_the_curve() {
    let mut party = Party::new();
    let off_curve = party.data().u32(0x402).bytes(&[1; 128]).l32(b"a").l32(b"b");
    assert_eq!(party.host.refused([0x80, 0x84, 0, 0], &off_curve), 0x6A80);
    let sm1 = party.data().u32(0x101).l32(b"a");
    assert_eq!(party.host.refused([0x80, 0x82, 0, 0], &sm1), 0x6A81);
    let begun = party.begin(b"a");
    let off_curve = Data::new().bytes(&begun[..2]).bytes(&[1; 128]).l32(b"b");
    assert_eq!(party.host.refused([0x80, 0x86, 0, 0], &off_curve), 0x6A80);
    assert_eq!(party.host.refused([0x80, 0x86, 0, 0], &off_curve), 0x6985);
    for _ in 0..16 {
        party.begin(b"a");
    }
    let data = party.data().u32(0x402).l32(b"a");
    assert_eq!(
        party.host.refused([0x80, 0x82, 0, 0], &data),
        0x6A84,
        "too many at once"
    );
    party.host.log_out();
    assert_eq!(party.host.refused([0x80, 0x82, 0, 0], &data), 0x6982);
    let (mut host, container) = Host::with_container();
    let data = host.in_container(container).u32(0x402).l32(b"a");
    assert_eq!(host.refused([0x80, 0x82, 0, 0], &data), 0x6A95);
}
