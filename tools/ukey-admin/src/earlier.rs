//! Encryption certificates that a renewal with the same keys has replaced. An envelope names its
//! recipient by issuer and serial number, so the certificate stays on the token as long as its key,
//! in a file of the application.

use ukey_pki::Certificate;
use ukey_token::{Application, Rights};

use crate::{certificate, error::Result, interrupt, text};

/// Begins the name of such a file; the beginning of the serial number follows.
const PREFIX: &str = "earlier-cert-";

/// Digits of the serial number in the name: a file's name has at most 32 bytes.
const DIGITS: usize = 16;

/// Stores a certificate unless it is there.
pub(crate) fn keep(application: &Application, der: &[u8]) -> Result<()> {
    let serial = Certificate::from_der(der)?.serial_hex();
    let name = format!("{PREFIX}{}", serial.get(..DIGITS).unwrap_or(&serial));
    let Ok(size) = u32::try_from(der.len()) else {
        return Err(ukey_token::Error::NoSpace.into());
    };
    if !application.files()?.contains(&name) {
        application.create_file(&name, size, Rights::ANYONE, Rights::USER)?;
    }
    // An interruption may have left it empty.
    if application.read_file(&name, 0, size)? != der {
        application.write_file(&name, 0, der)?;
        interrupt::note_done(text::done_earlier());
    }
    Ok(())
}

/// All of them, with the container that has the key.
pub(crate) fn all(application: &Application) -> Result<Vec<(String, Certificate)>> {
    let view = application.view()?;
    let mut found = Vec::new();
    for (name, certificate) in files(application)? {
        let Some(certificate) = certificate else {
            tracing::debug!(file = name, "not a certificate yet");
            continue;
        };
        let holder = view.containers.iter().find(|container| {
            let key = &container.encryption.public_key;
            key.as_ref()
                .is_some_and(|key| certificate::certifies(&certificate, key))
        });
        if let Some(holder) = holder {
            found.push((holder.name.clone(), certificate));
        }
    }
    Ok(found)
}

/// Deletes those whose key is gone; the user is logged in.
pub(crate) fn forget(application: &Application) -> Result<()> {
    let kept = all(application)?;
    for (name, certificate) in files(application)? {
        let is_kept = kept
            .iter()
            .any(|(_, one)| Some(one) == certificate.as_ref());
        if !is_kept {
            application.delete_file(&name)?;
        }
    }
    Ok(())
}

fn files(application: &Application) -> Result<Vec<(String, Option<Certificate>)>> {
    let view = application.view()?;
    let mut found = Vec::new();
    for file in view
        .files
        .iter()
        .filter(|file| file.name.starts_with(PREFIX))
    {
        let der = application.read_file(&file.name, 0, file.size)?;
        found.push((file.name.clone(), Certificate::from_der(&der).ok()));
    }
    Ok(found)
}
