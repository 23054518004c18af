//! Key pairs: made in the card, imported in envelopes, used.

use crate::host::{Data, Host, USER, USER_PIN, sm2_public, words};
use std::sync::OnceLock;
use ukey_crypto::{rsa, sm2, sm4};

const IMPORT_ECC: [u8; 4] = [0x80, 0x72, 0, 0];
const IMPORT_RSA: [u8; 4] = [0x80, 0x56, 0, 0];
const GEN_ECC: [u8; 4] = [0x80, 0x70, 0, 0];
const GEN_RSA: [u8; 4] = [0x80, 0x54, 0, 0];
/// PrivateKeyOperation with the encryption pair: SM2, RSA PKCS#1 v1.5, bare RSA.
const DECRYPT_SM2: [u8; 4] = [0x80, 0xD2, 0, 0];
const DECRYPT_RSA: [u8; 4] = [0x80, 0xD2, 0, 1];

/// A private key that a CA has made.
pub(crate) fn ca_key() -> sm2::SecretKey {
    sm2::SecretKey::from_bytes(&[0x42; 32]).unwrap()
}

fn ecb(key: &[u8; 16], plaintext: &[u8]) -> Vec<u8> {
    let mut encrypted = plaintext.to_vec();
    sm4::ecb_encrypt(&sm4::Key::from(*key), &mut encrypted).unwrap();
    encrypted
}

/// What follows app and container in ImportECCKeyPair.
pub(crate) fn envelope(to: &sm2::PublicKey, scalar: &[u8], public: &sm2::PublicKey) -> Data {
    let session_key = [0x11; 16];
    Data::new()
        .u32(1)
        .u32(0x401)
        .u32(256)
        .bytes(&ecb(&session_key, scalar))
        .bytes(&public.x())
        .bytes(&public.y())
        .cipher(&to.encrypt(&session_key).unwrap())
}

