//! The worked examples of GB/T 32918.5, with their fixed nonces.
#![allow(clippy::unwrap_used)]

mod agreement;
mod other_implementation;

use super::*;
use crate::sm4;
use gm_kernels::sm2::Engine;

const D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const PX: &str = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020";
const PY: &str = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
const K: &str = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";
const R: &str = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
const S: &str = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";
const N: &str = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123";

fn hex32(text: &str) -> [u8; 32] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn scalar(text: &str) -> Scalar {
    Scalar::from_bytes(&hex32(text)).unwrap()
}

fn secret(text: &str) -> SecretKey {
    SecretKey::from_bytes(&hex32(text)).unwrap()
}

fn public(x: &str, y: &str) -> PublicKey {
    PublicKey::from_xy(&hex32(x), &hex32(y)).unwrap()
}

fn digest() -> [u8; 32] {
    public(PX, PY)
        .message_digest(DEFAULT_ID, b"message digest")
        .unwrap()
}

#[test]
fn key_pair_identity_digest_and_message_digest() {
    let key = secret(D).public_key();
    assert_eq!(key, public(PX, PY));
    assert_eq!(
        key.z(DEFAULT_ID).unwrap(),
        hex32("B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3")
    );
    let e = hex32("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640");
    assert_eq!(digest(), e);
    let mut hasher = key.message_hasher(DEFAULT_ID).unwrap();
    hasher.update(b"message ");
    hasher.update(b"digest");
    assert_eq!(hasher.finish(), e);
}

#[test]
fn signature_with_the_fixed_nonce() {
    let key = gm_kernels::sm2::SigningKey::new(&scalar(D)).unwrap();
    let (r, s) = key
        .sign_with_nonce(Engine::best(), &digest(), &scalar(K))
        .unwrap();
    let signature = Signature { r, s };
    assert_eq!(signature.r, hex32(R));
    assert_eq!(signature.s, hex32(S));
    public(PX, PY).verify_digest(&digest(), &signature).unwrap();
    let der = hex::decode(format!("3046022100{R}022100{S}")).unwrap();
    assert_eq!(signature.to_der(), der);
    assert_eq!(Signature::from_der(&der).unwrap(), signature);
}

#[test]
fn signatures_verify_and_differ() {
    let key = SecretKey::generate().unwrap();
    let e = digest();
    let first = key.sign_digest(&e).unwrap();
    let second = key.sign_digest(&e).unwrap();
    assert_ne!(first, second, "a fresh nonce each time");
    key.public_key().verify_digest(&e, &first).unwrap();
    key.public_key().verify_digest(&e, &second).unwrap();
    assert_eq!(
        public(PX, PY).verify_digest(&e, &first),
        Err(Error::Verification)
    );
}

#[test]
fn signature_values_out_of_range_never_verify() {
    let key = public(PX, PY);
    let good = Signature {
        r: hex32(R),
        s: hex32(S),
    };
    key.verify_digest(&digest(), &good).unwrap();
    let n_minus_r = (-&scalar(R)).to_bytes();
    for bad in [
        Signature { r: [0; 32], ..good },
        Signature { s: [0; 32], ..good },
        Signature {
            r: hex32(N),
            ..good
        },
        Signature {
            s: hex32(N),
            ..good
        },
        Signature {
            r: [0xff; 32],
            ..good
        },
        Signature {
            s: [0xff; 32],
            ..good
        },
        Signature {
            s: n_minus_r,
            ..good
        }, // r + s = n
        Signature {
            r: good.s,
            s: good.r,
        },
    ] {
        assert_eq!(
            key.verify_digest(&digest(), &bad),
            Err(Error::Verification),
            "{bad:?}"
        );
    }
    let mut other = digest();
    other[31] ^= 1;
    assert_eq!(key.verify_digest(&other, &good), Err(Error::Verification));
}

const C1X: &str = "04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73";
const C1Y: &str = "E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0";
const C3: &str = "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766";
const C2: &str = "21886CA989CA9C7D58087307CA93092D651EFA";

fn standard_ciphertext() -> Ciphertext {
    Ciphertext {
        x: hex32(C1X),
        y: hex32(C1Y),
        hash: hex32(C3),
        data: hex::decode(C2).unwrap(),
    }
}

