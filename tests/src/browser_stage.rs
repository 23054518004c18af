//! Scenarios of `tests/browser` on a bidder's machine: Chromium with the extension, the verifier
//! behind an https front, and what they need around them.

use std::fs;
use std::time::Duration;

use crate::pkcs11::USER_PIN;
use crate::{Bidder, Program, client_file, openssl, release_file, workspace_root};

impl Bidder {
    /// Gives the platform a folder of trusted authorities with the bidder's CA in it.
    ///
    /// # Panics
    /// When files cannot be written.
    pub fn trusts_its_ca(&self) {
        fs::create_dir(self.file("trust")).expect("the folder is new");
        fs::copy(self.file("ca/ca.pem"), self.file("trust/ca.pem")).expect("both folders are ours");
    }

    /// Runs one scenario of a script, within `limit`; what it told, line by line.
    ///
    /// # Panics
    /// With what failed, in the scenario too.
    pub fn plays(&self, script: &str, scenario: &str, limit: Duration) -> Vec<String> {
        let release = release_file("ukey-agent").unwrap_or_else(|error| panic!("{error}"));
        release_file("ukey-verifier").unwrap_or_else(|error| panic!("{error}"));
        let modules = client_file("node/node_modules").unwrap_or_else(|error| panic!("{error}"));
        self.trusts_its_ca();
        self.make_tls_certificate();

        let script = workspace_root().join("tests/browser").join(script);
        let node = Program::new("node").arg(script).arg(scenario).limit(limit);
        let node = node
            .envs(self.environment())
            .env("NODE_PATH", modules)
            .env("STAGE_FOLDER", self.folder())
            .env("STAGE_CHECKOUT", workspace_root())
            .env(
                "STAGE_RELEASE",
                release.parent().expect("a file is in a folder"),
            )
            .env("TEST_PIN", USER_PIN)
            .env("TMPDIR", self.folder());
        let finished = node.succeed().unwrap_or_else(|error| panic!("{error}"));
        let mut told: Vec<String> = finished.text().lines().map(str::to_owned).collect();
        assert_eq!(told.pop().as_deref(), Some("done"), "{told:?}");
        told
    }

    /// A certificate for the https front.
    fn make_tls_certificate(&self) {
        let path = |name| self.file(name).to_string_lossy().into_owned();
        let (key, certificate) = (path("tls.key"), path("tls.pem"));
        let kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        let mut arguments: Vec<&str> = kind.split(' ').collect();
        arguments.extend([
            "-subj",
            "/CN=bid.example.cn",
            "-keyout",
            &key,
            "-out",
            &certificate,
        ]);
        let made = openssl::openssl(&arguments).succeed();
        made.unwrap_or_else(|error| panic!("{error}"));
    }
}
