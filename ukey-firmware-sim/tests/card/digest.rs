//! Digests.

use crate::host::{Data, Host};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm2;

#[test]
fn known_answers_whole_and_in_parts() {
    let mut host = Host::blank();
    // SM3("abc") and SHA-1("abc"), SHA-256("abc") from their standards.
    let known = [
        (
            1,
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        ),
        (2, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            4,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
    ];
    for (alg, expected) in known {
        let expected = hex::decode(expected).unwrap();
        host.ok([0x80, 0xB4, 0, 0], &Data::new().u32(alg));
        assert_eq!(
            host.ok([0x80, 0xB6, 0, 0], &Data::new().bytes(b"abc")),
            expected
        );
        host.ok([0x80, 0xB4, 0, 0], &Data::new().u32(alg));
        host.ok([0x80, 0xB8, 0, 0], &Data::new().bytes(b"a"));
        host.ok([0x80, 0xB8, 0, 0], &Data::new().bytes(b"b"));
        assert_eq!(
            host.ok([0x80, 0xBA, 0, 0], &Data::new().bytes(b"c")),
            expected
        );
        assert_eq!(host.refused([0x80, 0xBA, 0, 0], &Data::new()), 0x6985);
    }
    assert_eq!(
        host.refused([0x80, 0xB4, 0, 0], &Data::new().u32(8)),
        0x6A81
    );
    assert_eq!(host.refused([0x80, 0xB8, 0, 0], &Data::new()), 0x6985);
}

#[test]
fn sm3_of_an_sm2_message_begins_with_z() {
    let mut host = Host::blank();
    let public = sm2::SecretKey::from_bytes(&[5; 32]).unwrap().public_key();
    let init = |alg, id: &[u8]| {
        Data::new()
            .u32(alg)
            .bytes(&public.x())
            .bytes(&public.y())
            .l32(id)
    };
    let digest = |host: &mut Host, init: &Data| {
        host.ok([0x80, 0xB4, 0, 0], init);
        host.ok([0x80, 0xB6, 0, 0], &Data::new().bytes(b"message"))
    };
    let expected = public.message_digest(sm2::DEFAULT_ID, b"message").unwrap();
    assert_eq!(digest(&mut host, &init(1, sm2::DEFAULT_ID)), expected);
    // An empty ID means plain SM3; with SHA the key does not matter.
    assert_eq!(
        digest(&mut host, &init(1, b"")),
        HashAlg::Sm3.digest(b"message")
    );
    assert_eq!(
        digest(&mut host, &init(4, b"id")),
        HashAlg::Sha256.digest(b"message")
    );
    let off_curve = Data::new().u32(1).bytes(&[1; 64]).l32(b"id");
    assert_eq!(host.refused([0x80, 0xB4, 0, 0], &off_curve), 0x6A80);
    assert_eq!(
        host.refused([0x80, 0xB4, 0, 0], &Data::new().u32(1).bytes(&[1; 10])),
        0x6700
    );
}

#[test]
fn reset_and_logout_end_a_digest() {
    let mut host = Host::with_application();
    host.ok([0x80, 0xB4, 0, 0], &Data::new().u32(1));
    host.device.reset();
    assert_eq!(host.refused([0x80, 0xBA, 0, 0], &Data::new()), 0x6985);
    host.open_application(b"APP");
    host.ok([0x80, 0xB4, 0, 0], &Data::new().u32(1));
    host.log_out();
    assert_eq!(host.refused([0x80, 0xBA, 0, 0], &Data::new()), 0x6985);
}