#[test]
fn encryption_with_the_fixed_nonce() {
    let ciphertext = public(PX, PY)
        .encrypt_with(&scalar(K), b"encryption standard")
        .unwrap();
    assert_eq!(ciphertext, standard_ciphertext());
    assert_eq!(
        secret(D).decrypt(&ciphertext).unwrap().as_slice(),
        b"encryption standard"
    );
    let der = hex::decode(format!("307C0220{C1X}022100{C1Y}0420{C3}0413{C2}")).unwrap();
    assert_eq!(ciphertext.to_der(), der);
    assert_eq!(Ciphertext::from_der(&der).unwrap(), ciphertext);
    let raw = hex::decode(format!("04{C1X}{C1Y}{C3}{C2}")).unwrap();
    assert_eq!(ciphertext.to_c1c3c2(), raw);
    assert_eq!(Ciphertext::from_c1c3c2(&raw).unwrap(), ciphertext);
    let old = hex::decode(format!("04{C1X}{C1Y}{C2}{C3}")).unwrap();
    assert_eq!(ciphertext.to_c1c2c3(), old);
    assert_eq!(Ciphertext::from_c1c2c3(&old).unwrap(), ciphertext);
}

#[test]
fn enveloped_key_pieces() {
    // The session key is encrypted to P with the nonce of the standard, the private key of party A
    // in ECB mode under it. Made with an independent implementation; OpenSSL decrypts them, too.
    let session = hex::decode("0123456789ABCDEFFEDCBA9876543210").unwrap();
    let wrapped = public(PX, PY).encrypt_with(&scalar(K), &session).unwrap();
    assert_eq!(
        wrapped.hash,
        hex32("4423B448D18B4A1A86B0E264E928007803243A5A8D9D0B0E8953BFE4E928ADCF")
    );
    assert_eq!(
        wrapped.data,
        hex::decode("45C54ABC791125FBC9BAE9ECC8A65559").unwrap()
    );
    let unwrapped = secret(D).decrypt(&wrapped).unwrap();
    let key = sm4::Key::try_from(unwrapped.as_slice()).unwrap();
    let mut private =
        hex::decode("5270F9FA4295A5179A0BD7269AC3A97D30D60B1A40A4CABB20496F651A9FD899").unwrap();
    sm4::ecb_decrypt(&key, &mut private).unwrap();
    assert_eq!(
        SecretKey::from_bytes(&private).unwrap().public_key(),
        public(PAX, PAY)
    );
}

#[test]
fn altered_ciphertexts_are_refused() {
    let key = secret(D);
    let good = standard_ciphertext();
    let mut bad = good.clone();
    bad.hash[31] ^= 1;
    assert_eq!(key.decrypt(&bad).unwrap_err(), Error::Decryption);
    let mut bad = good.clone();
    bad.data[0] ^= 0x80;
    assert_eq!(key.decrypt(&bad).unwrap_err(), Error::Decryption);
    let mut bad = good.clone();
    bad.data.pop();
    assert_eq!(key.decrypt(&bad).unwrap_err(), Error::Decryption);
    let mut bad = good.clone();
    bad.y[31] ^= 1;
    assert_eq!(key.decrypt(&bad).unwrap_err(), Error::InvalidPoint);
    let bad = Ciphertext {
        x: [0; 32],
        y: [0; 32],
        ..good.clone()
    };
    assert_eq!(key.decrypt(&bad).unwrap_err(), Error::InvalidPoint);
    let bad = Ciphertext {
        data: Vec::new(),
        ..good.clone()
    };
    assert_eq!(key.decrypt(&bad).unwrap_err(), Error::InvalidLength);
    assert_eq!(
        SecretKey::generate().unwrap().decrypt(&good).unwrap_err(),
        Error::Decryption
    );
}

#[test]
fn an_all_zero_key_stream_is_never_used() {
    // With one byte of message one nonce in 256 gives a zero key stream; look for one.
    let key = secret(D);
    let mut refused = 0;
    let mut d = scalar(K).to_bytes();
    for low in 0..=255u8 {
        for high in 0..4 {
            d[31] = low;
            d[30] = high;
            let k = Scalar::from_bytes(&d).unwrap();
            let Some(ciphertext) = key.public_key().encrypt_with(&k, b"M") else {
                refused += 1;
                // The same nonce with a second byte of message is fine, and shows the zero byte.
                let longer = key.public_key().encrypt_with(&k, b"MM").unwrap();
                assert_eq!(longer.data[0], b'M');
                // Someone else may have made it all the same: C3 right, key stream zero.
                let shared = key.public_key().point().times(&k).unwrap();
                let hash = kdf::c3(&kdf::coordinates(&shared), b"M");
                let forged = Ciphertext {
                    hash,
                    data: b"M".to_vec(),
                    ..longer
                };
                assert_eq!(key.decrypt(&forged).unwrap_err(), Error::Decryption);
                continue;
            };
            assert_ne!(ciphertext.data, b"M");
        }
    }
    assert!(
        refused > 0,
        "1024 nonces hold a zero byte with probability 0.98; these do"
    );
    for _ in 0..300 {
        let ciphertext = key.public_key().encrypt(b"M").unwrap();
        assert_eq!(key.decrypt(&ciphertext).unwrap().as_slice(), b"M");
    }
}

