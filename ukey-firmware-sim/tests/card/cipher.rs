//! Session keys, encryption and MACs.

use crate::host::{Data, Host, USER, USER_PIN};
use crate::import::{ca_key, envelope};
use ukey_crypto::sm4;
use ukey_firmware_sim::Config;

/// GB/T 32907-2016 A.1: this key encrypts itself to this block.
const KEY: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210u128.to_be_bytes();
const BLOCK: [u8; 16] = 0x681E_DF34_D206_965E_86B3_E94F_536E_4246u128.to_be_bytes();

const ECB: u32 = 0x401;
const CBC: u32 = 0x402;
const CFB: u32 = 0x404;
const OFB: u32 = 0x408;
const MAC: u32 = 0x410;

struct Session {
    host: Host,
    container: u16,
    key: u16,
}

impl Session {
    fn with_key(alg: u32) -> Self {
        let (mut host, container) = Host::with_container();
        let data = host.in_container(container).u32(alg).n8(&KEY);
        let answer = host.ok([0x80, 0xA2, 0, 0], &data);
        Self {
            key: u16::from_be_bytes(answer.try_into().unwrap()),
            host,
            container,
        }
    }

    fn data(&self) -> Data {
        self.host.in_container(self.container).u16(self.key)
    }

    fn init(&mut self, ins: u8, iv: &[u8], padding: u32, feedback: u32) -> u16 {
        let data = self.data().n8(iv).u32(padding).u32(feedback);
        self.host.send([0x80, ins, 0, 0], &data).1
    }

    fn ok(&mut self, ins: u8, bytes: &[u8]) -> Vec<u8> {
        let data = self.data().bytes(bytes);
        self.host.ok([0x80, ins, 0, 0], &data)
    }

    fn refused(&mut self, ins: u8, bytes: &[u8]) -> u16 {
        let data = self.data().bytes(bytes);
        self.host.refused([0x80, ins, 0, 0], &data)
    }
}

#[test]
fn the_standard_block_comes_out() {
    let mut session = Session::with_key(ECB);
    assert_eq!(session.init(0xA4, &[], 0, 0), 0x9000);
    assert_eq!(session.ok(0xA6, &KEY), BLOCK);
    assert_eq!(session.refused(0xA6, &KEY), 0x6985, "one shot ends the run");
    assert_eq!(session.init(0xAC, &[], 0, 0), 0x9000);
    assert_eq!(session.ok(0xAE, &BLOCK), KEY);
}

#[test]
fn parts_give_what_one_shot_gives_in_every_mode() {
    let plaintext: Vec<u8> = (0..100).collect();
    for (alg, iv, padding) in [
        (ECB, &[][..], 1),
        (CBC, &[9; 16], 1),
        (CFB, &[9; 16], 0),
        (OFB, &[9; 16], 0),
    ] {
        let mut session = Session::with_key(alg);
        assert_eq!(
            session.init(0xA4, iv, padding, 128 * u32::from(alg >= CFB && alg != MAC)),
            0x9000
        );
        let whole = session.ok(0xA6, &plaintext);
        assert_eq!(session.init(0xA4, iv, padding, 0), 0x9000);
        let mut parts = session.ok(0xA8, &plaintext[..7]);
        parts.extend(session.ok(0xA8, &plaintext[7..70]));
        parts.extend(session.ok(0xAA, &plaintext[70..]));
        assert_eq!(parts, whole, "{alg:x}");
        assert_eq!(session.init(0xAC, iv, padding, 0), 0x9000);
        let mut back = session.ok(0xB0, &whole[..33]);
        back.extend(session.ok(0xB0, &whole[33..]));
        back.extend(session.ok(0xB2, &[]));
        assert_eq!(back, plaintext, "{alg:x}");
    }
}

