//! RFC 7748 sections 5.2 and 6.1. The cases of Wycheproof are in `tests/wycheproof/`.
#![allow(clippy::unwrap_used)]

use super::*;

fn bytes(hex: &str) -> [u8; KEY_LEN] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

#[test]
fn rfc_7748() {
    let alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    let alice = PrivateKey::from_bytes(&bytes(alice)).unwrap();
    let bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    let bob = PrivateKey::from_bytes(&bytes(bob)).unwrap();
    assert_eq!(
        hex::encode(alice.public_key()),
        "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
    );
    assert_eq!(
        hex::encode(bob.public_key()),
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    );
    let shared = alice.diffie_hellman(&bob.public_key()).unwrap();
    assert_eq!(shared, bob.diffie_hellman(&alice.public_key()).unwrap());
    assert_eq!(
        hex::encode(*shared),
        "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    );
    let scalar = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4";
    let point = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c";
    let product = PrivateKey::from_bytes(&bytes(scalar))
        .unwrap()
        .diffie_hellman(&bytes(point))
        .unwrap();
    assert_eq!(
        hex::encode(*product),
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    );
}

#[test]
fn points_of_small_order_are_refused() {
    let key = PrivateKey::generate().unwrap();
    let again = PrivateKey::from_bytes(key.expose_bytes()).unwrap();
    assert_eq!(again.public_key(), key.public_key());
    for first in [0, 1] {
        let mut point = [0; KEY_LEN];
        point[0] = first;
        assert_eq!(key.diffie_hellman(&point), Err(Error::InvalidPoint));
    }
}
