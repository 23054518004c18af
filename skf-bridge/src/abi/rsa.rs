//! 7.6 Random numbers and RSA.

use ukey_ffi::{Fit, Out, OutBuf, OutSlice, input};
use zeroize::Zeroizing;

use super::types::{
    BYTE, DEVHANDLE, HANDLE, HCONTAINER, RSAPRIVATEKEYBLOB, RSAPUBLICKEYBLOB, ULONG,
};
use super::{data, deliver, export};
use crate::ops::{rsa, symmetric::RsaExport};

/// 7.6.2: random bytes of the token; the last draw is the challenge of SKF_DevAuth.
///
/// # Safety
/// `ulRandomLen` bytes writable at `pbRandom`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenRandom(
    hDev: DEVHANDLE,
    pbRandom: *mut BYTE,
    ulRandomLen: ULONG,
) -> ULONG {
    export("SKF_GenRandom", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { OutSlice::new(pbRandom, ulRandomLen, rsa::MAX_RANDOM)? };
        Ok(out.write(&rsa::random(&device, out.count())?)?)
    })
}

/// Draft interface: a new RSA key pair in the clear, kept nowhere.
///
/// # Safety
/// `pBlob` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenExtRSAKey(
    hDev: DEVHANDLE,
    ulBitsLen: ULONG,
    pBlob: *mut RSAPRIVATEKEYBLOB,
) -> ULONG {
    export("SKF_GenExtRSAKey", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { Out::new(pBlob)? };
        out.set(*rsa::generate_external(ulBitsLen)?);
        Ok(())
    })
}

/// 7.6.3: a new signature pair in the container.
///
/// # Safety
/// `pBlob` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenRSAKeyPair(
    hContainer: HCONTAINER,
    ulBitsLen: ULONG,
    pBlob: *mut RSAPUBLICKEYBLOB,
) -> ULONG {
    export("SKF_GenRSAKeyPair", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { Out::new(pBlob)? };
        out.set(rsa::generate(&container, ulBitsLen)?);
        Ok(())
    })
}

/// 7.6.4: an encryption pair from outside, under a session key that is under the signature key.
///
/// # Safety
/// `ulWrappedKeyLen` bytes readable at `pbWrappedKey`, `ulEncryptedDataLen` at `pbEncryptedData`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ImportRSAKeyPair(
    hContainer: HCONTAINER,
    ulSymAlgId: ULONG,
    pbWrappedKey: *mut BYTE,
    ulWrappedKeyLen: ULONG,
    pbEncryptedData: *mut BYTE,
    ulEncryptedDataLen: ULONG,
) -> ULONG {
    export("SKF_ImportRSAKeyPair", |library| {
        let container = library.container(hContainer)?;
        let limit = rsa::MAX_WRAPPED;
        // SAFETY: the contract of this function.
        let (wrapped, encrypted) = unsafe {
            (
                input::bytes_within(pbWrappedKey, ulWrappedKeyLen, limit)?,
                input::bytes_within(pbEncryptedData, ulEncryptedDataLen, limit)?,
            )
        };
        rsa::import(&container, ulSymAlgId, wrapped, encrypted)
    })
}

/// 7.6.5: PKCS#1 v1.5 signature over the caller's DigestInfo.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`; `pulSignLen` writable; `pbSignature` NULL or `*pulSignLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_RSASignData(
    hContainer: HCONTAINER,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pbSignature: *mut BYTE,
    pulSignLen: *mut ULONG,
) -> ULONG {
    export("SKF_RSASignData", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (input, mut out) = unsafe {
            (
                input::bytes_within(pbData, ulDataLen, rsa::MAX_SIGN_INPUT)?,
                OutBuf::new(pbSignature, pulSignLen)?,
            )
        };
        let answer = rsa::sign(&container, input, out.room());
        deliver(&mut out, answer)
    })
}

