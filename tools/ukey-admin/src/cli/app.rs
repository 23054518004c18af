//! Arguments of `app`, and those of whatever makes an application.

use clap::{Args, Subcommand};

use super::{ConsentArgs, SoPinArgs};
use crate::pin_source::PinSource;

/// `app …`
#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// List applications with their PINs, and how much room each has
    #[command(
        alias = "ls",
        after_long_help = "\
Examples:
  ukey-admin app list
  ukey-admin --json app list | jq -r '.data.applications[].name'"
    )]
    List,
    /// Create an application beside those that are there; needs the device key
    ///
    /// Each application has PINs, containers and files of its own. Most USBKEYs have one: device init
    /// makes it. How many wrong PINs lock is fixed here for good (GM/T 0017).
    #[command(after_long_help = "\
Examples:
  ukey-admin app create TENDER
  ukey-admin app create TENDER --pin-tries 6 --so-pin-source file:so.pin --pin-source file:user.pin
  ukey-admin --application TENDER enroll --ca ca --subject 'CN=ACME'")]
    Create(AppCreateArgs),
    /// Delete an application with everything in it, for ever; needs the device key
    ///
    /// Shows what would be lost and asks for the last four characters of the serial number.
    #[command(after_long_help = "\
Examples:
  ukey-admin app delete TENDER --dry-run
  ukey-admin app delete TENDER")]
    Delete(AppDeleteArgs),
}

/// `app create`
#[derive(Debug, Args)]
pub(crate) struct AppCreateArgs {
    /// Name of the application to create, at most 48 bytes
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) new: NewApplicationArgs,
}

/// What a new application is made with.
#[derive(Debug, Args)]
pub(crate) struct NewApplicationArgs {
    /// Wrong user PINs in a row that lock the user PIN
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=15))]
    pub(crate) pin_tries: u8,
    /// Wrong SO PINs in a row that lock the SO PIN
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=15))]
    pub(crate) so_pin_tries: u8,
    /// Where the user PIN to set comes from; a prompt asks twice
    #[arg(long, value_name = "SOURCE", env = "UKEY_PIN_SOURCE", hide_env_values = true, help_heading = super::PIN)]
    pub(crate) pin_source: Option<PinSource>,
    #[command(flatten)]
    pub(crate) so_pin: SoPinArgs,
}

/// `app delete`
#[derive(Debug, Args)]
pub(crate) struct AppDeleteArgs {
    /// Name of the application
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
}
