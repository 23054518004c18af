//! Against the `p256` and `p384` crates, both ways, and RFC 6979. The cases of Wycheproof are in
//! `tests/wycheproof/`.
#![allow(clippy::unwrap_used)]

use super::*;
use hex::decode as unhex;
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};

#[test]
fn p256_agrees_with_another_implementation() {
    for len in [0, 1, 20, 31, 32, 33, 48, 64] {
        let ours = PrivateKey::generate(Curve::P256).unwrap();
        let theirs = p256::ecdsa::SigningKey::from_slice(ours.expose_bytes()).unwrap();
        let point = theirs.verifying_key().to_sec1_point(false);
        assert_eq!(ours.public_key().to_sec1(), point.as_bytes());

        let digest = vec![0xc3; len];
        let signature = ours.sign_digest(&digest).unwrap();
        // That crate refuses digests shorter than half the field.
        if len >= 16 {
            let read = p256::ecdsa::Signature::from_slice(signature.as_bytes()).unwrap();
            assert_eq!(read.to_der().as_bytes(), signature.to_der());
            theirs
                .verifying_key()
                .verify_prehash(&digest, &read)
                .unwrap();
            let made: p256::ecdsa::Signature = theirs.sign_prehash(&digest).unwrap();
            let made = Signature::from_der(Curve::P256, made.to_der().as_bytes()).unwrap();
            ours.public_key().verify_digest(&digest, &made).unwrap();
        }
        ours.public_key()
            .verify_digest(&digest, &signature)
            .unwrap();
    }
}

#[test]
fn p384_agrees_with_another_implementation() {
    for len in [24, 32, 48, 64] {
        let ours = PrivateKey::generate(Curve::P384).unwrap();
        let theirs = p384::ecdsa::SigningKey::from_slice(ours.expose_bytes()).unwrap();
        let digest = vec![0xc3; len];
        let signature = ours.sign_digest(&digest).unwrap();
        let read = p384::ecdsa::Signature::from_slice(signature.as_bytes()).unwrap();
        theirs
            .verifying_key()
            .verify_prehash(&digest, &read)
            .unwrap();
        let made: p384::ecdsa::Signature = theirs.sign_prehash(&digest).unwrap();
        let made = Signature::from_bytes(Curve::P384, &made.to_bytes()).unwrap();
        ours.public_key().verify_digest(&digest, &made).unwrap();
    }
}

/// RFC 6979 appendices A.2.5 to A.2.7: key pairs, and the signatures of "sample" with SHA-256 or
/// SHA-512, whose digests are shorter than, as long as, and longer than the orders.
#[test]
fn rfc_6979_key_pairs_and_signatures() {
    let sample = crate::hash::HashAlg::Sha256.digest(b"sample");
    let private =
        unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721").unwrap();
    let key = PrivateKey::from_bytes(Curve::P256, &private).unwrap();
    assert_eq!(
        hex::encode(key.public_key().to_sec1()),
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
         7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    );
    let signature = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
                     f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
    let signature = Signature::from_bytes(Curve::P256, &unhex(signature).unwrap()).unwrap();
    key.public_key().verify_digest(&sample, &signature).unwrap();
    // P-256 with SHA-512: the digest is cut.
    let long = crate::hash::HashAlg::Sha512.digest(b"sample");
    let signature = "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00\
                     2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe";
    let signature = Signature::from_bytes(Curve::P256, &unhex(signature).unwrap()).unwrap();
    key.public_key().verify_digest(&long, &signature).unwrap();

    let private = "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5";
    let key = PrivateKey::from_bytes(Curve::P384, &unhex(private).unwrap()).unwrap();
    // P-384 with SHA-256: the digest is shorter than the order.
    let signature = "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd\
                     f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0";
    let signature = Signature::from_bytes(Curve::P384, &unhex(signature).unwrap()).unwrap();
    key.public_key().verify_digest(&sample, &signature).unwrap();
}

#[test]
fn every_curve_signs_and_agrees_on_secrets() {
    for curve in Curve::ALL {
        let (a, b) = (
            PrivateKey::generate(curve).unwrap(),
            PrivateKey::generate(curve).unwrap(),
        );
        assert_eq!(a.expose_bytes().len(), curve.field_len());
        let again = PrivateKey::from_bytes(curve, a.expose_bytes()).unwrap();
        assert_eq!(again.public_key(), a.public_key());
        let signature = again.sign_digest(&[7; 32]).unwrap();
        a.public_key().verify_digest(&[7; 32], &signature).unwrap();
        assert!(a.public_key().verify_digest(&[8; 32], &signature).is_err());
        assert!(b.public_key().verify_digest(&[7; 32], &signature).is_err());
        let der = Signature::from_der(curve, &signature.to_der()).unwrap();
        assert_eq!(der, signature);

        let shared = a.diffie_hellman(b.public_key()).unwrap();
        assert_eq!(shared, b.diffie_hellman(a.public_key()).unwrap());
        assert_eq!(shared.len(), curve.field_len());
        assert_eq!(format!("{a:?}"), format!("ec::PrivateKey({curve:?}, ..)"));
    }
    let (a, b) = (Curve::P256, Curve::P384);
    let (a, b) = (
        PrivateKey::generate(a).unwrap(),
        PrivateKey::generate(b).unwrap(),
    );
    assert_eq!(
        a.diffie_hellman(b.public_key()).err(),
        Some(Error::InvalidKey)
    );
    let signature = a.sign_digest(&[7; 32]).unwrap();
    let refused = b.public_key().verify_digest(&[7; 32], &signature);
    assert_eq!(refused, Err(Error::Verification));
}

