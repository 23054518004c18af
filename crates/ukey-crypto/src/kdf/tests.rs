//! Values of OpenSSL 3.0, each with the command that made it. HKDF and PBKDF2 are tested with the
//! cases of Wycheproof (`tests/wycheproof/`).
//!
//! `$K` is the hexadecimal form of the bytes 0 to 31.
#![allow(clippy::unwrap_used)]

use super::sp800_108::{Field, counter, double_pipeline, feedback};
use super::*;
use crate::aes;
use crate::mac::Mac;

fn key() -> Vec<u8> {
    (0..32).collect()
}

fn assert_hex(bytes: Result<Zeroizing<Vec<u8>>, Error>, expected: &str) {
    assert_eq!(hex::encode_upper(bytes.unwrap()), expected);
}

/// What OpenSSL puts together: counter, label, zero, context, length.
fn fields(len: usize) -> [Field<'static>; 5] {
    [
        counter_field(32),
        Field::Bytes(b"label"),
        Field::Bytes(&[0]),
        Field::Bytes(b"context"),
        length_field(len),
    ]
}

fn counter_field(bits: u32) -> Field<'static> {
    Field::Counter {
        bits,
        little_endian: false,
    }
}

fn length_field(len: usize) -> Field<'static> {
    Field::Length {
        value: len as u64 * 8,
        bits: 32,
        little_endian: false,
    }
}

/// `openssl kdf -keylen 70 -kdfopt mac:HMAC -kdfopt digest:SHA256 -kdfopt mode:counter
/// -kdfopt hexkey:$K -kdfopt salt:label -kdfopt info:context KBKDF`, then with `-keylen 40`,
/// `mac:CMAC` and `cipher:AES-256-CBC`.
#[test]
fn counter_mode_of_openssl() {
    let hmac = Mac::hmac(HashAlg::Sha256, &key());
    assert_hex(
        counter(&hmac, &fields(70), 70),
        "4074371B251D6EDEF8141E9E3E04183D0D2CF48211479BDC77334F613978AED6DDF046629AE7207E\
         8495CC8857C0F20367CAE7CDF78B43B5354C4D00948541029FA882E55480",
    );
    let cmac = Mac::cmac(&aes::Key::try_from(&key()[..]).unwrap());
    assert_hex(
        counter(&cmac, &fields(40), 40),
        "F14B2590D159191E74C966B0CCEFD4E8ACC21DAC50A6B9816BE8A8B591834AF5291AE4253390327D",
    );
}

/// As above with `digest:SHA1`, `use-l:0` and `use-separator:0`.
#[test]
fn counter_mode_of_openssl_without_length() {
    let hmac = Mac::hmac(HashAlg::Sha1, &key());
    let fields = [
        counter_field(32),
        Field::Bytes(b"label"),
        Field::Bytes(b"context"),
    ];
    assert_hex(
        counter(&hmac, &fields, 40),
        "CE7CAF84BA20E6E5C9F8090FCE77F7CDDD2E57C5C1A67F97CF004FE018EAA84B18ABE0824180BE1B",
    );
}

/// As above with `-keylen 100`, `digest:SHA512`, `mode:feedback` and `hexseed:` of 64 times A5.
#[test]
fn feedback_mode_of_openssl() {
    let hmac = Mac::hmac(HashAlg::Sha512, &key());
    let expected = "8B7EDF3CA1181D68C6682ECCDAE4E71EEE4CE0C4FFFD6A4C15D70C0484DF9CC964DBF87445DDDB3F\
                    8936950694772F235E59BEFD952A5A920B94BA8057F931E61C29FF1228A2F31327E3F8E93D23871C\
                    38CFCBA8AF76C822FE76A0B06461D367C2A4D97A";
    assert_hex(feedback(&hmac, &[0xa5; 64], &fields(100), 100), expected);
    // The chain may also be named at its usual place.
    let named = [&[Field::Chain], &fields(100)[..]].concat();
    assert_hex(feedback(&hmac, &[0xa5; 64], &named, 100), expected);
}

/// The formulas of SP 800-108 section 4.3 step by step.
#[test]
fn double_pipeline_mode_by_hand() {
    let start = Mac::hmac(HashAlg::Sha256, &key());
    let prf = |parts: &[&[u8]]| {
        let mut mac = start.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finish()
    };
    let fixed = b"label\0context";
    let first = prf(&[fixed]);
    let second = prf(&[&first]);
    let with_counter = [
        prf(&[&first, &[1], fixed]),
        prf(&[&second, &[2], fixed])[..8].to_vec(),
    ]
    .concat();
    let fields = [counter_field(8), Field::Bytes(fixed)];
    let made = double_pipeline(&start, &fields, 40).unwrap();
    assert_eq!(*made, with_counter);

    let without = [prf(&[&first, fixed]), prf(&[&second, fixed])].concat();
    let made = double_pipeline(&start, &[Field::Bytes(fixed)], 64).unwrap();
    assert_eq!(*made, without);
}

