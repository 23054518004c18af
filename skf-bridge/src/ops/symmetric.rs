//! 7.6 Session keys and the block cipher.
//!
//! Keys of SKF_SetSymmKey are SM4 keys in this process and run at its speed. One key carries at most one running
//! encryption and one running decryption. An operation ends with its Final or one-shot call, whatever the outcome,
//! except that a length query and a short buffer leave it as it was.

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard};

use ukey_crypto::{Error as CryptoError, sm4};
use ukey_ffi::{Error as MemoryError, Fit, Handle, Room};
use zeroize::Zeroizing;

use super::Answer;
use crate::abi::types::BLOCKCIPHERPARAM;
use crate::error::Error;
use crate::handles::{DeviceHandle, SessionKeyHandle, lock};
use crate::library::Library;

pub(crate) use ukey_crypto::sm4::Direction;

/// SGD_SM4_ECB.
const SM4_ECB: u32 = 0x401;

/// The mode that a key's algorithm number fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Encryption and decryption in this mode.
    Cipher(sm4::Mode),
    /// MAC only.
    Mac,
}

/// A block cipher number (GM/T 0006): the low byte is the mode, the next the cipher.
pub(crate) fn mode(algorithm: u32) -> Result<Mode, Error> {
    match algorithm {
        SM4_ECB => Ok(Mode::Cipher(sm4::Mode::Ecb)),
        0x402 => Ok(Mode::Cipher(sm4::Mode::Cbc)),
        0x404 => Ok(Mode::Cipher(sm4::Mode::Cfb)),
        0x408 => Ok(Mode::Cipher(sm4::Mode::Ofb)),
        0x410 => Ok(Mode::Mac),
        // SM1 and SSF33 are not published, so no software can have them.
        0x101..=0x2FF => Err(Error::NotSupported("SM1 and SSF33")),
        _ => Err(Error::NotSupported("block cipher")),
    }
}

/// The algorithm number of a key import: SM4 in ECB mode.
pub(crate) fn ecb_id(algorithm: u32) -> Result<u32, Error> {
    match mode(algorithm)? {
        Mode::Cipher(sm4::Mode::Ecb) => Ok(algorithm),
        _ => Err(Error::NotSupported(
            "key protection in another mode than ECB",
        )),
    }
}

pub(crate) fn set_key(
    library: &Library,
    handle: *mut c_void,
    device: &DeviceHandle,
    key: &[u8; sm4::KEY_LEN],
    algorithm: u32,
) -> Result<*mut c_void, Error> {
    let mode = mode(algorithm)?;
    lock(&device.auth).offered(key);
    let device = Handle::from_ptr(handle).ok_or(Error::InvalidHandle("device"))?;
    library.adopt(
        &library.keys,
        SessionKeyHandle {
            device,
            mode,
            key: sm4::Key::from(*key),
            encryption: Mutex::default(),
            decryption: Mutex::default(),
        },
    )
}

/// A running encryption or decryption.
pub(crate) struct Running {
    cipher: sm4::Cipher,
    mode: sm4::Mode,
    padding: sm4::Padding,
    direction: Direction,
    /// Bytes taken and not given back yet, at most a block.
    pending: usize,
}

/// Starts an operation, in place of the one that is running.
pub(crate) fn init(
    key: &SessionKeyHandle,
    direction: Direction,
    parameters: &BLOCKCIPHERPARAM,
) -> Result<(), Error> {
    let Mode::Cipher(mode) = key.mode else {
        return Err(Error::KeyUsage);
    };
    let padding = match parameters.PaddingType {
        0 => sm4::Padding::None,
        1 => sm4::Padding::Pkcs7,
        _ => return Err(Error::InvalidParameter("padding type")),
    };
    let iv = if mode == sm4::Mode::Ecb {
        [0; sm4::BLOCK]
    } else {
        initial_value(parameters)?
    };
    if matches!(mode, sm4::Mode::Cfb | sm4::Mode::Ofb) && !matches!(parameters.FeedBitLen, 0 | 128)
    {
        return Err(Error::NotSupported(
            "feedback of another length than a block",
        ));
    }
    let cipher = sm4::Cipher::new(direction, mode, &key.key, &iv, padding);
    *slot(key, direction) = Some(Running {
        cipher,
        mode,
        padding,
        direction,
        pending: 0,
    });
    Ok(())
}

