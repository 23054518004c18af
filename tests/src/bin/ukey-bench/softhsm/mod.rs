//! Side by side with SoftHSM2, in one process and one run: what a client sees of either module.
//!
//! Each module has two tokens: one with 10,000 objects, and one with next to none, so that the
//! size of the first does not weigh on what has nothing to do with it.

mod crowd;
mod keys;
mod start;
mod threads;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::module::Module;
use crate::{Pair, section};
use ukey_tests::release_file;

/// Marks the inner processes, which have the environment of one token for each module.
pub(crate) const INNER: &str = "softhsm-inside";

/// Where Debian puts it.
const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";

pub(crate) fn run() {
    section("Beside SoftHSM2");
    if !Path::new(SOFTHSM).exists() {
        println!("{SOFTHSM} is missing: make setup installs it");
        return;
    }
    for part in ["crowd", "keys"] {
        let folder = tempfile::tempdir().unwrap();
        inside(folder.path(), &[part]);
    }
}

/// Runs a part of this program in a process of its own, on the tokens of `folder`.
fn inside(folder: &Path, arguments: &[&str]) {
    assert!(command(folder, arguments).status().unwrap().success());
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg(INNER).arg(folder).args(arguments);
    command.envs(environment(folder));
    command
}

/// What the inner processes are told to do.
pub(crate) fn run_inside(folder: &Path, arguments: &[&str]) {
    match arguments {
        ["crowd"] => crowd::run(folder, &Both::load()),
        ["keys"] => keys::run(&Both::load()),
        ["start", "ours"] => start::measure(&load_ours()),
        ["start", "softhsm"] => start::measure(&load_softhsm()),
        _ => panic!("no such part: {arguments:?}"),
    }
}

/// Environment in which `folder` has the only token of either module; made when missing.
fn environment(folder: &Path) -> Vec<(&'static str, OsString)> {
    let tokens = folder.join("softhsm");
    std::fs::create_dir_all(&tokens).unwrap();
    let softhsm = folder.join("softhsm2.conf");
    let lines = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display(),
    );
    std::fs::write(&softhsm, lines).unwrap();
    let ours = folder.join("ukey.toml");
    std::fs::write(&ours, "").unwrap();
    vec![
        ("SOFTHSM2_CONF", softhsm.into()),
        ("UKEY_CONFIG", ours.into()),
        ("UKEY_EMBEDDED", folder.join("token.img").into()),
        ("UKEY_EMBEDDED_SIZE_MIB", "64".into()),
        ("UKEY_PCSC", "off".into()),
    ]
}

fn load_ours() -> Module {
    Module::load(&release_file("libukey_pkcs11.so").unwrap())
}

fn load_softhsm() -> Module {
    Module::load(&PathBuf::from(SOFTHSM))
}

/// Both modules.
struct Both {
    ours: Module,
    softhsm: Module,
}

impl Both {
    fn load() -> Self {
        Self {
            ours: load_ours(),
            softhsm: load_softhsm(),
        }
    }

    /// Blank tokens initialised, and a session of the user in each.
    fn begin(&self) -> Sessions {
        let begin = |module: &Module| {
            module.initialize();
            module.initialize_token();
            let session = module.open();
            module.login(session);
            session
        };
        Sessions {
            ours: begin(&self.ours),
            softhsm: begin(&self.softhsm),
        }
    }
}

/// A session in each module.
struct Sessions {
    ours: u64,
    softhsm: u64,
}

impl Pair {
    /// How many times as fast ours is, beside what is asked.
    fn versus(&self, what: &str, asked: f64) {
        let times = self.bare.as_secs_f64() / self.ours.as_secs_f64();
        let (ours, theirs) = (micros(self.ours), micros(self.bare));
        println!(
            "{what:<48} {ours:>10.1} us   SoftHSM2 {theirs:>10.1} us   {}",
            verdict(times, asked),
        );
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// A ratio of speeds beside the one that is asked.
fn verdict(times: f64, asked: f64) -> String {
    let met = if times >= asked { "met" } else { "missed" };
    format!("{times:>8.2} times as fast   asked {asked} ({met})")
}
