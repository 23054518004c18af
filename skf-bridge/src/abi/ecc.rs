//! 7.6 SM2.

use std::mem::offset_of;
use ukey_crypto::sm2;
use ukey_ffi::{Out, OutBuf, OutSlice, input};
use zeroize::Zeroizing;

use super::types::{
    BOOL, BYTE, DEVHANDLE, ECC_CIPHER_HEAD_LEN, ECCCIPHERBLOB, ECCPRIVATEKEYBLOB, ECCPUBLICKEYBLOB,
    ECCSIGNATUREBLOB, ENVELOPEDKEYBLOB, HANDLE, HCONTAINER, ULONG,
};
use super::{deliver, export};
use crate::blob;
use crate::error::Error;
use crate::ops::ecc::{self, Enveloped, MAX_ECC_PLAINTEXT, SESSION_KEY_LEN};
use crate::ops::symmetric;

/// Reads a ciphertext: the fixed part first, then as many bytes as it says and the call can accept.
///
/// # Safety
/// `blob` NULL, or 164 bytes and the number of bytes that they say (up to `limit`) readable.
unsafe fn cipher(blob: *const ECCCIPHERBLOB, limit: usize) -> Result<sm2::Ciphertext, Error> {
    // SAFETY: the fixed part is readable by contract; bytes have no invalid patterns.
    let head = unsafe { input::value(blob.cast::<[u8; ECC_CIPHER_HEAD_LEN]>())? };
    let head = blob::ecc_cipher_head(&head)?;
    if head.cipher_len == 0 {
        return Err(Error::InputLength("SM2 ciphertext"));
    }
    // SAFETY: the ciphertext follows the fixed part by contract.
    let data = unsafe {
        input::bytes_within(
            blob.cast::<u8>().add(ECC_CIPHER_HEAD_LEN),
            head.cipher_len,
            limit,
        )?
    };
    Ok(head.with_data(data))
}

/// 7.6.8: a new SM2 signature pair in the container. Any SM2 number is accepted as `ulAlgId`.
///
/// # Safety
/// `pBlob` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_GenECCKeyPair(
    hContainer: HCONTAINER,
    ulAlgId: ULONG,
    pBlob: *mut ECCPUBLICKEYBLOB,
) -> ULONG {
    export("SKF_GenECCKeyPair", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let mut out = unsafe { Out::new(pBlob)? };
        out.set(ecc::generate(&container, ulAlgId)?);
        Ok(())
    })
}

/// 7.6.9: an encryption pair from outside, unwrapped and checked in the token.
///
/// # Safety
/// `pEnvelopedKeyBlob` NULL, or 372 bytes and the wrapped key of 16 bytes readable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ImportECCKeyPair(
    hContainer: HCONTAINER,
    pEnvelopedKeyBlob: *mut ENVELOPEDKEYBLOB,
) -> ULONG {
    export("SKF_ImportECCKeyPair", |library| {
        let container = library.container(hContainer)?;
        const ALGORITHM_AT: usize = offset_of!(ENVELOPEDKEYBLOB, ulSymmAlgID);
        const BITS_AT: usize = offset_of!(ENVELOPEDKEYBLOB, ulBits);
        const PRIVATE_AT: usize = offset_of!(ENVELOPEDKEYBLOB, cbEncryptedPriKey);
        const PUBLIC_AT: usize = offset_of!(ENVELOPEDKEYBLOB, PubKey);
        const CIPHER_AT: usize = offset_of!(ENVELOPEDKEYBLOB, ECCCipherBlob);
        // SAFETY: the contract of this function. Read as bytes up to the ciphertext, which may be shorter than the
        // one byte that the structure ends with.
        let (fixed, session_key) = unsafe {
            let fixed = input::value(pEnvelopedKeyBlob.cast::<[u8; CIPHER_AT]>())?;
            let at = pEnvelopedKeyBlob
                .cast::<u8>()
                .add(CIPHER_AT)
                .cast::<ECCCIPHERBLOB>();
            (fixed, cipher(at, SESSION_KEY_LEN)?)
        };
        if session_key.data.len() != SESSION_KEY_LEN {
            return Err(Error::InputLength("wrapped session key"));
        }
        let public: [u8; size_of::<ECCPUBLICKEYBLOB>()] = blob::member::<PUBLIC_AT, _, _>(&fixed);
        // SAFETY: the bytes of that member; no bit pattern is invalid.
        let public = unsafe { input::value(public.as_ptr().cast::<ECCPUBLICKEYBLOB>())? };
        let key = Enveloped {
            version: u32::from_ne_bytes(blob::member::<0, _, _>(&fixed)),
            algorithm: u32::from_ne_bytes(blob::member::<ALGORITHM_AT, _, _>(&fixed)),
            bits: u32::from_ne_bytes(blob::member::<BITS_AT, _, _>(&fixed)),
            private: &blob::member::<PRIVATE_AT, _, _>(&fixed),
            public: &public,
            session_key,
        };
        ecc::import(&container, &key)
    })
}