#[test]
fn an_enveloped_sm2_pair_becomes_the_encryption_pair() {
    let (mut host, container) = Host::with_container();
    let key = ca_key();
    let public = key.public_key();
    let into = host.in_container(container);
    let orphan = into
        .clone()
        .bytes(&envelope(&public, &[0x42; 32], &public).0);
    assert_eq!(
        host.refused(IMPORT_ECC, &orphan),
        0x6A95,
        "no signature pair yet"
    );
    let signer = host.generate_sm2(container);
    let good = into
        .clone()
        .bytes(&envelope(&signer, &[0x42; 32], &public).0);
    host.log_out();
    assert_eq!(host.refused(IMPORT_ECC, &good), 0x6982);
    host.log_in(USER, USER_PIN);
    host.ok(IMPORT_ECC, &good);
    assert_eq!(sm2_public(&host.ok([0x80, 0x88, 0, 0], &into)), public);
    assert_eq!(sm2_public(&host.ok([0x80, 0x88, 1, 0], &into)), signer);
    let app = host.app();
    let info = host.ok([0x80, 0x4A, 0, 0], &app.bytes(b"C"));
    assert_eq!(info, [2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    let cipher = public.encrypt(b"for the encryption pair").unwrap();
    let data = into.clone().cipher(&cipher);
    assert_eq!(host.ok(DECRYPT_SM2, &data), b"for the encryption pair");
    assert_eq!(
        host.refused([0x80, 0xD2, 1, 0], &data),
        0x6A80,
        "not for the signature pair"
    );
    host.log_out();
    assert_eq!(host.refused(DECRYPT_SM2, &data), 0x6982);
}

#[test]
fn a_spoilt_envelope_is_refused_and_changes_nothing() {
    let (mut host, container) = Host::with_container();
    let signer = host.generate_sm2(container);
    let public = ca_key().public_key();
    let into = host.in_container(container);
    let counter = host.change_counter();
    let refused = |host: &mut Host, envelope: Data, sw: u16, why: &str| {
        assert_eq!(
            host.refused(IMPORT_ECC, &into.clone().bytes(&envelope.0)),
            sw,
            "{why}"
        );
    };
    refused(
        &mut host,
        envelope(&signer, &[0x43; 32], &public),
        0x6A80,
        "another private key",
    );
    refused(
        &mut host,
        envelope(&signer, &[0; 32], &public),
        0x6A80,
        "zero",
    );
    refused(
        &mut host,
        envelope(&signer, &[0xFF; 32], &public),
        0x6A80,
        "out of range",
    );
    refused(
        &mut host,
        envelope(&public, &[0x42; 32], &public),
        0x6A80,
        "for somebody else",
    );
    let good = envelope(&signer, &[0x42; 32], &public).0;
    // Encrypted key, public key, C1, C3, C2.
    for at in [12, 44, 108, 172, 204 + 4] {
        let mut altered = good.clone();
        altered[at] ^= 1;
        refused(&mut host, Data(altered), 0x6A80, &format!("byte {at}"));
    }
    let with_word = |at: usize, value: u32| {
        let mut altered = good.clone();
        altered[at..at + 4].copy_from_slice(&value.to_be_bytes());
        Data(altered)
    };
    refused(&mut host, with_word(4, 0x101), 0x6A81, "SM1");
    refused(&mut host, with_word(8, 255), 0x6A80, "no such curve");
    refused(
        &mut host,
        Data(good[..good.len() - 1].to_vec()),
        0x6700,
        "too short",
    );
    refused(
        &mut host,
        Data([&good[..], &[0]].concat()),
        0x6700,
        "too long",
    );
    assert_eq!(host.change_counter(), counter);
    assert_eq!(host.refused([0x80, 0x88, 0, 0], &into), 0x6A95);
}

#[test]
fn a_new_pair_replaces_the_old_one() {
    let (mut host, container) = Host::with_container();
    let first = host.generate_sm2(container);
    let second = host.generate_sm2(container);
    assert_ne!(first, second);
    let (signature, _) = host.sign_digest(container, &[9; 32]);
    let signature = crate::host::sm2_signature(&signature);
    second.verify_digest(&[9; 32], &signature).unwrap();
    // Both numberings of SM2 are taken, others are not.
    let into = host.in_container(container);
    host.ok(GEN_ECC, &into.clone().u32(0x0002_0100));
    assert_eq!(
        host.refused(GEN_ECC, &into.clone().u32(0x0001_0000)),
        0x6A81
    );
    assert_eq!(
        host.refused(GEN_RSA, &into.u32(2048)),
        0x6985,
        "an SM2 container"
    );
}

/// The CA's RSA key; made once, because that takes long.
fn ca_rsa_key() -> &'static rsa::PrivateKey {
    static KEY: OnceLock<rsa::PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| rsa::PrivateKey::generate(2048).unwrap())
}

fn rsa_envelope(into: &Data, signer: &rsa::PublicKey, plaintext: &[u8]) -> Data {
    let session_key = [0x22; 16];
    let wrapped = signer.encrypt_pkcs1v15(&session_key).unwrap();
    into.clone()
        .u32(0x401)
        .l32(&wrapped)
        .l32(&ecb(&session_key, plaintext))
}

fn pad_pkcs7(bytes: &[u8]) -> Vec<u8> {
    let count = 16 - bytes.len() % 16;
    [bytes, &vec![count as u8; count]].concat()
}

/// RSAPRIVATEKEYBLOB of GM/T 0016; the CRT values are not looked at.
fn rsa_blob(key: &rsa::PrivateKey) -> Vec<u8> {
    let right = |bytes: &[u8], length: usize| {
        let mut field = vec![0; length];
        field[length - bytes.len()..].copy_from_slice(bytes);
        field
    };
    let [p, q] = key.expose_primes();
    let public = key.public_key();
    let head = [0x0001_0000u32.to_le_bytes(), 2048u32.to_le_bytes()].concat();
    let fields = [
        head,
        right(&public.n(), 256),
        right(&public.e(), 4),
        right(&key.expose_d(), 256),
    ];
    let blob = [
        fields.concat(),
        right(&p, 128),
        right(&q, 128),
        vec![0; 384],
    ]
    .concat();
    assert_eq!(blob.len(), 1164);
    blob
}

