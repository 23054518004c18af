//! Does the time depend on secrets? Fixed against random inputs, compared by Welch's t (the method of
//! dudect, Reparaz and others, 2017).
//!
//! The long form (`cargo xtask timing`) is the evidence: 200,000 samples, three runs. The short one runs
//! with all tests; it sees gross slips only, and its bound leaves room for a busy machine. The positive
//! control shows each time that the method sees a multiplication that does take its time from the scalar.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use gm_kernels::{ghash, sm2, sm4};
use std::hint::black_box;
use std::time::Instant;

/// |t| above this is a leak (dudect's bound).
const BOUND: f64 = 4.5;
/// Parts of the samples, the fastest first, that are judged: the rest is interrupts.
const CROPS: [f64; 4] = [0.5, 0.8, 0.95, 1.0];

/// Works on a secret of 32 bytes; nothing comes out.
type Work = Box<dyn FnMut(&[u8; 32])>;

/// What is timed, and the secret of its fixed class.
struct Subject {
    name: &'static str,
    fixed: [u8; 32],
    run: Work,
}

fn scalar(bytes: &[u8; 32]) -> sm2::Scalar {
    sm2::Scalar::reduce(bytes)
}

/// Secrets in every engine.
fn subjects() -> Vec<Subject> {
    let mut all = vec![Subject {
        name: "key load (d)",
        fixed: [1; 32],
        run: Box::new(|d| drop(black_box(sm2::SigningKey::new(&scalar(d))))),
    }];
    for engine in sm2::Engine::available() {
        let key = sm2::SigningKey::new(&scalar(&[3; 32])).unwrap();
        all.push(Subject {
            name: "sign (nonce)",
            fixed: small(1),
            run: Box::new(move |k| {
                black_box(key.sign_with_nonce(engine, &[5; 32], &scalar(k)));
            }),
        });
        let point = sm2::Point::generator_times(&scalar(&[4; 32])).unwrap();
        all.push(Subject {
            name: "k P (k)",
            fixed: small(1),
            run: Box::new(move |k| {
                black_box(point.times_with(engine, &scalar(k)));
            }),
        });
    }
    for engine in sm4::Engine::available() {
        all.push(Subject {
            name: "SM4 key",
            fixed: [0; 32],
            run: Box::new(move |key| {
                let (blocks, _) = key.as_chunks();
                drop(black_box(sm4::Key::with_engine(engine, &blocks[0])));
            }),
        });
        let key = sm4::Key::with_engine(engine, &[7; 16]);
        let authenticating = key.clone();
        all.push(Subject {
            name: "SM4-GCM data",
            fixed: [0; 32],
            run: Box::new(move |data| {
                let (blocks, _) = data.as_chunks();
                let (mut batch, mut hash) = ([blocks[0]; 80], ghash::Hash::new(&[3; 16]));
                authenticating.gcm_encrypt(&mut [1; 16], &mut hash, &mut batch);
                black_box((batch, hash.value()));
            }),
        });
        all.push(Subject {
            name: "SM4 data",
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
            name: "GHASH key and data",
            fixed: [0; 32],
            run: Box::new(move |secret| {
                let (blocks, _) = secret.as_chunks();
                let mut hash = ghash::Hash::with_engine(engine, &blocks[0]);
                hash.update(&[blocks[1]; 20]);
                black_box(hash.value());
            }),
        });
    }
    all
}

/// The control: verification's multiplication, whose time depends on its scalar and may.
fn control() -> Subject {
    let point = sm2::Point::generator_times(&scalar(&[4; 32])).unwrap();
    Subject {
        name: "control (variable time)",
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

/// splitmix64: the classes and the random secrets need no better.
struct Random(u64);

impl Random {
    const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
}

/// The largest |t| over all crops.
fn leakage(subject: &mut Subject, samples: usize, random: &mut Random) -> f64 {
    let mut times = Vec::with_capacity(samples);
    for _ in 0..samples {
        // both classes are made and stored alike
        let mut secret = [0; 32];
        for chunk in secret.as_chunks_mut().0 {
            *chunk = random.word().to_le_bytes();
        }
        let class = random.word() & 1;
        let mask = (class as u8).wrapping_neg();
        for (byte, fixed) in secret.iter_mut().zip(subject.fixed) {
            *byte = *byte & !mask | fixed & mask;
        }
        let start = Instant::now();
        (subject.run)(black_box(&secret));
        times.push((start.elapsed().as_nanos() as f64, class == 1));
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let crop = |part: f64| welch(&times[..(samples as f64 * part) as usize]).abs();
    CROPS.map(crop).into_iter().fold(0.0, f64::max)
}

/// Welch's t between the two classes.
fn welch(times: &[(f64, bool)]) -> f64 {
    let moments = |class: bool| {
        let values = || {
            times
                .iter()
                .filter(|(_, c)| *c == class)
                .map(|(time, _)| time)
        };
        let count = values().count() as f64;
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((m1, v1), (m2, v2)) = (moments(true), moments(false));
    (m1 - m2) / (v1 + v2).sqrt()
}

/// Names of the subjects above `bound` in at least two of three runs.
fn leaks(samples: usize, bound: f64) -> Vec<String> {
    let mut random = Random(99);
    let mut found = Vec::new();
    for (number, mut subject) in subjects().into_iter().enumerate() {
        let runs: [f64; 3] = std::array::from_fn(|_| leakage(&mut subject, samples, &mut random));
        println!("{number:2} {:24} |t| {runs:6.1?}", subject.name);
        if runs.iter().filter(|t| **t > bound).count() >= 2 {
            found.push(format!("{number} {} {runs:.1?}", subject.name));
        }
    }
    found
}

#[test]
fn short_form() {
    let seen = leakage(&mut control(), 2_000, &mut Random(1));
    assert!(seen > 3.0 * BOUND, "the control was not seen: |t| = {seen}");
    let found = leaks(1_000, 5.0 * BOUND);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
#[ignore = "minutes, on a quiet machine, in release: cargo xtask timing"]
fn long_form() {
    let seen = leakage(&mut control(), 20_000, &mut Random(1));
    println!("   control                  |t| {seen:6.1}");
    assert!(
        seen > 20.0 * BOUND,
        "the control was not seen: |t| = {seen}"
    );
    let found = leaks(200_000, BOUND);
    assert!(found.is_empty(), "{found:?}");
}
