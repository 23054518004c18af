//! Making and checking a signature over a message, for both key families.

use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::{sm2, sm3};

use crate::algorithm::SignatureAlgorithm;
use crate::error::{Error, Result};
use crate::key::{PublicKey, Signer};

impl SignatureAlgorithm {
    /// What we sign with: SM2 with SM3, or RSA with SHA-256.
    pub fn for_key(key: &PublicKey) -> Self {
        match key {
            PublicKey::Sm2(_) => Self::Sm2WithSm3,
            PublicKey::Rsa(_) => Self::Rsa(HashAlg::Sha256),
        }
    }
}

/// Running digest of a message to be signed or checked; for SM2 it starts with Z.
pub(crate) enum MessageHasher {
    Sm2(sm3::Sm3),
    Plain(Box<Hasher>),
}

impl MessageHasher {
    /// # Errors
    /// [`Error::Mismatch`] when key and algorithm are of different families.
    pub(crate) fn new(key: &PublicKey, algorithm: SignatureAlgorithm) -> Result<Self> {
        match algorithm {
            SignatureAlgorithm::Sm2WithSm3 => {
                Ok(Self::Sm2(key.as_sm2()?.message_hasher(sm2::DEFAULT_ID)?))
            }
            SignatureAlgorithm::Rsa(hash) => {
                key.as_rsa()?;
                Ok(Self::Plain(Box::new(Hasher::new(hash))))
            }
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Sm2(hasher) => hasher.update(data),
            Self::Plain(hasher) => hasher.update(data),
        }
    }

    pub(crate) fn finish(self) -> MessageDigest {
        match self {
            Self::Sm2(hasher) => MessageDigest::Sm2(hasher.finish()),
            Self::Plain(hasher) => MessageDigest::Plain(hasher.alg(), hasher.finish()),
        }
    }
}

/// The value that the private key works on.
#[derive(PartialEq, Eq)]
pub(crate) enum MessageDigest {
    /// e = SM3(Z ‖ M).
    Sm2([u8; 32]),
    /// Digest of the message, to be wrapped in a DigestInfo.
    Plain(HashAlg, Vec<u8>),
}

impl MessageDigest {
    /// One private-key operation; SM2 signatures come out as DER.
    pub(crate) fn sign(&self, signer: &dyn Signer) -> Result<Vec<u8>> {
        match self {
            Self::Sm2(digest) => Ok(signer.sign_sm2_digest(digest)?.to_der()),
            Self::Plain(hash, digest) => signer.sign_rsa_pkcs1(&hash.digest_info(digest)?),
        }
    }

    /// Whether `signature` fits. An SM2 signature may be DER or the 64 bytes r ‖ s.
    pub(crate) fn is_signed_by(&self, key: &PublicKey, signature: &[u8]) -> bool {
        match (self, key) {
            (Self::Sm2(digest), PublicKey::Sm2(key)) => sm2_candidates(signature)
                .into_iter()
                .flatten()
                .any(|candidate| key.verify_digest(digest, &candidate).is_ok()),
            (Self::Plain(hash, digest), PublicKey::Rsa(key)) => hash
                .digest_info(digest)
                .is_ok_and(|info| key.verify_pkcs1v15(&info, signature).is_ok()),
            _ => false,
        }
    }
}

fn sm2_candidates(signature: &[u8]) -> [Option<sm2::Signature>; 2] {
    let raw = match signature.len() {
        64 => sm2::Signature::from_bytes(signature).ok(),
        _ => None,
    };
    [sm2::Signature::from_der(signature).ok(), raw]
}

/// Signs a whole message that is in memory.
pub(crate) fn sign(signer: &dyn Signer, message: &[u8]) -> Result<Vec<u8>> {
    let algorithm = SignatureAlgorithm::for_key(signer.public_key());
    digest(signer.public_key(), algorithm, message)?.sign(signer)
}

/// Checks the signature on `what`.
///
/// # Errors
/// [`Error::Signature`] when it does not fit, [`Error::Mismatch`] when the key is of another family
/// than the algorithm.
pub(crate) fn verify(
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
    what: &'static str,
) -> Result<()> {
    match digest(key, algorithm, message)?.is_signed_by(key, signature) {
        true => Ok(()),
        false => Err(Error::Signature { what }),
    }
}

fn digest(key: &PublicKey, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<MessageDigest> {
    let mut hasher = MessageHasher::new(key, algorithm)?;
    hasher.update(message);
    Ok(hasher.finish())
}
