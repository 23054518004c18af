//! 7.6 Session keys and the block cipher.
//!
//! Keys of SKF_SetSymmKey are SM4 keys in this process and run at its speed. Keys that the token made, unwrapped or
//! agreed on stay in it, as 6.1 of the standard asks. One key carries at most one running encryption and one running
//! decryption, see [`super::running`].

use std::ffi::c_void;
use std::sync::MutexGuard;

use ukey_crypto::{rsa, sm2, sm4};
use ukey_ffi::{Handle, Room};
use ukey_token::{AlgId, ContainerInfo, SessionKey, WrappedSessionKey};

use super::{
    Answer,
    running::{Running, Start},
};
use crate::abi::types::{BLOCKCIPHERPARAM, ECCPUBLICKEYBLOB, RSAPUBLICKEYBLOB};
use crate::blob;
use crate::error::Error;
use crate::handles::{ContainerHandle, DeviceHandle, KeyPlace, SessionKeyHandle, lock};
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

/// SM1 numbers, which a configuration may declare to mean SM4: the low byte is the mode in both.
const SM1: std::ops::RangeInclusive<u32> = 0x101..=0x110;
/// From an SM1 number to that of SM4 in the same mode.
const SM1_TO_SM4: u32 = 0x300;

/// The number that is meant: that of SM4 for one of SM1, where the configuration says so.
pub(crate) fn meant(library: &Library, algorithm: u32) -> u32 {
    match library.settings.sm1_is_sm4 && SM1.contains(&algorithm) {
        true => algorithm + SM1_TO_SM4,
        false => algorithm,
    }
}

pub(crate) fn set_key(
    library: &Library,
    handle: *mut c_void,
    device: &DeviceHandle,
    key: &[u8; sm4::KEY_LEN],
    algorithm: u32,
) -> Result<*mut c_void, Error> {
    let mode = mode(meant(library, algorithm))?;
    lock(&device.auth).offered(key);
    let device = Handle::from_ptr(handle).ok_or(Error::InvalidHandle("device"))?;
    let place = KeyPlace::Host(Box::new(sm4::Key::from(*key)));
    library.adopt(&library.keys, SessionKeyHandle::new(device, mode, place))
}

/// Gives a key of the token a handle.
pub(crate) fn adopt(
    library: &Library,
    container: &ContainerHandle,
    algorithm: u32,
    key: SessionKey,
) -> Result<*mut c_void, Error> {
    let handle = SessionKeyHandle::new(container.device, mode(algorithm)?, KeyPlace::Token(key));
    library.adopt(&library.keys, handle)
}

/// The algorithm number of a key of the token, once it is known to be one.
pub(crate) fn token_algorithm(algorithm: u32) -> Result<AlgId, Error> {
    mode(algorithm).map(|_| AlgId(algorithm))
}

/// What SKF_ImportSessionKey got, to be understood by the kind of the container's keys.
pub(crate) trait Wrapped {
    /// As an ECCCIPHERBLOB.
    fn sm2(&self) -> Result<sm2::Ciphertext, Error>;
    /// As RSA ciphertext.
    fn rsa(&self) -> &[u8];
}

pub(crate) fn import(
    library: &Library,
    container: &ContainerHandle,
    algorithm: u32,
    wrapped: &impl Wrapped,
) -> Result<*mut c_void, Error> {
    let algorithm = meant(library, algorithm);
    let alg = token_algorithm(algorithm)?;
    let ContainerInfo { container_type, .. } = container.token.info()?;
    let key = match container_type as u32 {
        1 => container
            .token
            .import_session_key(alg, &WrappedSessionKey::Rsa(wrapped.rsa()))?,
        2 => container
            .token
            .import_session_key(alg, &WrappedSessionKey::Sm2(&wrapped.sm2()?))?,
        _ => return Err(ukey_token::Error::KeyNotFound.into()),
    };
    adopt(library, container, algorithm, key)
}

/// A new key of the token, and the bytes of the ECCCIPHERBLOB for its receiver.
pub(crate) fn export_sm2(
    library: &Library,
    container: &ContainerHandle,
    algorithm: u32,
    to: &ECCPUBLICKEYBLOB,
) -> Result<(Vec<u8>, *mut c_void), Error> {
    let algorithm = meant(library, algorithm);
    let (alg, to) = (token_algorithm(algorithm)?, blob::ecc_public(to)?);
    let (key, wrapped) = container.token.export_session_key_sm2(alg, &to)?;
    let handle = adopt(library, container, algorithm, key)?;
    Ok((blob::ecc_cipher_bytes(&wrapped), handle))
}

/// An algorithm and a receiver that are fit for SKF_RSAExportSessionKey.
pub(crate) struct RsaExport {
    algorithm: u32,
    to: rsa::PublicKey,
}

impl RsaExport {
    pub(crate) fn new(
        library: &Library,
        algorithm: u32,
        to: &RSAPUBLICKEYBLOB,
    ) -> Result<Self, Error> {
        let algorithm = meant(library, algorithm);
        mode(algorithm)?;
        let to = blob::rsa_public(to)?;
        Ok(Self { algorithm, to })
    }

    /// Length of the wrapped key in bytes.
    pub(crate) fn wrapped_len(&self) -> usize {
        self.to.size()
    }

    /// A new key of the token: wrapped, and as a handle.
    pub(crate) fn run(
        &self,
        library: &Library,
        container: &ContainerHandle,
    ) -> Result<(Vec<u8>, *mut c_void), Error> {
        let (key, wrapped) = container
            .token
            .export_session_key_rsa(AlgId(self.algorithm), &self.to)?;
        Ok((wrapped, adopt(library, container, self.algorithm, key)?))
    }
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
    let start = Start {
        direction,
        mode,
        padding,
        iv,
    };
    let mut slot = slot(key, direction);
    *slot = None;
    *slot = Some(Running::begin(&key.place, &start)?);
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
    Running::update(&mut slot(key, direction), &key.place, data, room)
}

/// SKF_EncryptFinal, SKF_DecryptFinal; with data: SKF_Encrypt, SKF_Decrypt, which are Update and Final in one.
pub(crate) fn finish(
    key: &SessionKeyHandle,
    direction: Direction,
    data: &[u8],
    room: Room,
) -> Result<Answer, Error> {
    Running::finish(&mut slot(key, direction), &key.place, data, room)
}
