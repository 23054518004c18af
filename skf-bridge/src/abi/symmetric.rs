//! 7.6 Session keys and the block cipher.

use ukey_crypto::sm2;
use ukey_ffi::{Out, OutBuf, input};
use zeroize::Zeroizing;

use super::types::{
    BLOCKCIPHERPARAM, BYTE, DEVHANDLE, ECC_CIPHER_HEAD_LEN, HANDLE, HCONTAINER, ULONG,
};
use super::{data, deliver, export};
use crate::blob;
use crate::error::Error;
use crate::ops::symmetric::{self, Direction};

/// Bytes behind `pbWrapedData`, read as the container's keys want them.
struct WrappedData<'a>(&'a [u8]);

impl symmetric::Wrapped for WrappedData<'_> {
    /// Callers count the one byte of the structure's Cipher member, or do not: more than 164 + CipherLen is fine.
    fn sm2(&self) -> Result<sm2::Ciphertext, Error> {
        let (head, data) = self
            .0
            .split_first_chunk()
            .ok_or(Error::InputLength("wrapped session key"))?;
        let head = blob::ecc_cipher_head(head)?;
        let data = usize::try_from(head.cipher_len)
            .ok()
            .filter(|len| (1..=MAX_WRAPPED_KEY).contains(len))
            .and_then(|len| data.get(..len))
            .ok_or(Error::InputLength("wrapped session key"))?;
        Ok(head.with_data(data))
    }

    fn rsa(&self) -> &[u8] {
        self.0
    }
}

/// Most bytes of a wrapped session key, by either way of wrapping.
const MAX_WRAPPED_KEY: usize = 512;

/// 7.6.18: a session key that was wrapped for the encryption pair of this container; it stays in the token.
///
/// # Safety
/// `ulWrapedLen` bytes readable at `pbWrapedData`; `phKey` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_ImportSessionKey(
    hContainer: HCONTAINER,
    ulAlgId: ULONG,
    pbWrapedData: *mut BYTE,
    ulWrapedLen: ULONG,
    phKey: *mut HANDLE,
) -> ULONG {
    export("SKF_ImportSessionKey", |library| {
        let container = library.container(hContainer)?;
        // SAFETY: the contract of this function.
        let (wrapped, mut handle) = unsafe {
            (
                input::bytes_within(
                    pbWrapedData,
                    ulWrapedLen,
                    ECC_CIPHER_HEAD_LEN + MAX_WRAPPED_KEY,
                )?,
                Out::new(phKey)?,
            )
        };
        let wrapped = WrappedData(wrapped);
        handle.set(symmetric::import(library, &container, ulAlgId, &wrapped)?);
        Ok(())
    })
}

/// Draft interface: a session key in the clear, 16 bytes.
///
/// # Safety
/// 16 bytes readable at `pbKey`; `phKey` writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_SetSymmKey(
    hDev: DEVHANDLE,
    pbKey: *mut BYTE,
    ulAlgID: ULONG,
    phKey: *mut HANDLE,
) -> ULONG {
    export("SKF_SetSymmKey", |library| {
        let device = library.device(hDev)?;
        // SAFETY: the contract of this function.
        let (key, mut handle) = unsafe {
            (
                Zeroizing::new(input::value(pbKey.cast::<[u8; 16]>())?),
                Out::new(phKey)?,
            )
        };
        handle.set(symmetric::set_key(library, hDev, &device, &key, ulAlgID)?);
        Ok(())
    })
}

/// 7.6.19: starts an encryption.
///
/// # Safety
/// None beyond the module's contract: the parameters come by value.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EncryptInit(
    hKey: HANDLE,
    EncryptParam: BLOCKCIPHERPARAM,
) -> ULONG {
    export("SKF_EncryptInit", |library| {
        symmetric::init(
            &*library.session_key(hKey)?,
            Direction::Encrypt,
            &EncryptParam,
        )
    })
}

/// What Encrypt and Decrypt, their Updates and their Finals have in common.
#[derive(Clone, Copy)]
enum Step {
    Whole,
    Update,
    Final,
}

/// # Safety
/// `input.1` bytes readable at `input.0`; `len` writable; `output` NULL or `*len` bytes, writable.
unsafe fn step(
    name: &'static str,
    key: HANDLE,
    (direction, step): (Direction, Step),
    input: (*const BYTE, ULONG),
    (output, len): (*mut BYTE, *mut ULONG),
) -> ULONG {
    export(name, |library| {
        let key = library.session_key(key)?;
        // The standard has the lengths of EncryptUpdate, EncryptFinal and DecryptUpdate as pure outputs; a zero there
        // states no room.
        let pure_output = match (direction, step) {
            (Direction::Encrypt, Step::Update | Step::Final) => true,
            (Direction::Decrypt, Step::Update) => true,
            (Direction::Decrypt, Step::Final) | (_, Step::Whole) => false,
        };
        // SAFETY: the contract of this function.
        let (bytes, mut out) = unsafe {
            let out = match pure_output {
                true => OutBuf::with_optional_room(output, len)?,
                false => OutBuf::new(output, len)?,
            };
            (data(input.0, input.1)?, out)
        };
        let answer = match step {
            Step::Update => symmetric::update(&key, direction, bytes, out.room()),
            Step::Whole | Step::Final => symmetric::finish(&key, direction, bytes, out.room()),
        };
        deliver(&mut out, answer)
    })
}

