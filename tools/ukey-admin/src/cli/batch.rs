//! Arguments of `batch`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

use super::SoPinArgs;

/// `batch …`
#[derive(Debug, Subcommand)]
pub(crate) enum BatchCommand {
    /// Produce USBKEYs from a table: initialise, keys, certificates, seal, PIN letter
    ///
    /// Every blank USBKEY that is plugged in gets a row of the table; several are worked on at once.
    /// Interrupted, run it again: it goes on where it stopped, and no row and no USBKEY is produced
    /// twice. Rows that have no USBKEY yet wait for the next run, or for --wait.
    ///
    /// The table is CSV in UTF-8 with a header: id and subject, and if wanted label, serial (the
    /// row is for this USBKEY alone) and seal (a file to store).
    #[command(after_long_help = "\
Examples:
  ukey-admin batch run keys.csv --out produced --ca ./ca --dry-run
  ukey-admin batch run keys.csv --out produced --ca ./ca --so-pin-source file:so.pin --wait 600
  ukey-admin batch run keys.csv --out produced --ca ./ca --profile acme.toml

Profile (every line may be missing):
  [application]
  name = 'UKEY'
  pin_tries = 6
  so_pin_tries = 10
  [pin]
  length = 8
  [certificate]
  container = 'main'
  days = 365
  [letter]
  title = 'ACME bidding key'
  sender = 'ACME certification service'

Made in the output directory: letters/ID.html, reports/SERIAL.json, journal.jsonl. Letters hold PINs:
print them, then destroy them. Exit code 14 when some rows are not produced.")]
    Run(BatchRunArgs),
    /// Show what is produced and what is not
    #[command(after_long_help = "\
Examples:
  ukey-admin batch status produced")]
    Status {
        /// Output directory of batch run
        #[arg(value_name = "DIR")]
        out: PathBuf,
    },
}

/// `batch run`
#[derive(Debug, Args)]
pub(crate) struct BatchRunArgs {
    /// Table of keys to produce
    #[arg(value_name = "CSV")]
    pub(crate) table: PathBuf,
    /// Where letters, reports and the journal go; the same again to go on
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// State directory of ukey-ca
    #[arg(long, value_name = "DIR")]
    pub(crate) ca: PathBuf,
    /// Profile for all keys
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// USBKEYs worked on at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) parallel: u8,
    /// Wait so many seconds for further USBKEYs, as long as rows are left
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
    /// Give up this row's USBKEY, which broke or got lost, and produce the row on another
    #[arg(long, value_name = "ID")]
    pub(crate) release: Vec<String>,
    /// Check table, profile and authority, show what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) so_pin: SoPinArgs,
}
