//! Speed of the kernels on this machine, beside the RustCrypto crates in the same run:
//! `cargo run --release -p gm-kernels --example speed`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use ::sm2::elliptic_curve::{Group, PrimeField};
use ::sm2::{ProjectivePoint, dsa};
use dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use gm_kernels::sm2::{Engine, Point, Scalar, SigningKey, verify_with};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Nanoseconds per call: the median of five slices.
fn time(mut work: impl FnMut()) -> f64 {
    let mut slices: Vec<f64> = (0..5)
        .map(|_| {
            let (start, mut rounds) = (Instant::now(), 0);
            while start.elapsed() < Duration::from_millis(40) {
                for _ in 0..8 {
                    work();
                }
                rounds += 8;
            }
            start.elapsed().as_nanos() as f64 / f64::from(rounds)
        })
        .collect();
    slices.sort_by(f64::total_cmp);
    slices[2]
}

fn row(name: &str, nanos: f64, reference: f64) {
    println!(
        "{name:32} {:9.2} us  {:6.2}x",
        nanos / 1e3,
        reference / nanos
    );
}

fn main() {
    let d = Scalar::from_bytes(&[0x39; 32]).unwrap();
    let key = SigningKey::new(&d).unwrap();
    let public = Point::generator_times(&d).unwrap();
    let e = [0x5a; 32];
    let their_d = ::sm2::Scalar::from_repr([0x39; 32].into()).unwrap();
    let signing = dsa::SigningKey::from_slice("id", &[0x39; 32]).unwrap();
    let (r, s) = key.sign(&e, &[7; 32]).unwrap();
    let signature = dsa::Signature::from_scalars(r, s).unwrap();
    let judge = signing.verifying_key();
    let their_public = ProjectivePoint::GENERATOR * their_d;
    let reference = [
        time(|| drop(black_box(signing.sign_prehash(black_box(&e))))),
        time(|| judge.verify_prehash(black_box(&e), &signature).unwrap()),
        time(|| {
            black_box(ProjectivePoint::mul_by_generator(black_box(&their_d)).to_affine());
        }),
        time(|| {
            black_box((black_box(their_public) * black_box(&their_d)).to_affine());
        }),
    ];
    for (name, nanos) in ["sign", "verify", "k G", "k P"].iter().zip(reference) {
        row(&format!("RustCrypto {name}"), nanos, nanos);
    }
    for engine in Engine::available() {
        let name = engine.name();
        let sign = time(|| {
            black_box(key.sign_with(engine, black_box(&e), &[7; 32]));
        });
        row(&format!("{name} sign"), sign, reference[0]);
        let verify = time(|| assert!(verify_with(engine, &public, black_box(&e), &r, &s)));
        row(&format!("{name} verify"), verify, reference[1]);
        let base = time(|| {
            black_box(Point::generator_times_with(engine, black_box(&d)));
        });
        row(&format!("{name} k G"), base, reference[2]);
        let any = time(|| {
            black_box(public.times_with(engine, black_box(&d)));
        });
        row(&format!("{name} k P"), any, reference[3]);
    }
    println!(
        "key load {:.2} us",
        time(|| drop(black_box(SigningKey::new(black_box(&d))))) / 1e3
    );
    println!(
        "inversion {:.2} us",
        time(|| drop(black_box(black_box(&d).invert()))) / 1e3
    );
}
