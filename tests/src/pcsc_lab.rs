//! A pcscd of our own with two virtual readers, and `ukey-sim` as the tokens in them.
//!
//! Debian's pcscd has one fixed socket per machine, and the virtual reader listens on every
//! network interface. So the lab gives pcscd a private view of the machine (mount and network
//! namespaces): its socket appears in a folder of the test, its ports exist for nobody else, it
//! sees no real readers, and several labs may run at once. Clients find the socket by the variable
//! `PCSCLITE_CSOCK_NAME`, which the PC/SC client library reads once: hence [`pcsc_test`].
//!
//! Where namespaces are refused (some containers), root starts pcscd on the machine's own socket
//! instead, one lab at a time. Where that cannot be either, tests fail and say why.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use pcsc::{Context, Scope, State};

use crate::{HarnessError, Service, own_process, release_file};

/// Readers in the lab.
pub const SLOTS: usize = 2;

/// Port that the virtual reader's first slot listens on; further slots follow.
const FIRST_PORT: u16 = 0x8C7B;

/// Socket of the machine's own pcscd.
const MACHINE_SOCKET: &str = "/run/pcscd/pcscd.comm";

/// The virtual reader's driver, of the Debian package vsmartcard-vpcd.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// How long pcscd and the simulator may take to become ready. Both need milliseconds; pcscd looks
/// for a new card every 400 ms; the rest is for loaded machines.
const READY_LIMIT: Duration = Duration::from_secs(20);

/// Names, in the inner process of [`pcsc_test`], the folder of the lab.
const FOLDER: &str = "UKEY_TEST_LAB";

/// How the lab keeps its pcscd apart from the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Isolation {
    /// Private mount and network namespaces, made as root.
    Namespaces,
    /// The same for an ordinary user, inside a user namespace.
    UserNamespaces,
    /// None: the machine's socket, one lab at a time.
    Machine,
}

/// A running pcscd, and the simulators in its readers. Dropping it stops all of them.
#[derive(Debug)]
pub struct PcscLab {
    // Dropped in this order: cards leave before the reader does.
    ukey_sim: [Option<Service>; SLOTS],
    pcscd: Service,
    isolation: Isolation,
    folder: PathBuf,
    _one_at_a_time: Option<File>,
}

/// Runs `body` with a lab, in a process of its own. `test` is the full name of the calling test.
///
/// # Panics
/// When the lab cannot be started, or as [`own_process`].
pub fn pcsc_test(test: &str, limit: Duration, body: impl FnOnce(&mut PcscLab)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let environment = match std::env::var_os(FOLDER) {
        Some(_) => Vec::new(),
        None => environment(
            folder.path(),
            Isolation::available().unwrap_or(Isolation::Machine),
        ),
    };
    own_process(test, limit, environment, || {
        let folder = std::env::var_os(FOLDER).expect("set by the outer process");
        let mut lab = PcscLab::start(Path::new(&folder)).unwrap_or_else(|error| panic!("{error}"));
        body(&mut lab);
    });
}

/// What programs need in their environment to see the tokens of the lab and nothing else.
fn environment(folder: &Path, isolation: Isolation) -> Vec<(&'static str, OsString)> {
    let config = folder.join("ukey.toml");
    std::fs::write(&config, "").expect("the folder is ours");
    vec![
        (FOLDER, folder.into()),
        ("PCSCLITE_CSOCK_NAME", isolation.socket(folder).into()),
        ("UKEY_CONFIG", config.into()),
        ("UKEY_PCSC", "on".into()),
        ("HOME", folder.into()),
        ("XDG_CONFIG_HOME", folder.join("config").into()),
        ("XDG_DATA_HOME", folder.join("data").into()),
    ]
}

