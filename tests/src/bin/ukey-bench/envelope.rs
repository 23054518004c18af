//! The tender envelope on a large file: throughput against bare SM4 and SM3, and peak memory.

use crate::section;
use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use time::OffsetDateTime;
use ukey_crypto::{
    hash::{HashAlg, Hasher},
    sm4::{self, Direction},
};
use ukey_pki::ca::{Authority, IssueOptions, NoEscrow};
use ukey_pki::certificate::Validity;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{CertificationRequest, SoftwareKey};
use ukey_tests::{TokenImage, release_file};

/// Size of the file in MiB: 1 GiB.
pub(crate) const DEFAULT_MIB: u64 = 1024;
/// Recipients of the row with many, beside the own key.
const OTHERS: usize = 19;

pub(crate) fn run(mib: u64) {
    section(&format!("Tender envelope, {mib} MiB"));
    // Files in memory where there is such a folder: a disk's speed is not what is asked for.
    let memory = Path::new("/dev/shm");
    let image = match memory.is_dir() {
        true => TokenImage::blank_in(memory),
        false => TokenImage::blank(),
    }
    .unwrap();
    let folder = image.folder().to_owned();
    let plain = folder.join("tender.bin");
    write_file(&plain, mib).unwrap();
    enrol(&image);
    let sealed = folder.join("tender.p7m");
    let opened = folder.join("opened.bin");
    let arg = |p: &Path| p.to_str().unwrap().to_owned();
    let encrypt = ["encrypt", "-o", &arg(&sealed), &arg(&plain)].map(str::to_owned);
    let mut encrypt_to_many = encrypt.to_vec();
    encrypt_to_many.push("--to-self".to_owned());
    for holder in others(&folder) {
        encrypt_to_many.extend(["--recipient".to_owned(), arg(&holder)]);
    }
    let to_many = format!("encrypt to {} recipients", OTHERS + 1);
    beside_bare(&to_many, Direction::Encrypt, mib, || {
        measure(&image, &encrypt_to_many)
    });
    std::fs::remove_file(&sealed).unwrap();
    beside_bare("encrypt", Direction::Encrypt, mib, || {
        measure(&image, &encrypt)
    });
    std::fs::remove_file(&plain).unwrap();
    let decrypt = ["decrypt", "-o", &arg(&opened), &arg(&sealed)].map(str::to_owned);
    beside_bare("decrypt", Direction::Decrypt, mib, || {
        measure(&image, &decrypt)
    });
    assert_eq!(opened.metadata().unwrap().len(), mib << 20);
}

/// Encryption certificates of other holders, as files.
fn others(folder: &Path) -> Vec<PathBuf> {
    let validity = Validity::days(OffsetDateTime::now_utc(), 365);
    let name = "C=CN,O=bench,CN=other".parse().unwrap();
    let root = Authority::create_root(&name, KeyAlgorithm::Sm2, validity).unwrap();
    let options = IssueOptions::new(validity);
    let holder = |n: usize| {
        let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
        let request = CertificationRequest::build(&name, &key, &RequestOptions::default());
        let enrolment = root.enroll(&request.unwrap(), &options, &mut NoEscrow);
        let path = folder.join(format!("other{n}.pem"));
        std::fs::write(&path, enrolment.unwrap().encryption_certificate.to_pem()).unwrap();
        path
    };
    (0..OTHERS).map(holder).collect()
}

/// Runs `work` between two runs of the bare algorithms over as much data, for the machine's speed may be another from
/// one second to the next.
fn beside_bare(what: &str, direction: Direction, mib: u64, work: impl FnOnce() -> (Duration, u64)) {
    let before = Bare::measure(direction, mib);
    let (elapsed, peak_kib) = work();
    let after = Bare::measure(direction, mib);
    let cipher = megabytes(2 * mib) / (before.cipher + after.cipher).as_secs_f64();
    let hash = megabytes(2 * mib) / (before.hash + after.hash).as_secs_f64();
    let rate = megabytes(mib) / elapsed.as_secs_f64();
    println!(
        "{what:<44} {rate:>9.1} MB/s   bare SM4-CBC {cipher:>6.1}, SM3 {hash:>6.1} MB/s   ratio to the slower {:>5.2} (goal 0.8)   peak memory {} MiB (goal under 64)",
        rate / cipher.min(hash),
        peak_kib / 1024,
    );
}

fn megabytes(mib: u64) -> f64 {
    (mib << 20) as f64 / 1e6
}

/// A file that does not compress and is not all the same.
fn write_file(path: &Path, mib: u64) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut block = vec![0; 1 << 20];
    ukey_crypto::rng::fill(&mut block).unwrap();
    for n in 0..mib {
        block[..8].copy_from_slice(&n.to_le_bytes());
        out.write_all(&block)?;
    }
    out.flush()
}

/// How long the bare algorithms take in memory, in one thread.
struct Bare {
    cipher: Duration,
    hash: Duration,
}

impl Bare {
    fn measure(direction: Direction, mib: u64) -> Self {
        let (key, iv, padding) = (
            sm4::Key::generate().unwrap(),
            [0; sm4::BLOCK],
            sm4::Padding::None,
        );
        let mut cipher = sm4::Cipher::new(direction, sm4::Mode::Cbc, &key, &iv, padding);
        let mut out = Vec::with_capacity(1 << 20);
        let mut hash = Hasher::new(HashAlg::Sm3);
        Self {
            cipher: repeat(mib, |block| {
                out.clear();
                cipher.update_into(block, &mut out).unwrap();
            }),
            hash: repeat(mib, |block| hash.update(block)),
        }
    }
}

/// The time for so many blocks of 1 MiB.
fn repeat(mib: u64, mut work: impl FnMut(&[u8])) -> Duration {
    let block = vec![0x5A; 1 << 20];
    let start = Instant::now();
    (0..mib).for_each(|_| work(&block));
    start.elapsed()
}

/// A token with both certificates.
fn enrol(image: &TokenImage) {
    let ca = image.folder().join("ca");
    let init = ["device", "init", "--set-label", "bench", "--yes"].map(str::to_owned);
    admin(image, &init).wait().unwrap();
    let enroll = [
        "enroll",
        "--ca",
        ca.to_str().unwrap(),
        "--subject",
        "CN=bench",
    ]
    .map(str::to_owned);
    assert!(admin(image, &enroll).wait().unwrap().success());
}

fn admin(image: &TokenImage, arguments: &[String]) -> Child {
    Command::new(release_file("ukey-admin").unwrap())
        .args(arguments)
        .envs(image.environment())
        .env("BENCH_PIN", "12345678")
        .env("BENCH_SO_PIN", "87654321")
        .env("UKEY_PIN_SOURCE", "env:BENCH_PIN")
        .env("UKEY_SO_PIN_SOURCE", "env:BENCH_SO_PIN")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Wall time and peak resident memory in KiB of one run of ukey-admin.
fn measure(image: &TokenImage, arguments: &[String]) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = admin(image, arguments);
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        peak = peak.max(high_water(&status_file).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "{arguments:?}");
    (start.elapsed(), peak)
}

fn high_water(status_file: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status_file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
