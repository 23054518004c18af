//! A token as other people's PKCS#11 clients meet it: initialised, reached through an environment,
//! with keys and certificates that any of them may use.

use std::ffi::{OsStr, OsString};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::openssl::file;
use crate::pkcs11::{LABEL, SO_PIN, USER_PIN};
use crate::{Finished, PcscLab, Program, TokenImage, release_file};

/// How long one client may take; the longest of them make RSA keys on a loaded machine.
const LIMIT: Duration = Duration::from_secs(180);

/// An initialised token ([`LABEL`], [`USER_PIN`], [`SO_PIN`]) and what leads clients to it.
/// Everything here panics with what the client said, since a test can do nothing else.
#[derive(Debug)]
pub struct ClientToken {
    folder: PathBuf,
    environment: Vec<(&'static str, OsString)>,
    /// Keeps the image as long as this token.
    _image: Option<TokenImage>,
}

/// The key pairs that clients agree upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// RSA with 2048 bits.
    Rsa,
    /// NIST P-256.
    P256,
}

impl Pair {
    /// Its CKA_ID, as pkcs11-tool and URIs (`%10`) write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Rsa => "10",
            Self::P256 => "20",
        }
    }

    /// Its CKA_LABEL.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::P256 => "p256",
        }
    }

    /// As pkcs11-tool's `--key-type`.
    pub fn key_type(self) -> &'static str {
        match self {
            Self::Rsa => "rsa:2048",
            Self::P256 => "EC:prime256v1",
        }
    }
}

/// The module under test.
///
/// # Panics
/// When it is not built.
pub fn module() -> PathBuf {
    release_file("libukey_pkcs11.so").unwrap_or_else(|error| panic!("{error}"))
}

/// A port of the loopback interface that nobody listens on.
///
/// # Panics
/// When the system has none.
pub fn free_port() -> u16 {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback interface");
    socket.local_addr().expect("it is bound").port()
}

/// The outcome of a program that must succeed.
///
/// # Panics
/// With all it said, when it does not.
pub fn succeeds(program: Program) -> Finished {
    program.succeed().unwrap_or_else(|error| panic!("{error}"))
}

impl ClientToken {
    /// A token embedded in each client.
    ///
    /// # Panics
    /// When it cannot be initialised.
    pub fn embedded() -> Self {
        let token = Self::blank();
        token.initialise();
        token
    }

    /// The same, not initialised.
    ///
    /// # Panics
    /// When there is no room for it.
    pub fn blank() -> Self {
        let image = TokenImage::blank().unwrap_or_else(|error| panic!("{error}"));
        Self {
            folder: image.folder().to_path_buf(),
            environment: image.environment(),
            _image: Some(image),
        }
    }

    /// A token in the first reader of `lab`. Only for use inside `pcsc_test`, whose environment
    /// the clients inherit.
    ///
    /// # Panics
    /// When it cannot be initialised.
    pub fn in_reader(lab: &mut PcscLab) -> Self {
        let token = Self::blank_in_reader(lab);
        token.initialise();
        token
    }

    /// The same, not initialised.
    ///
    /// # Panics
    /// When it cannot be inserted.
    pub fn blank_in_reader(lab: &mut PcscLab) -> Self {
        let folder = lab.folder().to_path_buf();
        let inserted = lab.insert(0, &folder.join("token.img"));
        inserted.unwrap_or_else(|error| panic!("{error}"));
        Self {
            folder,
            environment: Vec::new(),
            _image: None,
        }
    }

    fn initialise(&self) {
        let so_pin = ["--so-pin", "env:TEST_SO_PIN"];
        let blank = ["--init-token", "--slot-index", "0", "--label", LABEL];
        succeeds(self.tool(&blank).args(so_pin));
        let pin = ["--login", "--login-type", "so", "--init-pin"];
        let pin = self.tool(&pin).args(so_pin);
        succeeds(pin.args(["--new-pin", "env:TEST_PIN"]));
    }

    /// A folder for the test's files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file into the folder and gives its path as an argument.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        file(&self.folder, name, content)
    }

    /// The path of a file in the folder as an argument.
    ///
    /// # Panics
    /// When the folder has an odd name.
    pub fn path(&self, name: &str) -> String {
        let path = self.folder.join(name);
        path.to_str().expect("tests use plain names").to_owned()
    }

    /// What leads a program to this token, and the PINs for those that can take them from there.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut all = self.environment.clone();
        all.push(("TEST_PIN", USER_PIN.into()));
        all.push(("TEST_SO_PIN", SO_PIN.into()));
        all
    }

    /// A program that sees this token, running in its folder.
    pub fn program(&self, name: impl AsRef<OsStr>) -> Program {
        Program::new(name)
            .envs(self.environment())
            .current_dir(&self.folder)
            .limit(LIMIT)
    }

    /// The same, for a service.
    pub fn command(&self, name: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(name);
        command.envs(self.environment()).current_dir(&self.folder);
        command
    }

    /// `pkcs11-tool` with these arguments.
    pub fn tool(&self, arguments: &[&str]) -> Program {
        self.program("pkcs11-tool")
            .arg("--module")
            .arg(module())
            .args(arguments)
    }

    /// `pkcs11-tool` with the user logged in.
    pub fn user_tool(&self, arguments: &[&str]) -> Program {
        self.tool(&["--login", "--pin", "env:TEST_PIN"])
            .args(arguments)
    }

    /// Makes a pair on the token.
    ///
    /// # Panics
    /// When `pkcs11-tool` cannot.
    pub fn generate(&self, pair: Pair) {
        let generate = ["--keypairgen", "--key-type", pair.key_type()];
        let name = ["--id", pair.id(), "--label", pair.label()];
        succeeds(self.user_tool(&generate).args(name));
    }

    /// The public key of a pair: a PEM file that `pkcs11-tool` and OpenSSL made.
    ///
    /// # Panics
    /// When they cannot.
    pub fn public_key(&self, pair: Pair) -> String {
        let (der, pem) = (self.path("public.der"), self.path("public.pem"));
        let read = ["--read-object", "--type", "pubkey", "--id", pair.id()];
        succeeds(self.tool(&read).args(["--output-file", &der]));
        let convert = [
            "pkey", "-pubin", "-inform", "DER", "-in", &der, "-out", &pem,
        ];
        succeeds(Program::new("openssl").args(convert));
        pem
    }

    /// Puts a certificate (a PEM file) onto the token, beside its key.
    ///
    /// # Panics
    /// When `pkcs11-tool` cannot.
    pub fn store_certificate(&self, pair: Pair, pem: &str) {
        let der = self.path("certificate.der");
        let convert = ["x509", "-in", pem, "-outform", "DER", "-out", &der];
        succeeds(Program::new("openssl").args(convert));
        let write = ["--write-object", &der, "--type", "cert"];
        let name = ["--id", pair.id(), "--label", pair.label()];
        succeeds(self.user_tool(&write).args(name));
    }

    /// The PKCS#11 URI of the objects with the ID of this pair.
    pub fn uri(&self, pair: Pair, object_type: &str) -> String {
        let token = LABEL.replace(' ', "%20");
        format!("pkcs11:token={token};id=%{};type={object_type}", pair.id())
    }
}