/// One test for all that needs an RSA key made in the card: making one takes long.
#[test]
fn rsa_pairs_are_made_imported_and_used() {
    let (mut host, container) = Host::with_container();
    let into = host.in_container(container);
    assert_eq!(host.refused(GEN_RSA, &into.clone().u32(1024)), 0x6A81);
    assert_eq!(host.refused(GEN_RSA, &into.clone().u32(2047)), 0x6A81);
    let answer = host.ok(GEN_RSA, &into.clone().u32(2048));
    assert_eq!((answer.len(), words(&answer[..4])), (4 + 256 + 4, 2048));
    assert_eq!(answer[260..], [0, 1, 0, 1]);
    let signer = rsa::PublicKey::from_components(&answer[4..260], &answer[260..]).unwrap();
    assert_eq!(host.ok([0x80, 0x88, 1, 0], &into), answer);

    sign_and_verify(&mut host, &into, &signer, &answer);
    import_rsa(&mut host, &into, &signer);
    decrypt_rsa(&mut host, &into);

    assert_eq!(
        host.refused(GEN_ECC, &into.clone().u32(0x0002_0200)),
        0x6985,
        "an RSA container"
    );
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6A95);
    let app = host.app();
    let info = host.ok([0x80, 0x4A, 0, 0], &app.bytes(b"C"));
    assert_eq!(info, [1, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0]);
    host.log_out();
    assert_eq!(host.refused([0x80, 0x58, 0, 0], &into.bytes(b"x")), 0x6982);
}

fn sign_and_verify(host: &mut Host, into: &Data, signer: &rsa::PublicKey, public: &[u8]) {
    let digest_info = ukey_crypto::hash::HashAlg::Sha256
        .digest_info(&[7; 32])
        .unwrap();
    let signature = host.ok([0x80, 0x58, 0, 0], &into.clone().bytes(&digest_info));
    signer.verify_pkcs1v15(&digest_info, &signature).unwrap();
    assert_eq!(
        host.refused([0x80, 0x58, 0, 0], &into.clone().bytes(&[0; 246])),
        0x6700
    );
    let verify = Data::new().bytes(public).l32(&digest_info);
    host.ok([0x80, 0x5E, 0, 0], &verify.clone().bytes(&signature));
    let mut altered = signature;
    altered[100] ^= 1;
    assert_eq!(
        host.refused([0x80, 0x5E, 0, 0], &verify.bytes(&altered)),
        0x6A98
    );
}

fn import_rsa(host: &mut Host, into: &Data, signer: &rsa::PublicKey) {
    let key = ca_rsa_key();
    let der = key.to_pkcs1_der();
    let blob = rsa_blob(key);
    let mut zeros = der.to_vec();
    zeros.resize(zeros.len().next_multiple_of(16), 0);
    for (what, plaintext) in [
        ("DER", pad_pkcs7(&der)),
        ("zeros", zeros),
        ("blob", pad_pkcs7(&blob)),
    ] {
        host.ok(IMPORT_RSA, &rsa_envelope(into, signer, &plaintext));
        let public = host.ok([0x80, 0x88, 0, 0], into);
        assert_eq!(public[4..260], key.public_key().n(), "{what}");
    }
    let mut spoilt = blob.clone();
    spoilt[300] ^= 1;
    assert_eq!(
        host.refused(IMPORT_RSA, &rsa_envelope(into, signer, &pad_pkcs7(&spoilt))),
        0x6A80
    );
    assert_eq!(
        host.refused(IMPORT_RSA, &rsa_envelope(into, signer, &[0x30; 32])),
        0x6A80
    );
    let mut wrong = rsa_envelope(into, signer, &pad_pkcs7(&der));
    wrong.0[4 + 4 + 4 + 200] ^= 1;
    assert_eq!(host.refused(IMPORT_RSA, &wrong), 0x6A80);
}