impl Isolation {
    /// The best that this machine allows.
    fn available() -> Result<Self, HarnessError> {
        let allowed = |flags: &[&str]| {
            let mut command = Command::new("unshare");
            command
                .args(flags)
                .args(["--mount", "--net", "ip", "link", "set", "lo", "up"]);
            command
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        if is_root() && allowed(&[]) {
            Ok(Self::Namespaces)
        } else if allowed(&["--map-root-user"]) {
            Ok(Self::UserNamespaces)
        } else if is_root() {
            Ok(Self::Machine)
        } else {
            Err(HarnessError::NoPcscd(
                "namespaces are refused here, and only root may use the machine's socket".into(),
            ))
        }
    }

    fn socket(self, folder: &Path) -> PathBuf {
        match self {
            Self::Machine => MACHINE_SOCKET.into(),
            Self::Namespaces | Self::UserNamespaces => folder.join("socket/pcscd.comm"),
        }
    }

    /// The command that becomes pcscd (same process id), listening in `folder`.
    fn pcscd(self, folder: &Path) -> Command {
        // Dies with the test that started it, even one that is killed.
        const START: &str = "exec setpriv --pdeathsig TERM pcscd --foreground --config \"$1\"";
        const PRIVATE_VIEW: &str = "set -e
            mount -t tmpfs tmpfs /run
            mkdir /run/pcscd
            mount --bind \"$2\" /run/pcscd
            if [ -d /usr/lib/pcsc/drivers/usb ]; then mount -t tmpfs tmpfs /usr/lib/pcsc/drivers/usb; fi
            ip link set lo up\n";
        let mut command = match self {
            Self::Namespaces => Command::new("unshare"),
            Self::UserNamespaces => {
                let mut command = Command::new("unshare");
                command.arg("--map-root-user");
                command
            }
            Self::Machine => Command::new("sh"),
        };
        match self {
            Self::Machine => command.args(["-c", START]),
            Self::Namespaces | Self::UserNamespaces => {
                let script = format!("{PRIVATE_VIEW}{START}");
                command.args(["--mount", "--net", "sh", "-c"]).arg(script)
            }
        };
        command
            .arg("pcscd")
            .arg(folder.join("readers"))
            .arg(folder.join("socket"));
        command
    }

    /// The beginning of a command that joins the network of the process `pcscd`.
    fn beside(self, pcscd: u32) -> Command {
        let mut command = match self {
            Self::Machine => Command::new("setpriv"),
            Self::Namespaces | Self::UserNamespaces => {
                let mut command = Command::new("nsenter");
                command.args(["--net", "--target", &pcscd.to_string()]);
                if self == Self::UserNamespaces {
                    command.args(["--user", "--preserve-credentials"]);
                }
                command.arg("setpriv");
                command
            }
        };
        command.args(["--pdeathsig", "TERM"]);
        command
    }
}

impl PcscLab {
    /// Starts pcscd with empty readers. `folder` takes its socket and logs. This process must
    /// already have the environment that [`pcsc_test`] gives.
    ///
    /// # Errors
    /// [`HarnessError::NoPcscd`], [`HarnessError::Start`], [`HarnessError::NotReady`].
    fn start(folder: &Path) -> Result<Self, HarnessError> {
        if !Path::new(DRIVER).exists() {
            let text = format!("{DRIVER} is not there; `make setup` installs it");
            return Err(HarnessError::NoPcscd(text));
        }
        let isolation = Isolation::available()?;
        let one_at_a_time = match isolation {
            Isolation::Machine => Some(claim_machine_socket()?),
            Isolation::Namespaces | Isolation::UserNamespaces => None,
        };
        write_reader_file(folder)?;
        let mut pcscd = Service::start(isolation.pcscd(folder), &folder.join("pcscd.log"))?;
        pcscd.wait_until("pcscd's readers", READY_LIMIT, || {
            reader_names().len() == SLOTS
        })?;
        let ukey_sim = [const { None }; SLOTS];
        let folder = folder.to_path_buf();
        Ok(Self {
            ukey_sim,
            pcscd,
            isolation,
            folder,
            _one_at_a_time: one_at_a_time,
        })
    }

    /// The folder of the lab: free for the test's files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Names of the readers, by slot.
    pub fn readers(&self) -> Vec<String> {
        reader_names()
    }

