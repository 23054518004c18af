//! One file per command group. A command gets what was typed, and gives its result or its error;
//! it prints nothing but talk.

pub(crate) mod apdu;
pub(crate) mod app;
pub(crate) mod batch;
pub(crate) mod cert;
pub(crate) mod cert_check;
pub(crate) mod config;
pub(crate) mod container;
pub(crate) mod decrypt;
pub(crate) mod device;
pub(crate) mod digest;
pub(crate) mod doctor;
pub(crate) mod encrypt;
pub(crate) mod end;
pub(crate) mod enroll;
pub(crate) mod generated;
pub(crate) mod init;
pub(crate) mod issued;
pub(crate) mod key;
pub(crate) mod pin;
pub(crate) mod policy;
pub(crate) mod recover;
pub(crate) mod renew;
pub(crate) mod retired;
pub(crate) mod seal;
pub(crate) mod several;
pub(crate) mod sign;
pub(crate) mod skf;
pub(crate) mod verify;
pub(crate) mod version;
pub(crate) mod watch;

use ukey_ca::request::Act;

use crate::{
    cli::{Command, FileCommand},
    context::Context,
    error::Result,
    output::Outcome,
};

/// Runs one command.
pub(crate) fn run(context: &Context, command: &Command) -> Result<Outcome> {
    match command {
        Command::Device(command) => device::run(context, command),
        Command::Pin(command) => pin::run(context, command),
        Command::App(command) => app::run(context, command),
        Command::Container(command) => container::run(context, command),
        Command::Retired(command) => retired::run(context, command),
        Command::Key(command) => key::run(context, command),
        Command::Cert(command) => cert::run(context, command),
        Command::Enroll(args) => enroll::run(context, args),
        Command::Renew(args) => renew::run(context, args),
        Command::Recover(args) => recover::run(context, args),
        Command::Replace(args) => enroll::replace(context, args),
        Command::Change(args) => renew::change(context, args),
        Command::Revoke(args) => end::run(context, Act::Revoke, args),
        Command::Hold(args) => end::run(context, Act::Hold, args),
        Command::Unhold(args) => end::run(context, Act::Unhold, args),
        Command::Status(args) => end::status(context, args),
        Command::Batch(command) => batch::run(context, command),
        Command::File(command) | Command::Short(command) => file(context, command),
        Command::Seal(command) => seal::run(context, command),
        Command::Doctor(args) => doctor::run(context, args),
        Command::Watch(args) => watch::run(context, *args),
        Command::Policy(command) => policy::run(context, command),
        Command::Config(command) => config::run(context, command),
        Command::Apdu(args) => apdu::run(context, args),
        Command::Completions { shell } => generated::completions(context, *shell),
        Command::ManPages { directory } => generated::man_pages(context, directory),
        Command::Skf(command) => skf::run(context, command),
        Command::Version => version::run(context),
    }
}

fn file(context: &Context, command: &FileCommand) -> Result<Outcome> {
    match command {
        FileCommand::Sign(args) => sign::run(context, args),
        FileCommand::Verify(args) => verify::run(context, args),
        FileCommand::Encrypt(args) => encrypt::run(context, args),
        FileCommand::Decrypt(args) => decrypt::run(context, args),
        FileCommand::Digest(args) => digest::run(context, args),
    }
}
