//! What a session is in the middle of: at most one operation of each kind (PKCS#11 3.2, "Session management",
//! "Cryptographic operations"). One slot per kind makes a second operation of a kind unrepresentable.

use super::find::Find;
use crate::mechanism::parameter::{Parameter, Pss, Sm2Layout};
use crate::mechanism::{RSA_BITS, Scheme};
use crate::object::Object;
use crate::object::key::PublicKey;
use crate::rv::Error;
use std::sync::Arc;
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::sm3::Sm3;
use zeroize::Zeroizing;

/// The running operations of one session.
#[derive(Default)]
pub(crate) struct Operations {
    /// C_FindObjects*.
    pub(crate) find: Option<Find>,
    /// C_Digest*.
    pub(crate) digest: Option<Digesting>,
    /// C_Sign*.
    pub(crate) sign: Option<Signing>,
    /// C_Verify*.
    pub(crate) verify: Option<Verifying>,
    /// C_Encrypt*.
    pub(crate) encrypt: Option<Ciphering>,
    /// C_Decrypt*.
    pub(crate) decrypt: Option<Ciphering>,
}

/// The kind of an operation: which slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Searching.
    Find,
    /// Digesting.
    Digest,
    /// Signing.
    Sign,
    /// Verifying.
    Verify,
    /// Encrypting.
    Encrypt,
    /// Decrypting.
    Decrypt,
}

impl Operations {
    /// Ends the operation of a kind; whether there was one.
    pub(crate) fn end(&mut self, kind: Kind) -> bool {
        match kind {
            Kind::Find => self.find.take().is_some(),
            Kind::Digest => self.digest.take().is_some(),
            Kind::Sign => self.sign.take().is_some(),
            Kind::Verify => self.verify.take().is_some(),
            Kind::Encrypt => self.encrypt.take().is_some(),
            Kind::Decrypt => self.decrypt.take().is_some(),
        }
    }

    /// Whether an operation of a kind runs.
    pub(crate) fn is_active(&self, kind: Kind) -> bool {
        match kind {
            Kind::Find => self.find.is_some(),
            Kind::Digest => self.digest.is_some(),
            Kind::Sign => self.sign.is_some(),
            Kind::Verify => self.verify.is_some(),
            Kind::Encrypt => self.encrypt.is_some(),
            Kind::Decrypt => self.decrypt.is_some(),
        }
    }
}

/// How far an operation has gone, which decides how it may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Phase {
    /// Nothing but the Init.
    #[default]
    Ready,
    /// A one-shot call asked for the length: only the one-shot call may follow.
    Asked,
    /// Parts were given: only parts and the Final may follow.
    Parts,
}

impl Phase {
    /// A one-shot call.
    ///
    /// # Errors
    /// [`Error::OperationActive`] after a part.
    pub(crate) fn one_shot(&mut self) -> Result<(), Error> {
        if *self == Self::Parts {
            return Err(Error::OperationActive);
        }
        *self = Self::Asked;
        Ok(())
    }

    /// A part or the Final.
    ///
    /// # Errors
    /// [`Error::OperationActive`] after a one-shot length query.
    pub(crate) fn part(&mut self) -> Result<(), Error> {
        if *self == Self::Asked {
            return Err(Error::OperationActive);
        }
        *self = Self::Parts;
        Ok(())
    }
}

/// A running digest.
pub(crate) struct Digesting {
    /// The state of the hash.
    pub(crate) hasher: Hasher,
    /// How far it is.
    pub(crate) phase: Phase,
}

/// What a signature takes in before the key is used.
pub(crate) enum Input {
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
    pub(crate) fn bytes(limit: usize, parts: bool) -> Self {
        Self::Bytes {
            bytes: Zeroizing::default(),
            limit,
            parts,
        }
    }

    /// A message to be hashed.
    pub(crate) fn hash(alg: HashAlg) -> Self {
        Self::Hash(Box::new(Hasher::new(alg)))
    }

    /// Takes a part.
    ///
    /// # Errors
    /// [`Error::DataLenRange`] when it gets too long; [`Error::FunctionNotSupported`] when the mechanism takes no parts.
    pub(crate) fn part(&mut self, data: &[u8]) -> Result<(), Error> {
        match self {
            Self::Bytes { parts: false, .. } => Err(Error::FunctionNotSupported),
            _ => self.take(data),
        }
    }

    /// Takes data, whole or part.
    ///
    /// # Errors
    /// [`Error::DataLenRange`].
    pub(crate) fn take(&mut self, data: &[u8]) -> Result<(), Error> {
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
    pub(crate) fn finish(self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Bytes { bytes, .. } => bytes,
            Self::Hash(hasher) => Zeroizing::new(hasher.finish()),
            Self::Sm2(hasher) => Zeroizing::new(hasher.finish().to_vec()),
        }
    }
}

/// How a digest or a block becomes a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureForm {
    /// SM2, r ‖ s.
    Sm2,
    /// SM2, DER.
    Sm2Der,
    /// PKCS#1 v1.5 padding around the bytes given.
    RsaPkcs,
    /// PKCS#1 v1.5 padding around a DigestInfo of the digest.
    RsaPkcsDigest(HashAlg),
    /// No padding.
    RsaRaw,
    /// PSS around the digest.
    RsaPss(Pss),
}

/// A running signature.
pub(crate) struct Signing {
    /// The private key.
    pub(crate) key: Arc<Object>,
    /// The form.
    pub(crate) form: SignatureForm,
    /// The data so far.
    pub(crate) input: Input,
    /// How far it is.
    pub(crate) phase: Phase,
}

/// A running verification.
pub(crate) struct Verifying {
    /// The public key.
    pub(crate) key: Arc<Object>,
    /// The form.
    pub(crate) form: SignatureForm,
    /// The data so far.
    pub(crate) input: Input,
    /// How far it is.
    pub(crate) phase: Phase,
}

/// A public-key cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CipherForm {
    /// SM2.
    Sm2(Sm2Layout),
    /// PKCS#1 v1.5.
    RsaPkcs,
    /// No padding.
    RsaRaw,
}

impl CipherForm {
    /// The form that a mechanism with its parameter gives a key.
    ///
    /// # Errors
    /// [`Error::KeyTypeInconsistent`], [`Error::MechanismParamInvalid`].
    pub(crate) fn prepare(
        scheme: Scheme,
        parameter: &Parameter,
        key: &PublicKey,
    ) -> Result<Self, Error> {
        let form = match (scheme, key) {
            (Scheme::Sm2Encrypt, PublicKey::Sm2(_)) => {
                return parameter.sm2_layout().map(Self::Sm2);
            }
            (Scheme::Sm2EncryptDer, PublicKey::Sm2(_)) => Self::Sm2(Sm2Layout::Der),
            (Scheme::RsaPkcs, PublicKey::Rsa(_)) => Self::RsaPkcs,
            (Scheme::RsaX509, PublicKey::Rsa(_)) => Self::RsaRaw,
            _ => return Err(Error::KeyTypeInconsistent),
        };
        match key {
            PublicKey::Rsa(key) if !RSA_BITS.contains(&key.bits()) => {
                return Err(Error::KeySizeRange);
            }
            _ => parameter.none()?,
        }
        Ok(form)
    }
}

/// A running encryption (with a public key) or decryption (with a private key).
pub(crate) struct Ciphering {
    /// The key.
    pub(crate) key: Arc<Object>,
    /// The form.
    pub(crate) form: CipherForm,
    /// How far it is.
    pub(crate) phase: Phase,
}
