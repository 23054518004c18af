//! `ukey.toml` and the `UKEY_*` variables. Later sources win: `/etc/ukey/ukey.toml`, then
//! `ukey/ukey.toml` in the user's configuration folder, then the environment. `UKEY_CONFIG`
//! names a file that replaces both files.

use serde::Deserialize;
use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};
use ukey_token::vendor::VendorLibrary;

use crate::pin_policy::PinPolicy;

/// Everything that can be configured, with all sources applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// `[pcsc] enabled`, `UKEY_PCSC=on|off`: look for tokens in PC/SC readers. Default: on.
    pub pcsc_enabled: bool,
    /// `[embedded] images`, `UKEY_EMBEDDED=path[:path…]`: token images in this process. Default:
    /// `ukey/token.img` in the user's data folder if it exists, else none.
    pub embedded_images: Vec<PathBuf>,
    /// `[embedded] size_mib`, `UKEY_EMBEDDED_SIZE_MIB`: size in MiB of images that are made because they are
    /// missing, 1 to 4096. Default: 4.
    pub embedded_size_mib: u32,
    /// `[embedded] delay_ms`, `UKEY_EMBEDDED_DELAY_MS`: milliseconds that each command to an image waits before it is
    /// executed, as one to a token on USB does, 0 to 10,000. Default: 0.
    pub embedded_delay_ms: u32,
    /// `[device] auth_key_file`, `UKEY_AUTH_KEY_FILE`: file with the 16-byte device
    /// authentication key, raw or as 32 hexadecimal digits. Default: the factory key.
    pub auth_key_file: Option<PathBuf>,
    /// `[skf] sm1_is_sm4`, `UKEY_SKF_SM1_IS_SM4=on|off`: SKF takes the numbers of SM1, which no software can have, for
    /// SM4: for clients that authenticate the device with SM1 come what may. Default: off.
    pub skf_sm1_is_sm4: bool,
    /// `[pin] pinentry`, `UKEY_PINENTRY`: program that opens PIN windows, by the Assuan protocol of
    /// GnuPG's pinentry. Default: the first graphical one that is installed.
    pub pinentry: Option<PathBuf>,
    /// `[pin] min_length`, `[pin] longest_run`: what new PINs must be like. The strictest of all files holds.
    pub pin_policy: PinPolicy,
    /// `[agent] developer`, `UKEY_AGENT_DEVELOPER=on|off`: the signing agent serves pages of
    /// `http://localhost` too. Default: off.
    pub agent_developer: bool,
    /// `[[vendor]]`: SKF libraries of vendors, through which their tokens are used. Default: none.
    pub vendor_libraries: Vec<VendorLibrary>,
    /// `[readers] families`: where tokens are looked for. Default: everywhere.
    pub families: Families,
    /// `[skf] families`: the same for `libukey_skf.so`. Default: everywhere but in the libraries of vendors, which its clients
    /// can load themselves, and of which it may be one.
    pub skf_families: Families,
    /// `[log] filter`, `UKEY_LOG`: what to log (`info`, `ukey_token=debug`, …). Default: nothing.
    pub log_filter: Option<String>,
    /// `[log] file`, `UKEY_LOG_FILE`: where to log. Default: standard error.
    pub log_file: Option<PathBuf>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file exists but cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not TOML or has a key that does not exist; the message names the line.
    #[error("{path}: {message}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A variable has a value that it cannot have.
    #[error("{name}: {message}")]
    Variable {
        /// Name of the variable.
        name: &'static str,
        /// What is wrong.
        message: &'static str,
    },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct File {
    pcsc: PcscSection,
    embedded: EmbeddedSection,
    device: DeviceSection,
    readers: ReadersSection,
    skf: SkfSection,
    pin: PinSection,
    agent: AgentSection,
    vendor: Vec<VendorSection>,
    log: LogSection,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct PcscSection {
    enabled: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct EmbeddedSection {
    images: Option<Vec<PathBuf>>,
    size_mib: Option<MebiBytes>,
    delay_ms: Option<DelayMs>,
}

/// A size of an image in MiB.
type MebiBytes = Within<1, 4096>;

/// Milliseconds that a command waits.
type DelayMs = Within<0, 10_000>;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct DeviceSection {
    auth_key_file: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct SkfSection {
    sm1_is_sm4: Option<bool>,
    families: Option<Vec<Family>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct ReadersSection {
    families: Option<Vec<Family>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct PinSection {
    pinentry: Option<PathBuf>,
    min_length: Option<Within<6, 16>>,
    longest_run: Option<Within<1, 15>>,
}

/// A number between two others, both included.
#[derive(Deserialize, Clone, Copy)]
#[serde(try_from = "u32")]
struct Within<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Within<LEAST, MOST> {
    /// The value of a variable; `None` where it is no such number.
    fn of(value: &OsStr) -> Option<u32> {
        let number = value.to_str()?.parse::<u32>().ok()?;
        Some(Self::try_from(number).ok()?.0)
    }
}

impl<const LEAST: u32, const MOST: u32> TryFrom<u32> for Within<LEAST, MOST> {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, Self::Error> {
        let fits = (LEAST..=MOST).contains(&number);
        fits.then_some(Self(number))
            .ok_or_else(|| format!("a number from {LEAST} to {MOST} is wanted"))
    }
}

impl PinSection {
    fn policy(&self) -> PinPolicy {
        let any = PinPolicy::default();
        PinPolicy {
            min_length: self.min_length.map_or(any.min_length, |n| n.0 as usize),
            longest_run: self.longest_run.map(|n| n.0 as usize),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct AgentSection {
    developer: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LogSection {
    filter: Option<String>,
    file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pcsc_enabled: true,
            embedded_images: Vec::new(),
            embedded_size_mib: 4,
            embedded_delay_ms: 0,
            auth_key_file: None,
            skf_sm1_is_sm4: false,
            pinentry: None,
            pin_policy: PinPolicy::default(),
            agent_developer: false,
            vendor_libraries: Vec::new(),
            families: Families::ALL,
            skf_families: Families::WITHOUT_VENDORS,
            log_filter: None,
            log_file: None,
        }
    }
}

impl Config {
    /// Reads the files and variables of this machine and user.
    ///
    /// # Errors
    /// [`ConfigError`]; a file that does not exist is not an error, unless `UKEY_CONFIG` names it.
    pub fn load() -> Result<Self, ConfigError> {
        Self::load_with(&|name| env::var_os(name))
    }

    /// The files that count on this machine and for this user, whether they exist or not; later ones
    /// win, and the last is the user's own.
    #[must_use]
    pub fn files() -> Vec<PathBuf> {
        files(&|name| env::var_os(name)).0
    }

    /// As [`Config::load`], with the environment given by `variable`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_with(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        Self::load_from(variable, &|path| fs::read_to_string(path))
    }

    /// As [`Config::load`], as it would be if the file at `path` held `text`.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn load_as_if(path: &Path, text: &str) -> Result<Self, ConfigError> {
        Self::load_from(
            &|name| env::var_os(name),
            &|other| match is_same(path, other) {
                true => Ok(text.to_owned()),
                false => fs::read_to_string(other),
            },
        )
    }

    /// Whether a file at `path` would count on this machine and for this user.
    #[must_use]
    pub fn counts(path: &Path) -> bool {
        Self::files().iter().any(|file| is_same(path, file))
    }

    fn load_from(
        variable: &dyn Fn(&str) -> Option<OsString>,
        read: &dyn Fn(&Path) -> io::Result<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let (files, required) = files(variable);
        for path in files {
            match read(&path) {
                Ok(text) => config.apply_file(&path, &text)?,
                Err(e) if e.kind() == io::ErrorKind::NotFound && !required => {}
                Err(source) => return Err(ConfigError::Read { path, source }),
            }
        }
        config.apply_variables(variable)?;
        if config.embedded_images.is_empty() {
            config
                .embedded_images
                .extend(default_image(variable).filter(|path| path.exists()));
        }
        Ok(config)
    }

    fn apply_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let file: File = toml::from_str(text).map_err(|e| ConfigError::Parse {
            path: path.to_owned(),
            message: e.to_string().trim_end().to_owned(),
        })?;
        self.pcsc_enabled = file.pcsc.enabled.unwrap_or(self.pcsc_enabled);
        if let Some(images) = file.embedded.images {
            self.embedded_images = images;
        }
        if let Some(Within(size)) = file.embedded.size_mib {
            self.embedded_size_mib = size;
        }
        if let Some(Within(delay)) = file.embedded.delay_ms {
            self.embedded_delay_ms = delay;
        }
        self.auth_key_file = file.device.auth_key_file.or(self.auth_key_file.take());
        self.skf_sm1_is_sm4 = file.skf.sm1_is_sm4.unwrap_or(self.skf_sm1_is_sm4);
        self.pin_policy = self.pin_policy.and(file.pin.policy());
        self.pinentry = file.pin.pinentry.or(self.pinentry.take());
        self.agent_developer = file.agent.developer.unwrap_or(self.agent_developer);
        if let Some(list) = file.readers.families {
            self.families = Families::of(&list);
        }
        if let Some(list) = file.skf.families {
            self.skf_families = Families::of(&list);
        }
        if !file.vendor.is_empty() {
            self.vendor_libraries = file
                .vendor
                .into_iter()
                .map(VendorSection::library)
                .collect();
        }
        self.log_filter = file.log.filter.or(self.log_filter.take());
        self.log_file = file.log.file.or(self.log_file.take());
        Ok(())
    }

    fn apply_variables(
        &mut self,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<(), ConfigError> {
        if let Some(value) = variable("UKEY_PCSC") {
            self.pcsc_enabled = switch("UKEY_PCSC", &value)?;
        }
        if let Some(value) = variable("UKEY_SKF_SM1_IS_SM4") {
            self.skf_sm1_is_sm4 = switch("UKEY_SKF_SM1_IS_SM4", &value)?;
        }
        if let Some(value) = variable("UKEY_EMBEDDED") {
            self.embedded_images = env::split_paths(&value)
                .filter(|p| !p.as_os_str().is_empty())
                .collect();
        }
        if let Some(value) = variable("UKEY_EMBEDDED_SIZE_MIB") {
            self.embedded_size_mib = MebiBytes::of(&value).ok_or(ConfigError::Variable {
                name: "UKEY_EMBEDDED_SIZE_MIB",
                message: "not a number from 1 to 4096",
            })?;
        }
        if let Some(value) = variable("UKEY_EMBEDDED_DELAY_MS") {
            self.embedded_delay_ms = DelayMs::of(&value).ok_or(ConfigError::Variable {
                name: "UKEY_EMBEDDED_DELAY_MS",
                message: "not a number from 0 to 10000",
            })?;
        }
        if let Some(value) = variable("UKEY_AUTH_KEY_FILE") {
            self.auth_key_file = Some(value.into());
        }
        if let Some(value) = variable("UKEY_PINENTRY") {
            self.pinentry = Some(value.into());
        }
        if let Some(value) = variable("UKEY_AGENT_DEVELOPER") {
            self.agent_developer = switch("UKEY_AGENT_DEVELOPER", &value)?;
        }
        if let Some(value) = variable("UKEY_LOG") {
            self.log_filter = Some(value.to_string_lossy().into_owned());
        }
        if let Some(value) = variable("UKEY_LOG_FILE") {
            self.log_file = Some(value.into());
        }
        Ok(())
    }
}

/// Whether two paths name one file, which may not be there yet.
fn is_same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path));
    match (resolved(one), resolved(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// The value of a variable that is on or off.
fn switch(name: &'static str, value: &OsStr) -> Result<bool, ConfigError> {
    match value.to_str() {
        Some("on" | "1" | "true") => Ok(true),
        Some("off" | "0" | "false") => Ok(false),
        _ => Err(ConfigError::Variable {
            name,
            message: "expected on or off",
        }),
    }
}

/// The files that count, and whether they must exist.
fn files(variable: &dyn Fn(&str) -> Option<OsString>) -> (Vec<PathBuf>, bool) {
    match variable("UKEY_CONFIG").filter(|path| !path.is_empty()) {
        Some(path) => (vec![path.into()], true),
        None => (default_files(variable), false),
    }
}

fn default_files(variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let user = folder(variable, "XDG_CONFIG_HOME", ".config");
    std::iter::once(PathBuf::from("/etc"))
        .chain(user)
        .map(|p| p.join("ukey/ukey.toml"))
        .collect()
}

fn default_image(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    Some(folder(variable, "XDG_DATA_HOME", ".local/share")?.join("ukey/token.img"))
}

/// A folder of the XDG base directory specification.
fn folder(
    variable: &dyn Fn(&str) -> Option<OsString>,
    name: &str,
    under_home: &str,
) -> Option<PathBuf> {
    match variable(name)
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
    {
        Some(path) => Some(path),
        None => Some(PathBuf::from(variable("HOME")?).join(under_home)),
    }
}

mod vendor;

use vendor::VendorSection;
pub use vendor::{Families, Family};

#[cfg(test)]
mod tests;