#[test]
fn messages_of_many_lengths() {
    let key = SecretKey::generate().unwrap();
    assert_eq!(
        key.public_key().encrypt(b"").unwrap_err(),
        Error::InvalidLength
    );
    for len in [1, 31, 32, 33, 63, 64, 65, 1000, 70_000] {
        let message: Vec<u8> = (0..len).map(|i: usize| i.to_le_bytes()[0] ^ 0x5a).collect();
        let ciphertext = key.public_key().encrypt(&message).unwrap();
        assert_eq!(ciphertext.data.len(), len);
        let again = Ciphertext::from_der(&ciphertext.to_der()).unwrap();
        assert_eq!(again, ciphertext);
        assert_eq!(key.decrypt(&again).unwrap().as_slice(), message);
    }
}

const PAX: &str = "160E12897DF4EDB61DD812FEB96748FBD3CCF4FFE26AA6F6DB9540AF49C94232";
const PAY: &str = "4A7DAD08BB9A459531694BEB20AA489D6649975E1BFCF8C4741B78B4B223007F";

#[test]
fn private_keys_out_of_range() {
    let mut n = hex32(N);
    assert_eq!(SecretKey::from_bytes(&n).unwrap_err(), Error::InvalidKey);
    n[31] -= 1; // n - 1
    assert_eq!(SecretKey::from_bytes(&n).unwrap_err(), Error::InvalidKey);
    n[31] -= 1; // n - 2
    let last = SecretKey::from_bytes(&n).unwrap();
    assert_eq!(*last.expose_bytes(), n);
    assert_eq!(
        SecretKey::from_bytes(&[0; 32]).unwrap_err(),
        Error::InvalidKey
    );
    assert_eq!(
        SecretKey::from_bytes(&[0xff; 32]).unwrap_err(),
        Error::InvalidKey
    );
    assert_eq!(
        SecretKey::from_bytes(&n[1..]).unwrap_err(),
        Error::InvalidLength
    );
    let mut one = [0; 32];
    one[31] = 1;
    let first = SecretKey::from_bytes(&one).unwrap();
    let g = public(
        "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7",
        "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0",
    );
    assert_eq!(first.public_key(), g);
    for key in [first, last] {
        let signature = key.sign_digest(&digest()).unwrap();
        key.public_key()
            .verify_digest(&digest(), &signature)
            .unwrap();
    }
}

#[test]
fn public_keys_that_are_not_points() {
    let (x, y) = (hex32(PX), hex32(PY));
    let mut off = y;
    off[31] ^= 1;
    assert_eq!(
        PublicKey::from_xy(&x, &off).unwrap_err(),
        Error::InvalidPoint
    );
    assert_eq!(
        PublicKey::from_xy(&[0; 32], &[0; 32]).unwrap_err(),
        Error::InvalidPoint
    );
    // A coordinate not below p.
    assert_eq!(
        PublicKey::from_xy(&[0xff; 32], &y).unwrap_err(),
        Error::InvalidPoint
    );
    assert_eq!(
        PublicKey::from_xy(&x[1..], &y).unwrap_err(),
        Error::InvalidLength
    );
    let mut sec1 = public(PX, PY).to_sec1();
    assert_eq!(PublicKey::from_sec1(&sec1).unwrap(), public(PX, PY));
    assert_eq!(
        PublicKey::from_sec1(&sec1[..64]).unwrap_err(),
        Error::InvalidLength
    );
    assert_eq!(
        PublicKey::from_sec1(&[0]).unwrap_err(),
        Error::InvalidLength
    ); // SEC 1 infinity
    sec1[0] = 6; // hybrid form
    assert_eq!(
        PublicKey::from_sec1(&sec1).unwrap_err(),
        Error::InvalidEncoding
    );
}

#[test]
fn ids_up_to_the_limit() {
    let key = public(PX, PY);
    key.z(&[b'x'; 8191]).unwrap();
    assert_eq!(key.z(&[b'x'; 8192]).unwrap_err(), Error::InvalidLength);
    assert_ne!(key.z(b"").unwrap(), key.z(DEFAULT_ID).unwrap());
}

#[test]
fn secrets_do_not_print() {
    let key = secret(D);
    assert_eq!(format!("{key:?}"), "sm2::SecretKey(..)");
}

/// A key is made ready on the way; what it says does not change.
#[test]
fn many_verifications_with_many_keys_say_the_same() {
    let keys: Vec<_> = (0..40).map(|_| SecretKey::generate().unwrap()).collect();
    for round in 0..20u8 {
        // one key all the time, the others now and then
        for key in std::iter::repeat_n(&keys[0], 3).chain(&keys[usize::from(round)..]) {
            let signature = key.sign_digest(&[round; 32]).unwrap();
            let public = key.public_key();
            public.verify_digest(&[round; 32], &signature).unwrap();
            assert_eq!(
                public.verify_digest(&[round ^ 1; 32], &signature),
                Err(Error::Verification)
            );
        }
    }
}
