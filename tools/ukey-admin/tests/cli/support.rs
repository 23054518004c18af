//! A folder with token images, and the program run in it.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Mutex,
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

/// The user PIN of every key made here.
pub(crate) const USER_PIN: &str = "13579135";
/// The SO PIN of every key made here.
pub(crate) const SO_PIN: &str = "86420864";
/// A PIN that is wrong everywhere.
pub(crate) const WRONG_PIN: &str = "97531097";
/// What no output may ever hold.
const SECRETS: [&str; 3] = [USER_PIN, SO_PIN, WRONG_PIN];

/// A folder with one or more keys.
pub(crate) struct Desk {
    folder: TempDir,
    images: Vec<PathBuf>,
    /// Size of images that are made; `None` leaves it to the program.
    image_mib: Option<u32>,
}

/// How a run ended.
pub(crate) struct Run {
    /// Exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: Vec<u8>,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Run {
    /// What a finished program left; no PIN may be in it.
    pub(crate) fn new(output: Output) -> Self {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let stdout = String::from_utf8_lossy(&output.stdout);
        for secret in SECRETS {
            assert!(
                !stdout.contains(secret) && !stderr.contains(secret),
                "a PIN was printed"
            );
        }
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr,
        }
    }

    /// Fails the test unless the run succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.text(), self.stderr);
        self
    }

    /// Fails the test unless the run ended with this code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}{}", self.text(), self.stderr);
        self
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as the one JSON object that it must be.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let value: Value = serde_json::from_slice(&self.stdout).unwrap();
        assert_eq!(value["schema"], "ukey/1");
        assert_eq!(value["ok"], self.code == 0);
        for key in ["data", "error"] {
            assert!(value.get(key).is_some(), "{key} is missing");
        }
        assert_eq!(self.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
        value
    }
}

impl Desk {
    /// A folder with PIN files and this many blank keys.
    pub(crate) fn with_keys(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let images = (0..count)
            .map(|n| folder.path().join(format!("key{n}.img")))
            .collect();
        let desk = Self {
            folder,
            images,
            image_mib: None,
        };
        for (name, pin) in [
            ("user.pin", USER_PIN),
            ("so.pin", SO_PIN),
            ("wrong.pin", WRONG_PIN),
        ] {
            desk.private_file(name, format!("{pin}\n").as_bytes());
        }
        desk
    }

    /// One blank key.
    pub(crate) fn blank() -> Self {
        Self::with_keys(1)
    }

    /// One key with the application UKEY and both PINs.
    pub(crate) fn initialised() -> Self {
        Self::blank().initialise()
    }

    /// As [`Desk::initialised`], with a key of so many MiB.
    pub(crate) fn initialised_of(mib: u32) -> Self {
        let mut desk = Self::blank();
        desk.image_mib = Some(mib);
        desk.initialise()
    }

    fn initialise(self) -> Self {
        self.run([
            "device",
            "init",
            "--pin-source",
            "file:user.pin",
            "--so-pin-source",
            "file:so.pin",
        ])
        .ok();
        self
    }

    /// One key with both certificates in container main, from the test CA in `ca`.
    pub(crate) fn enrolled() -> Self {
        let desk = Self::initialised();
        desk.run(ENROLL).ok();
        desk
    }

    /// Another folder with the same in it.
    pub(crate) fn copy(&self) -> Self {
        let mut copy = Self::with_keys(self.images.len());
        copy.image_mib = self.image_mib;
        copy_folder(self.folder.path(), copy.folder.path());
        copy
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn private_file(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Names of all files in the folder, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The program, ready to run here with nothing of the machine's environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ukey-admin"));
        self.prepare(&mut command);
        command
    }

    /// Makes any program run here.
    pub(crate) fn prepare(&self, command: &mut Command) {
        let images = std::env::join_paths(&self.images).unwrap();
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path())
            .env("UKEY_PCSC", "off")
            .env("UKEY_EMBEDDED", images)
            .stdin(Stdio::null());
        if let Some(mib) = self.image_mib {
            command.env("UKEY_EMBEDDED_SIZE_MIB", mib.to_string());
        }
    }

