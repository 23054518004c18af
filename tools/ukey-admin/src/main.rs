//! `ukey-admin`: operate USBKEYs from the command line.
//!
//! What was typed ([`cli`]) is run by one command ([`cmd`]), whose result or error is printed in
//! one place ([`output`]) and becomes one exit code ([`exit_code`]). Nothing here knows a C
//! interface or an APDU.
#![forbid(unsafe_code)]

mod auth_key;
mod authority;
mod certificate;
mod cli;
mod cmd;
mod context;
mod earlier;
mod error;
mod exit_code;
mod expiry;
mod files;
mod interrupt;
mod login;
mod output;
mod parallel;
mod pin_source;
mod prompt;
mod retired;
mod self_test;
mod target;
mod text;
mod token_keys;

use std::ffi::OsString;

use clap::error::ErrorKind;

use crate::{
    cli::{Cli, complaint},
    context::Context,
    error::Error,
    exit_code::ExitCode,
    text::language::{self, Language},
};

fn main() -> std::process::ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let language = Language::find(&arguments, |name| std::env::var_os(name));
    language::choose(language);
    interrupt::listen();
    let code = match Cli::read(language) {
        Ok(cli) => run(cli),
        Err(error) => refuse(&error),
    };
    std::process::ExitCode::from(code as u8)
}

fn run(cli: Cli) -> ExitCode {
    let json = cli.global.json;
    if json {
        console::set_colors_enabled_stderr(false);
    }
    let result = Context::new(cli.global).and_then(|context| cmd::run(&context, &cli.command));
    login::log_out();
    output::finish(result, json)
}

/// Help and version, or a command line that clap does not accept.
fn refuse(error: &clap::Error) -> ExitCode {
    let help = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if !help && std::env::args_os().any(|argument| argument == "--json") {
        return output::finish(Err(Error::Usage(complaint(error))), true);
    }
    let chinese = language::chosen() == Language::Chinese;
    // Where a command is missing, the help, which the parser has as it should be, says more.
    let is_page = help || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    match complaint::page(error).filter(|_| chinese && !is_page) {
        Some(page) => output::complain(&page),
        // A closed pipe is no failure: whoever reads the help has seen enough.
        None => drop(error.print()),
    }
    if help { ExitCode::Ok } else { ExitCode::Usage }
}

/// What is wrong with the command line, in one line.
fn complaint(error: &clap::Error) -> String {
    let missing = matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
    );
    let chinese = language::chosen() == Language::Chinese;
    if let Some(sentence) = complaint::sentence(error).filter(|_| chinese || missing) {
        return sentence;
    }
    // The first paragraph says what is wrong, the rest how to get help.
    let text = error.to_string();
    let lines = text.lines().map(str::trim);
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let message = lines.join(" ");
    message
        .strip_prefix("error: ")
        .unwrap_or(&message)
        .to_owned()
}