/// 7.6.20: encrypts all that is left and ends; the first call may be the only one.
///
/// # Safety
/// `ulDataLen` bytes readable at `pbData`; `pulEncryptedLen` writable; `pbEncryptedData` NULL or `*pulEncryptedLen`
/// bytes, writable; may be the input buffer.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_Encrypt(
    hKey: HANDLE,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pbEncryptedData: *mut BYTE,
    pulEncryptedLen: *mut ULONG,
) -> ULONG {
    let (what, input) = (
        (Direction::Encrypt, Step::Whole),
        (pbData.cast_const(), ulDataLen),
    );
    // SAFETY: the same contract.
    unsafe {
        step(
            "SKF_Encrypt",
            hKey,
            what,
            input,
            (pbEncryptedData, pulEncryptedLen),
        )
    }
}

/// 7.6.21: encrypts a part. `*pulEncryptedLen` may be zero when the buffer is large enough.
///
/// # Safety
/// As [`SKF_Encrypt`]; with a zero `*pulEncryptedLen`, `ulDataLen` + 15 bytes writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EncryptUpdate(
    hKey: HANDLE,
    pbData: *mut BYTE,
    ulDataLen: ULONG,
    pbEncryptedData: *mut BYTE,
    pulEncryptedLen: *mut ULONG,
) -> ULONG {
    let (what, input) = (
        (Direction::Encrypt, Step::Update),
        (pbData.cast_const(), ulDataLen),
    );
    // SAFETY: the same contract.
    unsafe {
        step(
            "SKF_EncryptUpdate",
            hKey,
            what,
            input,
            (pbEncryptedData, pulEncryptedLen),
        )
    }
}

/// 7.6.22: gives the rest and ends. `*pulEncryptedDataLen` may be zero when the buffer is large enough.
///
/// # Safety
/// As [`SKF_Encrypt`], without input; with a zero length, 16 bytes writable.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_EncryptFinal(
    hKey: HANDLE,
    pbEncryptedData: *mut BYTE,
    pulEncryptedDataLen: *mut ULONG,
) -> ULONG {
    let (what, input) = ((Direction::Encrypt, Step::Final), (std::ptr::null(), 0));
    // SAFETY: the same contract; no input.
    unsafe {
        step(
            "SKF_EncryptFinal",
            hKey,
            what,
            input,
            (pbEncryptedData, pulEncryptedDataLen),
        )
    }
}

/// 7.6.23: starts a decryption.
///
/// # Safety
/// None beyond the module's contract: the parameters come by value.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DecryptInit(
    hKey: HANDLE,
    DecryptParam: BLOCKCIPHERPARAM,
) -> ULONG {
    export("SKF_DecryptInit", |library| {
        symmetric::init(
            &*library.session_key(hKey)?,
            Direction::Decrypt,
            &DecryptParam,
        )
    })
}

/// 7.6.24: decrypts all that is left and ends; the first call may be the only one.
///
/// # Safety
/// As [`SKF_Encrypt`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_Decrypt(
    hKey: HANDLE,
    pbEncryptedData: *mut BYTE,
    ulEncryptedLen: ULONG,
    pbData: *mut BYTE,
    pulDataLen: *mut ULONG,
) -> ULONG {
    let what = (Direction::Decrypt, Step::Whole);
    let input = (pbEncryptedData.cast_const(), ulEncryptedLen);
    // SAFETY: the same contract.
    unsafe { step("SKF_Decrypt", hKey, what, input, (pbData, pulDataLen)) }
}

/// 7.6.25: decrypts a part. `*pulDataLen` may be zero when the buffer is large enough.
///
/// # Safety
/// As [`SKF_EncryptUpdate`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DecryptUpdate(
    hKey: HANDLE,
    pbEncryptedData: *mut BYTE,
    ulEncryptedLen: ULONG,
    pbData: *mut BYTE,
    pulDataLen: *mut ULONG,
) -> ULONG {
    let what = (Direction::Decrypt, Step::Update);
    let input = (pbEncryptedData.cast_const(), ulEncryptedLen);
    // SAFETY: the same contract.
    unsafe { step("SKF_DecryptUpdate", hKey, what, input, (pbData, pulDataLen)) }
}

/// 7.6.26: gives the rest and ends.
///
/// # Safety
/// As [`SKF_Encrypt`], without input.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SKF_DecryptFinal(
    hKey: HANDLE,
    pbDecryptedData: *mut BYTE,
    pulDecryptedDataLen: *mut ULONG,
) -> ULONG {
    let (what, input) = ((Direction::Decrypt, Step::Final), (std::ptr::null(), 0));
    // SAFETY: the same contract; no input.
    unsafe {
        step(
            "SKF_DecryptFinal",
            hKey,
            what,
            input,
            (pbDecryptedData, pulDecryptedDataLen),
        )
    }
}
