//! 7.5 Container management, and the export of public keys.

use ukey_ffi::{Out, OutBuf, input};

use super::types::{BOOL, BYTE, HAPPLICATION, HCONTAINER, LPSTR, ULONG};
use super::{deliver, export, text};
use crate::ops::container;

/// Longest certificate: what one object of the token holds.
const MAX_CERTIFICATE: usize = 60_000;

/// 7.5.2: creates an empty container and opens it.
///
/// # Safety
/// `szContainerName` a string; `phContainer` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_CreateContainer(
    hApplication: HAPPLICATION,
    szContainerName: LPSTR,
    phContainer: *mut HCONTAINER,
) -> ULONG {
    export("SKF_CreateContainer", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (name, mut handle) = unsafe { (text(szContainerName)?, Out::new(phContainer)?) };
        handle.set(container::create(library, &application, name)?);
        Ok(())
    })
}

/// 7.5.3: deletes a container with its keys and certificates.
///
/// # Safety
/// `szContainerName` a string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DeleteContainer(
    hApplication: HAPPLICATION,
    szContainerName: LPSTR,
) -> ULONG {
    export("SKF_DeleteContainer", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        container::delete(&application, unsafe { text(szContainerName)? })
    })
}

/// 7.5.4: names of the containers.
///
/// # Safety
/// `pulSize` writable; `szContainerName` NULL or `*pulSize` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EnumContainer(
    hApplication: HAPPLICATION,
    szContainerName: LPSTR,
    pulSize: *mut ULONG,
) -> ULONG {
    export("SKF_EnumContainer", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let mut names = unsafe { OutBuf::new(szContainerName, pulSize)? };
        Ok(names.write(&container::enumerate(&application)?)?)
    })
}

/// 7.5.5: opens a container.
///
/// # Safety
/// `szContainerName` a string; `phContainer` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_OpenContainer(
    hApplication: HAPPLICATION,
    szContainerName: LPSTR,
    phContainer: *mut HCONTAINER,
) -> ULONG {
    export("SKF_OpenContainer", |library| {
        let application = library.application(hApplication)?;
        // SAFETY: the contract of this function.
        let (name, mut handle) = unsafe { (text(szContainerName)?, Out::new(phContainer)?) };
        handle.set(container::open(library, &application, name)?);
        Ok(())
    })
}

/// 7.5.6: frees the handle, also after its application was closed.
///
/// # Safety
/// None beyond the module's contract.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_CloseContainer(hContainer: HCONTAINER) -> ULONG {
    export("SKF_CloseContainer", |library| {
        library.close_container(hContainer)
    })
}

/// 7.5.7: 0 empty, 1 RSA, 2 SM2.
///
/// # Safety
/// `pulContainerType` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GetContainerType(
    hContainer: HCONTAINER,
    pulContainerType: *mut ULONG,
) -> ULONG {
    export("SKF_GetContainerType", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let mut kind = unsafe { Out::new(pulContainerType)? };
        kind.set(container::kind(&container)?);
        Ok(())
    })
}

/// 7.5.8: stores a certificate as it is, in place of the one that is there.
///
/// # Safety
/// `ulCertLen` bytes readable at `pbCert`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ImportCertificate(
    hContainer: HCONTAINER,
    bSignFlag: BOOL,
    pbCert: *mut BYTE,
    ulCertLen: ULONG,
) -> ULONG {
    export("SKF_ImportCertificate", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let certificate = unsafe { input::bytes_within(pbCert, ulCertLen, MAX_CERTIFICATE)? };
        container::import_certificate(&container, bSignFlag != 0, certificate)
    })
}

/// 7.5.9: the certificate as it was stored.
///
/// # Safety
/// `pulCertLen` writable; `pbCert` NULL or `*pulCertLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExportCertificate(
    hContainer: HCONTAINER,
    bSignFlag: BOOL,
    pbCert: *mut BYTE,
    pulCertLen: *mut ULONG,
) -> ULONG {
    export("SKF_ExportCertificate", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { OutBuf::new(pbCert, pulCertLen)? };
        deliver(
            &mut out,
            container::export_certificate(&container, bSignFlag != 0),
        )
    })
}

/// 7.6.17: the public key of a pair as ECCPUBLICKEYBLOB or RSAPUBLICKEYBLOB.
///
/// # Safety
/// `pulBlobLen` writable; `pbBlob` NULL or `*pulBlobLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExportPublicKey(
    hContainer: HCONTAINER,
    bSignFlag: BOOL,
    pbBlob: *mut BYTE,
    pulBlobLen: *mut ULONG,
) -> ULONG {
    export("SKF_ExportPublicKey", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { OutBuf::new(pbBlob, pulBlobLen)? };
        deliver(
            &mut out,
            container::export_public_key(&container, bSignFlag != 0),
        )
    })
}
