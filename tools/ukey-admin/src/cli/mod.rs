//! The command line as typed: one clap definition, from which parsing, help, man pages and
//! completions are made. What the words mean is decided elsewhere; nothing here does anything.

mod app;
mod batch;
mod cert;
pub(crate) mod complaint;
mod developer;
mod enroll;
mod file;
mod help;
mod key;
mod lifecycle;
mod policy;
mod skf;
mod token;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;

use crate::{pin_source::PinSource, text::language::Language};

pub(crate) use app::{AppCommand, AppCreateArgs, AppDeleteArgs, NewApplicationArgs};
pub(crate) use batch::{BatchCommand, BatchRunArgs};
pub(crate) use cert::{
    CertCheckArgs, CertCommand, CertExportArgs, CertImportArgs, CertListArgs, CertRequestArgs,
    CertSelfSignArgs, TrustArgs,
};
pub(crate) use developer::{
    ApduArgs, ConfigCommand, SealCommand, SealDeleteArgs, SealExportArgs, SealStoreArgs,
};
pub(crate) use enroll::EnrollArgs;
pub(crate) use file::{
    DecryptArgs, DigestAlgorithm, DigestArgs, EncryptArgs, EnvelopeFormat, FileCommand, SignArgs,
    SignFormat, VerifyArgs,
};
pub(crate) use key::{
    Encoding, KeyAlgorithmArg, KeyCommand, KeyExportArgs, KeyGenerateArgs, KeyImportArgs, Usage,
    WrittenArgs,
};
pub(crate) use lifecycle::{
    AuthorityArgs, ChangeArgs, EndArgs, IssuerArgs, RecoverArgs, RenewArgs, ReplaceArgs,
    RetiredCommand, RetiredExportArgs, StatusArgs, WhyArg,
};
pub(crate) use policy::{LongestRun, PolicyCommand, PolicySetArgs, RuleArgs};
pub(crate) use skf::{PackingArg, SkfCommand, SkfProbeArgs, SkfTestArgs, UlongBits};
pub(crate) use token::{
    ContainerCommand, ContainerDeleteArgs, DeviceCommand, DeviceInitArgs, DoctorArgs,
    PinAnswerArgs, PinChangeArgs, PinCommand, PinRole, PinUnblockArgs, WatchArgs,
};

/// Everything that can be typed.
#[derive(Debug, Parser)]
#[command(
    name = "ukey-admin",
    version,
    about = "Operate USBKEYs (智能密码钥匙)",
    long_about = "\
Operate USBKEYs (智能密码钥匙, GM/T 0016/0017 tokens): initialise them, manage PINs, keys and
certificates, sign, verify, encrypt and decrypt files, and find out what is wrong.",
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = FIRST_STEPS,
    after_long_help = LONG_NOTES
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The definition, with help in a language.
pub(crate) fn command(language: Language) -> clap::Command {
    match language {
        Language::English => Cli::command(),
        Language::Chinese => help::translated(Cli::command()),
    }
}

impl Cli {
    /// What was typed, or what the parser says about it.
    pub(crate) fn read(language: Language) -> Result<Self, clap::Error> {
        let mut matches = command(language).try_get_matches()?;
        Self::from_arg_matches_mut(&mut matches)
            .map_err(|error| error.format(&mut command(language)))
    }
}

/// A macro, since only literals can be joined at compile time.
macro_rules! first_steps {
    () => {
        "\
First steps:
  ukey-admin device list                          which USBKEYs are plugged in
  ukey-admin device init --set-label 'Bid desk'   make a blank one usable
  ukey-admin enroll --ca ca --subject 'C=CN,O=ACME,CN=ACME tenders'
  ukey-admin sign tender.pdf                      makes tender.pdf.p7s
  ukey-admin verify tender.pdf --ca ca
  ukey-admin encrypt tender.pdf                   makes tender.pdf.enc
  ukey-admin decrypt tender.pdf.enc
  ukey-admin doctor                               when something does not work
"
    };
}

const FIRST_STEPS: &str = first_steps!();