/// 7.6.6: checks a PKCS#1 v1.5 signature in the host.
///
/// # Safety
/// `pRSAPubKeyBlob` readable; `ulDataLen` bytes readable at `pbData`, `ulSignLen` at `pbSignature`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_RSAVerify(
    hDev: DEVHANDLE,
    pRSAPubKeyBlob: *mut RSAPUBLICKEYBLOB,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pbSignature: *mut BYTE,
    ulSignLen: ULONG,
) -> ULONG {
    export("SKF_RSAVerify", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, input, signature) = unsafe {
            (
                input::value(pRSAPubKeyBlob)?,
                input::bytes_within(pbData, ulDataLen, rsa::MAX_SIGN_INPUT)?,
                input::bytes_within(pbSignature, ulSignLen, super::types::MAX_RSA_MODULUS_LEN)?,
            )
        };
        rsa::verify(&key, input, signature)
    })
}

/// 7.6.7: a new session key of the token, wrapped for another RSA key with PKCS#1 v1.5.
///
/// # Safety
/// `pPubKey` readable; `pulDataLen` writable; `pbData` NULL or `*pulDataLen` bytes, writable; `phSessionKey` writable
/// unless `pbData` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_RSAExportSessionKey(
    hContainer: HCONTAINER,
    ulAlgId: ULONG,
    pPubKey: *mut RSAPUBLICKEYBLOB,
    pbData: *mut BYTE,
    pulDataLen: *mut ULONG,
    phSessionKey: *mut HANDLE,
) -> ULONG {
    export("SKF_RSAExportSessionKey", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (to, mut out) = unsafe { (input::value(pPubKey)?, OutBuf::new(pbData, pulDataLen)?) };
        let wanted = RsaExport::new(library, ulAlgId, &to)?;
        if out.fit(wanted.wrapped_len())? == Fit::Answered {
            return Ok(());
        }
        // SAFETY: the contract of this function.
        let mut handle = unsafe { Out::new(phSessionKey)? };
        let (wrapped, key) = wanted.run(library, &container)?;
        out.write(&wrapped)?;
        handle.set(key);
        Ok(())
    })
}

/// Draft interface: input^e mod n for a key of the caller.
///
/// # Safety
/// `pRSAPubKeyBlob` readable; `ulInputLen` bytes readable at `pbInput`; `pulOutputLen` writable; `pbOutput` NULL or
/// `*pulOutputLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExtRSAPubKeyOperation(
    hDev: DEVHANDLE,
    pRSAPubKeyBlob: *mut RSAPUBLICKEYBLOB,
    pbInput: *mut BYTE,
    ulInputLen: ULONG,
    pbOutput: *mut BYTE,
    pulOutputLen: *mut ULONG,
) -> ULONG {
    export("SKF_ExtRSAPubKeyOperation", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, input, mut out) = unsafe {
            (
                input::value(pRSAPubKeyBlob)?,
                data(pbInput, ulInputLen)?,
                OutBuf::new(pbOutput, pulOutputLen)?,
            )
        };
        let answer = rsa::public_operation(&key, input);
        deliver(&mut out, answer)
    })
}

/// Draft interface: input^d mod n for a key of the caller.
///
/// # Safety
/// As [`SKF_ExtRSAPubKeyOperation`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExtRSAPriKeyOperation(
    hDev: DEVHANDLE,
    pRSAPriKeyBlob: *mut RSAPRIVATEKEYBLOB,
    pbInput: *mut BYTE,
    ulInputLen: ULONG,
    pbOutput: *mut BYTE,
    pulOutputLen: *mut ULONG,
) -> ULONG {
    export("SKF_ExtRSAPriKeyOperation", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, input, mut out) = unsafe {
            (
                Zeroizing::new(input::value(pRSAPriKeyBlob)?),
                data(pbInput, ulInputLen)?,
                OutBuf::new(pbOutput, pulOutputLen)?,
            )
        };
        let answer = rsa::private_operation(&key, input, out.room());
        deliver(&mut out, answer)
    })
}
