//! A bidder at his browser: a token with both certificates, and a user who is a script. The agent asks
//! him for PINs and consent by the program that the environment names; what he was shown is kept.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::{TokenImage, admin};

/// Subject of his certificates.
const SUBJECT: &str = "C=CN,O=ACME,CN=ACME tenders";

/// The script; it says itself what it does.
const PINENTRY: &str = include_str!("../browser/pinentry.sh");

/// The token, the files of its user, and the folder that holds both.
/// Everything here panics with the reason, since a test can do nothing else.
#[derive(Debug)]
pub struct Bidder {
    image: TokenImage,
    /// Where real windows are shown instead of the script's.
    display: Option<String>,
    /// Whether the token is in a reader of a [`crate::PcscLab`] instead of in the process.
    in_reader: bool,
}

impl Bidder {
    /// Initialises a token and enrols with a CA of its own, whose folder is `ca`; the user consents
    /// and types no PIN.
    ///
    /// # Panics
    /// With what failed.
    pub fn enrolled() -> Self {
        let bidder = Self {
            image: TokenImage::blank().unwrap_or_else(|error| panic!("{error}")),
            display: None,
            in_reader: false,
        };
        bidder.admin(&["device", "init"]);
        let ca = bidder.file("ca");
        let ca = ca.to_str().expect("a temporary folder has a plain name");
        bidder.admin(&["enroll", "--ca", ca, "--subject", SUBJECT]);
        bidder.write("pinentry", PINENTRY);
        let executable = fs::Permissions::from_mode(0o700);
        fs::set_permissions(bidder.file("pinentry"), executable).expect("the file is ours");
        bidder.write("windows", "");
        bidder.type_pins(&[]);
        bidder.confirm(true);
        bidder
    }

    /// The same, with real windows on this display.
    #[must_use]
    pub fn at_display(mut self, display: &str) -> Self {
        self.display = Some(display.to_owned());
        self
    }

    /// The same, with the token's image in a reader of the lab that this process has. Putting it there is the
    /// caller's.
    #[must_use]
    pub fn with_reader(mut self) -> Self {
        self.in_reader = true;
        self
    }

    /// The token's image.
    pub fn image(&self) -> PathBuf {
        self.image.path()
    }

    /// Runs `ukey-admin` on the token.
    ///
    /// # Panics
    /// When it fails.
    pub fn admin(&self, arguments: &[&str]) {
        let program = admin(arguments).unwrap_or_else(|error| panic!("{error}"));
        let environment = self.image.environment().into_iter();
        let program = environment.fold(program, |program, (name, value)| program.env(name, value));
        program.succeed().unwrap_or_else(|error| panic!("{error}"));
    }

    /// Environment for the agent or a browser that starts it.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut environment = self.image.environment();
        environment.extend([
            ("XDG_STATE_HOME", self.file("state").into()),
            ("XDG_RUNTIME_DIR", self.folder().into()),
            match &self.display {
                Some(display) => ("DISPLAY", display.into()),
                None => ("UKEY_PINENTRY", self.file("pinentry").into()),
            },
        ]);
        if self.in_reader {
            environment.retain(|(name, _)| !["UKEY_EMBEDDED", "UKEY_PCSC"].contains(name));
            environment.push(("UKEY_PCSC", "on".into()));
        }
        environment
    }

    /// The folder of everything.
    pub fn folder(&self) -> &Path {
        self.image.folder()
    }

    /// A file of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file of it.
    ///
    /// # Panics
    /// When that fails.
    pub fn write(&self, name: &str, content: &str) {
        fs::write(self.file(name), content).unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// What the user types into the next windows.
    pub fn type_pins(&self, pins: &[&str]) {
        let lines: String = pins.iter().map(|pin| format!("{pin}\n")).collect();
        self.write("pins", &lines);
    }

    /// What the user says when asked yes or no.
    pub fn confirm(&self, yes: bool) {
        self.write("confirm", if yes { "yes" } else { "no" });
    }

    /// All that windows were told to show so far.
    ///
    /// # Panics
    /// When the file is gone.
    pub fn windows(&self) -> String {
        fs::read_to_string(self.file("windows")).expect("it was made at the start")
    }

    /// The agent's audit log.
    ///
    /// # Panics
    /// When there is none.
    pub fn audit(&self) -> String {
        fs::read_to_string(self.file("state/ukey/agent/audit.jsonl")).expect("the agent wrote it")
    }
}