#[test]
fn numbers_out_of_range_are_no_keys() {
    let order = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").unwrap();
    let wrong = |bytes: &[u8]| {
        let error = PrivateKey::from_bytes(Curve::P256, bytes).err();
        assert_eq!(error, Some(Error::InvalidKey), "{bytes:x?}");
    };
    wrong(&[]);
    wrong(&[0; 32]);
    wrong(&order);
    wrong(&[0xff; 32]);
    wrong(&[&[1][..], &[0; 32]].concat());
    let mut last = order;
    last[31] -= 1;
    let key = PrivateKey::from_bytes(Curve::P256, &last).unwrap();
    // (n - 1) G = -G: same x as G.
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    assert_eq!(hex::encode(&key.public_key().to_sec1()[1..33]), x);
    // Leading zeros may be there or not.
    let one = PrivateKey::from_bytes(Curve::P256, &[1]).unwrap();
    let wide = PrivateKey::from_bytes(Curve::P256, &[&[0; 40][..], &[1]].concat()).unwrap();
    assert_eq!(one.public_key(), wide.public_key());
}

#[test]
fn points_off_the_curve_are_refused() {
    for curve in Curve::ALL {
        let key = PrivateKey::generate(curve).unwrap();
        let good = key.public_key().to_sec1().to_vec();
        let refused = |point: &[u8], error| {
            assert_eq!(PublicKey::from_sec1(curve, point).err(), Some(error));
        };
        let mut off = good.clone();
        *off.last_mut().unwrap() ^= 1;
        refused(&off, Error::InvalidPoint);
        let mut zero = vec![0; good.len()];
        zero[0] = 4;
        refused(&zero, Error::InvalidPoint);
        let mut large = vec![0xff; good.len()];
        large[0] = 4;
        refused(&large, Error::InvalidPoint);
        refused(&good[..good.len() - 1], Error::InvalidEncoding);
        refused(&good[1..], Error::InvalidEncoding);
        refused(&[0], Error::InvalidEncoding);
        refused(&[], Error::InvalidEncoding);
        let mut hybrid = good.clone();
        hybrid[0] = 6;
        refused(&hybrid, Error::InvalidEncoding);
    }
}

#[test]
fn der_in_another_form_is_refused() {
    let refused = |der: &[u8]| {
        let error = Signature::from_der(Curve::P256, der).err();
        assert_eq!(error, Some(Error::InvalidEncoding), "{der:x?}");
    };
    let good = [0x30, 6, 2, 1, 1, 2, 1, 0x7f];
    let read = Signature::from_der(Curve::P256, &good).unwrap();
    assert_eq!((read.as_bytes()[31], read.as_bytes()[63]), (1, 0x7f));
    assert_eq!(read.to_der(), good);
    refused(&[]);
    refused(&good[..7]);
    refused(&[&good[..], &[0]].concat());
    refused(&[0x31, 6, 2, 1, 1, 2, 1, 1]);
    refused(&[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1]);
    refused(&[0x30, 6, 2, 1, 0x80, 2, 1, 1]);
    refused(&[0x30, 7, 2, 2, 0, 1, 2, 1, 1]);
    refused(&[0x30, 5, 2, 0, 2, 1, 1]);
    refused(&[0x30, 3, 2, 1, 1]);
    let mut long = vec![0x30, 38, 2, 33, 1];
    long.extend([0; 32]);
    long.extend([2, 1, 1]);
    refused(&long);
}

#[test]
fn p521_takes_digests_of_64_bytes_at_most() {
    let key = PrivateKey::generate(Curve::P521).unwrap();
    let signature = key.sign_digest(&[0xff; 64]).unwrap();
    assert_eq!(signature.to_der().len() & !7, 136);
    assert_eq!(key.sign_digest(&[0xff; 65]), Err(Error::InvalidLength));
    let refused = key.public_key().verify_digest(&[0xff; 65], &signature);
    assert_eq!(refused, Err(Error::Verification));
}
