//! A test certification authority kept in a directory. Its keys are plain files: it is for trying
//! out and for tests, and every name it gives says TEST.
//!
//! | file | what |
//! |---|---|
//! | `ca.pem`, `ca.key` | root certificate and key for SM2 keys |
//! | `ca-rsa.pem`, `ca-rsa.key` | the same for RSA keys, made when first needed |
//! | `kmc.key` | key under which copies of encryption keys are kept |
//! | `issued/ID.pem` | answer to the request for the signing key with this identifier |
//! | `escrow/SERIAL.pem`, `escrow/SERIAL.sealed` | encryption certificate and sealed copy of its key |

use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use time::{Duration, OffsetDateTime};
use ukey_crypto::seal::SealKey;
use ukey_pki::{
    Certificate, CertificationRequest, PublicKey, SoftwareKey,
    ca::{Authority, EscrowTable, IssueOptions},
    certificate::Validity,
    csr_response::CsrResponse,
    key::KeyAlgorithm,
};
use zeroize::Zeroizing;

use crate::{
    certificate,
    error::{Error, Result},
    files::{self, Readers},
    text,
};

/// Validity of a root in days.
const ROOT_DAYS: u32 = 3650;

/// How far back validities begin, for clocks that are a little slow.
const CLOCK_TOLERANCE: Duration = Duration::minutes(5);

/// See the [module](self). Holds the directory's lock.
pub(crate) struct TestCa {
    directory: PathBuf,
    authority: Authority,
    /// Whether the root was made by this run.
    pub(crate) is_new: bool,
    _lock: File,
}

impl TestCa {
    /// Takes up the authority in `directory` for keys like `key`, or makes it.
    pub(crate) fn open_or_create(directory: &Path, key: &PublicKey) -> Result<Self> {
        for folder in [
            directory.to_owned(),
            directory.join("issued"),
            directory.join("escrow"),
        ] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(|e| Error::create(&folder, e))?;
        }
        let lock = lock(&directory.join("lock"))?;
        let (name, algorithm) = match key {
            PublicKey::Rsa(_) => ("ca-rsa", KeyAlgorithm::Rsa { bits: 2048 }),
            _ => ("ca", KeyAlgorithm::Sm2),
        };
        let certificate_path = directory.join(name).with_extension("pem");
        let key_path = directory.join(name).with_extension("key");
        let is_new = !certificate_path.exists();
        let authority = match is_new {
            true => create_root(algorithm, &certificate_path, &key_path)?,
            false => load_root(&certificate_path, &key_path)?,
        };
        Ok(Self {
            directory: directory.to_owned(),
            authority,
            is_new,
            _lock: lock,
        })
    }

    /// The root certificate.
    pub(crate) fn certificate(&self) -> &Certificate {
        self.authority.certificate()
    }

    /// What was issued for this signing key before.
    pub(crate) fn issued(&self, signing_key: &PublicKey) -> Result<Option<CsrResponse>> {
        let path = self.answer_path(signing_key);
        match path.exists() {
            true => Ok(Some(CsrResponse::from_file_bytes(&files::read_small(
                &path,
            )?)?)),
            false => Ok(None),
        }
    }

    /// Issues the double certificate, or gives again what was issued for this key before: a
    /// request repeated after an interruption does not make a second certificate.
    pub(crate) fn answer(&self, request: &CertificationRequest, days: u32) -> Result<CsrResponse> {
        if let Some(response) = self.issued(request.public_key())? {
            return Ok(response);
        }
        let start = OffsetDateTime::now_utc() - CLOCK_TOLERANCE;
        let options = IssueOptions::new(Validity::days(start, days));
        let mut escrow = EscrowTable::new(self.kmc_key()?, Vec::new());
        let enrolment = self.authority.enroll(request, &options, &mut escrow)?;
        for record in escrow.records() {
            let path = self
                .directory
                .join("escrow")
                .join(record.certificate.serial_hex());
            let write = |extension: &str, bytes: &[u8]| {
                files::write_whole(&path.with_extension(extension), true, Readers::Owner, bytes)
            };
            write("pem", record.certificate.to_pem().as_bytes())?;
            write("sealed", &record.sealed_key)?;
        }
        let response = enrolment.to_csr_response();
        let path = self.answer_path(request.public_key());
        files::write_whole(&path, true, Readers::Owner, response.to_pem().as_bytes())?;
        Ok(response)
    }

    fn answer_path(&self, signing_key: &PublicKey) -> PathBuf {
        let identifier = certificate::hex(&signing_key.key_identifier());
        self.directory
            .join("issued")
            .join(identifier)
            .with_extension("pem")
    }

    fn kmc_key(&self) -> Result<SealKey> {
        let path = self.directory.join("kmc.key");
        if !path.exists() {
            let mut fresh = Zeroizing::new([0; 32]);
            ukey_crypto::rng::fill(&mut *fresh).map_err(ukey_pki::Error::from)?;
            files::write_whole(&path, false, Readers::Owner, &*fresh)?;
        }
        let bytes = Zeroizing::new(files::read_small(&path)?);
        let key = <[u8; 32]>::try_from(bytes.as_slice())
            .map_err(|_| Error::Unfit(text::error::damaged(&path)))?;
        Ok(SealKey::from(key))
    }
}

/// Roots of the test CA in `directory`.
pub(crate) fn roots(directory: &Path) -> Result<Vec<Certificate>> {
    let mut roots = Vec::new();
    for name in ["ca.pem", "ca-rsa.pem"] {
        let path = directory.join(name);
        if path.exists() {
            roots.push(Certificate::from_file_bytes(&files::read_small(&path)?)?);
        }
    }
    Ok(roots)
}

fn lock(path: &Path) -> Result<File> {
    let open = || -> io::Result<File> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        file.lock()?;
        Ok(file)
    };
    open().map_err(|e| Error::create(path, e))
}

/// The certificate is written last: where it is, all is.
fn create_root(algorithm: KeyAlgorithm, certificate: &Path, key: &Path) -> Result<Authority> {
    let subject = text::TEST_CA_NAME.parse()?;
    let start = OffsetDateTime::now_utc() - CLOCK_TOLERANCE;
    let root = Authority::create_root(&subject, algorithm, Validity::days(start, ROOT_DAYS))?;
    files::write_whole(
        key,
        true,
        Readers::Owner,
        root.key().to_pkcs8_pem().as_bytes(),
    )?;
    let pem = root.certificate().to_pem();
    files::write_whole(certificate, true, Readers::AsUsual, pem.as_bytes())?;
    Ok(root)
}

fn load_root(certificate: &Path, key: &Path) -> Result<Authority> {
    let certificate = Certificate::from_file_bytes(&files::read_small(certificate)?)?;
    let pkcs8 = Zeroizing::new(files::read_small(key)?);
    Ok(Authority::load(
        certificate,
        SoftwareKey::from_pkcs8(&pkcs8)?,
    )?)
}
