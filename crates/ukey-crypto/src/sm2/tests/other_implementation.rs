//! Signatures and ciphertexts exchanged with the `sm2` crate, both ways.

use super::*;
use ::sm2::dsa::signature::{Signer, Verifier};
use ::sm2::pke::{DecryptingKey, EncryptingKey, Mode};

#[test]
fn signatures_both_ways() {
    for id in ["1234567812345678", "someone else"] {
        for _ in 0..20 {
            let ours = SecretKey::generate().unwrap();
            let theirs = ::sm2::dsa::SigningKey::from_slice(id, &ours.expose_bytes()[..]).unwrap();
            let e = ours
                .public_key()
                .message_digest(id.as_bytes(), b"tender")
                .unwrap();
            let signature = ours.sign_digest(&e).unwrap();
            let signature = ::sm2::dsa::Signature::from_scalars(signature.r, signature.s).unwrap();
            theirs
                .verifying_key()
                .verify(b"tender", &signature)
                .unwrap();
            let signature = theirs.sign(b"tender");
            let signature = Signature::from_bytes(&signature.to_bytes()[..]).unwrap();
            ours.public_key().verify_digest(&e, &signature).unwrap();
        }
    }
}

#[test]
fn ciphertexts_both_ways() {
    for len in [1, 31, 32, 100] {
        let message = vec![0xa5; len];
        let ours = SecretKey::generate().unwrap();
        let theirs = ::sm2::SecretKey::from_slice(&ours.expose_bytes()[..]).unwrap();
        let opener = DecryptingKey::new_with_mode(theirs.to_nonzero_scalar(), Mode::C1C3C2);
        let sealed = ours.public_key().encrypt(&message).unwrap();
        assert_eq!(opener.decrypt(&sealed.to_c1c3c2()).unwrap(), message);
        let sealer = EncryptingKey::new_with_mode(theirs.public_key(), Mode::C1C3C2);
        let sealed = sealer.encrypt(&mut getrandom::SysRng, &message).unwrap();
        let sealed = Ciphertext::from_c1c3c2(&sealed).unwrap();
        assert_eq!(ours.decrypt(&sealed).unwrap().as_slice(), message);
    }
}
