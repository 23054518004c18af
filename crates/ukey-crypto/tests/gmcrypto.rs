//! The crate gmcrypto-core, an implementation that shares nothing with ours nor with RustCrypto's, on every GM algorithm:
//! modes of SM4 at many lengths, SM3 with what is built on it, and SM2 both ways.
#![allow(clippy::unwrap_used)]

use getrandom::SysRng;
use gmcrypto_core::sm2::{Sm2PrivateKey, Sm2PublicKey, key_exchange};
use gmcrypto_core::sm4 as theirs;
use ukey_crypto::cipher::{Direction, Mode, Operation, Padding};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm2::agreement::{self, Ephemeral, Peer, Role};
use ukey_crypto::sm2::{Ciphertext, PublicKey, SecretKey, Signature};
use ukey_crypto::{kdf, mac, sm3, sm4};

const KEY: [u8; 16] = *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10";
const IV: [u8; 16] = [0x3c; 16];
const LONGEST: usize = 4_200;

/// Every length of some batches, and many beyond.
fn lengths() -> impl Iterator<Item = usize> {
    (0..=300).chain((301..=LONGEST).step_by(41))
}

/// Bytes that differ.
fn text(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 31 + i / 251) as u8).collect()
}

fn sealed(mode: &Mode<'_>, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let key = sm4::Key::from(KEY);
    Operation::new(&key, Direction::Encrypt, mode)
        .unwrap()
        .complete(plain, &mut out)
        .unwrap();
    out
}

fn opened(mode: &Mode<'_>, sealed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let key = sm4::Key::from(KEY);
    Operation::new(&key, Direction::Decrypt, mode)
        .unwrap()
        .complete(sealed, &mut out)
        .unwrap();
    out
}

/// Both ways at many lengths; `theirs` is what the other implementation encrypts.
fn at_many_lengths(mode: impl Fn(usize) -> Mode<'static>, theirs: impl Fn(&[u8]) -> Vec<u8>) {
    let text = text(LONGEST);
    for len in lengths() {
        let (mode, plain) = (mode(len), &text[..len]);
        let ours = sealed(&mode, plain);
        assert_eq!(ours, theirs(plain), "{len} bytes");
        assert_eq!(opened(&mode, &ours), plain, "{len} bytes");
    }
}

#[test]
fn sm4_cbc() {
    let mode = |_| Mode::Cbc {
        iv: &IV,
        padding: Padding::Pkcs7,
    };
    at_many_lengths(mode, |plain| theirs::mode_cbc::encrypt(&KEY, &IV, plain));
}

/// The counter carries into its upper half within the text.
#[test]
fn sm4_ctr() {
    const FIRST: [u8; 16] = (7_u128 << 64 | (u64::MAX - 60) as u128).to_be_bytes();
    let mode = |_| Mode::Ctr {
        counter_block: &FIRST,
        counter_bits: 128,
    };
    at_many_lengths(mode, |plain| theirs::mode_ctr::encrypt(&KEY, &FIRST, plain));
}

/// With a nonce of the usual length, and one whose hash is the first counter.
#[test]
fn sm4_gcm() {
    for nonce in [&[1; 12][..], &[0xff; 29]] {
        let nonce: &'static [u8] = nonce.to_vec().leak();
        let mode = |_| Mode::Gcm {
            iv: nonce,
            aad: b"additional",
            tag_len: 16,
        };
        at_many_lengths(mode, |plain| {
            let (text, tag) = theirs::mode_gcm::encrypt(&KEY, nonce, b"additional", plain).unwrap();
            [&text[..], &tag].concat()
        });
    }
}

#[test]
fn sm4_ccm() {
    let mode = |len| Mode::Ccm {
        nonce: &[2; 12],
        aad: b"additional",
        tag_len: 16,
        data_len: len,
    };
    at_many_lengths(mode, |plain| {
        theirs::mode_ccm::encrypt(&KEY, &[2; 12], b"additional", plain, 16).unwrap()
    });
}

#[test]
fn sm3_hmac_and_pbkdf2() {
    let text = text(LONGEST);
    for len in lengths() {
        assert_eq!(
            sm3::digest(&text[..len]),
            gmcrypto_core::sm3::hash(&text[..len])
        );
    }
    for len in [0, 1, 31, 32, 33, 63, 64, 65, 200] {
        assert_eq!(
            mac::hmac(HashAlg::Sm3, &text[..len], &text),
            gmcrypto_core::hmac::hmac_sm3(&text[..len], &text),
            "key of {len} bytes"
        );
        let (iterations, mut other) = (3, vec![0; len + 1]);
        gmcrypto_core::kdf::pbkdf2_hmac_sm3(b"password", &text[..len], iterations, &mut other)
            .unwrap();
        let ours = kdf::pbkdf2(HashAlg::Sm3, b"password", &text[..len], 3, len + 1).unwrap();
        assert_eq!(ours[..], other[..]);
    }
}

