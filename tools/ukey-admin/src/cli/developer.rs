//! Arguments of `seal`, `config` and `apdu`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

use super::{ConsentArgs, OutputArgs, PinArgs};

/// `seal …`
#[derive(Debug, Subcommand)]
pub(crate) enum SealCommand {
    /// Store an electronic seal, or its picture, as it is
    #[command(after_long_help = "\
Examples:
  ukey-admin seal store company.esl --name company")]
    Store(SealStoreArgs),
    /// List the seals
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin seal list"
    )]
    List,
    /// Write a seal to a file
    #[command(after_long_help = "\
Examples:
  ukey-admin seal export company --output company.esl")]
    Export(SealExportArgs),
    /// Delete a seal
    #[command(after_long_help = "\
Examples:
  ukey-admin seal delete company")]
    Delete(SealDeleteArgs),
}

/// `seal store`
#[derive(Debug, Args)]
pub(crate) struct SealStoreArgs {
    /// File to store
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// Name on the USBKEY, up to 24 letters and digits
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
}

/// `seal export`
#[derive(Debug, Args)]
pub(crate) struct SealExportArgs {
    /// Name on the USBKEY
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `seal delete`
#[derive(Debug, Args)]
pub(crate) struct SealDeleteArgs {
    /// Name on the USBKEY
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}

/// `config …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show what holds, with files and environment applied
    #[command(after_long_help = "\
Examples:
  ukey-admin config show")]
    Show,
    /// Check a configuration file, or those that count here
    #[command(after_long_help = "\
Examples:
  ukey-admin config check
  ukey-admin config check new.toml")]
    Check {
        /// File to check (default: all that count on this machine and for this user)
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// `apdu`
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  ukey-admin apdu --developer 80040000 00B00000

Commands go to the USBKEY as they are, one after the other, and can destroy what is on it.")]
pub(crate) struct ApduArgs {
    /// Yes, send bytes that nobody checks
    #[arg(long, required = true)]
    pub(crate) developer: bool,
    /// Command APDUs in hexadecimal digits
    #[arg(value_name = "HEX", required = true)]
    pub(crate) commands: Vec<String>,
}
