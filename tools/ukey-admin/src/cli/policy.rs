//! Arguments of `policy`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Show what the USBKEY allows and what this computer asks of new PINs
    #[command(after_long_help = "\
Examples:
  ukey-admin policy show
  ukey-admin --json policy show | jq .data.room.containers")]
    Show,
    /// Set what this computer asks of new PINs, in the user's configuration file
    ///
    /// Every PIN that ukey-admin sets is held to it; of several configuration files, the strictest
    /// holds. A USBKEY itself keeps no such rule, and other programs need not ask for ours. What a
    /// USBKEY does keep, how many wrong PINs lock, is fixed when the application is made (GM/T 0017):
    /// see device init and app create.
    #[command(after_long_help = "\
Examples:
  ukey-admin policy set --pin-min-length 8 --pin-longest-run 3
  ukey-admin policy set --pin-longest-run any
  ukey-admin policy set --pin-min-length 8 --file /etc/ukey/ukey.toml      for all users")]
    Set(PolicySetArgs),
}

/// `policy set`
#[derive(Debug, Args)]
pub(crate) struct PolicySetArgs {
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    /// Configuration file to write to (default: the user's); made if it is not there
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Show what would be written and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// The rules; one at least.
#[derive(Debug, Clone, Copy, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct RuleArgs {
    /// Fewest bytes of a new PIN, 6 to 16
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(6..=16))]
    pub(crate) pin_min_length: Option<u8>,
    /// Most equal or consecutive characters in a row in a new PIN, as in 1111, 1234 or 4321: 1 to 15,
    /// or any
    #[arg(long, value_name = "N|any", value_parser = longest_run)]
    pub(crate) pin_longest_run: Option<LongestRun>,
}

/// A number of characters, or no rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LongestRun(pub(crate) Option<u8>);

fn longest_run(text: &str) -> Result<LongestRun, String> {
    match text.parse::<u8>() {
        Ok(number @ 1..=15) => Ok(LongestRun(Some(number))),
        _ if text == "any" => Ok(LongestRun(None)),
        _ => Err(crate::text::policy::wanted_run().to_owned()),
    }
}
