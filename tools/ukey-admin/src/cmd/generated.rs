//! `completions` and `man-pages`: made from the definition that parses the command line.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use crate::{
    cli::Cli,
    error::{Error, Result},
    output::Outcome,
    text,
};

/// Name of the program.
const NAME: &str = "ukey-admin";

pub(crate) fn completions(shell: Shell) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let data = json!({ "shell": shell.to_string(), "script": script });
    Ok(Outcome::new(data, script))
}

pub(crate) fn man_pages(directory: &Path) -> Result<Outcome> {
    fs::create_dir_all(directory).map_err(|e| Error::create(directory, e))?;
    clap_mangen::generate_to(Cli::command(), directory).map_err(|e| Error::create(directory, e))?;
    Ok(Outcome::new(
        json!({ "directory": directory.display().to_string() }),
        text::written(text::WRITTEN, directory),
    ))
}
