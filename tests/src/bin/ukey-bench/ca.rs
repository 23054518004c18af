//! The authority: a durable batch of double certificates, and one issue over a large state.

use crate::section;
use std::path::Path;
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use ukey_ca::directory::{Directory, Plan};
use ukey_ca::engine::{Consent, Incoming, incoming};
use ukey_ca::request::{Act, Request};
use ukey_ca::state::{CertificateRecord, Role, Status};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{CertificationRequest, SoftwareKey};

/// Requests in the batch.
pub(crate) const DEFAULT_REQUESTS: usize = 10_000;
/// Requests in one transaction.
const GROUP: usize = 100;
/// Certificates in the large state.
const LARGE: usize = 1_000_000;
/// Single issues over the large state.
const SINGLES: usize = 50;

pub(crate) fn run(requests: usize) {
    section(&format!("Authority, {requests} requests"));
    let folder = tempfile::tempdir().unwrap();
    let mut ca = Directory::init(&folder.path().join("ca"), &Plan::for_tests().unwrap()).unwrap();
    let files: Vec<Vec<u8>> = (0..requests).map(request).collect();
    let start = Instant::now();
    for group in files.chunks(GROUP) {
        answer(&mut ca, group);
    }
    let elapsed = start.elapsed();
    println!(
        "{:<44} {:>9.1} /s   goal 500 (durable, groups of {GROUP}, CSR checked, pair escrowed)",
        "double certificates",
        requests as f64 / elapsed.as_secs_f64(),
    );
    let large = requests.min(DEFAULT_REQUESTS) * (LARGE / DEFAULT_REQUESTS);
    fill(&mut ca, large);
    let mut times: Vec<Duration> = (requests..requests + SINGLES)
        .map(|n| {
            let file = [request(n)];
            let start = Instant::now();
            answer(&mut ca, &file);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!(
        "{:<44} {:>9.2} ms   slowest of {SINGLES} {:.2} ms   goal 10 ms ({large} certificates, {} MiB)",
        "one durable issue over a large state",
        times[SINGLES / 2].as_secs_f64() * 1e3,
        times[SINGLES - 1].as_secs_f64() * 1e3,
        size(&folder.path().join("ca/state.db")) >> 20,
    );
}

fn request(n: usize) -> Vec<u8> {
    let key = SoftwareKey::generate(KeyAlgorithm::Sm2).unwrap();
    let subject = format!("C=CN,O=bench,CN=holder {n}").parse().unwrap();
    let csr = CertificationRequest::build(&subject, &key, &RequestOptions::default()).unwrap();
    let mut request = Request::new(Act::Issue, format!("bench-{n}"));
    request.csr = Some(csr.to_pem());
    request.to_file().unwrap()
}

fn answer(ca: &mut Directory, files: &[Vec<u8>]) {
    let group: Vec<Incoming> = files.iter().map(|file| incoming(file)).collect();
    let answers = ca
        .process(&group, Consent::default(), OffsetDateTime::now_utc())
        .unwrap();
    assert!(answers.iter().all(|answer| answer.ok));
}

/// Rows of the size and spread of real ones.
fn fill(ca: &mut Directory, certificates: usize) {
    let mut noise = [0; 24];
    let mut transaction = ca.state().begin().unwrap();
    for n in 0..certificates {
        ukey_crypto::rng::fill(&mut noise).unwrap();
        let serial: String = noise[..16].iter().map(|b| format!("{b:02X}")).collect();
        let mut key = [0; 32];
        key[..24].copy_from_slice(&noise);
        let record = CertificateRecord {
            holder: serial.clone(),
            serial,
            issuer: "sm2".to_owned(),
            role: Role::Sign,
            partner: None,
            successor: None,
            key,
            subject: format!("C=CN, O=bench, CN=filler {n}"),
            not_after: 4_000_000_000,
            status: Status::Active,
            der: vec![0x30; 600],
        };
        transaction.add_certificate(&record).unwrap();
    }
    transaction.commit().unwrap();
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}