/// The IV of a mode that needs one: a whole block.
pub(crate) fn initial_value(parameters: &BLOCKCIPHERPARAM) -> Result<[u8; sm4::BLOCK], Error> {
    let iv = parameters.IV;
    match (parameters.IVLen as usize, iv.first_chunk()) {
        (sm4::BLOCK, Some(iv)) => Ok(*iv),
        _ => Err(Error::InvalidParameter("IV length")),
    }
}

fn slot(key: &SessionKeyHandle, direction: Direction) -> MutexGuard<'_, Option<Running>> {
    match direction {
        Direction::Encrypt => lock(&key.encryption),
        Direction::Decrypt => lock(&key.decryption),
    }
}

/// SKF_EncryptUpdate, SKF_DecryptUpdate.
pub(crate) fn update(
    key: &SessionKeyHandle,
    direction: Direction,
    data: &[u8],
    room: Room,
) -> Result<Answer, Error> {
    let mut slot = slot(key, direction);
    let running = slot.as_mut().ok_or(Error::NotInitialized)?;
    let needed = running.cipher.update_len(data.len());
    if room.fit(needed)? == Fit::Answered {
        return Ok(Answer::Length(needed));
    }
    let mut output = Zeroizing::new(Vec::with_capacity(needed));
    running.update(data, &mut output)?;
    Ok(Answer::Data(output))
}

/// SKF_EncryptFinal, SKF_DecryptFinal; with data: SKF_Encrypt, SKF_Decrypt, which are Update and Final in one.
pub(crate) fn finish(
    key: &SessionKeyHandle,
    direction: Direction,
    data: &[u8],
    room: Room,
) -> Result<Answer, Error> {
    let mut slot = slot(key, direction);
    let running = slot.as_ref().ok_or(Error::NotInitialized)?;
    let most = running.finish_len(data.len());
    let outcome = match (most, room) {
        (Err(e), _) => Err(e),
        (Ok(most), Room::Query) => return Ok(Answer::Length(most)),
        (Ok(most), Room::Elements(room)) => {
            if running.takes_padding_off() {
                // Only the plaintext tells its length: work on a copy until it is known to fit.
                if room < most.saturating_sub(sm4::BLOCK) {
                    return Err(MemoryError::BufferTooSmall { needed: most }.into());
                }
                match running.copy().finish(data, most) {
                    Ok(output) if output.len() > room => {
                        return Err(MemoryError::BufferTooSmall {
                            needed: output.len(),
                        }
                        .into());
                    }
                    outcome => outcome,
                }
            } else if room < most {
                return Err(MemoryError::BufferTooSmall { needed: most }.into());
            } else {
                running.copy().finish(data, most)
            }
        }
    };
    *slot = None;
    outcome.map(Answer::Data)
}

impl Running {
    fn takes_padding_off(&self) -> bool {
        self.padding == sm4::Padding::Pkcs7 && self.direction == Direction::Decrypt
    }

    /// The most bytes that are still to come when `more` bytes are the last input; exact unless padding is taken off.
    fn finish_len(&self, more: usize) -> Result<usize, Error> {
        let total = self.pending + more;
        let whole = total - total % sm4::BLOCK;
        match (self.padding, self.direction) {
            (sm4::Padding::Pkcs7, Direction::Encrypt) => Ok(whole + sm4::BLOCK),
            (sm4::Padding::Pkcs7, Direction::Decrypt) if total == 0 || whole != total => {
                Err(Error::InputLength("ciphertext"))
            }
            (sm4::Padding::None, _) if self.mode.needs_whole_blocks() && whole != total => {
                Err(Error::InputLength("data without padding"))
            }
            _ => Ok(total),
        }
    }

    fn copy(&self) -> Self {
        Self {
            cipher: self.cipher.clone(),
            ..*self
        }
    }

    fn update(&mut self, data: &[u8], output: &mut Vec<u8>) -> Result<(), Error> {
        let before = output.len();
        self.cipher.update_into(data, output)?;
        self.pending = self.pending + data.len() - (output.len() - before);
        Ok(())
    }

    fn finish(mut self, data: &[u8], most: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut output = Zeroizing::new(Vec::with_capacity(most));
        self.update(data, &mut output)?;
        self.cipher.finish_into(&mut output).map_err(|e| match e {
            CryptoError::Decryption => Error::Padding,
            CryptoError::InvalidLength => Error::InputLength("data"),
            other => other.into(),
        })?;
        Ok(output)
    }
}