/// The same key on both sides.
fn key_pair() -> (SecretKey, Sm2PrivateKey) {
    let ours = SecretKey::generate().unwrap();
    let theirs = Sm2PrivateKey::from_bytes_be(&ours.expose_bytes()).unwrap();
    assert_eq!(
        theirs.public_key().to_sec1_uncompressed(),
        ours.public_key().to_sec1()
    );
    (ours, theirs)
}

#[test]
fn sm2_signatures_both_ways() {
    use gmcrypto_core::sm2::{sign_with_id, verify_with_id};
    for (round, id) in [&b"1234567812345678"[..], b"", b"someone else"]
        .into_iter()
        .cycle()
        .take(30)
        .enumerate()
    {
        let (ours, theirs) = key_pair();
        let message = text(round * 7);
        let e = ours.public_key().message_digest(id, &message).unwrap();
        let signature = ours.sign_digest(&e).unwrap().to_der();
        assert!(verify_with_id(
            &theirs.public_key(),
            id,
            &message,
            &signature
        ));
        assert!(!verify_with_id(
            &theirs.public_key(),
            id,
            b"other",
            &signature
        ));
        let signature = sign_with_id(&theirs, id, &message, &mut SysRng).unwrap();
        let signature = Signature::from_der(&signature).unwrap();
        ours.public_key().verify_digest(&e, &signature).unwrap();
        assert!(
            ours.public_key()
                .verify_digest(&[1; 32], &signature)
                .is_err()
        );
    }
}

#[test]
fn sm2_ciphertexts_both_ways() {
    for len in [1, 2, 31, 32, 33, 64, 100, 1000] {
        let ((ours, theirs), message) = (key_pair(), text(len));
        let sealed = ours.public_key().encrypt(&message).unwrap().to_der();
        assert_eq!(
            gmcrypto_core::sm2::decrypt(&theirs, &sealed).unwrap(),
            message
        );
        let sealed =
            gmcrypto_core::sm2::encrypt(&theirs.public_key(), &message, &mut SysRng).unwrap();
        let sealed = Ciphertext::from_der(&sealed).unwrap();
        assert_eq!(ours.decrypt(&sealed).unwrap()[..], message);
    }
}

#[test]
fn sm2_agreement_with_either_side_first() {
    let (initiator, responder) = (b"initiator", b"the other");
    for key_len in [16, 32, 48, 100] {
        let ((a, _), (_, b)) = (key_pair(), key_pair());
        let our_point = Sm2PublicKey::from_sec1_bytes(&a.public_key().to_sec1()).unwrap();
        let their_point = PublicKey::from_sec1(&b.public_key().to_sec1_uncompressed()).unwrap();
        let agree = |role, ephemeral, point: &key_exchange::Sm2KxEphemeralPoint| {
            let (own_id, id) = match role {
                Role::Initiator => (initiator, responder),
                Role::Responder => (responder, initiator),
            };
            let peer = Peer {
                public_key: their_point,
                ephemeral: PublicKey::from_sec1(&point.to_bytes()).unwrap(),
                id,
            };
            agreement::agree(role, &a, own_id, ephemeral, &peer, key_len).unwrap()
        };

        let ours = Ephemeral::generate().unwrap();
        let our_half = key_exchange::Sm2KxEphemeralPoint::from_bytes(&ours.public_key().to_sec1());
        let other =
            key_exchange::Sm2KxResponder::new(&b, &our_point, initiator, responder, key_len)
                .unwrap();
        let (half, key) = other
            .respond_without_key_confirmation(&our_half, &mut SysRng)
            .unwrap();
        assert_eq!(agree(Role::Initiator, ours, &half).key[..], *key.as_bytes());

        let ours = Ephemeral::generate().unwrap();
        let our_half = key_exchange::Sm2KxEphemeralPoint::from_bytes(&ours.public_key().to_sec1());
        let other =
            key_exchange::Sm2KxInitiator::new(&b, &our_point, initiator, responder, key_len)
                .unwrap();
        let (half, waiting) = other.produce_ephemeral(&mut SysRng).unwrap();
        let key = waiting.derive_without_key_confirmation(&our_half).unwrap();
        assert_eq!(agree(Role::Responder, ours, &half).key[..], *key.as_bytes());
    }
}
