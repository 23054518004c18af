//! A token with a certificate, made in this process, and the files by which its user is told what to do.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use ukey_host::Config;
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Validity;
use ukey_pki::certificate::build::{Profile, Template};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::{Certificate, PublicKey};
use ukey_token::{FACTORY_AUTH_KEY, KeyUsage, NewApplication, Pin, PinType, Rights};

pub(crate) const PIN: &str = "12345678";
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// See there.
const PINENTRY: &str = include_str!("../../../../tests/browser/pinentry.sh");

pub(crate) struct Bidder {
    folder: tempfile::TempDir,
    pub(crate) certificate: Certificate,
}

impl Bidder {
    /// With a certificate for "ACME tenders".
    pub(crate) fn new() -> Self {
        Self::called("C=CN,O=ACME,CN=ACME tenders")
    }

    /// With a certificate for this subject.
    pub(crate) fn called(subject: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = enrolled(&folder.path().join("token.img"), subject);
        let bidder = Self {
            folder,
            certificate,
        };
        bidder.write("ukey.toml", "");
        bidder.write("pinentry", PINENTRY);
        let executable = fs::Permissions::from_mode(0o700);
        fs::set_permissions(bidder.file("pinentry"), executable).unwrap();
        bidder.write("windows", "");
        bidder.type_pins(&[]);
        bidder.confirm(true);
        bidder
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("UKEY_CONFIG", self.file("ukey.toml").into()),
            ("UKEY_EMBEDDED", self.file("token.img").into()),
            ("UKEY_PCSC", "off".into()),
            ("UKEY_PINENTRY", self.file("pinentry").into()),
            ("HOME", self.folder().into()),
            ("XDG_CONFIG_HOME", self.file("config").into()),
            ("XDG_DATA_HOME", self.file("data").into()),
            ("XDG_STATE_HOME", self.file("state").into()),
            ("XDG_RUNTIME_DIR", self.folder().into()),
        ]
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.file(name), content).unwrap();
    }

    pub(crate) fn type_pins(&self, pins: &[&str]) {
        let lines: String = pins.iter().map(|pin| format!("{pin}\n")).collect();
        self.write("pins", lines);
    }

    pub(crate) fn confirm(&self, yes: bool) {
        self.write("confirm", if yes { "yes" } else { "no" });
    }

    /// All that windows were told to show so far.
    pub(crate) fn windows(&self) -> String {
        fs::read_to_string(self.file("windows")).unwrap()
    }

    /// How many PINs were asked for so far.
    pub(crate) fn pins_asked(&self) -> usize {
        self.windows()
            .lines()
            .filter(|line| *line == "GETPIN")
            .count()
    }

    pub(crate) fn audit(&self) -> String {
        fs::read_to_string(self.file("state/ukey/agent/audit.jsonl")).unwrap_or_default()
    }

    /// The last line of the audit log.
    pub(crate) fn last_line(&self) -> String {
        self.audit().lines().last().unwrap_or_default().to_owned()
    }
}

fn enrolled(image: &Path, subject: &str) -> Certificate {
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![image.to_owned()];
    let registry = ukey_host::registry(&config);
    registry.refresh().unwrap();
    let device = registry.readers()[0].device().unwrap();
    device.authenticate(&FACTORY_AUTH_KEY).unwrap();
    let pin = Pin::new(PIN.as_bytes()).unwrap();
    let new = NewApplication {
        name: "UKEY",
        admin_pin: &Pin::new(b"87654321").unwrap(),
        admin_tries: 10,
        user_pin: Some(&pin),
        user_tries: 10,
        create_file_rights: Rights::USER,
    };
    device.create_application(&new, None).unwrap();
    let application = device.application("UKEY");
    application.verify_pin(PinType::User, &pin).unwrap();
    let container = application.create_container("work").unwrap();
    let public_key = PublicKey::Sm2(container.generate_sm2().unwrap());

    let now = OffsetDateTime::now_utc();
    let validity = Validity {
        not_before: now - time::Duration::days(1),
        not_after: now + time::Duration::days(30),
    };
    let root = "CN=test root".parse().unwrap();
    let authority = Authority::create_root(&root, KeyAlgorithm::Sm2, validity).unwrap();
    let template = Template {
        subject: &subject.parse().unwrap(),
        public_key: &public_key,
        profile: Profile::Signature,
        validity,
        extensions: &[],
    };
    let certificate = authority.issue(&template).unwrap();
    container
        .import_certificate(KeyUsage::Signature, certificate.as_der())
        .unwrap();
    certificate
}

/// Waits for what must happen.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether OpenSSL takes this SM2 signature (DER) for one over `message`.
pub(crate) fn openssl_verifies(
    folder: &Path,
    certificate: &Certificate,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let write = |name: &str, content: &[u8]| fs::write(folder.join(name), content).unwrap();
    write("verify.der", certificate.spki_der());
    write("verify.msg", message);
    write("verify.sig", signature);
    let line = "dgst -sm3 -sigopt distid:1234567812345678 -keyform DER -verify verify.der \
                -signature verify.sig verify.msg";
    let done = std::process::Command::new("openssl")
        .args(line.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8_lossy(&done.stdout).contains("Verified OK")
}