fn decrypt_rsa(host: &mut Host, into: &Data) {
    let public = ca_rsa_key().public_key();
    let encrypted = public.encrypt_pkcs1v15(b"to the RSA pair").unwrap();
    assert_eq!(
        host.ok(DECRYPT_RSA, &into.clone().bytes(&encrypted)),
        b"to the RSA pair"
    );
    let raw = host.ok([0x80, 0xD2, 0, 2], &into.clone().bytes(&encrypted));
    assert_eq!(
        (&raw[..2], &raw[241..]),
        (&[0, 2][..], &b"to the RSA pair"[..])
    );
    assert_eq!(
        host.refused(DECRYPT_RSA, &into.clone().bytes(&encrypted[1..])),
        0x6700
    );
    assert_eq!(
        host.refused(DECRYPT_SM2, &into.clone().bytes(&encrypted)),
        0x6700,
        "no SM2 cipher"
    );
    assert_eq!(host.refused([0x80, 0xD2, 0, 3], into), 0x6A86);
    // ImportSessionKey unwraps with the same pair; a wrong padding does not show as such.
    let wrapped = public.encrypt_pkcs1v15(&[5; 16]).unwrap();
    assert_eq!(
        host.ok([0x80, 0xA0, 0, 0], &into.clone().u32(0x401).bytes(&wrapped))
            .len(),
        2
    );
    let too_long = public.encrypt_pkcs1v15(&[5; 17]).unwrap();
    assert_eq!(
        host.refused(
            [0x80, 0xA0, 0, 0],
            &into.clone().u32(0x401).bytes(&too_long)
        ),
        0x6A80
    );
    // RSAExportSessionKey wraps to anybody.
    let mut to = Data::new().u32(2048).bytes(&public.n()).0;
    to.extend([0, 1, 0, 1]);
    let exported = host.ok([0x80, 0x5A, 0, 0], &into.clone().u32(0x401).bytes(&to));
    let first = ca_rsa_key().decrypt_pkcs1v15(&exported[2..]).unwrap();
    assert_eq!(first.len(), 16);
    let again = host.ok(
        [0x80, 0x5C, 0, 0],
        &into.clone().bytes(&exported[..2]).bytes(&to),
    );
    assert_eq!(ca_rsa_key().decrypt_pkcs1v15(&again[2..]).unwrap(), first);
    // ExtRSAPubKeyOperation is the bare public operation.
    let input = [vec![0], vec![1; 255]].concat();
    let output = host.ok([0x80, 0x60, 0, 0], &Data(to).bytes(&input));
    assert_eq!(output, public.raw(&input).unwrap());
}

#[test]
fn private_keys_in_the_clear_are_neither_taken_nor_given() {
    let mut host = Host::blank();
    assert_eq!(
        host.refused([0x80, 0x52, 0, 0], &Data::new().u32(2048)),
        0x6A81
    );
    let ecc = Data::new().u32(256).bytes(&[1; 64]);
    assert_eq!(host.refused([0x80, 0x7E, 0, 0], &ecc), 0x6A81);
    let cipher = ca_key().public_key().encrypt(b"x").unwrap();
    let ecc = Data::new().u32(256).bytes(&[0x42; 32]).cipher(&cipher);
    assert_eq!(host.refused([0x80, 0x7C, 0, 0], &ecc), 0x6A81);
    let rsa = Data::new()
        .u32(2048)
        .bytes(&[1; 256])
        .u32(65_537)
        .bytes(&[1; 512]);
    assert_eq!(host.refused([0x80, 0x62, 0, 0], &rsa), 0x6A81);
}
