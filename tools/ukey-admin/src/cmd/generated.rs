//! `completions` and `man-pages`: made from the definition that parses the command line. In English,
//! since they are made for all users of a machine, unless `--lang` says otherwise.

use std::{fs, path::Path};

use clap_complete::Shell;
use serde_json::json;

use crate::{
    cli,
    context::Context,
    error::{Error, Result},
    output::Outcome,
    text::{self, language::Language},
};

/// Name of the program.
const NAME: &str = "ukey-admin";

fn definition(context: &Context) -> clap::Command {
    cli::command(context.global.lang.unwrap_or(Language::English))
}

pub(crate) fn completions(context: &Context, shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut definition(context), NAME, &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell == Shell::Bash {
        script = ukey_host::completion::mended_bash(NAME, &script);
    }
    let data = json!({ "shell": shell.to_string(), "script": script });
    Ok(Outcome::new(data, script))
}

pub(crate) fn man_pages(context: &Context, directory: &Path) -> Result<Outcome> {
    fs::create_dir_all(directory).map_err(|e| Error::create(directory, e))?;
    clap_mangen::generate_to(in_full(definition(context)), directory)
        .map_err(|e| Error::create(directory, e))?;
    Ok(Outcome::new(
        json!({ "directory": directory.display().to_string() }),
        text::written(text::label::written(), directory),
    ))
}

/// A man page has no short form: what `-h` leaves out is told there too.
fn in_full(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.hide_short_help(false))
        .mut_subcommands(in_full)
}
