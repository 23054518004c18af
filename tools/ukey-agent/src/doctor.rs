//! `ukey-agent doctor`: manifests, windows, tokens.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use ukey_agent::install::{self, BROWSERS};
use ukey_agent::token::Tokens;
use ukey_host::Config;
use ukey_host::pinentry::Pinentry;

pub(crate) fn run(config: &Config) -> io::Result<ExitCode> {
    let mut good = true;
    let mut say = |fine: bool, what: &str| {
        good &= fine;
        crate::say(format_args!(
            "{}  {what}",
            if fine { "ok  " } else { "FAIL" }
        ))
    };
    let mut registered = Vec::new();
    for system in [false, true] {
        let places = install::places(system, None)?;
        for (browser, place) in BROWSERS.iter().zip(places) {
            if place.file().exists() {
                registered.push(browser.name);
            }
        }
    }
    match registered.as_slice() {
        [] => say(
            false,
            "no browser knows the agent: run `ukey-agent install`",
        )?,
        names => say(true, &format!("registered with {}", names.join(", ")))?,
    }
    match Pinentry::find(config) {
        Ok(_) => say(true, "a program for PIN windows is there")?,
        Err(_) if !has_display() => say(
            false,
            "no PIN window can be opened: this session has no display (DISPLAY or WAYLAND_DISPLAY)",
        )?,
        Err(_) => say(
            false,
            "no PIN window can be opened: install pinentry-qt, or set [pin] pinentry",
        )?,
    }
    let tokens = Tokens(Arc::new(ukey_host::registry(config)));
    match tokens.certificates() {
        Ok(held) => say(
            !held.is_empty(),
            &format!("{} token(s), {} certificate(s)", tokens.count(), held.len()),
        )?,
        Err(_) => say(
            false,
            "no USBKEY is plugged in, or it cannot be read: run `ukey-admin doctor`",
        )?,
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether this session has a display for windows.
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
