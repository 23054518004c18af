//! What an operation costs, beside the same operation of another back end where there is one:
//! `cargo run --release -p ukey-crypto --example rates`. Median of five slices of 0.1 s of one thread's
//! processor time (elsewhere than on Linux: of the clock).
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::pkcs1::DecodeRsaPrivateKey;
use std::hint::black_box;
use std::time::{Duration, Instant};
use ukey_crypto::cipher::{Direction, Mode, Operation, Padding};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::mac::Mac;
use ukey_crypto::{aes, ec, ed25519, rsa as our_rsa};

fn main() {
    signatures();
    small_calls();
    streams();
}

const SLICE: Duration = Duration::from_millis(100);

/// Time this thread has had on a processor.
fn processor_time() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = statistics.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Operations a second.
fn rate(mut operation: impl FnMut()) -> f64 {
    operation();
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            let (clock, start) = (Instant::now(), processor_time());
            let mut count = 0u32;
            let mut spent = Duration::ZERO;
            while spent < SLICE {
                // The processor time is updated at each tick and costs a file: ask seldom.
                let round = Instant::now();
                while round.elapsed() < SLICE / 4 {
                    operation();
                    count += 1;
                }
                spent = match (start, processor_time()) {
                    (Some(start), Some(now)) => now - start,
                    _ => clock.elapsed(),
                };
            }
            f64::from(count) / spent.as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[2]
}

fn show(name: &str, unit: &str, ours: f64, other: Option<(&str, f64)>) {
    match other {
        Some((whose, other)) => println!(
            "{name:28} {ours:10.0} {unit:5} {whose:12} {other:10.0}  x{:.2}",
            ours / other
        ),
        None => println!("{name:28} {ours:10.0} {unit}"),
    }
}

fn signatures() {
    let digest = HashAlg::Sha256.digest(b"message");
    let info = HashAlg::Sha256.digest_info(&digest).unwrap();
    for bits in [2048, 3072, 4096] {
        let key = our_rsa::PrivateKey::generate(bits).unwrap();
        let theirs = rsa::RsaPrivateKey::from_pkcs1_der(&key.to_pkcs1_der()).unwrap();
        let ours = rate(|| drop(black_box(key.sign_pkcs1v15(&info))));
        let scheme = || rsa::Pkcs1v15Sign::new_unprefixed();
        let other = rate(|| {
            let signed = theirs.sign_with_rng(&mut UnwrapErr(SysRng), scheme(), &info);
            drop(black_box(signed));
        });
        let other = Some(("RustCrypto", other));
        show(&format!("RSA-{bits} sign"), "op/s", ours, other);
        let signature = key.sign_pkcs1v15(&info).unwrap();
        let public = key.public_key();
        let ours = rate(|| public.verify_pkcs1v15(&info, &signature).unwrap());
        show(&format!("RSA-{bits} verify"), "op/s", ours, None);
    }
    let load = our_rsa::PrivateKey::generate(2048).unwrap().to_pkcs1_der();
    let ours = rate(|| drop(black_box(our_rsa::PrivateKey::from_pkcs1_der(&load))));
    show("RSA-2048 load", "op/s", ours, None);

    for curve in ec::Curve::ALL {
        let key = ec::PrivateKey::generate(curve).unwrap();
        let ours = rate(|| drop(black_box(key.sign_digest(&digest))));
        let theirs = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
        let other = (curve == ec::Curve::P256).then(|| {
            let other = rate(|| {
                let signed: p256::ecdsa::Signature = theirs.sign_prehash(&digest).unwrap();
                black_box(signed);
            });
            ("RustCrypto", other)
        });
        show(&format!("{curve:?} sign"), "op/s", ours, other);
        let signature = key.sign_digest(&digest).unwrap();
        let public = key.public_key();
        let ours = rate(|| public.verify_digest(&digest, &signature).unwrap());
        show(&format!("{curve:?} verify"), "op/s", ours, None);
        let ours = rate(|| drop(black_box(ec::PrivateKey::generate(curve))));
        show(&format!("{curve:?} generate"), "op/s", ours, None);
        let ours = rate(|| drop(black_box(key.diffie_hellman(public))));
        show(&format!("{curve:?} ECDH"), "op/s", ours, None);
    }
    let key = ed25519::PrivateKey::generate().unwrap();
    let ours = rate(|| {
        black_box(key.sign(&digest)).unwrap();
    });
    show("Ed25519 sign", "op/s", ours, None);
}

