//! Which of several containers is the one in use. A renewal makes a new container and leaves the
//! old one for what was encrypted to it; the names tell which follows which, so that no order of
//! enumeration and no clock decides.

use ukey_pki::Certificate;
use ukey_token::{Application, Features, view::ContainerView};

use crate::{error::Result, interrupt, text};

/// Hexadecimal digits of a serial number in the name of a successor.
const DIGITS: usize = 8;

/// Begins the name of a container with a recovered encryption key.
const RECOVERED: &str = "recovered-";

/// Name of the container that takes the place of `container`: its name, and the beginning of the
/// serial number of its signing certificate. `None` for one without a readable certificate.
pub(crate) fn successor_name(container: &ContainerView) -> Option<String> {
    let der = container.signature.certificate.as_ref()?;
    let serial = Certificate::from_der(der).ok()?.serial_hex();
    Some(format!(
        "{}-{}",
        base(&container.name),
        serial.get(..DIGITS)?
    ))
}

/// Name of the container for the recovered key of the certificate with this serial number.
pub(crate) fn recovered_name(serial: &str) -> String {
    let digits = serial.get(..DIGITS).unwrap_or(serial);
    format!("{RECOVERED}{digits}")
}

/// The name without the digits that [`successor_name`] adds.
fn base(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((base, digits)) if digits.len() == DIGITS && is_hex(digits) => base,
        _ => name,
    }
}

fn is_hex(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
}

/// Whether `container` only decrypts: it has a complete successor, or was made by a recovery.
pub(crate) fn is_retired(container: &ContainerView, all: &[ContainerView]) -> bool {
    if container.retired || container.name.starts_with(RECOVERED) {
        return true;
    }
    let Some(successor) = successor_name(container) else {
        return false;
    };
    all.iter()
        .any(|other| other.name == successor && is_complete(other))
}

/// Whether `container` is being made by a renewal that is not over.
pub(crate) fn is_unfinished(container: &ContainerView, all: &[ContainerView]) -> bool {
    !is_complete(container)
        && all
            .iter()
            .any(|other| successor_name(other).as_ref() == Some(&container.name))
}

/// Takes their signing keys from the containers that only decrypt, on tokens that can: the last step
/// of a renewal or recovery. Those that an interruption left are found too.
pub(crate) fn retire(application: &Application) -> Result<()> {
    for name in pending(application)? {
        application.container(&name).retire()?;
        interrupt::note_done(text::done_retired(&name));
    }
    Ok(())
}

/// Names of the containers that only decrypt and that the token does not yet know as such.
pub(crate) fn pending(application: &Application) -> Result<Vec<String>> {
    let features = application.device().features();
    if !features.contains(Features::RETIRED_CONTAINERS) {
        return Ok(Vec::new());
    }
    let view = application.view()?;
    let is_pending = |container: &&ContainerView| {
        let pair = &container.encryption;
        let has_pair = pair.public_key.is_some() && pair.certificate.is_some();
        has_pair && !container.retired && is_retired(container, &view.containers)
    };
    let pending = view.containers.iter().filter(is_pending);
    Ok(pending.map(|container| container.name.clone()).collect())
}

/// The signing certificate is stored last: where it is, all is.
fn is_complete(container: &ContainerView) -> bool {
    container.signature.certificate.is_some()
}

#[cfg(test)]
mod tests;