/// 7.6.10: signs a digest of 32 bytes (SM3 of Z and the message) with the signature key.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`; `pSignature` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ECCSignData(
    hContainer: HCONTAINER,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pSignature: *mut ECCSIGNATUREBLOB,
) -> ULONG {
    export("SKF_ECCSignData", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (digest, mut out) = unsafe {
            (
                input::bytes_within(pbData, ulDataLen, ecc::DIGEST_LEN)?,
                Out::new(pSignature)?,
            )
        };
        out.set(ecc::sign(&container, digest)?);
        Ok(())
    })
}

/// The two names of one function.
///
/// # Safety
/// As [`SKF_ECCVerify`].
unsafe fn verify(
    name: &'static str,
    device: DEVHANDLE,
    key: *const ECCPUBLICKEYBLOB,
    digest: (*const BYTE, ULONG),
    e: fn(&[u8]) -> Result<[u8; ecc::DIGEST_LEN], Error>,
    signature: *const ECCSIGNATUREBLOB,
) -> ULONG {
    export(name, |library| {
        library.device(device)?;
        // SAFETY: the contract of this function.
        let (key, digest, signature) = unsafe {
            (
                input::value(key)?,
                input::bytes_within(digest.0, digest.1, ecc::DIGEST_LEN)?,
                input::value(signature)?,
            )
        };
        ecc::verify(&key, &e(digest)?, &signature)
    })
}

/// 7.6.11: checks a signature over a digest in the host.
///
/// # Safety
/// `pECCPubKeyBlob` and `pSignature` readable; `ulDataLen` bytes readable at `pbData`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ECCVerify(
    hDev: DEVHANDLE,
    pECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pSignature: *mut ECCSIGNATUREBLOB,
) -> ULONG {
    // SAFETY: the same contract.
    unsafe {
        verify(
            "SKF_ECCVerify",
            hDev,
            pECCPubKeyBlob,
            (pbData, ulDataLen),
            |data| ecc::digest(data).copied(),
            pSignature,
        )
    }
}

/// Draft interface: as [`SKF_ECCVerify`], for up to 32 bytes as a number.
///
/// # Safety
/// As [`SKF_ECCVerify`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExtECCVerify(
    hDev: DEVHANDLE,
    pECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pSignature: *mut ECCSIGNATUREBLOB,
) -> ULONG {
    // SAFETY: the same contract.
    unsafe {
        verify(
            "SKF_ExtECCVerify",
            hDev,
            pECCPubKeyBlob,
            (pbData, ulDataLen),
            ecc::number,
            pSignature,
        )
    }
}

/// 7.6.12: a new session key of the token, wrapped for another SM2 key.
///
/// # Safety
/// `pPubKey` readable; 164 and 16 bytes writable at `pData`; `phSessionKey` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ECCExportSessionKey(
    hContainer: HCONTAINER,
    ulAlgId: ULONG,
    pPubKey: *mut ECCPUBLICKEYBLOB,
    pData: *mut ECCCIPHERBLOB,
    phSessionKey: *mut HANDLE,
) -> ULONG {
    export("SKF_ECCExportSessionKey", |library| {
        let container = library.container(hContainer)?;
        const LEN: usize = ECC_CIPHER_HEAD_LEN + SESSION_KEY_LEN;
        // SAFETY: the contract of this function.
        let (to, mut out, mut handle) = unsafe {
            (
                input::value(pPubKey)?,
                OutSlice::new(pData.cast::<u8>(), LEN, LEN)?,
                Out::new(phSessionKey)?,
            )
        };
        let (wrapped, key) = symmetric::export_sm2(library, &container, ulAlgId, &to)?;
        out.write(&wrapped)?;
        handle.set(key);
        Ok(())
    })
}

