//! Checks 15 and 16: random numbers, a signature and a decryption tried for real, and when something
//! last went wrong.

use std::{fs, io::Read, path::Path};

use ukey_pki::Certificate;
use ukey_token::{
    Application, Device,
    view::{ContainerView, Side},
};

use super::{Finding, Status, keys};
use crate::{
    certificate,
    cli::DoctorArgs,
    context::Context,
    error::{Error, Result},
    login, self_test, target,
    text::{self, doctor as words},
};

/// How much of the end of a log is read.
const LOG_TAIL: u64 = 256 * 1024;

pub(super) fn check(
    context: &Context,
    args: &DoctorArgs,
    devices: &[Device],
) -> Result<Vec<Finding>> {
    if !args.self_test {
        let message = words::self_test_skipped().to_owned();
        return Ok(vec![Finding::new(
            152,
            Status::Skipped,
            "",
            message,
            words::ask_self_test(),
        )]);
    }
    let mut findings = Vec::new();
    // Of one that stopped answering, check 8 has told.
    for device in devices.iter().filter(|device| !device.is_removed()) {
        match token(context, args, device, &mut findings) {
            Err(error) if device.is_removed() => findings.push(keys::stopped(device, &error)),
            tried => tried?,
        }
    }
    Ok(findings)
}

/// Everything that is tried with one token.
fn token(
    context: &Context,
    args: &DoctorArgs,
    device: &Device,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    findings.extend(random(device)?);
    let application = match target::application(context, device) {
        // Check 8 has told.
        Err(Error::NotFound { .. }) => return Ok(()),
        found => found?,
    };
    if let Err(error) = login::user(context, &application, &args.pin) {
        // Check 9 has told, and no PIN is of use.
        if !matches!(error, Error::PinNotSet | Error::PinLocked { .. }) {
            return Err(error);
        }
        let serial = device.cached_info().serial_number.to_text();
        let message = text::error::sentence(&error.to_string());
        findings.push(Finding::new(152, Status::Skipped, &serial, message, ""));
        return Ok(());
    }
    for container in &application.view()?.containers {
        if let Some(certificates) = certificates(container) {
            findings.push(pair(&application, container, &certificates)?);
        }
    }
    Ok(())
}

fn pair(
    application: &Application,
    container: &ContainerView,
    (signature, encryption): &(Certificate, Certificate),
) -> Result<Finding> {
    let holder = application.container(&container.name);
    match self_test::pair(&holder, container, signature, encryption) {
        Ok(()) => {
            let message = words::self_test_ok().to_owned();
            Ok(finding(150, Status::Ok, container, message, ""))
        }
        Err(error @ (Error::SelfTest(_) | Error::Token(_) | Error::Pki(_)))
            if !application.device().is_removed() =>
        {
            let sides = [
                (&container.signature, signature),
                (&container.encryption, encryption),
            ];
            let fit = |(side, held): (&Side, &Certificate)| {
                let key = side.public_key.as_ref();
                key.is_some_and(|key| certificate::certifies(held, key))
            };
            let action = match sides.into_iter().all(fit) {
                true => words::restore_key(),
                false => words::import_right(),
            };
            let message = text::error::sentence(&error.to_string());
            Ok(finding(151, Status::Fail, container, message, action))
        }
        Err(other) => Err(other),
    }
}

fn finding(
    code: u16,
    status: Status,
    container: &ContainerView,
    message: String,
    action: &'static str,
) -> Finding {
    Finding::new(code, status, &container.name, message, action)
}

/// Two draws that are alike, or all of one value, are no random numbers.
fn random(device: &Device) -> Result<Option<Finding>> {
    let (first, second) = (device.random(32)?, device.random(32)?);
    let is_flat = first.iter().all(|byte| *byte == first[0]);
    let serial = device.cached_info().serial_number.to_text();
    Ok((first == second || is_flat).then(|| {
        let message = words::random_repeats().to_owned();
        Finding::new(153, Status::Fail, &serial, message, words::restore_key())
    }))
}

/// Both certificates, of a container that signs and decrypts.
fn certificates(container: &ContainerView) -> Option<(Certificate, Certificate)> {
    let read = |der: &Option<Vec<u8>>| Certificate::from_der(der.as_deref()?).ok();
    Some((
        read(&container.signature.certificate)?,
        read(&container.encryption.certificate)?,
    ))
}

/// The last line of the log that tells of trouble.
pub(super) fn last_error(context: &Context) -> Finding {
    let finding = |code, status, message: String, action| {
        let subject = context.config.log_file.as_ref();
        let subject = subject.map_or(String::new(), |path| path.display().to_string());
        Finding::new(code, status, &subject, message, action)
    };
    let Some(path) = &context.config.log_file else {
        return finding(162, Status::Skipped, words::no_log().to_owned(), "");
    };
    let lines = tail(path);
    let trouble = lines.iter().rev().find(|line| is_trouble(line));
    match trouble {
        None => finding(160, Status::Ok, words::log_clean().to_owned(), ""),
        Some(line) => {
            let moment = line.split_whitespace().next().unwrap_or_default();
            finding(
                161,
                Status::Warn,
                words::last_error(moment),
                words::read_log(),
            )
        }
    }
}

/// Whether a line of the log tells of an error or a warning.
pub(super) fn is_trouble(line: &str) -> bool {
    line.split_whitespace()
        .take(4)
        .any(|word| matches!(word, "ERROR" | "WARN"))
}

/// The last lines of a log.
pub(super) fn tail(path: &Path) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        use std::io::{Seek, SeekFrom};
        let mut file = fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
        let mut bytes = Vec::new();
        file.take(LOG_TAIL).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.lines().map(str::to_owned).collect()
}
