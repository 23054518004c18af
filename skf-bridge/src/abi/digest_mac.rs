//! 7.6 Digests, message authentication codes and the closing of handles.

use ukey_ffi::{Out, OutBuf, input};

use super::types::{BLOCKCIPHERPARAM, BYTE, DEVHANDLE, ECCPUBLICKEYBLOB, HANDLE, ULONG};
use super::{data, deliver, export};
use crate::ops::digest_mac as ops;

/// 7.6.27: starts a digest; SM3 with an ID starts with Z of the key's owner.
///
/// # Safety
/// `pPubKey` NULL or readable; `ulIDLen` bytes readable at `pucID`; `phHash` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DigestInit(
    hDev: DEVHANDLE,
    ulAlgID: ULONG,
    pPubKey: *mut ECCPUBLICKEYBLOB,
    pucID: *mut u8,
    ulIDLen: ULONG,
    phHash: *mut HANDLE,
) -> ULONG {
    export("SKF_DigestInit", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (signer, id, mut handle) = unsafe {
            (
                input::optional_value(pPubKey),
                input::bytes_within(pucID, ulIDLen, ops::MAX_ID)?,
                Out::new(phHash)?,
            )
        };
        handle.set(ops::init_digest(
            library,
            hDev,
            ulAlgID,
            signer.as_ref(),
            id,
        )?);
        Ok(())
    })
}

/// 7.6.28: takes data and ends the digest; the first call may be the only one.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`; `pulHashLen` writable; `pbHashData` NULL or `*pulHashLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_Digest(
    hHash: HANDLE,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pbHashData: *mut BYTE,
    pulHashLen: *mut ULONG,
) -> ULONG {
    export("SKF_Digest", |library| {
        let digest = library.digest(hHash)?;
        // SAFETY: the contract of this function.
        let (bytes, mut out) = unsafe {
            (
                data(pbData, ulDataLen)?,
                OutBuf::new(pbHashData, pulHashLen)?,
            )
        };
        let answer = ops::finish_digest(&digest, bytes, out.room());
        deliver(&mut out, answer)
    })
}

/// 7.6.29: takes data.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DigestUpdate(
    hHash: HANDLE,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
) -> ULONG {
    export("SKF_DigestUpdate", |library| {
        let digest = library.digest(hHash)?;
        // SAFETY: the contract of this function.
        ops::update_digest(&digest, unsafe { data(pbData, ulDataLen)? })
    })
}

/// 7.6.30: ends the digest.
///
/// # Safety
/// `pulHashLen` writable; `pHashData` NULL or `*pulHashLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DigestFinal(
    hHash: HANDLE,
    pHashData: *mut BYTE,
    pulHashLen: *mut ULONG,
) -> ULONG {
    export("SKF_DigestFinal", |library| {
        let digest = library.digest(hHash)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { OutBuf::new(pHashData, pulHashLen)? };
        let answer = ops::finish_digest(&digest, &[], out.room());
        deliver(&mut out, answer)
    })
}

/// 7.6.31: starts a MAC under a session key.
///
/// # Safety
/// `pMacParam` readable; `phMac` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_MacInit(
    hKey: HANDLE,
    pMacParam: *mut BLOCKCIPHERPARAM,
    phMac: *mut HANDLE,
) -> ULONG {
    export("SKF_MacInit", |library| {
        let key = library.session_key(hKey)?;
        // SAFETY: the contract of this function.
        let (parameters, mut handle) = unsafe { (input::value(pMacParam)?, Out::new(phMac)?) };
        handle.set(ops::init_mac(library, &key, &parameters)?);
        Ok(())
    })
}

/// 7.6.32: takes data and ends the MAC; the first call may be the only one.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`; `pulMacLen` writable; `pbMacData` NULL or `*pulMacLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_Mac(
    hMac: HANDLE,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pbMacData: *mut BYTE,
    pulMacLen: *mut ULONG,
) -> ULONG {
    export("SKF_Mac", |library| {
        let mac = library.mac(hMac)?;
        // SAFETY: the contract of this function.
        let (bytes, mut out) =
            unsafe { (data(pbData, ulDataLen)?, OutBuf::new(pbMacData, pulMacLen)?) };
        let answer = ops::finish_mac(&mac, bytes, out.room());
        deliver(&mut out, answer)
    })
}

/// 7.6.33: takes data.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_MacUpdate(
    hMac: HANDLE,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
) -> ULONG {
    export("SKF_MacUpdate", |library| {
        let mac = library.mac(hMac)?;
        // SAFETY: the contract of this function.
        ops::update_mac(&mac, unsafe { data(pbData, ulDataLen)? })
    })
}

/// 7.6.34: ends the MAC. `*pulMacDataLen` may be zero when the buffer is large enough.
///
/// # Safety
/// `pulMacDataLen` writable; `pbMacData` NULL or `*pulMacDataLen` bytes, 16 if that is zero, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_MacFinal(
    hMac: HANDLE,
    pbMacData: *mut BYTE,
    pulMacDataLen: *mut ULONG,
) -> ULONG {
    export("SKF_MacFinal", |library| {
        let mac = library.mac(hMac)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { OutBuf::with_optional_room(pbMacData, pulMacDataLen)? };
        let answer = ops::finish_mac(&mac, &[], out.room());
        deliver(&mut out, answer)
    })
}

/// 7.6.35: frees a session key, digest, MAC or agreement handle.
///
/// # Safety
/// None beyond the module's contract.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_CloseHandle(hHandle: HANDLE) -> ULONG {
    export("SKF_CloseHandle", |library| library.close_object(hHandle))
}
