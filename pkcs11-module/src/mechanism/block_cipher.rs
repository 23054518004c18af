//! AES and SM4 in their modes (SP 800-38A, C, D, E; GB/T 17964), with keys in this process.

use super::derivation::Derivation;
use super::parameter::{Aead, BLOCK, Parameter};
use super::secret::CipherKey;
use super::token_secret::{self, TokenCipher};
use super::{Ciphering, Mechanism, Using};
use crate::rv::Error;
use ukey_crypto::Error as CryptoError;
use ukey_crypto::cipher::{Direction, Key, Mode, Operation, Padding, XtsOrder};
use ukey_token::key::KeyAlgorithm;
use zeroize::Zeroizing;

/// A block cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// AES.
    Aes,
    /// SM4.
    Sm4,
}

/// A mode, without its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ModeOf {
    /// Block by block.
    Ecb,
    /// Chained, whole blocks.
    Cbc,
    /// Chained, with PKCS#7 padding.
    CbcPad,
    /// Counter.
    Ctr,
    /// Output feedback.
    Ofb,
    /// Cipher feedback of whole blocks.
    Cfb,
    /// Galois/counter.
    Gcm,
    /// Counter with CBC-MAC.
    Ccm,
    /// XTS.
    Xts,
}

/// A block cipher in a mode.
pub(super) struct BlockCipher(pub(super) Algorithm, pub(super) ModeOf);

impl BlockCipher {
    fn begin(&self, using: Using<'_>, direction: Direction) -> Result<Box<dyn Ciphering>, Error> {
        if let Some((id, algorithm)) = token_secret::of(using)? {
            return match (self.0, algorithm) {
                (Algorithm::Aes, KeyAlgorithm::Aes) | (Algorithm::Sm4, KeyAlgorithm::Sm4) => {
                    TokenCipher::begin(using, id, self.1, direction)
                }
                _ => Err(Error::KeyTypeInconsistent),
            };
        }
        let key = using.key.host_secret()?.cipher()?;
        let operation = match (self.0, key) {
            (Algorithm::Aes, CipherKey::AesXts(..)) | (Algorithm::Sm4, CipherKey::Sm4Xts(..)) => {
                self.xts(key, using.parameter, direction)
            }
            (Algorithm::Aes, CipherKey::Aes(key)) => self.start(key, using.parameter, direction),
            (Algorithm::Sm4, CipherKey::Sm4(key)) => self.start(key, using.parameter, direction),
            _ => Err(Error::KeyTypeInconsistent),
        }?;
        let tag_len = using.parameter.aead().map_or(0, |aead| aead.tag_len);
        Ok(Box::new(HostCipher {
            operation,
            direction,
            pads: self.1 == ModeOf::CbcPad,
            tag_len,
        }))
    }

    fn xts(
        &self,
        key: &CipherKey,
        parameter: &Parameter,
        direction: Direction,
    ) -> Result<Operation, Error> {
        if self.1 != ModeOf::Xts {
            return Err(Error::KeySizeRange);
        }
        let tweak = parameter.block()?;
        match key {
            CipherKey::AesXts(data, tweak_key) => {
                Operation::xts(data, tweak_key, direction, XtsOrder::Ieee1619, tweak)
            }
            CipherKey::Sm4Xts(data, tweak_key) => {
                Operation::xts(data, tweak_key, direction, XtsOrder::Gbt17964, tweak)
            }
            CipherKey::Aes(_) | CipherKey::Sm4(_) => return Err(Error::KeySizeRange),
        }
        .map_err(begin_error)
    }

    fn start<K: Key>(
        &self,
        key: &K,
        parameter: &Parameter,
        direction: Direction,
    ) -> Result<Operation, Error> {
        if self.1 == ModeOf::Xts {
            return Err(Error::KeySizeRange);
        }
        Operation::new(key, direction, &mode(self.1, parameter)?).map_err(begin_error)
    }
}

