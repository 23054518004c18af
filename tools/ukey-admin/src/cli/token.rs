//! Arguments of `device`, `pin`, `container` and `doctor`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

use super::{
    ConsentArgs, LastTryArgs, NewApplicationArgs, NewPinArgs, PinArgs, SoPinArgs, TrustArgs,
};
use crate::pin_source::PinSource;

/// `device …`
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// List the USBKEYs that are plugged in
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin device list
  ukey-admin --json device list | jq -r '.data.devices[].serial'"
    )]
    List,
    /// Tell when USBKEYs come and go, until Ctrl-C; with --json one object a line
    #[command(after_long_help = "\
Examples:
  ukey-admin device watch
  ukey-admin --json device watch --count 1 --timeout 60")]
    Watch(WatchArgs),
    /// Show everything about one USBKEY: versions, space, applications, PIN states
    #[command(after_long_help = "\
Examples:
  ukey-admin device info
  ukey-admin device info --serial 25A0000000000017")]
    Info,
    /// Make a USBKEY ready for use: create the application and set both PINs
    ///
    /// A blank one is initialised at once. On one that already has the application, everything in
    /// it is destroyed first (keys, certificates, files), after you typed the last four characters
    /// of the serial number.
    #[command(after_long_help = "\
Examples:
  ukey-admin device init --set-label 'Bid desk 1'
  ukey-admin device init --so-pin-source file:so.pin --pin-source file:user.pin
  ukey-admin device init --new-auth-key-file device.key   replace the factory device key too
  ukey-admin device init --dry-run                        show what would be destroyed")]
    Init(DeviceInitArgs),
}

/// `device watch`, `watch`
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct WatchArgs {
    /// End after this many events
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u32>,
    /// End after this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}

/// `device init`
#[derive(Debug, Args)]
pub(crate) struct DeviceInitArgs {
    /// Label to write on it, at most 31 bytes (about 10 Chinese characters)
    #[arg(long, value_name = "LABEL")]
    pub(crate) set_label: Option<String>,
    /// Name of the application to create
    #[arg(long, value_name = "NAME", default_value = ukey_token::DEFAULT_APPLICATION)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) new: NewApplicationArgs,
    /// Replace the device key: by the one in this file, or by a new random one written to it
    #[arg(long, value_name = "FILE")]
    pub(crate) new_auth_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}

/// `pin …`
#[derive(Debug, Subcommand)]
pub(crate) enum PinCommand {
    /// Show how many tries are left, without spending one
    #[command(after_long_help = "\
Examples:
  ukey-admin pin status
  ukey-admin --json pin status | jq .data.user.tries_left")]
    Status,
    /// Show how long PINs are, how many wrong ones lock, and what this computer asks of new ones
    #[command(after_long_help = "\
Examples:
  ukey-admin pin policy
  ukey-admin --json pin policy | jq .data.pin

This computer's part: see policy set.")]
    Policy,
    /// Change the user PIN, or with --so the SO PIN
    #[command(after_long_help = "\
Examples:
  ukey-admin pin change
  ukey-admin pin change --so
  printf '%s\\n' \"$OLD\" \"$NEW\" | ukey-admin pin change --pin-source stdin --new-pin-source stdin")]
    Change(PinChangeArgs),
    /// Give a locked or forgotten user PIN a new value, with the SO PIN
    #[command(after_long_help = "\
Examples:
  ukey-admin pin unblock
  ukey-admin pin unblock --so-pin-source file:so.pin --new-pin-source env:NEW_PIN
  ukey-admin pin unblock --offline        shows a code; the operator answers it (see pin answer)")]
    Unblock(PinUnblockArgs),
    /// Answer the code that pin unblock --offline shows on another machine
    ///
    /// Run by whoever knows the SO PIN. The answer sets one user PIN, once, on that USBKEY alone;
    /// the SO PIN does not leave this machine, and the new user PIN does not come here.
    #[command(after_long_help = "\
Examples:
  ukey-admin pin answer 3F0A-11C2-9E55-70D4-01AB
  ukey-admin pin answer --so-pin-source file:so.pin 3F0A-11C2-9E55-70D4-01AB")]
    Answer(PinAnswerArgs),
}

/// `pin answer`
#[derive(Debug, Args)]
pub(crate) struct PinAnswerArgs {
    /// The code that the holder reads out
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
    #[command(flatten)]
    pub(crate) so_pin: SoPinArgs,
}

/// `pin change`
#[derive(Debug, Args)]
pub(crate) struct PinChangeArgs {
    /// Change the SO PIN (administrator PIN) in place of the user PIN
    #[arg(long)]
    pub(crate) so: bool,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
    #[command(flatten)]
    pub(crate) so_pin: SoPinArgs,
    #[command(flatten)]
    pub(crate) new_pin: NewPinArgs,
}

/// `pin unblock`
#[derive(Debug, Args)]
pub(crate) struct PinUnblockArgs {
    /// Without the SO PIN: show a code, and take the answer that an operator makes of it elsewhere
    #[arg(long)]
    pub(crate) offline: bool,
    /// Where the operator's answer comes from; a prompt asks
    #[arg(long, value_name = "SOURCE", requires = "offline")]
    pub(crate) answer_source: Option<PinSource>,
    #[command(flatten)]
    pub(crate) so_pin: SoPinArgs,
    #[command(flatten)]
    pub(crate) new_pin: NewPinArgs,
    #[command(flatten)]
    pub(crate) last_try: LastTryArgs,
}

/// `container …`
#[derive(Debug, Subcommand)]
pub(crate) enum ContainerCommand {
    /// List containers with their keys and certificates
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin container list"
    )]
    List,
    /// Delete a container with its keys and certificates, for ever
    ///
    /// What was encrypted to its encryption key can then be decrypted only if the CA recovers that
    /// key. Shows what would be lost and asks for the last four characters of the serial number.
    #[command(after_long_help = "\
Examples:
  ukey-admin container delete old --dry-run
  ukey-admin container delete old")]
    Delete(ContainerDeleteArgs),
}

/// `container delete`
#[derive(Debug, Args)]
pub(crate) struct ContainerDeleteArgs {
    /// Name of the container
    #[arg(value_name = "CONTAINER")]
    pub(crate) container: String,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}

/// `doctor`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin doctor
  ukey-admin --json doctor | jq '.data.checks[] | select(.status != \"ok\")'
  ukey-admin doctor --decrypt tender.pdf.enc          before the day of the opening
  ukey-admin doctor --self-test                       sign and decrypt for real; asks for the PIN
  ukey-admin doctor --ca root.pem --crl ca.crl        is the certificate trusted, is it revoked?
  ukey-admin doctor --bundle report.json              for whoever helps; no secrets in it

Without --self-test no PIN is asked for and no try is spent. Exit code: 0 all fine, 1 warnings, 2
failures.")]
pub(crate) struct DoctorArgs {
    /// Say which key pair would open this file
    #[arg(long, value_name = "FILE")]
    pub(crate) decrypt: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// Try random numbers, a signature and a decryption with every container; needs the PIN
    #[arg(long)]
    pub(crate) self_test: bool,
    /// Write the report, the system and the log's warnings to this file; it must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Look for devices, drivers and registrations under this directory: another system's files
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub(crate) root: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// The two PINs of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PinRole {
    /// The holder's PIN.
    User,
    /// The administrator's PIN (SO PIN).
    So,
}
