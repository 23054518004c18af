//! 7.3 Application management.

use std::ffi::c_void;

use ukey_ffi::{Handle, padded};
use ukey_token::{Application, MAX_APPLICATION_NAME, NewApplication, Pin, Rights};

use super::access;
use crate::error::Error;
use crate::handles::{ApplicationHandle, DeviceHandle};
use crate::library::Library;

/// Tries of a PIN that tokens take.
const TRIES: std::ops::RangeInclusive<u32> = 1..=15;

/// What the caller of SKF_CreateApplication gives.
pub(crate) struct Parameters<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) admin_pin: &'a [u8],
    pub(crate) admin_tries: u32,
    pub(crate) user_pin: &'a [u8],
    pub(crate) user_tries: u32,
    pub(crate) create_file_rights: u32,
}

/// An application name: UTF-8, 1 to 48 bytes.
fn checked_name(name: &[u8]) -> Result<&str, Error> {
    let name = std::str::from_utf8(name).map_err(|_| Error::ApplicationName)?;
    if name.is_empty() || name.len() > MAX_APPLICATION_NAME {
        return Err(Error::ApplicationName);
    }
    Ok(name)
}

/// Rights: nobody, anyone, or administrator and user in any combination.
pub(crate) fn rights(value: u32) -> Result<Rights, Error> {
    let known = Rights::ADMIN | Rights::USER;
    if value == Rights::ANYONE.0 || value & !known.0 == 0 {
        Ok(Rights(value))
    } else {
        Err(Error::InvalidParameter("rights"))
    }
}

fn tries(value: u32) -> Result<u8, Error> {
    if TRIES.contains(&value) {
        Ok(value as u8)
    } else {
        Err(Error::InvalidParameter("PIN tries"))
    }
}

pub(crate) fn create(
    library: &Library,
    handle: *mut c_void,
    device: &DeviceHandle,
    parameters: &Parameters<'_>,
) -> Result<*mut c_void, Error> {
    let name = checked_name(parameters.name)?;
    let admin_pin = Pin::new(parameters.admin_pin)?;
    let user_pin = Pin::new(parameters.user_pin)?;
    let new = NewApplication {
        name,
        admin_pin: &admin_pin,
        admin_tries: tries(parameters.admin_tries)?,
        user_pin: Some(&user_pin),
        user_tries: tries(parameters.user_tries)?,
        create_file_rights: rights(parameters.create_file_rights)?,
    };
    let auth_key = access::known_auth_key(device);
    device.token.create_application(&new, auth_key.as_deref())?;
    adopt(library, handle, device.token.application(name))
}

pub(crate) fn open(
    library: &Library,
    handle: *mut c_void,
    device: &DeviceHandle,
    name: &[u8],
) -> Result<*mut c_void, Error> {
    let application = device.token.application(checked_name(name)?);
    application.open()?;
    adopt(library, handle, application)
}

fn adopt(library: &Library, device: *mut c_void, token: Application) -> Result<*mut c_void, Error> {
    let device = Handle::from_ptr(device).ok_or(Error::InvalidHandle("device"))?;
    library.adopt(&library.applications, ApplicationHandle { device, token })
}

pub(crate) fn enumerate(device: &DeviceHandle) -> Result<Vec<u8>, Error> {
    Ok(padded::name_list(device.token.applications()?))
}

pub(crate) fn delete(device: &DeviceHandle, name: &[u8]) -> Result<(), Error> {
    Ok(device.token.delete_application(checked_name(name)?)?)
}
