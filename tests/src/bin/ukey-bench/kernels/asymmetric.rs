//! SM2 through `ukey_crypto`, random numbers and hashing included, against the `sm2` crate; and the bare kernel in each
//! of its ways.

use super::{both, row};
use gm_kernels::sm2 as kernel;
use rust_crypto_sm2::dsa::signature::{Signer, Verifier};
use rust_crypto_sm2::elliptic_curve::Generate;
use rust_crypto_sm2::pke::{DecryptingKey, Mode};
use std::hint::black_box;
use ukey_crypto::sm2::{DEFAULT_ID, SecretKey};

const MESSAGE: [u8; 32] = [0x5a; 32];

pub(super) fn run() {
    let ours = SecretKey::generate().unwrap();
    let id = std::str::from_utf8(DEFAULT_ID).unwrap();
    let theirs =
        rust_crypto_sm2::dsa::SigningKey::from_slice(id, &ours.expose_bytes()[..]).unwrap();
    let digest = || {
        let public = ours.public_key();
        public
            .message_digest(DEFAULT_ID, black_box(&MESSAGE))
            .unwrap()
    };
    show(
        "sign",
        Some((5.0, 7.0)),
        both(
            || {
                black_box(ours.sign_digest(&digest()).unwrap());
            },
            || {
                let signature: rust_crypto_sm2::dsa::Signature = theirs.sign(black_box(&MESSAGE));
                black_box(signature);
            },
        ),
    );
    let our_signature = ours.sign_digest(&digest()).unwrap();
    let their_signature: rust_crypto_sm2::dsa::Signature = theirs.sign(&MESSAGE);
    let judge = theirs.verifying_key();
    show(
        "verify",
        Some((2.5, 3.2)),
        both(
            || {
                ours.public_key()
                    .verify_digest(&digest(), &our_signature)
                    .unwrap()
            },
            || judge.verify(&MESSAGE, &their_signature).unwrap(),
        ),
    );
    show(
        "key pair",
        Some((4.0, 5.5)),
        both(
            || drop(black_box(SecretKey::generate().unwrap())),
            || {
                let key = rust_crypto_sm2::SecretKey::generate();
                black_box(key.public_key());
            },
        ),
    );
    let sealed = ours.public_key().encrypt(&[7; 100]).unwrap();
    let secret = rust_crypto_sm2::SecretKey::from_slice(&ours.expose_bytes()[..]).unwrap();
    let opener = DecryptingKey::new_with_mode(secret.to_nonzero_scalar(), Mode::C1C3C2);
    let bytes = sealed.to_c1c3c2();
    show(
        "decrypt, 100 bytes",
        Some((4.0, 5.0)),
        both(
            || drop(black_box(ours.decrypt(black_box(&sealed)).unwrap())),
            || drop(black_box(opener.decrypt(black_box(&bytes)).unwrap())),
        ),
    );
    forced(&theirs);
}

fn show(what: &str, goal: super::Goal, seconds: (f64, f64)) {
    let name = format!("SM2 {what} : RustCrypto");
    row(&name, "op/s", 1.0 / seconds.0, 1.0 / seconds.1, goal);
}

/// A ready digest, in every way.
fn forced(theirs: &rust_crypto_sm2::dsa::SigningKey) {
    let d = kernel::Scalar::from_bytes(&[0x39; 32]).unwrap();
    let key = kernel::SigningKey::new(&d).unwrap();
    let public = kernel::Point::generator_times(&d).unwrap();
    let (r, s) = key.sign(&MESSAGE, &[7; 32]).unwrap();
    let their_signature: rust_crypto_sm2::dsa::Signature = theirs.sign(&MESSAGE);
    let judge = theirs.verifying_key();
    for engine in kernel::Engine::available() {
        show(
            &format!("sign {}", engine.name()),
            None,
            both(
                || {
                    black_box(key.sign_with(engine, black_box(&MESSAGE), &[7; 32]));
                },
                || {
                    let signature: rust_crypto_sm2::dsa::Signature =
                        theirs.sign(black_box(&MESSAGE));
                    black_box(signature);
                },
            ),
        );
        show(
            &format!("verify {}", engine.name()),
            None,
            both(
                || {
                    assert!(kernel::verify_with(
                        engine,
                        &public,
                        black_box(&MESSAGE),
                        &r,
                        &s
                    ))
                },
                || judge.verify(&MESSAGE, &their_signature).unwrap(),
            ),
        );
    }
}
