//! What the public-key signatures share as operations: something takes the data in, and when it is whole a key is
//! applied to what that came to.

use super::{Signing, Verifying};
use crate::rv::Error;
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::sm3::Sm3;
use zeroize::Zeroizing;

/// What a signature takes in before the key is used.
pub(super) enum Input {
    /// The bytes themselves, as many as the mechanism takes at most.
    Bytes {
        /// So far.
        bytes: Zeroizing<Vec<u8>>,
        /// Most that the mechanism can take.
        limit: usize,
        /// Whether they may come in parts.
        parts: bool,
    },
    /// A message, hashed.
    Hash(Box<Hasher>),
    /// A message, hashed behind SM2's Z.
    Sm2(Box<Sm3>),
}

impl Input {
    /// Bytes that are collected.
    pub(super) fn bytes(limit: usize, parts: bool) -> Self {
        Self::Bytes {
            bytes: Zeroizing::default(),
            limit,
            parts,
        }
    }

    /// A message to be hashed.
    pub(super) fn hash(alg: HashAlg) -> Self {
        Self::Hash(Box::new(Hasher::new(alg)))
    }

    fn part(&mut self, data: &[u8]) -> Result<(), Error> {
        match self {
            Self::Bytes { parts: false, .. } => Err(Error::FunctionNotSupported),
            _ => self.take(data),
        }
    }

    fn take(&mut self, data: &[u8]) -> Result<(), Error> {
        match self {
            Self::Bytes { bytes, limit, .. } => {
                if data.len() > *limit - bytes.len() {
                    return Err(Error::DataLenRange);
                }
                bytes.extend_from_slice(data);
            }
            Self::Hash(hasher) => hasher.update(data),
            Self::Sm2(hasher) => hasher.update(data),
        }
        Ok(())
    }

    /// What goes to the key: the bytes or the digest.
    fn finish(self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Bytes { bytes, .. } => bytes,
            Self::Hash(hasher) => Zeroizing::new(hasher.finish()),
            Self::Sm2(hasher) => Zeroizing::new(hasher.finish().to_vec()),
        }
    }
}

/// A key with the form that its signatures have: a private key signs, a public key verifies.
pub(super) trait SignatureKey: Send + 'static {
    /// Length of a signature in bytes; where that varies, the longest.
    fn length(&self) -> usize;

    /// Signs bytes or a digest; with a key of the token, one exchange.
    fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Error>;

    /// Verifies in this process.
    fn verify(&self, input: &[u8], signature: &[u8]) -> Result<(), Error>;
}

/// A running signature or verification.
pub(super) struct KeySignature<K> {
    /// What takes the data in.
    pub(super) input: Input,
    /// What it goes to.
    pub(super) key: K,
}

impl<K: SignatureKey> Signing for KeySignature<K> {
    fn length(&self) -> usize {
        self.key.length()
    }

    fn update(&mut self, part: &[u8]) -> Result<(), Error> {
        self.input.part(part)
    }

    fn sign(mut self: Box<Self>, rest: &[u8]) -> Result<Vec<u8>, Error> {
        self.input.take(rest)?;
        self.key.sign(&self.input.finish())
    }
}

impl<K: SignatureKey> Verifying for KeySignature<K> {
    fn update(&mut self, part: &[u8]) -> Result<(), Error> {
        self.input.part(part)
    }

    fn verify(mut self: Box<Self>, rest: &[u8], signature: &[u8]) -> Result<(), Error> {
        self.input.take(rest)?;
        self.key.verify(&self.input.finish(), signature)
    }
}