/// A whole operation on 16 bytes, key ready.
fn small_calls() {
    let key = aes::Key::generate(32).unwrap();
    let mut out = Vec::with_capacity(64);
    for (name, mode) in modes() {
        let ours = rate(|| {
            out.clear();
            let operation = Operation::new(&key, Direction::Encrypt, &mode).unwrap();
            operation.complete(black_box(&[7; 16]), &mut out).unwrap();
        });
        show(&format!("{name}, 16 bytes, ns"), "", 1e9 / ours, None);
    }
    let bytes = [7u8; 32];
    let ours = rate(|| drop(black_box(aes::Key::try_from(&bytes[..]))));
    show("AES-256 key schedule, ns", "", 1e9 / ours, None);
    let mac = Mac::cmac(&key);
    let ours = rate(|| {
        let mut mac = mac.clone();
        mac.update(&bytes);
        black_box(mac.finish());
    });
    show("AES-256-CMAC, 32 bytes, ns", "", 1e9 / ours, None);
    let mac = Mac::hmac(HashAlg::Sha256, &bytes);
    let ours = rate(|| {
        let mut mac = mac.clone();
        mac.update(&bytes);
        black_box(mac.finish());
    });
    show("HMAC-SHA-256, 32 bytes, ns", "", 1e9 / ours, None);
}

fn modes() -> [(&'static str, Mode<'static>); 5] {
    let padding = Padding::None;
    let iv = &[1; 16];
    [
        ("AES-256-ECB", Mode::Ecb { padding }),
        ("AES-256-CBC", Mode::Cbc { iv, padding }),
        (
            "AES-256-CTR",
            Mode::Ctr {
                counter_block: iv,
                counter_bits: 32,
            },
        ),
        ("AES-256-CFB", Mode::Cfb { iv }),
        (
            "AES-256-GCM",
            Mode::Gcm {
                iv: &[1; 12],
                aad: &[],
                tag_len: 16,
            },
        ),
    ]
}

/// 16 KiB at a time.
fn streams() {
    const LEN: usize = 16 * 1024;
    let key = aes::Key::generate(32).unwrap();
    let data = vec![7; LEN];
    let mut out = Vec::with_capacity(LEN + 16);
    for (name, mode) in modes() {
        for direction in [Direction::Encrypt, Direction::Decrypt] {
            let mut input = data.clone();
            if matches!(mode, Mode::Gcm { .. }) && direction == Direction::Decrypt {
                input.clear();
                Operation::new(&key, Direction::Encrypt, &mode)
                    .unwrap()
                    .complete(&data, &mut input)
                    .unwrap();
            }
            let ours = rate(|| {
                out.clear();
                let operation = Operation::new(&key, direction, &mode).unwrap();
                operation.complete(&input, &mut out).unwrap();
            });
            let other = (name == "AES-256-GCM").then(|| ("aws-lc-rs", aws_gcm(&key, &data)));
            let name = format!("{name} {direction:?}, MB/s");
            show(&name, "", ours * LEN as f64 / 1e6, other);
        }
    }
    let mac = Mac::cmac(&key);
    let ours = rate(|| {
        let mut mac = mac.clone();
        mac.update(&data);
        black_box(mac.finish());
    });
    show("AES-256-CMAC, MB/s", "", ours * LEN as f64 / 1e6, None);
    for alg in HashAlg::ALL {
        let ours = rate(|| drop(black_box(alg.digest(&data))));
        show(&format!("{alg:?}, MB/s"), "", ours * LEN as f64 / 1e6, None);
    }
}

fn aws_gcm(key: &aes::Key, data: &[u8]) -> f64 {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.expose_bytes()).unwrap());
    let mut text = data.to_vec();
    let rate = rate(|| {
        text.copy_from_slice(data);
        let nonce = Nonce::assume_unique_for_key([1; 12]);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut text);
        black_box(tag.unwrap().as_ref());
    });
    rate * data.len() as f64 / 1e6
}
