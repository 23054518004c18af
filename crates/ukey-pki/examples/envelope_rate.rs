//! An envelope in files, against bare SM4-CBC and SM3 in memory, in one run:
//! `cargo run --release -p ukey-pki --example envelope_rate -- FOLDER [MIB]`. A folder in memory
//! (`/dev/shm`) shows what the program costs, one on a disk what the disk does.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use time::macros::datetime;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm4::{Cipher, Direction, Key, Mode, Padding};
use ukey_pki::ca::{Authority, IssueOptions, NoEscrow};
use ukey_pki::certificate::Validity;
use ukey_pki::envelope::{Candidate, EnvelopeReader, OpenOptions, SealOptions, seal};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{Certificate, CertificationRequest, SoftwareKey};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let mib: u64 = arguments.next().map_or(1024, |text| text.parse().unwrap());
    let path = |name| folder.join(format!("envelope_rate.{name}"));
    let (plain, sealed, opened) = (path("plain"), path("sealed"), path("opened"));
    write_file(&plain, mib);
    let (certificate, key) = holder();
    for recipients in [1, 20] {
        let [sealing, opening] = [Direction::Encrypt, Direction::Decrypt].map(cipher_rate);
        let hashing = hash_rate();
        println!("bare SM4-CBC {sealing:.0} / {opening:.0} MB/s, SM3 {hashing:.0} MB/s");
        let certificates: Vec<_> = (0..recipients).map(|_| holder().0).collect();
        let mut certificates: Vec<&Certificate> = certificates.iter().collect();
        certificates[0] = &certificate;
        let what = format!("seal, {recipients} recipients");
        report(&what, mib, sealing.min(hashing), || {
            let mut options = SealOptions::default();
            options.content_len = Some(mib << 20);
            let mut content = File::open(&plain).unwrap();
            let mut output = BufWriter::new(File::create(&sealed).unwrap());
            seal(&certificates, &mut content, &mut output, &options).unwrap();
        });
        report("open", mib, opening.min(hashing), || {
            let candidate = Candidate {
                certificate: &certificate,
                decryptor: &key,
            };
            let mut output = BufWriter::new(File::create(&opened).unwrap());
            EnvelopeReader::new(File::open(&sealed).unwrap())
                .and_then(|reader| {
                    reader.decrypt(&[candidate], &mut output, &OpenOptions::default())
                })
                .unwrap();
        });
    }
    assert_eq!(opened.metadata().unwrap().len(), mib << 20);
    for path in [plain, sealed, opened] {
        std::fs::remove_file(path).unwrap();
    }
}

/// An encryption certificate and its key.
fn holder() -> (Certificate, SoftwareKey) {
    let validity = Validity {
        not_before: datetime!(2020-01-01 0:00 UTC),
        not_after: datetime!(2055-12-31 23:59:59 UTC),
    };
    let name = "CN=TEST".parse().unwrap();
    let root = Authority::create_root(&name, KeyAlgorithm::Sm2, validity).unwrap();
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let request = CertificationRequest::build(&name, &key, &RequestOptions::default()).unwrap();
    let enrolment = root
        .enroll(&request, &IssueOptions::new(validity), &mut NoEscrow)
        .unwrap();
    let encryption_key = enrolment.enveloped_key.open(&key).unwrap();
    (enrolment.encryption_certificate, encryption_key)
}

fn report(what: &str, mib: u64, slower: f64, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    let rate = (mib << 20) as f64 / 1e6 / start.elapsed().as_secs_f64();
    println!(
        "{what:24} {rate:7.1} MB/s, {:.2} of the slower of both",
        rate / slower
    );
}

/// Content that does not repeat.
fn write_file(path: &Path, mib: u64) {
    let mut out = BufWriter::new(File::create(path).unwrap());
    let mut block = vec![0x5a; 1 << 20];
    for number in 0..mib {
        block[..8].copy_from_slice(&number.to_le_bytes());
        out.write_all(&block).unwrap();
    }
    out.flush().unwrap();
}

/// SM4-CBC of 32 times 1 MiB in memory, MB/s.
fn cipher_rate(direction: Direction) -> f64 {
    let key = Key::from([7; 16]);
    let mut cipher = Cipher::new(direction, Mode::Cbc, &key, &[0; 16], Padding::None);
    let (block, mut out) = (vec![0x5a; 1 << 20], Vec::with_capacity(1 << 20));
    best(|| {
        out.clear();
        cipher.update_into(&block, &mut out).unwrap();
    })
}

fn hash_rate() -> f64 {
    let block = vec![0x5a; 1 << 20];
    best(|| {
        std::hint::black_box(HashAlg::Sm3.digest(&block));
    })
}

/// MB/s of the best of 32 runs over 1 MiB.
fn best(mut work: impl FnMut()) -> f64 {
    (0..32)
        .map(|_| {
            let start = Instant::now();
            work();
            f64::from(1 << 20) / 1e6 / start.elapsed().as_secs_f64()
        })
        .fold(0.0, f64::max)
}