/// 7.6.13: encrypts to a key of the caller, in the host. CipherLen of the output is not believed as its room.
///
/// # Safety
/// `pECCPubKeyBlob` readable; `ulPlainTextLen` bytes readable at `pbPlainText`; 164 and `ulPlainTextLen` bytes writable
/// at `pCipherText`.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExtECCEncrypt(
    hDev: DEVHANDLE,
    pECCPubKeyBlob: *mut ECCPUBLICKEYBLOB,
    pbPlainText: *mut BYTE,
    ulPlainTextLen: ULONG,
    pCipherText: *mut ECCCIPHERBLOB,
) -> ULONG {
    export("SKF_ExtECCEncrypt", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, plaintext) = unsafe {
            (
                input::value(pECCPubKeyBlob)?,
                input::bytes_within(pbPlainText, ulPlainTextLen, MAX_ECC_PLAINTEXT)?,
            )
        };
        let room = ECC_CIPHER_HEAD_LEN + plaintext.len();
        // SAFETY: the contract of this function.
        let mut out = unsafe { OutSlice::new(pCipherText.cast::<u8>(), room, room)? };
        let blob = ecc::external_encrypt(&key, plaintext)?;
        Ok(out.write(&blob)?)
    })
}

/// Draft interface: decrypts with a key of the caller, in the host.
///
/// # Safety
/// `pECCPriKeyBlob` readable; `pCipherText` NULL, or 164 and CipherLen bytes readable; `pulPlainTextLen` writable;
/// `pbPlainText` NULL or `*pulPlainTextLen` bytes, writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExtECCDecrypt(
    hDev: DEVHANDLE,
    pECCPriKeyBlob: *mut ECCPRIVATEKEYBLOB,
    pCipherText: *mut ECCCIPHERBLOB,
    pbPlainText: *mut BYTE,
    pulPlainTextLen: *mut ULONG,
) -> ULONG {
    export("SKF_ExtECCDecrypt", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, cipher, mut out) = unsafe {
            (
                Zeroizing::new(input::value(pECCPriKeyBlob)?),
                cipher(pCipherText, MAX_ECC_PLAINTEXT)?,
                OutBuf::new(pbPlainText, pulPlainTextLen)?,
            )
        };
        let answer = ecc::external_decrypt(&key, &cipher, out.room());
        deliver(&mut out, answer)
    })
}

/// Draft interface: signs a digest with a key of the caller, in the host.
///
/// # Safety
/// `pECCPriKeyBlob` readable; `ulDataLen` bytes readable at `pbData`; `pSignature` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ExtECCSign(
    hDev: DEVHANDLE,
    pECCPriKeyBlob: *mut ECCPRIVATEKEYBLOB,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pSignature: *mut ECCSIGNATUREBLOB,
) -> ULONG {
    export("SKF_ExtECCSign", |library| {
        library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, digest, mut out) = unsafe {
            (
                Zeroizing::new(input::value(pECCPriKeyBlob)?),
                input::bytes_within(pbData, ulDataLen, ecc::DIGEST_LEN)?,
                Out::new(pSignature)?,
            )
        };
        out.set(ecc::external_sign(&key, digest)?);
        Ok(())
    })
}

/// Extension (the form of Tongsuo): decrypts with a private key of the container, in the token. `bSignFlag` FALSE takes
/// the encryption pair.
///
/// # Safety
/// As [`SKF_ExtECCDecrypt`] for the ciphertext and the output.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ECCDecrypt(
    hContainer: HCONTAINER,
    bSignFlag: BOOL,
    pCipherText: *mut ECCCIPHERBLOB,
    pbPlainText: *mut BYTE,
    pulPlainTextLen: *mut ULONG,
) -> ULONG {
    export("SKF_ECCDecrypt", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (cipher, mut out) = unsafe {
            (
                cipher(pCipherText, MAX_ECC_PLAINTEXT)?,
                OutBuf::new(pbPlainText, pulPlainTextLen)?,
            )
        };
        let answer = ecc::decrypt(&container, bSignFlag != 0, &cipher, out.room());
        deliver(&mut out, answer)
    })
}
