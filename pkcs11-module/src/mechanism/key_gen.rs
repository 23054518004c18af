//! What key generation mechanisms make; `ops::key` makes it.

use super::Mechanism;
use crate::abi::types::CK_KEY_TYPE;

/// What a key generation mechanism makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyGen {
    /// RSA key pair.
    RsaPair,
    /// Key pair on the curve of CKA_EC_PARAMS.
    EcPair,
    /// Ed25519 key pair.
    EdwardsPair,
    /// X25519 key pair.
    MontgomeryPair,
    /// SM2 key pair.
    Sm2Pair,
    /// Secret key from a password.
    Pbkdf2,
    /// Secret key of a type; random.
    Secret(CK_KEY_TYPE),
}

impl Mechanism for KeyGen {
    fn key_gen(&self) -> Option<KeyGen> {
        Some(*self)
    }
}
