//! Secret keys that the token holds: ciphers and authentication codes, one exchange for what fits into one.

use super::block_cipher::ModeOf;
use super::parameter::{BLOCK, Parameter};
use super::signature::{Input, KeySignature, SignatureKey};
use super::{Ciphering, Using};
use crate::object::material::KeyMaterial;
use crate::rv::Error;
use crate::slot::token::Token;
use std::sync::Arc;
use ukey_crypto::cipher::Direction;
use ukey_crypto::ct;
use ukey_crypto::hash::HashAlg;
use ukey_token::key::{CipherMode, KeyAlgorithm, KeyHash, KeyOperation, MacAlgorithm};
use zeroize::Zeroizing;

/// Bytes of one exchange: whole blocks, below what the token takes.
const PIECE: usize = 48 * 1024;

/// A secret key on the token: its number and what it is for; `None` for a key elsewhere.
pub(super) fn of<'a>(using: Using<'a>) -> Result<Option<(u32, KeyAlgorithm)>, Error> {
    match using.key.material()? {
        KeyMaterial::Token {
            id,
            kind,
            public: None,
        } => Ok(Some((*id, kind.algorithm()))),
        _ => Ok(None),
    }
}

/// A cipher with a key of the token. Data is collected and goes to the token at the end.
#[derive(Clone)]
pub(super) struct TokenCipher {
    token: Arc<Token>,
    id: u32,
    mode: ModeOf,
    parameter: Parameter,
    direction: Direction,
    collected: Zeroizing<Vec<u8>>,
}

impl TokenCipher {
    /// Begins.
    ///
    /// # Errors
    /// [`Error::KeyTypeInconsistent`] for modes that the token does not have; [`Error::MechanismParamInvalid`].
    pub(super) fn begin(
        using: Using<'_>,
        id: u32,
        mode: ModeOf,
        direction: Direction,
    ) -> Result<Box<dyn Ciphering>, Error> {
        if matches!(mode, ModeOf::Ofb | ModeOf::Cfb | ModeOf::Xts) {
            return Err(Error::KeyTypeInconsistent);
        }
        Ok(Box::new(Self {
            token: Arc::clone(using.token),
            id,
            mode,
            parameter: using.parameter.clone(),
            direction,
            collected: Zeroizing::default(),
        }))
    }

    fn exchange(&self, mode: CipherMode, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let operation = match self.direction {
            Direction::Encrypt => KeyOperation::Encrypt(mode),
            Direction::Decrypt => KeyOperation::Decrypt(mode),
        };
        let application = self.token.application()?;
        application
            .use_key(self.id, &operation, data)
            .map_err(super::rsa::decryption_error)
    }

    /// Block modes, a piece at a time, chained here.
    fn blocks(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut iv = match self.mode {
            ModeOf::Ecb => [0; BLOCK],
            _ => *self.parameter.block()?,
        };
        if !data.len().is_multiple_of(BLOCK) {
            return Err(match self.direction {
                Direction::Encrypt => Error::DataLenRange,
                Direction::Decrypt => Error::EncryptedDataLenRange,
            });
        }
        let mut made = Zeroizing::new(Vec::with_capacity(data.len()));
        for piece in data.chunks(PIECE) {
            let mode = match self.mode {
                ModeOf::Ecb => CipherMode::Ecb,
                _ => CipherMode::Cbc { iv },
            };
            let out = self.exchange(mode, piece)?;
            let ciphertext = match self.direction {
                Direction::Encrypt => &out[..],
                Direction::Decrypt => piece,
            };
            iv = *ciphertext.last_chunk().ok_or(Error::DeviceError)?;
            made.extend_from_slice(&out);
        }
        Ok(made)
    }

    fn counter(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let ctr = *self.parameter.ctr()?;
        let mask = u128::MAX >> (128 - ctr.bits);
        let first = u128::from_be_bytes(ctr.block);
        let mut made = Zeroizing::new(Vec::with_capacity(data.len()));
        for (index, piece) in data.chunks(PIECE).enumerate() {
            let passed = (index * PIECE / BLOCK) as u128;
            let counter = (first & !mask) | (first.wrapping_add(passed) & mask);
            let mode = CipherMode::Ctr {
                counter: counter.to_be_bytes(),
                bits: ctr.bits as u8,
            };
            made.extend_from_slice(&self.exchange(mode, piece)?);
        }
        Ok(made)
    }

    fn authenticated(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let aead = self.parameter.aead()?;
        let (aad, tag_bytes) = (aead.aad.clone(), aead.tag_len as u8);
        let mode = match self.mode {
            ModeOf::Gcm => CipherMode::Gcm {
                iv: aead.nonce.clone(),
                aad,
                tag_bytes,
            },
            _ => CipherMode::Ccm {
                nonce: aead.nonce.clone(),
                aad,
                tag_bytes,
            },
        };
        if data.len() + aead.aad.len() > PIECE {
            return Err(Error::DataLenRange);
        }
        self.exchange(mode, data)
    }

