//! What all keys of a batch have in common.

use std::path::Path;

use serde::Deserialize;
use ukey_token::DEFAULT_APPLICATION;

use crate::{
    error::{Error, Result},
    files,
    target::DEFAULT_CONTAINER,
    text::batch as words,
};

/// See the [module](self).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Profile {
    pub(super) application: ApplicationProfile,
    pub(super) pin: PinProfile,
    pub(super) certificate: CertificateProfile,
    pub(super) letter: LetterProfile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ApplicationProfile {
    pub(super) name: String,
    pub(super) pin_tries: u8,
    pub(super) so_pin_tries: u8,
}

impl Default for ApplicationProfile {
    fn default() -> Self {
        Self {
            name: DEFAULT_APPLICATION.to_owned(),
            pin_tries: 10,
            so_pin_tries: 10,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PinProfile {
    /// Digits of a transport PIN.
    pub(super) length: usize,
}

impl Default for PinProfile {
    fn default() -> Self {
        Self { length: 8 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CertificateProfile {
    pub(super) container: String,
    pub(super) days: u32,
}

impl Default for CertificateProfile {
    fn default() -> Self {
        Self {
            container: DEFAULT_CONTAINER.to_owned(),
            days: 365,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LetterProfile {
    pub(super) title: String,
    pub(super) sender: String,
}

pub(super) fn read(path: Option<&Path>) -> Result<Profile> {
    let Some(path) = path else {
        return Ok(Profile::default());
    };
    let unfit =
        |message: String| Error::Unfit(words::in_file(&path.display().to_string(), &message));
    let bytes = files::read_small(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| unfit(words::not_utf8().to_owned()))?;
    let profile: Profile = toml::from_str(text).map_err(|error| unfit(error.to_string()))?;
    let tries = 1..=15;
    let application = &profile.application;
    if !tries.contains(&application.pin_tries) || !tries.contains(&application.so_pin_tries) {
        return Err(unfit(words::bad_tries().to_owned()));
    }
    if !(6..=16).contains(&profile.pin.length) {
        return Err(unfit(words::bad_pin_length().to_owned()));
    }
    if !(1..=3650).contains(&profile.certificate.days) {
        return Err(unfit(words::bad_days().to_owned()));
    }
    Ok(profile)
}
