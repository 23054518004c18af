//! The system's OpenSSL by its own `openssl speed`, a second each: not interleaved, so a rough comparison.

use super::row;
use std::process::Command;
use ukey_crypto::sm2::SecretKey;

pub(super) fn run() {
    crate::section("Kernels against the system's OpenSSL (its own `speed`, not interleaved)");
    let best = gm_kernels::sm4::Key::new(&[7; 16]);
    let (mut data, mut counter) = (vec![[0; 16]; super::BUFFER / 16], [0; 16]);
    let ours = super::rates(super::both(|| best.ctr(&mut counter, 32, &mut data), || ())).0;
    if let Some(theirs) = bulk("sm4-ctr") {
        row("SM4-CTR : OpenSSL", "MB/s", ours, theirs, None);
    }
    let mut chain = [0; 16];
    let ours = super::rates(super::both(
        || best.cbc_encrypt(&mut chain, &mut data),
        || (),
    ))
    .0;
    if let Some(theirs) = bulk("sm4-cbc") {
        row("SM4-CBC encrypt : OpenSSL", "MB/s", ours, theirs, None);
    }
    let key = SecretKey::generate().unwrap();
    let signature = key.sign_digest(&[5; 32]).unwrap();
    let seconds = super::both(
        || {
            key.sign_digest(&[5; 32]).unwrap();
        },
        || {
            key.public_key()
                .verify_digest(&[5; 32], &signature)
                .unwrap()
        },
    );
    if let Some((sign, verify)) = curve() {
        row("SM2 sign : OpenSSL", "op/s", 1.0 / seconds.0, sign, None);
        row(
            "SM2 verify : OpenSSL",
            "op/s",
            1.0 / seconds.1,
            verify,
            None,
        );
    }
}

/// Fields of the line of `openssl speed -mr` that begins so.
fn speed(arguments: &[&str], line: &str) -> Option<Vec<f64>> {
    let output = Command::new("openssl")
        .args(["speed", "-mr", "-seconds", "1", "-bytes", "16384"])
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().find_map(|found| found.strip_prefix(line))?;
    Some(
        line.split(':')
            .filter_map(|field| field.parse().ok())
            .collect(),
    )
}

/// MB/s.
fn bulk(name: &str) -> Option<f64> {
    let fields = speed(&["-evp", name], "+F:")?;
    fields.last().map(|bytes| bytes / 1e6)
}

/// Signatures and verifications a second.
fn curve() -> Option<(f64, f64)> {
    let fields = speed(&["curveSM2"], "+F7:")?;
    match fields.as_slice() {
        [.., sign, verify] => Some((*sign, *verify)),
        _ => None,
    }
}