    fn run(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        match (self.mode, self.direction) {
            (ModeOf::Ctr, _) => self.counter(data),
            (ModeOf::Gcm | ModeOf::Ccm, _) => self.authenticated(data),
            (ModeOf::CbcPad, Direction::Encrypt) => {
                let missing = BLOCK - data.len() % BLOCK;
                let mut padded = Zeroizing::new(Vec::with_capacity(data.len() + missing));
                padded.extend_from_slice(data);
                padded.resize(data.len() + missing, missing as u8);
                self.blocks(&padded)
            }
            (ModeOf::CbcPad, Direction::Decrypt) if data.is_empty() => {
                Err(Error::EncryptedDataLenRange)
            }
            (ModeOf::CbcPad, Direction::Decrypt) => unpad(self.blocks(data)?),
            _ => self.blocks(data),
        }
    }
}

/// Takes PKCS#7 padding off, looking at all of the last block whatever it holds.
fn unpad(mut data: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Error> {
    let last: [u8; BLOCK] = *data.last_chunk().ok_or(Error::EncryptedDataLenRange)?;
    let filling = last[BLOCK - 1];
    let mut wrong = u8::from(filling == 0) | u8::from(usize::from(filling) > BLOCK);
    for (index, byte) in last.iter().rev().enumerate() {
        let counts = u8::from(index < usize::from(filling)).wrapping_neg();
        wrong |= (byte ^ filling) & counts;
    }
    if std::hint::black_box(wrong) != 0 {
        return Err(Error::EncryptedDataInvalid);
    }
    let len = data.len() - usize::from(filling);
    data.truncate(len);
    Ok(data)
}

impl Ciphering for TokenCipher {
    fn update_len(&self, _: usize) -> usize {
        0
    }

    fn finish_len(&self, rest_len: usize) -> usize {
        let len = self.collected.len() + rest_len;
        let tag_len = self.parameter.aead().map_or(0, |aead| aead.tag_len);
        match (self.direction, self.mode) {
            (Direction::Encrypt, ModeOf::CbcPad) => (len / BLOCK + 1) * BLOCK,
            (Direction::Encrypt, _) => len + tag_len,
            (Direction::Decrypt, _) => len.saturating_sub(tag_len),
        }
    }

    fn update(&mut self, part: &[u8], _: &mut Vec<u8>) -> Result<(), Error> {
        self.collected.extend_from_slice(part);
        Ok(())
    }

    fn finish(mut self: Box<Self>, rest: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.collected.is_empty() {
            out.extend_from_slice(&self.run(rest)?);
            return Ok(());
        }
        self.collected.extend_from_slice(rest);
        out.extend_from_slice(&self.run(&self.collected)?);
        Ok(())
    }

    fn duplicate(&self) -> Box<dyn Ciphering> {
        Box::new(self.clone())
    }
}

/// An authentication code with a key of the token.
pub(super) struct TokenMac {
    token: Arc<Token>,
    id: u32,
    mac: MacAlgorithm,
    len: usize,
}

impl TokenMac {
    /// Begins; the data goes to the token whole.
    pub(super) fn begin(
        using: Using<'_>,
        id: u32,
        mac: MacAlgorithm,
        len: usize,
    ) -> Box<KeySignature<Self>> {
        Box::new(KeySignature {
            input: Input::bytes(PIECE, true),
            key: Self {
                token: Arc::clone(using.token),
                id,
                mac,
                len,
            },
        })
    }
}

/// HMAC as the token names it.
pub(super) fn hmac(hash: HashAlg) -> MacAlgorithm {
    MacAlgorithm::Hmac(match hash {
        HashAlg::Sm3 => KeyHash::Sm3,
        HashAlg::Sha1 => KeyHash::Sha1,
        HashAlg::Sha224 => KeyHash::Sha224,
        HashAlg::Sha256 => KeyHash::Sha256,
        HashAlg::Sha384 => KeyHash::Sha384,
        HashAlg::Sha512 => KeyHash::Sha512,
        HashAlg::Sha3_224 => KeyHash::Sha3_224,
        HashAlg::Sha3_256 => KeyHash::Sha3_256,
        HashAlg::Sha3_384 => KeyHash::Sha3_384,
        HashAlg::Sha3_512 => KeyHash::Sha3_512,
    })
}

impl SignatureKey for TokenMac {
    fn length(&self) -> usize {
        self.len
    }

    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let application = self.token.application()?;
        let mut tag = application
            .use_key(self.id, &KeyOperation::Mac(self.mac), data)?
            .to_vec();
        tag.truncate(self.len);
        Ok(tag)
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), Error> {
        if signature.len() != self.len {
            return Err(Error::SignatureLenRange);
        }
        // The token checks codes of 8 bytes and more itself; a shorter one is made and compared.
        if self.len < 8 {
            return match ct::eq(&self.sign(data)?, signature) {
                true => Ok(()),
                false => Err(Error::SignatureInvalid),
            };
        }
        let operation = KeyOperation::VerifyMac {
            mac: self.mac,
            tag: signature.to_vec(),
        };
        self.token
            .application()?
            .use_key(self.id, &operation, data)?;
        Ok(())
    }
}