const LONG_NOTES: &str = concat!(
    first_steps!(),
    "
PIN sources (--pin-source, --so-pin-source, --new-pin-source):
  prompt      ask on the terminal, without echo (the default)
  env:NAME    value of the environment variable NAME
  file:PATH   next line of a file that only you can read
  fd:N        next line of file descriptor N
  stdin       next line of standard input
  agent       ask in a window of the desktop (pinentry; see [pin] pinentry in ukey.toml)
  There is no way to put a PIN itself on the command line: others could see it there.

Exit codes:
  0 done             6 PIN locked         11 USBKEY removed
  1 failed           7 not found          12 not supported
  2 usage            8 already exists     13 verification false
  3 no USBKEY        9 no permission     130 interrupted
  4 PIN wrong       10 USBKEY busy         14 batch done in part
  5 several USBKEYs (or containers) and none chosen
  doctor: 0 all fine, 1 warnings, 2 failures; skf test: 0 no case failed, 2 some did

Environment:
  UKEY_SERIAL          serial number of the USBKEY to use
  UKEY_PIN_SOURCE, UKEY_SO_PIN_SOURCE, UKEY_NEW_PIN_SOURCE
  UKEY_CONFIG          configuration file in place of /etc/ukey/ukey.toml and the user's
  UKEY_PCSC=on|off     look for USBKEYs in PC/SC readers
  UKEY_EMBEDDED=PATHS  images of software tokens, separated by colons
  UKEY_LOG=FILTER      log to standard error, for example ukey_token=debug
  NO_COLOR             no colours"
);

/// Options that every command knows.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Use the USBKEY with this serial number
    #[arg(long, global = true, value_name = "SERIAL", env = "UKEY_SERIAL", help_heading = TARGET)]
    pub(crate) serial: Option<String>,
    /// Use the USBKEY with this label
    #[arg(long, global = true, value_name = "LABEL", help_heading = TARGET)]
    pub(crate) label: Option<String>,
    /// Use the USBKEY that this PKCS#11 URI names (RFC 7512; serial, token, model and manufacturer)
    #[arg(long, global = true, value_name = "PKCS11-URI", help_heading = TARGET, hide_short_help = true)]
    pub(crate) uri: Option<String>,
    /// Use the USBKEY that has a certificate with this text in its subject
    #[arg(long, global = true, value_name = "TEXT", help_heading = TARGET, hide_short_help = true)]
    pub(crate) cert_subject: Option<String>,
    /// Use this application on the USBKEY (default: the only one, else UKEY)
    #[arg(long, global = true, value_name = "NAME", help_heading = TARGET, hide_short_help = true)]
    pub(crate) application: Option<String>,

    /// Print one JSON object (schema ukey/1) and ask nothing
    #[arg(long, global = true, help_heading = OUTPUT)]
    pub(crate) json: bool,
    /// Language of texts (default: that of the environment, with --json en)
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE", help_heading = OUTPUT, hide_short_help = true)]
    pub(crate) lang: Option<Language>,
    /// Print results and errors only
    #[arg(short, long, global = true, help_heading = OUTPUT, hide_short_help = true)]
    pub(crate) quiet: bool,
    /// Log what happens to standard error; twice for details (PINs and keys are never logged)
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = OUTPUT, hide_short_help = true)]
    pub(crate) verbose: u8,
    /// Never ask; fail where a question would be needed
    #[arg(long, global = true, help_heading = OUTPUT, hide_short_help = true)]
    pub(crate) non_interactive: bool,
}

const TARGET: &str = "Which USBKEY";
const OUTPUT: &str = "Output";
const PIN: &str = "PIN";