    /// Runs the program.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        Run::new(self.command().args(arguments).output().unwrap())
    }

    /// Runs the program with this on its standard input.
    pub(crate) fn run_with_input<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Run {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // Aside, since the program may write before it has read all. One that fails early does
        // not read it at all, which is no failure of the test.
        let feeder = thread::spawn(move || stdin.write_all(&input).ok());
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Run::new(output)
    }

    /// Runs the program with `--json` and gives its code and its object.
    #[track_caller]
    pub(crate) fn json<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> (i32, Value) {
        let arguments: Vec<_> = arguments
            .into_iter()
            .map(|a| a.as_ref().to_owned())
            .collect();
        let run = self.run(std::iter::once("--json".into()).chain(arguments));
        (run.code, run.json())
    }

    /// Runs OpenSSL here; `true` when it says yes.
    pub(crate) fn openssl<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> bool {
        let mut command = Command::new("openssl");
        self.prepare(&mut command);
        let output = command
            .args(arguments)
            .output()
            .expect("openssl is installed");
        output.status.success()
    }

    /// The authority in `ca` answers a request file; whether it grants.
    #[track_caller]
    pub(crate) fn answer(&self, request: &str, answer: &str) -> bool {
        let mut ca = ukey_ca::directory::Directory::open(&self.path("ca")).unwrap();
        let consent = ukey_ca::engine::Consent {
            operator: true,
            kmc: None,
        };
        let incoming = [ukey_ca::engine::incoming(&self.read(request))];
        let now = time::OffsetDateTime::now_utc();
        let answers = ca.process(&incoming, consent, now).unwrap();
        self.file(answer, &answers[0].to_file().unwrap());
        answers[0].ok
    }

    /// Certificates that the authority in `ca` has issued; its log is whole.
    #[track_caller]
    pub(crate) fn issued(&self) -> u64 {
        let mut ca = ukey_ca::directory::Directory::open(&self.path("ca")).unwrap();
        let mut transaction = ca.state().begin().unwrap();
        let found = ukey_ca::log::verify(&mut *transaction, None).unwrap();
        found.certificates
    }

    /// Has the authority in `ca` write its revocation list, of so many days ago and good for seven.
    #[track_caller]
    pub(crate) fn revocation_list(&self, name: &str, days_ago: i64) {
        self.revocation_list_of("ca", name, days_ago);
    }

    /// As [`Desk::revocation_list`], of another authority.
    #[track_caller]
    pub(crate) fn revocation_list_of(&self, ca: &str, name: &str, days_ago: i64) {
        let mut ca = ukey_ca::directory::Directory::open(&self.path(ca)).unwrap();
        let (engine, state) = ca.parts();
        let mut transaction = state.begin().unwrap();
        let made = time::OffsetDateTime::now_utc() - time::Duration::days(days_ago);
        let next = made + time::Duration::days(7);
        let issuer = engine.issuers().next().unwrap();
        let list = engine.revocation_list(&mut *transaction, issuer, made, next);
        transaction.commit().unwrap();
        self.file(name, list.unwrap().as_der());
    }

    /// Makes an authority in `stranger` that the key knows nothing of.
    pub(crate) fn stranger(&self) {
        let mut plan = ukey_ca::directory::Plan::for_tests().unwrap();
        plan.issuing = "C=CN,O=TEST ONLY,CN=stranger".parse().unwrap();
        ukey_ca::directory::Directory::init(&self.path("stranger"), &plan).unwrap();
    }

    /// Serial number of a certificate in use on the only key.
    #[track_caller]
    pub(crate) fn certificate_serial(&self, usage: &str) -> String {
        let (_, found) = self.json(["cert", "export", "--usage", usage]);
        let serial = found["data"]["certificate"]["serial"].as_str();
        serial.unwrap().to_owned()
    }

    /// Fills the only key, of 1 MiB, with seals called a to e, until less than 4 KiB are left.
    #[track_caller]
    pub(crate) fn fill(&self) {
        let free = || {
            let (_, info) = self.json(["device", "info"]);
            usize::try_from(info["data"]["free_space"].as_u64().unwrap()).unwrap()
        };
        for name in ["a", "b", "c", "d", "e"] {
            self.file("seal", &vec![0; free().saturating_sub(1800).min(100_000)]);
            self.run(with_pin(&["seal", "store", "seal", "--name", name]))
                .ok();
        }
        assert!(free() < 4096, "{}", free());
    }

    /// Works with the only key as any program may.
    #[track_caller]
    pub(crate) fn with_device(&self, work: impl FnOnce(&ukey_token::Device)) {
        let image = self.images[0].clone().into_os_string();
        let config = ukey_host::Config::load_with(&|name| match name {
            "UKEY_PCSC" => Some("off".into()),
            "UKEY_EMBEDDED" => Some(image.clone()),
            _ => None,
        });
        let registry = ukey_host::registry(&config.unwrap());
        registry.refresh().unwrap();
        work(&registry.readers()[0].device().unwrap());
    }

    /// Works with the only key's application as any program may that knows the PIN.
    #[track_caller]
    pub(crate) fn as_program(&self, work: impl FnOnce(&ukey_token::Application)) {
        self.with_device(|device| {
            let application = device.application("UKEY");
            let pin = ukey_token::Pin::new(USER_PIN.as_bytes()).unwrap();
            application
                .verify_pin(ukey_token::PinType::User, &pin)
                .unwrap();
            work(&application);
        });
    }

    /// Tries left of the user PIN.
    #[track_caller]
    pub(crate) fn tries_left(&self) -> u64 {
        let (_, status) = self.json(["pin", "status"]);
        status["data"]["user"]["tries_left"].as_u64().unwrap()
    }
}

/// A C file beside this one, as a library to be loaded before the C library.
pub(crate) fn c_library(source: &str) -> PathBuf {
    static LIBRARIES: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut libraries = LIBRARIES.lock().unwrap();
    let compile = || {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let unfinished = folder.join(format!("{source}.{}", std::process::id()));
        let code = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli")).join(source);
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&unfinished, &code])
            .status()
            .expect("a C compiler is installed");
        assert!(compiled.success());
        let library = folder.join(format!("{source}.so"));
        // Another test's process may do the same now.
        fs::rename(unfinished, &library).unwrap();
        library
    };
    let library = libraries.entry(source.to_owned());
    library.or_insert_with(compile).clone()
}

/// Arguments that enrol the only key.
pub(crate) const ENROLL: [&str; 7] = [
    "enroll",
    "--ca",
    "ca",
    "--subject",
    "C=CN,O=ACME,CN=ACME 投标",
    "--pin-source",
    "file:user.pin",
];

/// Where the user PIN comes from.
pub(crate) const PIN: [&str; 2] = ["--pin-source", "file:user.pin"];

/// `arguments` and the user PIN.
pub(crate) fn with_pin<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &PIN].concat()
}

/// Bytes that do not compress and do not repeat.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&from, &to),
            false => drop(fs::copy(from, to).unwrap()),
        }
    }
}

/// `true` when `path` is there.
pub(crate) fn exists(desk: &Desk, name: &str) -> bool {
    Path::new(&desk.path(name)).exists()
}
