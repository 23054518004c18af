//! Does the time depend on secrets?
//!
//! The long form (`cargo xtask timing`) is the evidence: 200,000 samples, three runs. The short one runs
//! with all tests; it sees gross slips only, and its bound leaves room for a busy machine. The
//! controls show each time that the method sees what does take its time from a secret, and nothing where nothing is done.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used)]

#[path = "timing/leakage.rs"]
mod leakage;

use gm_kernels::{ghash, sm2, sm4};
use leakage::{BOUND, Subject};
use std::hint::black_box;

fn scalar(bytes: &[u8; 32]) -> sm2::Scalar {
    sm2::Scalar::reduce(bytes)
}

/// Secrets in every engine.
fn subjects() -> Vec<Subject> {
    let mut all = vec![Subject {
        name: "key load (d)".to_owned(),
        fixed: [1; 32],
        run: Box::new(|d| drop(black_box(sm2::SigningKey::new(&scalar(d))))),
    }];
    for engine in sm2::Engine::available() {
        let key = sm2::SigningKey::new(&scalar(&[3; 32])).unwrap();
        all.push(Subject {
            name: format!("sign (nonce), {}", engine.name()),
            fixed: small(1),
            run: Box::new(move |k| {
                black_box(key.sign_with_nonce(engine, &[5; 32], &scalar(k)));
            }),
        });
        let point = sm2::Point::generator_times(&scalar(&[4; 32])).unwrap();
        all.push(Subject {
            name: format!("k P (k), {}", engine.name()),
            fixed: small(1),
            run: Box::new(move |k| {
                black_box(point.times_with(engine, &scalar(k)));
            }),
        });
    }
    for engine in sm4::Engine::available() {
        all.push(Subject {
            name: format!("SM4 key, {}", engine.name()),
            fixed: [0; 32],
            run: Box::new(move |key| {
                let (blocks, _) = key.as_chunks();
                drop(black_box(sm4::Key::with_engine(engine, &blocks[0])));
            }),
        });
        let key = sm4::Key::with_engine(engine, &[7; 16]);
        let authenticating = key.clone();
        all.push(Subject {
            name: format!("SM4-GCM data, {}", engine.name()),
            fixed: [0; 32],
            run: Box::new(move |data| {
                let (blocks, _) = data.as_chunks();
                let (mut batch, mut hash) = ([blocks[0]; 80], ghash::Hash::new(&[3; 16]));
                authenticating.gcm_encrypt(&mut [1; 16], &mut hash, &mut batch);
                black_box((batch, hash.value()));
            }),
        });
        all.push(Subject {
            name: format!("SM4 data, {}", engine.name()),
            fixed: [0; 32],
            run: Box::new(move |data| {
                let (blocks, _) = data.as_chunks();
                let mut batch = [blocks[0]; 16];
                key.encrypt_blocks(&mut batch);
                black_box(batch);
            }),
        });
    }
    for engine in ghash::Engine::available() {
        all.push(Subject {
            name: format!("GHASH key, {}", engine.name()),
            fixed: [0; 32],
            run: Box::new(move |secret| hash(engine, secret.as_chunks().0[0], [7; 16])),
        });
        all.push(Subject {
            name: format!("GHASH data, {}", engine.name()),
            fixed: [0; 32],
            run: Box::new(move |secret| hash(engine, [9; 16], secret.as_chunks().0[0])),
        });
    }
    all
}

/// Nothing of how key and data come to be is known where they are hashed.
fn hash(engine: ghash::Engine, key: [u8; 16], data: [u8; 16]) {
    let mut hash = ghash::Hash::with_engine(engine, black_box(&key));
    hash.update(black_box(&[data; 20]));
    black_box(hash.value());
}

/// The control: verification's multiplication, whose time depends on its scalar and may.
fn control() -> Subject {
    let point = sm2::Point::generator_times(&scalar(&[4; 32])).unwrap();
    Subject {
        name: "control (variable time)".to_owned(),
        fixed: small(1),
        run: Box::new(move |k| {
            black_box(point.add_multiple_vartime(&scalar(k), &point));
        }),
    }
}

const fn small(value: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[31] = value;
    bytes
}

#[test]
fn short_form() {
    leakage::see(control(), 2_000, 3.0 * BOUND);
    leakage::none_leaks(subjects(), 1_000, 5.0 * BOUND);
}

#[test]
#[ignore = "minutes, on a quiet machine, in release: cargo xtask timing"]
fn long_form() {
    leakage::see(control(), 20_000, 20.0 * BOUND);
    leakage::none_leaks(subjects(), 200_000, BOUND);
}