/// Every command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List, show and initialise USBKEYs
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Show, change and unblock PINs, and what they must be like
    #[command(subcommand)]
    Pin(PinCommand),
    /// List, create and delete applications
    #[command(subcommand)]
    App(AppCommand),
    /// List and delete containers
    #[command(subcommand)]
    Container(ContainerCommand),
    /// List, export and drop containers that only decrypt: those of renewed and recovered keys
    #[command(subcommand)]
    Retired(RetiredCommand),
    /// List, make, import, export and delete key pairs
    #[command(subcommand)]
    Key(KeyCommand),
    /// Request, self-sign, import, export, list and check certificates
    #[command(subcommand)]
    Cert(CertCommand),
    /// Get a signature and an encryption certificate from a certification authority (申请)
    #[command(long_about = enroll::ABOUT)]
    Enroll(EnrollArgs),
    /// Get new certificates before the old ones end (延期, 更新)
    #[command(long_about = lifecycle::ABOUT_RENEW)]
    Renew(RenewArgs),
    /// Get an escrowed encryption key back, for decrypting (密钥恢复)
    Recover(RecoverArgs),
    /// Get certificates in place of those of a lost or broken USBKEY (补办)
    Replace(ReplaceArgs),
    /// Get certificates under a new name (变更)
    Change(ChangeArgs),
    /// End certificates (注销)
    Revoke(EndArgs),
    /// Suspend certificates (冻结)
    Hold(EndArgs),
    /// End a suspension (解冻)
    Unhold(EndArgs),
    /// Ask the authority about the certificates on the USBKEY
    Status(StatusArgs),
    /// Produce many USBKEYs from a table
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Sign, verify, encrypt, decrypt and digest files; the noun may be left out
    #[command(subcommand)]
    File(FileCommand),
    /// The same without the noun.
    #[command(flatten)]
    Short(FileCommand),
    /// Store, list and export electronic seals, as they are
    #[command(subcommand)]
    Seal(SealCommand),
    /// Find out what does not work and what to do about it
    Doctor(DoctorArgs),
    /// Tell when USBKEYs come and go; the same as device watch
    #[command(after_long_help = "\
Examples:
  ukey-admin --json watch | while read -r event; do echo \"$event\"; done")]
    Watch(WatchArgs),
    /// Show what the USBKEY allows; show and set what this computer asks of new PINs
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show and check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Send command APDUs as they are
    Apdu(ApduArgs),
    /// Print a completion script for a shell
    #[command(after_long_help = "\
Examples:
  ukey-admin completions bash > /usr/share/bash-completion/completions/ukey-admin
  ukey-admin completions zsh > /usr/share/zsh/vendor-completions/_ukey-admin")]
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write man pages, one for each command
    #[command(after_long_help = "\
Examples:
  ukey-admin man-pages /usr/share/man/man1")]
    ManPages {
        /// Directory to write them to; made if it is not there
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Look at an SKF library and check it against GM/T 0016
    #[command(subcommand)]
    Skf(SkfCommand),
    /// Show versions
    #[command(after_long_help = "\
Examples:
  ukey-admin version
  ukey-admin --json version | jq .data")]
    Version,
}

/// Where the user PIN comes from.
#[derive(Debug, Clone, Args)]
pub(crate) struct PinArgs {
    /// Where the user PIN comes from: prompt, agent, env:NAME, file:PATH, fd:N or stdin
    #[arg(long, value_name = "SOURCE", env = "UKEY_PIN_SOURCE", hide_env_values = true, help_heading = PIN)]
    pub(crate) pin_source: Option<PinSource>,
    #[command(flatten)]
    pub(crate) last_try: LastTryArgs,
}

/// Where the SO PIN comes from.
#[derive(Debug, Clone, Args)]
pub(crate) struct SoPinArgs {
    /// Where the SO PIN (administrator PIN) comes from; sources as for --pin-source
    #[arg(long, value_name = "SOURCE", env = "UKEY_SO_PIN_SOURCE", hide_env_values = true, help_heading = PIN)]
    pub(crate) so_pin_source: Option<PinSource>,
}

/// Where a new PIN comes from.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewPinArgs {
    /// Where the new PIN comes from; a prompt asks twice
    #[arg(long, value_name = "SOURCE", env = "UKEY_NEW_PIN_SOURCE", hide_env_values = true, help_heading = PIN)]
    pub(crate) new_pin_source: Option<PinSource>,
}

/// Whether the last try may be spent.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct LastTryArgs {
    /// Try the PIN even when one wrong try would lock it
    #[arg(long, help_heading = PIN, hide_short_help = true)]
    pub(crate) last_try_ok: bool,
}

/// Consent to a dangerous action.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ConsentArgs {
    /// Do it without asking for the serial number's last four characters
    #[arg(long)]
    pub(crate) yes: bool,
    /// Show what would happen and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A result written to a file of the user's choice.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutputArgs {
    /// Where to write; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the output if it exists
    #[arg(long)]
    pub(crate) force: bool,
}
