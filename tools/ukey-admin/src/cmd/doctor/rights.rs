//! Checks 5 and 6: may this user and session use what is there, and who else does.

use std::{
    fs::OpenOptions,
    io,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
};

use super::{
    Finding, Status,
    place::{self, Place},
    usb::UsbDevice,
};
use crate::{context::Context, text::doctor as words};

/// The part of GnuPG that keeps a card for itself.
const KEEPER: &str = "scdaemon";

/// The library by which programs use readers.
const CLIENT_LIBRARY: &str = "libpcsclite";

/// pcscd's socket.
fn socket(place: &Place) -> PathBuf {
    match std::env::var_os("PCSCLITE_CSOCK_NAME") {
        Some(path) => path.into(),
        None => place.at("run/pcscd/pcscd.comm"),
    }
}

/// Whether pcscd's socket is there and refuses this user.
pub(super) fn socket_refuses(place: &Place) -> bool {
    let tried = UnixStream::connect(socket(place));
    tried.is_err_and(|e| e.kind() == io::ErrorKind::PermissionDenied)
}

pub(super) fn check(context: &Context, place: &Place, devices: &[UsbDevice]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if context.config.pcsc_enabled && socket_refuses(place) {
        let path = socket(place).display().to_string();
        findings.push(Finding::new(
            51,
            Status::Fail,
            &path,
            words::socket_refused().to_owned(),
            words::ask_for_rights(),
        ));
    }
    for device in devices {
        let node = place.at("dev/bus/usb").join(&device.node);
        if refuses(&node) {
            findings.push(Finding::new(
                52,
                Status::Warn,
                &node.display().to_string(),
                words::node_refused().to_owned(),
                words::install_rules(),
            ));
        }
    }
    for (name, sandbox) in [("SNAP", "snap"), ("FLATPAK_ID", "flatpak")] {
        if std::env::var_os(name).is_some_and(|value| !value.is_empty()) {
            let message = words::sandbox(sandbox);
            findings.push(Finding::new(
                53,
                Status::Warn,
                sandbox,
                message,
                words::leave_sandbox(),
            ));
        }
    }
    if findings.is_empty() {
        let over_ssh = std::env::var_os("SSH_CONNECTION").is_some();
        let message = match over_ssh {
            true => words::rights_over_ssh(),
            false => words::rights_ok(),
        };
        findings.push(Finding::new(50, Status::Ok, "", message.to_owned(), ""));
    }
    findings
}

fn refuses(node: &Path) -> bool {
    let tried = OpenOptions::new().read(true).write(true).open(node);
    tried.is_err_and(|e| e.kind() == io::ErrorKind::PermissionDenied)
}

/// Programs that use readers, or are known for keeping them.
pub(super) fn others(context: &Context, place: &Place, busy: bool) -> Finding {
    if !context.config.pcsc_enabled {
        let message = words::pcsc_off().to_owned();
        return Finding::new(62, Status::Skipped, "", message, "");
    }
    let mut holders = Vec::new();
    for folder in place::entries(&place.at("proc")) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let is_process = name.chars().all(|c| c.is_ascii_digit());
        if !is_process || name == std::process::id().to_string() {
            continue;
        }
        let command = place::line(&folder.join("comm")).unwrap_or_default();
        let keeps = command == KEEPER;
        let uses = || {
            std::fs::read_to_string(folder.join("maps"))
                .is_ok_and(|maps| maps.contains(CLIENT_LIBRARY))
        };
        if command != "pcscd" && (keeps || uses()) {
            holders.push((format!("{command} ({name})"), keeps));
        }
    }
    let names: Vec<String> = holders.iter().map(|(name, _)| name.clone()).collect();
    let names = names.join(", ");
    let finding = |code, status, message, action| Finding::new(code, status, "", message, action);
    match holders.is_empty() {
        true => finding(60, Status::Ok, words::no_others().to_owned(), ""),
        false if busy || holders.iter().any(|(_, keeps)| *keeps) => finding(
            61,
            Status::Warn,
            words::others(&names),
            words::close_others(),
        ),
        false => finding(60, Status::Ok, words::others(&names), ""),
    }
}
