//! The state directory of an authority.
//!
//! | file | what |
//! |---|---|
//! | `ca.pem`, `ca-rsa.pem` | certificates to be trusted by others: issuing one, then root |
//! | `keys/root.key`, `keys/issuing.key` (and `…-rsa.key`) | private keys, PKCS#8, mode 0600 |
//! | `kmc.json` | public side of the escrow, and what two officers open it with |
//! | `officers/NAME.key` | secrets of the officers: to be moved into their own hands |
//! | `state.db` | certificates, requests, escrowed keys, log ([`crate::state::sqlite`]) |
//!
//! A directory is complete or not there: it is made under another name and renamed. The root's key
//! is needed only for making issuing certificates and may be kept elsewhere.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use time::{Duration, OffsetDateTime};
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Validity;
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::{Certificate, Name, SoftwareKey};
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::engine::{Consent, Engine, Incoming, Issuer, Policy};
use crate::error::{Error, Refusal, Result};
use crate::kmc::{Kmc, OfficerKey, OpenKmc};
use crate::state::State;
use crate::state::sqlite::SqliteState;

/// Days of validity of the root and of the issuing certificate.
const ROOT_DAYS: u32 = 20 * 365;
const ISSUING_DAYS: u32 = 10 * 365;
/// How far back they begin, for clocks that are a little slow.
const CLOCK_TOLERANCE: Duration = Duration::minutes(5);
/// Longest file that is read.
const MAX_FILE: u64 = 1 << 20;

/// What a new authority is to be like.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the root.
    pub root: Name,
    /// Name of the issuing certificate.
    pub issuing: Name,
    /// Names of the officers, at least two.
    pub officers: Vec<String>,
    /// RSA certificates too.
    pub rsa: bool,
    /// Days of validity of the issuing certificate.
    pub issuing_days: u32,
}

impl Plan {
    /// An authority for tests: every name says so.
    ///
    /// # Errors
    /// None: the names are constants.
    pub fn for_tests() -> Result<Self> {
        Ok(Self {
            root: "C=CN,O=TEST ONLY,CN=ukey TEST root".parse()?,
            issuing: "C=CN,O=TEST ONLY,CN=ukey TEST issuing CA".parse()?,
            officers: vec!["first".to_owned(), "second".to_owned()],
            rsa: false,
            issuing_days: ISSUING_DAYS,
        })
    }
}

/// An opened state directory.
pub struct Directory {
    path: PathBuf,
    engine: Engine,
    kmc: Kmc,
    plan_names: (Name, Name),
    state: SqliteState,
}

impl Directory {
    /// Whether an authority lives at `path`.
    pub fn exists(path: &Path) -> bool {
        path.join("ca.pem").exists()
    }

    /// Makes an authority at `path`, which must not exist or be empty.
    ///
    /// # Errors
    /// [`Error::Damaged`] when something else is there, [`Error::File`], [`Refusal::TwoOfficers`].
    pub fn init(path: &Path, plan: &Plan) -> Result<Self> {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        make_directory(parent)?;
        let new = tempfile::Builder::new()
            .prefix(".ukey-ca-new-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map_err(|e| Error::file(parent, e))?;
        make(new.path(), plan)?;
        match fs::rename(new.path(), path) {
            Ok(()) => drop(new.keep()),
            // Somebody else was faster with the same.
            Err(_) if Self::exists(path) => {}
            Err(e) => return Err(Error::file(path, e)),
        }
        Self::open(path)
    }

    /// Opens the authority at `path`.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Damaged`], [`Error::State`].
    pub fn open(path: &Path) -> Result<Self> {
        if !Self::exists(path) {
            return Err(Error::NoAuthority(path.to_owned()));
        }
        let sm2 = load_issuer(path, "sm2", "")?;
        let rsa = match path.join("ca-rsa.pem").exists() {
            true => Some(load_issuer(path, "rsa", "-rsa")?),
            false => None,
        };
        let kmc_path = path.join("kmc.json");
        let kmc: Kmc = serde_json::from_slice(&read(&kmc_path)?)
            .map_err(|e| Error::damaged(kmc_path, e.to_string()))?;
        let plan_names = (
            sm2.root.subject().clone(),
            sm2.authority.certificate().subject().clone(),
        );
        Ok(Self {
            engine: Engine {
                sm2,
                rsa,
                depositor: kmc.depositor()?,
                policy: Policy::default(),
            },
            kmc,
            plan_names,
            state: SqliteState::open(&path.join("state.db"))?,
            path: path.to_owned(),
        })
    }

    /// Adds RSA certificates to an authority that has none.
    ///
    /// # Errors
    /// As [`Directory::init`].
    pub fn add_rsa(&mut self) -> Result<()> {
        if self.engine.rsa.is_none() {
            let (root, issuing) = &self.plan_names;
            let days = ISSUING_DAYS;
            make_issuer(
                &self.path,
                "-rsa",
                KeyAlgorithm::Rsa { bits: 2048 },
                root,
                issuing,
                days,
            )?;
            self.engine.rsa = Some(load_issuer(&self.path, "rsa", "-rsa")?);
        }
        Ok(())
    }

    /// The rules.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The rules, to change the policy.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// The state.
    pub fn state(&mut self) -> &mut dyn State {
        &mut self.state
    }

    /// Rules and state at once.
    pub fn parts(&mut self) -> (&Engine, &mut dyn State) {
        (&self.engine, &mut self.state)
    }

    /// Opens the escrow with two officers' key files.
    ///
    /// # Errors
    /// [`Refusal::TwoOfficers`], [`Error::File`].
    pub fn open_kmc(&self, first: &Path, second: &Path) -> Result<OpenKmc> {
        self.kmc.open(&read_officer(first)?, &read_officer(second)?)
    }

    /// Key files of officers that still lie in the directory.
    pub fn officer_files(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path.join("officers")) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        files
    }

