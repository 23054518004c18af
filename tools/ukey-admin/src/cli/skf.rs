//! `skf …`

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

use super::PinArgs;

/// `skf …`
#[derive(Debug, Subcommand)]
pub(crate) enum SkfCommand {
    /// Show what an SKF library exports and how it deviates from GM/T 0016
    ///
    /// Changes nothing, needs no PIN. The library runs in a process of its own, so that a crash is a finding.
    #[command(after_long_help = "\
Examples:
  ukey-admin skf probe /opt/vendor/lib/libskf.so
  ukey-admin --json skf probe libskf.so | jq .data.missing")]
    Probe(SkfProbeArgs),
    /// Check an SKF library against GM/T 0016, case by case
    ///
    /// Without more, only cases that change nothing are tried. --application and --pin-source allow a container and a
    /// file of the check's own there; --write allows an application of its own (UKEYTEST), for which the device key is
    /// needed (the configured one, else the factory's). What was made is taken away.
    #[command(after_long_help = "\
Examples:
  ukey-admin skf test libskf.so
  ukey-admin skf test libskf.so --application TENDER --pin-source file:user.pin
  ukey-admin --json skf test libskf.so --write | jq '.data.cases[] | select(.verdict == \"failed\")'

Exit code: 0 no case failed, 2 some did.")]
    Test(SkfTestArgs),
}

/// `skf probe`
#[derive(Debug, Args)]
pub(crate) struct SkfProbeArgs {
    /// The library
    #[arg(value_name = "LIBRARY")]
    pub(crate) library: PathBuf,
    /// Give the library up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) deadline: u64,
    /// The process in which the library runs
    #[arg(long, hide = true)]
    pub(crate) inner: bool,
}

/// `skf test`
#[derive(Debug, Args)]
pub(crate) struct SkfTestArgs {
    /// The library
    #[arg(value_name = "LIBRARY")]
    pub(crate) library: PathBuf,
    /// Check with this device (default: the first that is present)
    #[arg(long, value_name = "NAME")]
    pub(crate) device: Option<String>,
    /// Make an application on the device, use it, and delete it
    #[arg(long)]
    pub(crate) write: bool,
    /// Width of ULONG in the library (default: as it shows)
    #[arg(long, value_name = "BITS")]
    pub(crate) ulong_bits: Option<UlongBits>,
    /// Packing of the library's structures (default: as it shows)
    #[arg(long, value_name = "PACKING")]
    pub(crate) packing: Option<PackingArg>,
    /// Give a case up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) deadline: u64,
    #[command(flatten)]
    pub(crate) pin: PinArgs,
    /// The process in which the library runs; the case that it begins with
    #[arg(long, hide = true)]
    pub(crate) inner: Option<String>,
}

/// Width of ULONG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UlongBits {
    /// As the standard has it.
    #[value(name = "32")]
    Narrow,
    /// The `unsigned long` of 64-bit Unix.
    #[value(name = "64")]
    Wide,
}

/// Packing of structures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackingArg {
    /// Without gaps.
    One,
    /// As the compiler likes it.
    Natural,
}