#[test]
fn wrong_lengths_padding_and_settings_are_refused() {
    let mut session = Session::with_key(CBC);
    assert_eq!(session.init(0xA4, &[1; 15], 0, 0), 0x6A80, "IV");
    assert_eq!(session.init(0xA4, &[], 0, 0), 0x6A80, "IV");
    assert_eq!(session.init(0xA4, &[1; 16], 2, 0), 0x6A81, "padding");
    assert_eq!(session.init(0xA4, &[1; 16], 0, 8), 0x6A81, "feedback");
    assert_eq!(session.refused(0xA8, &[1; 16]), 0x6985, "nothing begun");
    assert_eq!(session.init(0xA4, &[1; 16], 0, 0), 0x9000);
    assert_eq!(session.refused(0xA6, &[1; 17]), 0x6700, "no whole blocks");
    assert_eq!(session.init(0xAC, &[1; 16], 1, 0), 0x9000);
    assert_eq!(session.refused(0xAE, &[1; 32]), 0x6A80, "bad padding");
    assert_eq!(session.refused(0xB2, &[]), 0x6985, "ended by the failure");
    let mut session = Session::with_key(MAC);
    assert_eq!(
        session.init(0xA4, &[1; 16], 0, 0),
        0x6A81,
        "a MAC key does not encrypt"
    );
}

#[test]
fn macs_are_cbc_macs() {
    let mut session = Session::with_key(MAC);
    let init = session.data().n8(&[2; 16]).u32(0);
    session.host.ok([0x80, 0xBC, 0, 0], &init);
    let message = [0x33; 48];
    let expected = sm4::cbc_mac(&sm4::Key::from(KEY), &[2; 16], &message).unwrap();
    assert_eq!(session.ok(0xBE, &message), expected);
    session.host.ok([0x80, 0xBC, 0, 0], &init);
    session.ok(0xC0, &message[..5]);
    session.ok(0xC0, &message[5..40]);
    assert_eq!(session.ok(0xC2, &message[40..]), expected);
    assert_eq!(session.refused(0xC2, &[]), 0x6985);
    session.host.ok([0x80, 0xBC, 0, 0], &init);
    assert_eq!(session.refused(0xBE, &[1; 17]), 0x6700);
    // With padding: 17 bytes, then 15 times 0F.
    let padded = session.data().n8(&[2; 16]).u32(1);
    session.host.ok([0x80, 0xBC, 0, 0], &padded);
    let by_hand = [vec![1; 17], vec![15; 15]].concat();
    let expected = sm4::cbc_mac(&sm4::Key::from(KEY), &[2; 16], &by_hand).unwrap();
    assert_eq!(session.ok(0xBE, &[1; 17]), expected);
    // MacUpdate without data is GET RESPONSE, with nothing waiting: not a MAC's business.
    let wrong = session.data().n8(&[2; 15]).u32(0);
    assert_eq!(session.host.refused([0x80, 0xBC, 0, 0], &wrong), 0x6A80);
}

#[test]
fn session_keys_are_bounded_destroyed_and_lost_on_reset() {
    let mut session = Session::with_key(ECB);
    let import = session
        .host
        .in_container(session.container)
        .u32(ECB)
        .n8(&KEY);
    for _ in 1..Config::default().max_session_keys {
        session.host.ok([0x80, 0xA2, 0, 0], &import);
    }
    assert_eq!(session.host.refused([0x80, 0xA2, 0, 0], &import), 0x6A84);
    session.ok(0xC4, &[]);
    assert_eq!(session.refused(0xC4, &[]), 0x6A95);
    assert_eq!(session.init(0xA4, &[], 0, 0), 0x6A95);
    session.host.ok([0x80, 0xA2, 0, 0], &import);
    let short = session
        .host
        .in_container(session.container)
        .u32(ECB)
        .n8(&KEY[1..]);
    session.host.device.reset();
    session.host.open_application(b"APP");
    let container = session.host.open_container(b"C");
    assert_eq!(session.host.refused([0x80, 0xA2, 0, 0], &short), 0x6A88);
    session.container = container;
    let short = session.host.in_container(container).u32(ECB).n8(&KEY[1..]);
    assert_eq!(session.host.refused([0x80, 0xA2, 0, 0], &short), 0x6A80);
    let sm1 = session.host.in_container(container).u32(0x101).n8(&KEY);
    assert_eq!(session.host.refused([0x80, 0xA2, 0, 0], &sm1), 0x6A81);
    assert_eq!(session.init(0xA4, &[], 0, 0), 0x6A95, "gone with the power");
}

