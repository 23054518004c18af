//! HMAC: RFC 2202 and RFC 4231 test case 2, the SM3 value of GM documents, long keys by OpenSSL.

use super::hex;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::mac::{Hmac, hmac};

#[test]
fn rfc_examples() {
    let (key, data) = (b"Jefe", b"what do ya want for nothing?");
    for (alg, expected) in [
        (HashAlg::Sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (
            HashAlg::Sha224,
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
        ),
        (
            HashAlg::Sha256,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            HashAlg::Sha384,
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
             8e2240ca5e69e2c78b3239ecfab21649",
        ),
        (
            HashAlg::Sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        assert_eq!(hmac(alg, key, data), hex(expected), "{alg:?}");
    }
}

#[test]
fn sm3_example() {
    let expected = "bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398";
    let mut mac = Hmac::new(HashAlg::Sm3, b"key");
    mac.update(b"The quick brown fox ");
    mac.update(b"jumps over the lazy dog");
    assert_eq!(mac.finish(), hex(expected));
}

#[test]
fn keys_longer_than_a_block() {
    // `openssl dgst -mac HMAC -macopt hexkey:6b6b…` (200 bytes `k`) over `message digest`.
    for (alg, expected) in [
        (
            HashAlg::Sm3,
            "8be895e7f99bcd370e4d8c2dd32bf7c5774e24ebfdc644b3e92873a2340d3f6e",
        ),
        (HashAlg::Sha1, "0eba855a95e445f672383f9e4596e9a5d48e472b"),
        (
            HashAlg::Sha224,
            "7fa450bea282381de0e891a2a67ba1f40507e800da0e80888f6dd6c3",
        ),
        (
            HashAlg::Sha256,
            "95dd6aa11965c71fa72d8ce40c2150f4315d5fa60f7f711da97b504e9f119412",
        ),
        (
            HashAlg::Sha384,
            "388691bff7966b034409f16b038ec8a3e5baf32f44c5bd95d665416edc1729ab\
             c05b327509d93bd5b6114ae965d585a3",
        ),
        (
            HashAlg::Sha512,
            "cae5e05c4f84c876d413ec77f88f7a5ed5fec5f0d8f7e64ad11bb9742e940418\
             ae4ef19e1b7d8910d4d1276b3208d822bccf348c297ec5171a224a2714eafded",
        ),
    ] {
        assert_eq!(
            hmac(alg, &[b'k'; 200], b"message digest"),
            hex(expected),
            "{alg:?}"
        );
    }
}
