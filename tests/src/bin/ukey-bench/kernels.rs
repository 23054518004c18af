//! The kernels, each way to compute forced by name, against RustCrypto, the system's OpenSSL and the bare kernel, in
//! one run. Both sides of a ratio are measured in turn and compared by their best slices: on a busy machine some
//! slices run undisturbed.

mod asymmetric;
mod openssl;
mod through_module;

use crate::section;
use gm_kernels::{ghash, sm3, sm4};
use rust_crypto_sm3::Digest;
use rust_crypto_sm4::cipher::{Array, BlockCipherEncrypt, KeyInit};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Bytes of a buffer: what the figures of the literature are for.
const BUFFER: usize = 16 * 1024;

pub(crate) fn run() {
    // The module's part needs the environment of a token: a process of its own.
    if std::env::var_os("UKEY_EMBEDDED").is_some() {
        return through_module::run_inside();
    }
    section("Kernels against RustCrypto (best slices, interleaved)");
    println!(
        "{:<44} {:>12} {:>12} {:>8} {:>6} {:>6}",
        "figure", "ours", "theirs", "ratio", "must", "aim"
    );
    ciphers();
    hashes();
    asymmetric::run();
    through_module::run();
    openssl::run();
    println!("RSA and P-256 against SoftHSM2: ukey-bench softhsm. Envelope: ukey-bench envelope.");
}

/// Seconds of one call of each, the best of many short slices taken in turn.
fn both(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let (start, mut best) = (Instant::now(), (f64::INFINITY, f64::INFINITY));
    while start.elapsed() < Duration::from_millis(400) {
        best.0 = best.0.min(slice(&mut ours));
        best.1 = best.1.min(slice(&mut theirs));
    }
    best
}

/// Seconds of one call, over half a millisecond.
fn slice(work: &mut impl FnMut()) -> f64 {
    let (start, mut calls) = (Instant::now(), 0);
    loop {
        work();
        calls += 1;
        let spent = start.elapsed();
        if spent > Duration::from_micros(500) {
            return spent.as_secs_f64() / f64::from(calls);
        }
    }
}

/// What a figure must reach and aims at.
type Goal = Option<(f64, f64)>;

fn row(name: &str, unit: &str, ours: f64, theirs: f64, goal: Goal) {
    let ratio = ours / theirs;
    let (must, aim, verdict) = match goal {
        Some((must, aim)) if ratio >= aim => (format!("{must}"), format!("{aim}"), "aim met"),
        Some((must, aim)) if ratio >= must => (format!("{must}"), format!("{aim}"), "must met"),
        Some((must, aim)) => (format!("{must}"), format!("{aim}"), "MISSED"),
        None => (String::new(), String::new(), ""),
    };
    println!(
        "{name:<44} {ours:>7.0} {unit:<4} {theirs:>7.0} {unit:<4} {ratio:>7.2}x {must:>6} {aim:>6} {verdict}"
    );
}

/// MB/s of a buffer.
fn rates(seconds: (f64, f64)) -> (f64, f64) {
    (
        BUFFER as f64 / 1e6 / seconds.0,
        BUFFER as f64 / 1e6 / seconds.1,
    )
}

/// The other crate encrypts 16 blocks in parallel in ECB, which is the fastest that it does.
fn ciphers() {
    let theirs = rust_crypto_sm4::Sm4::new(&[7; 16].into());
    let (mut data, mut other) = (vec![[0; 16]; BUFFER / 16], vec![[0; 16]; BUFFER / 16]);
    for engine in sm4::Engine::available() {
        let key = sm4::Key::with_engine(engine, &[7; 16]);
        let (mut counter, mut chain) = ([1; 16], [2; 16]);
        let mut hash = ghash::Hash::new(&[3; 16]);
        let name = |mode: &str| format!("SM4-{mode} {} : RustCrypto ECB", engine.name());
        let (stream, opening, sealing) = goals(engine.name());
        let mut compare = |mode: &str, goal, ours: &mut dyn FnMut(&mut [[u8; 16]])| {
            let (ours, theirs) = rates(both(
                || ours(black_box(&mut data)),
                || theirs.encrypt_blocks(Array::cast_slice_from_core_mut(black_box(&mut other))),
            ));
            row(&name(mode), "MB/s", ours, theirs, goal);
        };
        compare("CTR", stream, &mut |data| key.ctr(&mut counter, 32, data));
        compare("GCM", stream, &mut |data| {
            key.gcm_encrypt(&mut counter, &mut hash, data)
        });
        compare("XTS", None, &mut |data| {
            key.xts_encrypt(sm4::XtsOrder::Gbt17964, &mut chain, data)
        });
        compare("CBC decrypt", opening, &mut |data| {
            key.cbc_decrypt(&mut chain, data)
        });
        let (ours, theirs) = rates(both(
            || key.cbc_encrypt(&mut chain, black_box(&mut data)),
            || {
                // one block after the other, as the mode wants it
                for block in black_box(&mut other) {
                    theirs.encrypt_block(block.into());
                }
            },
        ));
        let name = format!("SM4-CBC encrypt {} : RustCrypto", engine.name());
        row(&name, "MB/s", ours, theirs, sealing);
    }
}

/// Goals of counter mode and GCM, of CBC decryption and of CBC encryption.
fn goals(engine: &str) -> (Goal, Goal, Goal) {
    match engine {
        "gfni+avx512" => (Some((35.0, 45.0)), Some((35.0, 48.0)), Some((1.4, 1.7))),
        "gfni+avx2" => (Some((15.0, 20.0)), None, Some((1.4, 1.7))),
        "vaes+avx2" | "aes+avx2" => (Some((7.0, 9.0)), None, None),
        "portable" => (Some((3.0, 3.8)), None, None),
        _ => (None, None, None),
    }
}

fn hashes() {
    let message = vec![7; BUFFER];
    for engine in sm3::Engine::available() {
        let messages = vec![&message[..]; engine.lanes()];
        let mut digests = vec![[0; 32]; engine.lanes()];
        let (ours, theirs) = rates(both(
            || engine.digest_all(black_box(&messages), &mut digests),
            || {
                black_box(rust_crypto_sm3::Sm3::digest(black_box(&message)));
            },
        ));
        let name = format!(
            "SM3 {}, {} lanes : one stream",
            engine.name(),
            engine.lanes()
        );
        let goal = (engine.lanes() == 8).then_some((2.7, 3.0));
        row(&name, "MB/s", ours * engine.lanes() as f64, theirs, goal);
    }
}
