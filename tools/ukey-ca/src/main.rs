//! `ukey-ca`: the authority from the command line. Each command works on one state directory;
//! requests and answers are files.
#![forbid(unsafe_code)]

mod cli;
mod run;

use clap::Parser;

fn main() -> std::process::ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no failure: whoever reads the help has seen enough.
            error.print().ok();
            return std::process::ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run::run(&cli) {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("error ({}): {error}", error.code());
            1.into()
        }
    }
}
