#![allow(clippy::unwrap_used)]

use super::*;
use crate::blob::{rsa_public, rsa_public_bytes};

/// Private key of GB/T 32918.5 annex A and x of its public key.
const D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const X: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";

fn private() -> ECCPRIVATEKEYBLOB {
    let mut blob = ECCPRIVATEKEYBLOB {
        BitLen: 256,
        PrivateKey: [0; 64],
    };
    blob.PrivateKey[32..].copy_from_slice(&hex::decode(D).unwrap());
    blob
}

#[test]
fn sm2_keys_are_read_from_the_end_of_their_field() {
    let key = ecc_private(&private()).unwrap();
    assert_eq!(hex::encode(key.public_key().x()), X);
    for bits in [0, 255, 257, 512, u32::MAX] {
        let blob = ECCPRIVATEKEYBLOB {
            BitLen: bits,
            ..private()
        };
        assert!(matches!(ecc_private(&blob), Err(Error::EccBits(b)) if b == bits));
    }
    let mut left = private();
    left.PrivateKey.rotate_left(32);
    assert!(matches!(ecc_private(&left), Err(Error::InputData(_))));
    let mut zero = private();
    zero.PrivateKey = [0; 64];
    assert!(matches!(ecc_private(&zero), Err(Error::Crypto(_))));
}

#[test]
fn keys_are_wiped() {
    let mut blob = private();
    blob.zeroize();
    assert_eq!(blob.PrivateKey, [0; 64]);
    let mut blob = generate_rsa(2048).unwrap();
    blob.zeroize();
    assert_eq!(blob.PrivateExponent, [0; 256]);
    for half in [
        blob.Prime1,
        blob.Prime2,
        blob.Prime1Exponent,
        blob.Prime2Exponent,
        blob.Coefficient,
    ] {
        assert_eq!(half, [0; 128]);
    }
}

#[test]
fn rsa_keys_go_both_ways() {
    let key = rsa::PrivateKey::generate(2048).unwrap();
    let blob = rsa_private_blob(&key).unwrap();
    assert_eq!({ blob.AlgID }, 0x0001_0000);
    assert_eq!({ blob.BitLen }, 2048);
    assert_eq!(blob.PublicExponent, [0, 1, 0, 1]);
    let again = rsa_private(&blob).unwrap();
    assert_eq!(again.public_key().n(), key.public_key().n());
    assert_eq!(again.expose_d(), key.expose_d());
    // The CRT numbers are those that the key's own encoding has, found at their places in it.
    let der = key.to_pkcs1_der();
    for number in [
        &blob.Prime1Exponent[..],
        &blob.Prime2Exponent,
        &blob.Coefficient,
    ] {
        let significant = &number[number.iter().position(|b| *b != 0).unwrap()..];
        assert!(
            der.windows(significant.len())
                .any(|window| window == significant)
        );
    }

    let public = rsa_public_blob(key.public_key()).unwrap();
    assert_eq!(rsa_public(&public).unwrap().n(), key.public_key().n());
    let bytes = rsa_public_bytes(key.public_key()).unwrap();
    assert_eq!(bytes.len(), 268);
    assert_eq!(bytes[8..264], public.Modulus);
}
