//! Files in a temporary folder, OpenSSL, the Bouncy Castle oracle, and a small authority to test with.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use time::OffsetDateTime;
use time::macros::datetime;
use ukey_pki::ca::{Authority, Enrolment, IssueOptions, NoEscrow};
use ukey_pki::certificate::Validity;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::request::RequestOptions;
use ukey_pki::{Certificate, CertificationRequest, SoftwareKey};

/// The SM2 user ID as OpenSSL's option value; without it OpenSSL uses an empty ID.
pub(crate) const DISTID: &str = "distid:1234567812345678";

/// A moment inside every validity made here.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-15 12:00 UTC);

pub(crate) fn validity() -> Validity {
    Validity {
        not_before: datetime!(2020-01-01 0:00 UTC),
        not_after: datetime!(2055-12-31 23:59:59 UTC),
    }
}

/// A temporary folder and the programs that work in it.
pub(crate) struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs `openssl` in the folder; its output when it succeeds, its complaint when not.
    pub(crate) fn try_openssl(&self, arguments: &[&str]) -> Result<String, String> {
        run(Command::new("openssl")
            .args(arguments)
            .current_dir(&self.folder))
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) -> String {
        self.try_openssl(arguments)
            .unwrap_or_else(|complaint| panic!("openssl {arguments:?}: {complaint}"))
    }

    /// Runs `openssl` with the words of a line.
    pub(crate) fn openssl_line(&self, line: &str) -> String {
        self.openssl(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs one command of the Bouncy Castle oracle in the folder.
    pub(crate) fn try_bouncy_castle(&self, arguments: &[&str]) -> Result<String, String> {
        let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/java/BcOracle.java");
        let jars = ["bcprov", "bcpkix", "bcutil"].map(|jar| format!("/usr/share/java/{jar}.jar"));
        run(Command::new("java")
            .args(["-XX:TieredStopAtLevel=1", "-cp", &jars.join(":")])
            .arg(oracle.canonicalize().unwrap())
            .args(arguments)
            .current_dir(&self.folder))
    }

    pub(crate) fn bouncy_castle(&self, arguments: &[&str]) -> String {
        let output = self
            .try_bouncy_castle(arguments)
            .unwrap_or_else(|complaint| panic!("BcOracle {arguments:?}: {complaint}"));
        assert!(output.starts_with("OK"), "{output}");
        output
    }
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} did not start: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout) + &text(&output.stderr)),
        false => Err(text(&output.stdout) + &text(&output.stderr)),
    }
}

/// An applicant with both key pairs and both certificates.
pub(crate) struct Holder {
    pub(crate) signing_key: SoftwareKey,
    pub(crate) encryption_key: SoftwareKey,
    pub(crate) sign_cert: Certificate,
    pub(crate) enc_cert: Certificate,
    pub(crate) root: Certificate,
}

pub(crate) fn root(algorithm: KeyAlgorithm) -> Authority {
    let name = "C=CN, O=ukey TEST, CN=ukey TEST root".parse().unwrap();
    Authority::create_root(&name, algorithm, validity()).unwrap()
}

pub(crate) fn enroll(
    authority: &Authority,
    key: &SoftwareKey,
    subject: &str,
) -> (CertificationRequest, Enrolment) {
    let subject = subject.parse().unwrap();
    let request = CertificationRequest::build(&subject, key, &RequestOptions::default()).unwrap();
    let options = IssueOptions::new(validity());
    let enrolment = authority.enroll(&request, &options, &mut NoEscrow).unwrap();
    (request, enrolment)
}

fn holder(authority: &Authority, algorithm: KeyAlgorithm, subject: &str) -> Holder {
    let signing_key = SoftwareKey::generate(algorithm).unwrap();
    let (_, enrolment) = enroll(authority, &signing_key, subject);
    Holder {
        encryption_key: enrolment.enveloped_key.open(&signing_key).unwrap(),
        signing_key,
        sign_cert: enrolment.signature_certificate,
        enc_cert: enrolment.encryption_certificate,
        root: authority.certificate().clone(),
    }
}

pub(crate) static SM2_ROOT: LazyLock<Authority> = LazyLock::new(|| root(KeyAlgorithm::Sm2));

pub(crate) static RSA_ROOT: LazyLock<Authority> =
    LazyLock::new(|| root(KeyAlgorithm::Rsa { bits: 2048 }));

/// A bidder with SM2 keys.
pub(crate) static ALICE: LazyLock<Holder> = LazyLock::new(|| {
    holder(
        &SM2_ROOT,
        KeyAlgorithm::Sm2,
        "C=CN, ST=北京市, O=测试投标有限公司, CN=张三",
    )
});

/// A tenderee with SM2 keys under the same root.
pub(crate) static BOB: LazyLock<Holder> = LazyLock::new(|| {
    holder(
        &SM2_ROOT,
        KeyAlgorithm::Sm2,
        "C=CN, O=测试招标代理, CN=李四",
    )
});

/// A bidder with RSA keys.
pub(crate) static RUTH: LazyLock<Holder> = LazyLock::new(|| {
    holder(
        &RSA_ROOT,
        KeyAlgorithm::Rsa { bits: 2048 },
        "C=CN, O=RSA TEST, CN=Ruth",
    )
});

/// A content of any length that is made as it is read, and counts how it is read.
pub(crate) struct Counting {
    len: u64,
    position: u64,
    pub(crate) octets_read: u64,
    pub(crate) largest_read: usize,
}

impl Counting {
    pub(crate) fn new(len: u64) -> Self {
        Self {
            len,
            position: 0,
            octets_read: 0,
            largest_read: 0,
        }
    }

    /// Fills `buffer` with the content from `position` on. The content repeats with a prime period,
    /// so that no block or buffer boundary falls on the same octets twice.
    pub(crate) fn fill(buffer: &mut [u8], position: u64) {
        let mut at = (position % PATTERN.len() as u64) as usize;
        let mut rest = buffer;
        while !rest.is_empty() {
            let len = rest.len().min(PATTERN.len() - at);
            let (now, later) = rest.split_at_mut(len);
            now.copy_from_slice(&PATTERN[at..at + len]);
            rest = later;
            at = 0;
        }
    }
}

static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let octet = |n: u32| (n ^ (n >> 8)) as u8;
    (0..65_521).map(octet).collect()
});

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.len - self.position).unwrap_or(usize::MAX);
        let read = buffer.len().min(left);
        Self::fill(&mut buffer[..read], self.position);
        self.position += read as u64;
        self.octets_read += read as u64;
        self.largest_read = self.largest_read.max(buffer.len());
        Ok(read)
    }
}

impl Seek for Counting {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match to {
            SeekFrom::Start(position) => self.position = position,
            SeekFrom::Current(0) => {}
            other => return Err(std::io::Error::other(format!("unexpected {other:?}"))),
        }
        Ok(self.position)
    }
}
