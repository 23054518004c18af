//! 7.5 Container management.

use std::ffi::c_void;

use ukey_ffi::padded;
use ukey_token::{Container, Error as TokenError, KeyUsage, MAX_CONTAINER_NAME, view::PublicKey};

use super::{Answer, checked_name};
use crate::blob;
use crate::error::Error;
use crate::handles::{ApplicationHandle, ContainerHandle};
use crate::library::Library;

fn container_name(name: &str) -> Result<&str, Error> {
    checked_name(name, MAX_CONTAINER_NAME, "container name")
}

/// bSignFlag.
pub(crate) fn usage(signing: bool) -> KeyUsage {
    if signing {
        KeyUsage::Signature
    } else {
        KeyUsage::Encryption
    }
}

pub(crate) fn create(
    library: &Library,
    application: &ApplicationHandle,
    name: &str,
) -> Result<*mut c_void, Error> {
    let container = application.token.create_container(container_name(name)?)?;
    adopt(library, application, container)
}

pub(crate) fn open(
    library: &Library,
    application: &ApplicationHandle,
    name: &str,
) -> Result<*mut c_void, Error> {
    let container = application.token.container(container_name(name)?);
    // Asks the token afresh: a cached id may be of a container that another program deleted.
    container.info()?;
    adopt(library, application, container)
}

fn adopt(
    library: &Library,
    application: &ApplicationHandle,
    token: Container,
) -> Result<*mut c_void, Error> {
    library.adopt(
        &library.containers,
        ContainerHandle {
            device: application.device,
            token,
        },
    )
}

pub(crate) fn delete(application: &ApplicationHandle, name: &str) -> Result<(), Error> {
    Ok(application.token.delete_container(container_name(name)?)?)
}

pub(crate) fn enumerate(application: &ApplicationHandle) -> Result<Vec<u8>, Error> {
    Ok(padded::name_list(application.token.containers()?))
}

/// A missing signature pair in a container of the other family is a wrong kind of key. Asked only after a failure.
pub(crate) fn missing_key(
    container: &ContainerHandle,
    wanted: ContainerKind,
    e: TokenError,
) -> Error {
    let other = match e {
        TokenError::KeyNotFound => container.token.info().is_ok_and(|info| {
            let kind = info.container_type;
            kind as u32 != ContainerKind::Empty as u32 && kind as u32 != wanted as u32
        }),
        _ => false,
    };
    if other { Error::KeyType } else { e.into() }
}

/// The container types of GM/T 0016.
#[derive(Clone, Copy)]
pub(crate) enum ContainerKind {
    Empty = 0,
    Rsa = 1,
    Sm2 = 2,
}

/// 0 empty, 1 RSA, 2 SM2.
pub(crate) fn kind(container: &ContainerHandle) -> Result<u32, Error> {
    Ok(container.token.info()?.container_type as u32)
}

pub(crate) fn import_certificate(
    container: &ContainerHandle,
    signing: bool,
    certificate: &[u8],
) -> Result<(), Error> {
    if certificate.is_empty() {
        return Err(Error::InputLength("certificate"));
    }
    Ok(container
        .token
        .import_certificate(usage(signing), certificate)?)
}

pub(crate) fn export_certificate(
    container: &ContainerHandle,
    signing: bool,
) -> Result<Answer, Error> {
    Ok(Answer::public(
        container.token.export_certificate(usage(signing))?,
    ))
}

/// The ECCPUBLICKEYBLOB or RSAPUBLICKEYBLOB of a pair. A missing pair is an error to the length query too: clients
/// ignore that error, allocate nothing, and must not be written to.
pub(crate) fn export_public_key(
    container: &ContainerHandle,
    signing: bool,
) -> Result<Answer, Error> {
    Ok(Answer::public(
        match container.token.public_key(usage(signing))? {
            PublicKey::Sm2(key) => blob::ecc_public_bytes(&key),
            PublicKey::Rsa(key) => blob::rsa_public_bytes(&key)?,
        },
    ))
}