    /// Answers requests durably, in one transaction.
    ///
    /// # Errors
    /// Trouble with state or keys; then nothing of it happened.
    pub fn process(
        &mut self,
        incoming: &[Incoming],
        consent: Consent<'_>,
        now: OffsetDateTime,
    ) -> Result<Vec<Answer>> {
        let mut transaction = self.state.begin()?;
        let answers = self
            .engine
            .process(&mut *transaction, incoming, consent, now)?;
        transaction.commit()?;
        Ok(answers)
    }

    /// Certificates that others are to trust.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Pki`].
    pub fn trusted(path: &Path) -> Result<Vec<Certificate>> {
        let mut all = Vec::new();
        for name in ["ca.pem", "ca-rsa.pem"] {
            let file = path.join(name);
            if file.exists() {
                all.extend(Certificate::all_from_file_bytes(&read(&file)?)?);
            }
        }
        Ok(all)
    }
}

fn make(path: &Path, plan: &Plan) -> Result<()> {
    make_directory(&path.join("keys"))?;
    make_directory(&path.join("officers"))?;
    let mut officers = Vec::new();
    for name in &plan.officers {
        let usable = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-');
        if !usable {
            return Err(Refusal::Name(format!("officer {name:?}")).into());
        }
        officers.push(OfficerKey::generate(name)?);
    }
    let kmc = Kmc::create(&officers)?;
    for officer in &officers {
        let file = path
            .join("officers")
            .join(officer.name())
            .with_extension("key");
        write_private(&file, officer.to_text().as_bytes())?;
    }
    let text = serde_json::to_vec_pretty(&kmc).map_err(Error::state)?;
    write_private(&path.join("kmc.json"), &text)?;
    let (root, issuing, days) = (&plan.root, &plan.issuing, plan.issuing_days);
    if plan.rsa {
        make_issuer(
            path,
            "-rsa",
            KeyAlgorithm::Rsa { bits: 2048 },
            root,
            issuing,
            days,
        )?;
    }
    make_issuer(path, "", KeyAlgorithm::Sm2, root, issuing, days)?;
    SqliteState::open(&path.join("state.db")).map(drop)
}

/// The file with the certificates is written last: where it is, all is.
fn make_issuer(
    path: &Path,
    suffix: &str,
    algorithm: KeyAlgorithm,
    root: &Name,
    issuing: &Name,
    issuing_days: u32,
) -> Result<()> {
    let start = OffsetDateTime::now_utc() - CLOCK_TOLERANCE;
    let root = Authority::create_root(root, algorithm, Validity::days(start, ROOT_DAYS))?;
    let validity = Validity::days(start, issuing_days);
    let issuing = root.create_subordinate(issuing, algorithm, validity)?;
    for (name, authority) in [("root", &root), ("issuing", &issuing)] {
        let file = path.join(format!("keys/{name}{suffix}.key"));
        write_private(&file, authority.key().to_pkcs8_pem().as_bytes())?;
    }
    let pem = [issuing.certificate().to_pem(), root.certificate().to_pem()].concat();
    write(&path.join(format!("ca{suffix}.pem")), pem.as_bytes(), 0o644)
}

fn load_issuer(path: &Path, name: &str, suffix: &str) -> Result<Issuer> {
    let file = path.join(format!("ca{suffix}.pem"));
    let certificates = Certificate::all_from_file_bytes(&read(&file)?)?;
    let [issuing, root] = certificates.as_slice() else {
        return Err(Error::damaged(file, "it has not two certificates"));
    };
    let key = Zeroizing::new(read(&path.join(format!("keys/issuing{suffix}.key")))?);
    Ok(Issuer {
        name: name.to_owned(),
        root: root.clone(),
        authority: Authority::load(issuing.clone(), SoftwareKey::from_pkcs8(&key)?)?,
    })
}

fn read_officer(path: &Path) -> Result<OfficerKey> {
    let text = Zeroizing::new(read(path)?);
    std::str::from_utf8(&text)
        .ok()
        .and_then(OfficerKey::from_text)
        .ok_or_else(|| Error::damaged(path, "it is not an officer's key file"))
}

fn make_directory(path: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| Error::file(path, e))
}

/// Reads a file of reasonable size.
///
/// # Errors
/// [`Error::File`].
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let limited = || -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        if file.metadata()?.len() > MAX_FILE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, MAX_FILE), &mut bytes)?;
        Ok(bytes)
    };
    limited().map_err(|e| Error::file(path, e))
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    write(path, bytes, 0o600)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let all = || -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    all().map_err(|e| Error::file(path, e))
}

/// Writes a result: it appears under its name only when it is whole.
///
/// # Errors
/// [`Error::File`].
pub fn write_result(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let all = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".ukey-unfinished-")
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    all().map_err(|e| Error::file(path, without_temporary(e)))
}

/// The system's words without the name of the unfinished file, which is nobody's affair.
fn without_temporary(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path \"") {
        Some((words, _)) => io::Error::new(error.kind(), words.to_owned()),
        None => error,
    }
}
