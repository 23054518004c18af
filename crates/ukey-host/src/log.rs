//! Logging for programs and, where the configuration asks for it, for the C libraries.

use crate::Config;
use std::{fs::OpenOptions, io::IsTerminal, sync::Mutex};
use tracing_subscriber::EnvFilter;

/// Starts logging if `config` names a filter: to its log file, else to standard error. Secrets
/// are never logged; APDUs appear at trace level by header and length only. A second call, or a
/// host program that logs already, keeps what is there.
pub fn init_logging(config: &Config) {
    let Some(filter) = &config.log_filter else {
        return;
    };
    let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(filter));
    let file = config
        .log_file
        .as_ref()
        .and_then(|path| OpenOptions::new().create(true).append(true).open(path).ok());
    // An Err means that somebody else logs already.
    match file {
        Some(file) => builder
            .with_ansi(false)
            .with_writer(Mutex::new(file))
            .try_init()
            .ok(),
        None => builder
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .try_init()
            .ok(),
    };
}