#[test]
fn keys_of_one_application_are_strange_to_another() {
    let mut session = Session::with_key(ECB);
    session.host.create_application(b"OTHER", 0xFF);
    session.container = session.host.create_container(b"C");
    assert_eq!(session.init(0xA4, &[], 0, 0), 0x6A95);
}

#[test]
fn a_session_key_travels_between_tokens() {
    let (mut host, container) = Host::with_container();
    let signer = host.generate_sm2(container);
    let public = ca_key().public_key();
    let data = host
        .in_container(container)
        .bytes(&envelope(&signer, &[0x42; 32], &public).0);
    host.ok([0x80, 0x72, 0, 0], &data);
    // Made in another token for this one's encryption key.
    let mut sender = Session::with_key(CBC);
    let to = Data::new().u32(256).bytes(&public.x()).bytes(&public.y());
    let data = sender
        .host
        .in_container(sender.container)
        .u32(CBC)
        .bytes(&to.0);
    sender.host.log_out();
    let exported = sender.host.ok([0x80, 0x78, 0, 0], &data);
    sender.key = u16::from_be_bytes([exported[0], exported[1]]);
    assert_eq!(sender.init(0xA4, &[4; 16], 1, 0), 0x9000);
    let encrypted = sender.ok(0xA6, b"between tokens");
    // The same key once more, by ECCExportSessionKeyEx.
    let data = sender.data().bytes(&to.0);
    let again = sender.host.ok([0x80, 0x80, 0, 0], &data);
    assert_eq!(again[..2], exported[..2]);
    for wrapped in [&exported[2..], &again[2..]] {
        let import = host.in_container(container).u32(CBC).bytes(wrapped);
        let key = host.ok([0x80, 0xA0, 1, 0], &import);
        let mut receiver = Session {
            host,
            container,
            key: u16::from_be_bytes(key.try_into().unwrap()),
        };
        assert_eq!(receiver.init(0xAC, &[4; 16], 1, 0), 0x9000);
        assert_eq!(receiver.ok(0xAE, &encrypted), b"between tokens");
        host = receiver.host;
    }
    let mut spoilt = exported[2..].to_vec();
    spoilt[70] ^= 1;
    let import = host.in_container(container).u32(CBC).bytes(&spoilt);
    assert_eq!(host.refused([0x80, 0xA0, 1, 0], &import), 0x6A80);
    host.log_out();
    assert_eq!(host.refused([0x80, 0xA0, 1, 0], &import), 0x6982);
    host.log_in(USER, USER_PIN);
    let import = host.in_container(container).u32(CBC).bytes(&[1; 256]);
    assert_eq!(
        host.refused([0x80, 0xA0, 0, 0], &import),
        0x6A95,
        "no RSA pair"
    );
}

#[test]
fn anybody_may_encrypt_to_any_key() {
    let mut host = Host::blank();
    let key = ca_key();
    let public = key.public_key();
    let to = Data::new().u32(256).bytes(&public.x()).bytes(&public.y());
    let answer = host.ok([0x80, 0x7A, 0, 0], &to.clone().bytes(b"plaintext"));
    assert_eq!(answer.len(), 96 + 4 + 9);
    let part = |from: usize| answer[from..from + 32].try_into().unwrap();
    let data = answer[100..].to_vec();
    let cipher = ukey_crypto::sm2::Ciphertext {
        x: part(0),
        y: part(32),
        hash: part(64),
        data,
    };
    assert_eq!(key.decrypt(&cipher).unwrap().as_slice(), b"plaintext");
    assert_eq!(
        host.refused([0x80, 0x7A, 0, 0], &to),
        0x6700,
        "nothing to encrypt"
    );
}