/// The mode with its parameter.
fn mode(of: ModeOf, parameter: &Parameter) -> Result<Mode<'_>, Error> {
    Ok(match of {
        ModeOf::Ecb => Mode::Ecb {
            padding: Padding::None,
        },
        ModeOf::Cbc => Mode::Cbc {
            iv: parameter.block()?,
            padding: Padding::None,
        },
        ModeOf::CbcPad => Mode::Cbc {
            iv: parameter.block()?,
            padding: Padding::Pkcs7,
        },
        ModeOf::Ctr => {
            let ctr = parameter.ctr()?;
            Mode::Ctr {
                counter_block: &ctr.block,
                counter_bits: ctr.bits,
            }
        }
        ModeOf::Ofb => Mode::Ofb {
            iv: parameter.block()?,
        },
        ModeOf::Cfb => Mode::Cfb {
            iv: parameter.block()?,
        },
        ModeOf::Gcm => {
            let Aead {
                nonce,
                aad,
                tag_len,
                ..
            } = parameter.aead()?;
            Mode::Gcm {
                iv: nonce,
                aad,
                tag_len: *tag_len,
            }
        }
        ModeOf::Ccm => {
            let Aead {
                nonce,
                aad,
                tag_len,
                data_len,
            } = parameter.aead()?;
            Mode::Ccm {
                nonce,
                aad,
                tag_len: *tag_len,
                data_len: *data_len,
            }
        }
        ModeOf::Xts => return Err(Error::KeySizeRange),
    })
}

/// What the cipher finds wrong before it has seen data.
fn begin_error(error: CryptoError) -> Error {
    match error {
        CryptoError::InvalidKey => Error::KeySizeRange,
        _ => Error::MechanismParamInvalid,
    }
}

/// What the cipher finds wrong with data.
pub(super) fn data_error(error: CryptoError, direction: Direction) -> Error {
    match (error, direction) {
        (CryptoError::InvalidLength, Direction::Encrypt) => Error::DataLenRange,
        (CryptoError::InvalidLength, Direction::Decrypt) => Error::EncryptedDataLenRange,
        (CryptoError::Decryption, _) => Error::EncryptedDataInvalid,
        _ => Error::FunctionFailed,
    }
}

impl Mechanism for BlockCipher {
    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        self.begin(using, Direction::Encrypt)
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        self.begin(using, Direction::Decrypt)
    }
}

/// CKM_AES_*_ENCRYPT_DATA and SM4's: the key is data that the base key encrypts (PKCS#11 3.2, "Key derivation by data
/// encryption").
pub(super) struct EncryptData(pub(super) Algorithm, pub(super) ModeOf);

impl Mechanism for EncryptData {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (iv, data) = derivation.using.parameter.data()?;
        if data.is_empty() || !data.len().is_multiple_of(BLOCK) {
            return Err(Error::MechanismParamInvalid);
        }
        if derivation.len.is_some_and(|len| len > data.len()) {
            return Err(Error::DataLenRange);
        }
        let parameter = match self.1 {
            ModeOf::Ecb => Parameter::None,
            _ => Parameter::Block(*iv),
        };
        let using = Using {
            parameter: &parameter,
            ..derivation.using
        };
        let cipher = BlockCipher(self.0, self.1).begin(using, Direction::Encrypt)?;
        let mut made = Zeroizing::new(Vec::with_capacity(cipher.finish_len(data.len())));
        cipher.finish(data, &mut made)?;
        derivation.cut(made)
    }
}

/// A running cipher of this process.
struct HostCipher {
    operation: Operation,
    direction: Direction,
    pads: bool,
    tag_len: usize,
}

impl Ciphering for HostCipher {
    fn update_len(&self, part_len: usize) -> usize {
        self.operation.update_len(part_len)
    }

    fn finish_len(&self, rest_len: usize) -> usize {
        if rest_len == 0 {
            return self.operation.finish_len();
        }
        // One-shot: nothing went in before.
        match self.direction {
            Direction::Encrypt if self.pads => (rest_len / BLOCK + 1) * BLOCK,
            Direction::Encrypt => rest_len.saturating_add(self.tag_len),
            Direction::Decrypt => rest_len.saturating_sub(self.tag_len),
        }
    }

    fn update(&mut self, part: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.operation
            .update(part, out)
            .map_err(|error| data_error(error, self.direction))
    }

    fn update_into(&mut self, part: &[u8], out: &mut [u8]) -> Option<Result<(), Error>> {
        let done = self.operation.update_into(part, out)?;
        Some(done.map_err(|error| data_error(error, self.direction)))
    }

    fn finish(self: Box<Self>, rest: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.operation
            .complete(rest, out)
            .map_err(|error| data_error(error, self.direction))
    }

    fn writes_ahead(&self) -> bool {
        self.direction == Direction::Encrypt && !self.operation.prefers_whole()
    }

    fn duplicate(&self) -> Box<dyn Ciphering> {
        Box::new(Self {
            operation: self.operation.clone(),
            ..*self
        })
    }
}