    /// Puts the token with the flash image `image` (made when missing) into `slot`, and waits
    /// until pcscd has seen it.
    ///
    /// # Errors
    /// [`HarnessError::NotBuilt`], [`HarnessError::NotReady`].
    pub fn insert(&mut self, slot: usize, image: &Path) -> Result<(), HarnessError> {
        self.ukey_sim[slot] = None;
        let mut command = self.isolation.beside(self.pcscd.id());
        let port = FIRST_PORT + u16::try_from(slot).expect("a lab has few slots");
        command.arg(release_file("ukey-sim")?);
        command
            .arg("--connect")
            .arg(format!("127.0.0.1:{port}"))
            .arg("--image")
            .arg(image);
        let log = self.folder.join(format!("ukey-sim-{slot}.log"));
        let mut sim = Service::start(command, &log)?;
        sim.wait_until("the token in its reader", READY_LIMIT, || is_present(slot))?;
        self.ukey_sim[slot] = Some(sim);
        Ok(())
    }

    /// Pulls the token out of `slot` without warning (the simulator is killed), and waits until
    /// pcscd has noticed.
    ///
    /// # Errors
    /// [`HarnessError::NotReady`].
    pub fn pull(&mut self, slot: usize) -> Result<(), HarnessError> {
        self.pull_unnoticed(slot);
        self.pcscd
            .wait_until("the reader's being empty", READY_LIMIT, || {
                !is_present(slot)
            })
    }

    /// Pulls the token out of `slot` and does not wait.
    pub fn pull_unnoticed(&mut self, slot: usize) {
        if let Some(mut sim) = self.ukey_sim[slot].take() {
            sim.kill().ok();
        }
    }

    /// The simulator in `slot`, if there is one.
    pub fn ukey_sim(&mut self, slot: usize) -> Option<&mut Service> {
        self.ukey_sim[slot].as_mut()
    }

    /// The pcscd of the lab.
    pub fn pcscd(&mut self) -> &mut Service {
        &mut self.pcscd
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Waits for the turn of this lab, and makes sure that nobody else's pcscd is running.
fn claim_machine_socket() -> Result<File, HarnessError> {
    let path = std::env::temp_dir().join("ukey-pcsc-lab.lock");
    let file_error = |source| HarnessError::File {
        path: path.clone(),
        source,
    };
    let lock = File::create(&path).map_err(file_error)?;
    lock.lock().map_err(file_error)?;
    if Context::establish(Scope::User).is_ok() {
        let text = "this machine runs its own pcscd and gives us no namespaces to start another; \
                    stop it first (systemctl stop pcscd.socket pcscd)";
        return Err(HarnessError::NoPcscd(text.into()));
    }
    Ok(lock)
}

fn write_reader_file(folder: &Path) -> Result<(), HarnessError> {
    let readers = folder.join("readers");
    let entry = format!(
        "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:0x{FIRST_PORT:X}\n\
         LIBPATH {DRIVER}\nCHANNELID 0x{FIRST_PORT:X}\n"
    );
    std::fs::create_dir_all(folder.join("socket"))
        .and_then(|()| std::fs::create_dir_all(&readers))
        .and_then(|()| std::fs::write(readers.join("vpcd"), entry))
        .map_err(|source| HarnessError::File {
            path: readers,
            source,
        })
}

fn reader_names() -> Vec<String> {
    let list = Context::establish(Scope::User).and_then(|context| context.list_readers_owned());
    let names = list.unwrap_or_default();
    names
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// Whether pcscd sees a card in `slot`.
fn is_present(slot: usize) -> bool {
    let look = || {
        let context = Context::establish(Scope::User).ok()?;
        let name = context.list_readers_owned().ok()?.into_iter().nth(slot)?;
        let mut states = [pcsc::ReaderState::new(name, State::UNAWARE)];
        context
            .get_status_change(Duration::ZERO, &mut states)
            .ok()?;
        Some(states[0].event_state().contains(State::PRESENT))
    };
    look().unwrap_or(false)
}
