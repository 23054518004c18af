//! Speed of the kernels on this machine, beside the RustCrypto crates in the same run:
//! `cargo run --release -p gm-kernels --example speed`.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use ::sm2::elliptic_curve::{Group, PrimeField};
use ::sm2::{ProjectivePoint, dsa};
use dsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use gm_kernels::sm2::{Engine, Point, PublicComb, Scalar, SigningKey, verify_with};
use gm_kernels::{ghash, sm3, sm4};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Nanoseconds per call, the best of many short slices: on a busy machine some slices run undisturbed.
fn time(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut best = f64::INFINITY;
    while start.elapsed() < Duration::from_millis(300) {
        let slice = Instant::now();
        let mut rounds = 0;
        while slice.elapsed() < Duration::from_micros(400) {
            work();
            rounds += 1;
        }
        best = best.min(slice.elapsed().as_nanos() as f64 / f64::from(rounds));
    }
    best
}

fn row(name: &str, nanos: f64, reference: f64) {
    println!(
        "{name:32} {:9.2} us  {:6.2}x",
        nanos / 1e3,
        reference / nanos
    );
}

fn main() {
    if std::env::args().all(|argument| argument != "sm4") {
        sm2_rows();
    }
    sm4_rows();
    ghash_rows();
    sm3_rows();
}

/// MB/s in 16 KiB pieces.
fn rate(name: &str, reference: f64, work: impl FnMut()) -> f64 {
    let rate = 16_384e3 / time(work);
    let reference = if reference == 0.0 { rate } else { reference };
    println!("{name:32} {rate:9.0} MB/s {:6.2}x", rate / reference);
    rate
}

fn sm4_rows() {
    use ::sm4::cipher::{Array, BlockCipherEncrypt, KeyInit};
    let mut data = vec![[0; 16]; 1024];
    let theirs = ::sm4::Sm4::new(&[7; 16].into());
    let reference = rate("RustCrypto SM4-ECB", 0.0, || {
        theirs.encrypt_blocks(Array::cast_slice_from_core_mut(black_box(&mut data)));
    });
    for engine in sm4::Engine::available() {
        let key = sm4::Key::with_engine(engine, &[7; 16]);
        let (mut counter, mut chain) = ([1; 16], [2; 16]);
        let row = |mode: &str| format!("{} {mode}", engine.name());
        rate(&row("ECB"), reference, || {
            key.encrypt_blocks(black_box(&mut data))
        });
        rate(&row("CTR"), reference, || {
            key.ctr(&mut counter, 32, black_box(&mut data))
        });
        let mut hash = ghash::Hash::new(&[3; 16]);
        rate(&row("GCM"), reference, || {
            key.gcm_encrypt(&mut counter, &mut hash, black_box(&mut data))
        });
        rate(&row("GCM decrypt"), reference, || {
            key.gcm_decrypt(&mut counter, &mut hash, black_box(&mut data))
        });
        rate(&row("XTS"), reference, || {
            key.xts_encrypt(sm4::XtsOrder::Gbt17964, &mut chain, black_box(&mut data))
        });
        rate(&row("CBC decrypt"), reference, || {
            key.cbc_decrypt(&mut chain, black_box(&mut data))
        });
        rate(&row("CBC encrypt"), reference, || {
            key.cbc_encrypt(&mut chain, black_box(&mut data))
        });
        rate(&row("CFB encrypt"), reference, || {
            key.cfb_encrypt(&mut chain, black_box(&mut data))
        });
        rate(&row("OFB"), reference, || {
            key.ofb(&mut chain, black_box(&mut data))
        });
        rate(&row("CBC MAC"), reference, || {
            key.cbc_mac(&mut chain, black_box(&data))
        });
        let key_nanos = time(|| {
            drop(black_box(sm4::Key::with_engine(
                engine,
                black_box(&[7; 16]),
            )))
        });
        println!("{:32} {key_nanos:9.0} ns", row("key"));
        let small = time(|| key.ctr(&mut counter, 32, black_box(&mut data[..16])));
        println!("{:32} {:9.0} MB/s", row("CTR of 256 bytes"), 256e3 / small);
    }
}

fn ghash_rows() {
    let data = vec![[0; 16]; 1024];
    for engine in ghash::Engine::available() {
        let mut hash = ghash::Hash::with_engine(engine, &[3; 16]);
        let name = format!("{} GHASH", engine.name());
        rate(&name, 0.0, || hash.update(black_box(&data)));
        let key_nanos = time(|| {
            black_box(ghash::Hash::with_engine(engine, black_box(&[7; 16])));
        });
        println!(
            "{:32} {key_nanos:9.0} ns",
            format!("{} GHASH key", engine.name())
        );
    }
}

fn sm3_rows() {
    let message = vec![7; 16_384];
    let one = 16_384e3
        / time(|| {
            black_box(<::sm3::Sm3 as ::sm3::Digest>::digest(black_box(&message)));
        });
    println!("{:32} {one:9.0} MB/s", "RustCrypto SM3, one stream");
    for engine in sm3::Engine::available() {
        let messages = vec![&message[..]; engine.lanes()];
        let mut digests = vec![[0; 32]; engine.lanes()];
        let nanos = time(|| engine.digest_all(black_box(&messages), &mut digests));
        let rate = 16_384e3 * engine.lanes() as f64 / nanos;
        let name = format!("{} SM3, {} lanes", engine.name(), engine.lanes());
        println!("{name:32} {rate:9.0} MB/s {:6.2}x", rate / one);
    }
}

fn sm2_rows() {
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
    let comb = Box::new(PublicComb::new(&public));
    let made = time(|| drop(black_box(Box::new(PublicComb::new(black_box(&public))))));
    row("making a key ready", made, made);
    for engine in Engine::available() {
        let name = engine.name();
        let sign = time(|| {
            black_box(key.sign_with(engine, black_box(&e), &[7; 32]));
        });
        row(&format!("{name} sign"), sign, reference[0]);
        let verify = time(|| assert!(verify_with(engine, &public, black_box(&e), &r, &s)));
        row(&format!("{name} verify"), verify, reference[1]);
        let ready = time(|| assert!(comb.verify_with(engine, black_box(&e), &r, &s)));
        row(&format!("{name} verify, ready key"), ready, reference[1]);
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
