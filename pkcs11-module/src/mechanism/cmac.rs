//! CMAC (SP 800-38B) and CBC-MAC with AES and SM4.

use super::block_cipher::Algorithm;
use super::mac::{Code, Tag, general_len};
use super::parameter::BLOCK;
use super::secret::CipherKey;
use super::signature::KeySignature;
use super::token_secret::{self, TokenMac};
use super::{Mechanism, Signing, Using, Verifying};
use crate::rv::Error;
use ukey_crypto::cipher::{Direction, Key, Mode, Operation, Padding};
use ukey_crypto::mac::Cmac as Running;
use ukey_token::key::{KeyAlgorithm, MacAlgorithm};

/// How the blocks are chained into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// CMAC.
    Cmac,
    /// The last block of CBC with zeros for padding, as `CKM_AES_MAC` has it.
    CbcMac,
}

/// A code of a block cipher.
pub(super) struct BlockMac {
    algorithm: Algorithm,
    kind: Kind,
    /// Length without a parameter; with one, that is the length.
    len: Option<usize>,
}

impl BlockMac {
    /// CMAC, all 16 bytes of it.
    pub(super) const fn cmac(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            kind: Kind::Cmac,
            len: Some(BLOCK),
        }
    }

    /// CMAC, as long as the parameter says.
    pub(super) const fn cmac_general(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            kind: Kind::Cmac,
            len: None,
        }
    }

    /// CBC-MAC, half a block.
    pub(super) const fn cbc_mac(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            kind: Kind::CbcMac,
            len: Some(BLOCK / 2),
        }
    }

    /// CBC-MAC, as long as the parameter says.
    pub(super) const fn cbc_mac_general(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            kind: Kind::CbcMac,
            len: None,
        }
    }

    fn len(&self, using: Using<'_>) -> Result<usize, Error> {
        match self.len {
            Some(len) => Ok(len),
            None => general_len(using.parameter, BLOCK),
        }
    }

    /// With a key that the token holds, which knows CMAC alone.
    fn in_token(&self, using: Using<'_>) -> Result<Option<Box<KeySignature<TokenMac>>>, Error> {
        let Some((id, algorithm)) = token_secret::of(using)? else {
            return Ok(None);
        };
        let fits = matches!(
            (self.algorithm, algorithm),
            (Algorithm::Aes, KeyAlgorithm::Aes) | (Algorithm::Sm4, KeyAlgorithm::Sm4)
        );
        if !fits || self.kind != Kind::Cmac {
            return Err(Error::KeyTypeInconsistent);
        }
        let len = self.len(using)?;
        Ok(Some(TokenMac::begin(using, id, MacAlgorithm::Cmac, len)))
    }

    fn begin(&self, using: Using<'_>) -> Result<Box<Tag>, Error> {
        let len = self.len(using)?;
        match (self.algorithm, using.key.host_secret()?.cipher()?) {
            (Algorithm::Aes, CipherKey::Aes(key)) => self.tag(key, len),
            (Algorithm::Sm4, CipherKey::Sm4(key)) => self.tag(key, len),
            (Algorithm::Aes, CipherKey::AesXts(..)) | (Algorithm::Sm4, CipherKey::Sm4Xts(..)) => {
                Err(Error::KeySizeRange)
            }
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    fn tag<K: Key>(&self, key: &K, len: usize) -> Result<Box<Tag>, Error> {
        Ok(match self.kind {
            Kind::Cmac => Tag::new(Running::new(key), len),
            Kind::CbcMac => Tag::new(CbcMac::new(key)?, len),
        })
    }
}

impl Mechanism for BlockMac {
    fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        match self.in_token(using)? {
            Some(running) => Ok(running),
            None => Ok(self.begin(using)?),
        }
    }

    fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        match self.in_token(using)? {
            Some(running) => Ok(running),
            None => Ok(self.begin(using)?),
        }
    }
}

impl Code for Running {
    fn update(&mut self, part: &[u8]) {
        Running::update(self, part);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        (*self).finish().to_vec()
    }
}

/// A running CBC-MAC.
struct CbcMac {
    cbc: Operation,
    /// Bytes since the last whole block.
    odd: usize,
    last: Vec<u8>,
}

impl CbcMac {
    fn new<K: Key>(key: &K) -> Result<Self, Error> {
        let mode = Mode::Cbc {
            iv: &[0; BLOCK],
            padding: Padding::None,
        };
        let cbc =
            Operation::new(key, Direction::Encrypt, &mode).map_err(|_| Error::FunctionFailed)?;
        Ok(Self {
            cbc,
            odd: 0,
            last: Vec::new(),
        })
    }
}

impl Code for CbcMac {
    fn update(&mut self, part: &[u8]) {
        let mut blocks = Vec::new();
        // Only the last block is of interest; a large part goes through in pieces that fit the cache.
        for piece in part.chunks(4096) {
            blocks.clear();
            self.cbc
                .update(piece, &mut blocks)
                .expect("invariant: CBC counts nothing, so it takes any amount of data");
            if let Some(last) = blocks.last_chunk::<BLOCK>() {
                self.last = last.to_vec();
            }
        }
        self.odd = (self.odd + part.len()) % BLOCK;
    }

    /// Without data: the code of one block of zeros.
    fn finish(mut self: Box<Self>) -> Vec<u8> {
        if self.odd != 0 || self.last.is_empty() {
            let zeros = [0; BLOCK];
            let missing = BLOCK - self.odd;
            self.update(&zeros[..missing]);
        }
        self.last
    }
}