/// Widths and byte order of the counter and the length, against the function itself.
#[test]
fn numbers_take_the_width_and_order_asked_for() {
    let prf = Mac::hmac(HashAlg::Sha256, &key());
    for (bits, little_endian, expected) in [
        (8, false, &[2][..]),
        (16, false, &[0, 2]),
        (24, true, &[2, 0, 0]),
        (32, true, &[2, 0, 0, 0]),
    ] {
        let field = Field::Counter {
            bits,
            little_endian,
        };
        let made = counter(&prf, &[field, Field::Bytes(b"x")], 64).unwrap();
        let mut mac = prf.clone();
        mac.update(expected);
        mac.update(b"x");
        assert_eq!(made[32..], mac.finish());
    }
    let length = Field::Length {
        value: 0x0102,
        bits: 16,
        little_endian: true,
    };
    let made = counter(&prf, &[counter_field(8), length], 32).unwrap();
    let mut mac = prf.clone();
    mac.update(&[1, 2, 1]);
    assert_eq!(*made, mac.finish());
}

#[test]
fn fields_that_do_not_fit_are_refused() {
    let prf = Mac::hmac(HashAlg::Sha256, &key());
    let refused = |fields: &[Field<'_>], len, error| {
        assert_eq!(counter(&prf, fields, len).err(), Some(error), "{fields:?}");
    };
    refused(&[Field::Bytes(b"no counter")], 32, Error::Unsupported);
    refused(&[counter_field(8), Field::Chain], 32, Error::Unsupported);
    refused(
        &[counter_field(8), counter_field(8)],
        32,
        Error::Unsupported,
    );
    for bits in [0, 7, 12, 40] {
        refused(&[counter_field(bits)], 32, Error::Unsupported);
    }
    refused(&[counter_field(8)], 0, Error::InvalidLength);
    refused(&[counter_field(8)], 256 * 32, Error::InvalidLength);
    assert!(counter(&prf, &[counter_field(8)], 255 * 32).is_ok());
    let narrow = Field::Length {
        value: 256,
        bits: 8,
        little_endian: false,
    };
    refused(&[counter_field(8), narrow], 32, Error::InvalidLength);
    let twice = [Field::Chain, Field::Chain];
    assert_eq!(
        feedback(&prf, &[], &twice, 32).err(),
        Some(Error::Unsupported)
    );
}

/// `openssl kdf -keylen 80 -kdfopt digest:SHA384 -kdfopt hexkey:$K -kdfopt info:info X963KDF`, then
/// with `-keylen 40`, `digest:SM3` and no info.
#[test]
fn x963_of_openssl() {
    assert_hex(
        x963(HashAlg::Sha384, &key(), b"info", 80),
        "D0A622EEF9794B4FD3CD5090407069A1897C80251B2D4B8501CFA66F4BE3B6819CA8D80F74EA48C7\
         A8E684C62743ABE18BB2323CC35EE378870ABC96D636734091CCE1D7266E3B91CD3708FDC2D2126E",
    );
    assert_hex(
        x963(HashAlg::Sm3, &key(), b"", 40),
        "EBB615ADB10C260CC178306FF5AE75D0C2E03C0518FDEB4DC00C4C344EFFA26C05407C91E90430EB",
    );
}

#[test]
fn limits() {
    let prk = hkdf_extract(HashAlg::Sha256, b"", b"secret");
    assert!(hkdf_expand(HashAlg::Sha256, &prk, b"", 255 * 32).is_ok());
    let too_long = hkdf_expand(HashAlg::Sha256, &prk, b"", 255 * 32 + 1);
    assert_eq!(too_long.err(), Some(Error::InvalidLength));
    let short_prk = hkdf_expand(HashAlg::Sha256, &prk[1..], b"", 16);
    assert_eq!(short_prk.err(), Some(Error::InvalidLength));
    let no_iterations = pbkdf2(HashAlg::Sha256, b"p", b"s", 0, 16);
    assert_eq!(no_iterations.err(), Some(Error::InvalidLength));
    for len in [MAX_LEN + 1, usize::MAX] {
        let prf = Mac::hmac(HashAlg::Sha256, b"key");
        for refused in [
            hkdf_expand(HashAlg::Sha256, &prk, b"", len),
            pbkdf2(HashAlg::Sha256, b"p", b"s", 1, len),
            x963(HashAlg::Sha256, b"z", b"", len),
            counter(&prf, &[counter_field(32)], len),
            feedback(&prf, b"", &[], len),
            double_pipeline(&prf, &[], len),
        ] {
            assert_eq!(refused.err(), Some(Error::InvalidLength));
        }
    }
    let no_output = pbkdf2(HashAlg::Sha256, b"p", b"s", 1, 0);
    assert_eq!(no_output.err(), Some(Error::InvalidLength));
}
