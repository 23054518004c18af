//! The mechanism table: numbers, sizes, flags, parameters. What `C_GetMechanismList` lists, what
//! `C_GetMechanismInfo` answers and what the operations accept is one table, so that they cannot disagree.

pub(crate) mod parameter;
pub(crate) mod pss;
pub(crate) mod rsa;
#[allow(dead_code, reason = "operations with secret keys come next")]
pub(crate) mod secret;
pub(crate) mod signature;
pub(crate) mod sm2;
#[cfg(test)]
mod tests;

use crate::abi::types::*;
use crate::abi::vendor::*;
use crate::rv::Error;
pub(crate) use parameter::{Parameter, RawMechanism};
use ukey_crypto::hash::HashAlg;

/// What a mechanism does, without its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// A digest.
    Digest(HashAlg),
    /// SM2 key pair generation by its own mechanism.
    Sm2KeyPairGen,
    /// EC key pair generation; the curve is CKA_EC_PARAMS.
    EcKeyPairGen,
    /// RSA key pair generation.
    RsaKeyPairGen,
    /// SM2 over a 32-byte e.
    Sm2Digest,
    /// SM2 with SM3 over a message.
    Sm2Message {
        /// The signature is DER.
        der: bool,
    },
    /// SM2 encryption; the layout is a parameter.
    Sm2Encrypt,
    /// SM2 encryption in DER.
    Sm2EncryptDer,
    /// PKCS#1 v1.5: the bytes given are padded.
    RsaPkcs,
    /// Raw RSA.
    RsaX509,
    /// PKCS#1 v1.5 signature over a message.
    RsaPkcsHash(HashAlg),
    /// PSS over a digest; hash, mask and salt are a parameter.
    RsaPss,
    /// PSS over a message.
    RsaPssHash(HashAlg),
}

/// One row of the mechanism table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// Canonical number.
    pub(crate) number: CK_MECHANISM_TYPE,
    /// Name as in the header, or ours.
    #[cfg_attr(not(test), expect(dead_code, reason = "the profile test compares it"))]
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) scheme: Scheme,
    /// Smallest key, in bits; 0 without a key.
    min: CK_ULONG,
    /// Largest key.
    max: CK_ULONG,
    /// CKF_* as C_GetMechanismInfo answers them.
    pub(crate) flags: CK_FLAGS,
}

const EC: CK_FLAGS = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS;
const SIGNATURE: CK_FLAGS = CKF_SIGN | CKF_VERIFY;
const ENCRYPTION: CK_FLAGS = CKF_ENCRYPT | CKF_DECRYPT;
/// Key sizes of RSA in bits.
pub(crate) const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

macro_rules! row {
    ($number:ident, $scheme:expr, $sizes:expr, $flags:expr) => {
        Row {
            number: $number,
            name: stringify!($number),
            scheme: $scheme,
            min: $sizes.0,
            max: $sizes.1,
            flags: $flags,
        }
    };
}

const NO_KEY: (CK_ULONG, CK_ULONG) = (0, 0);
const SM2: (CK_ULONG, CK_ULONG) = (256, 256);
const RSA: (CK_ULONG, CK_ULONG) = (*RSA_BITS.start() as CK_ULONG, *RSA_BITS.end() as CK_ULONG);

/// All mechanisms. CKF_HW stands where the token does the private-key operation on the caller's very input; where
/// this library hashes or pads first it does not.
#[rustfmt::skip]
pub(crate) const TABLE: &[Row] = &[
    row!(CKM_RSA_PKCS_KEY_PAIR_GEN, Scheme::RsaKeyPairGen, RSA, CKF_HW | CKF_GENERATE_KEY_PAIR),
    row!(CKM_RSA_PKCS,              Scheme::RsaPkcs, RSA, CKF_HW | SIGNATURE | ENCRYPTION),
    row!(CKM_RSA_X_509,             Scheme::RsaX509, RSA, CKF_HW | SIGNATURE | ENCRYPTION),
    row!(CKM_SHA1_RSA_PKCS,         Scheme::RsaPkcsHash(HashAlg::Sha1), RSA, SIGNATURE),
    row!(CKM_SHA224_RSA_PKCS,       Scheme::RsaPkcsHash(HashAlg::Sha224), RSA, SIGNATURE),
    row!(CKM_SHA256_RSA_PKCS,       Scheme::RsaPkcsHash(HashAlg::Sha256), RSA, SIGNATURE),
    row!(CKM_SHA384_RSA_PKCS,       Scheme::RsaPkcsHash(HashAlg::Sha384), RSA, SIGNATURE),
    row!(CKM_SHA512_RSA_PKCS,       Scheme::RsaPkcsHash(HashAlg::Sha512), RSA, SIGNATURE),
    row!(CKM_RSA_PKCS_PSS,          Scheme::RsaPss, RSA, SIGNATURE),
    row!(CKM_SHA1_RSA_PKCS_PSS,     Scheme::RsaPssHash(HashAlg::Sha1), RSA, SIGNATURE),
    row!(CKM_SHA224_RSA_PKCS_PSS,   Scheme::RsaPssHash(HashAlg::Sha224), RSA, SIGNATURE),
    row!(CKM_SHA256_RSA_PKCS_PSS,   Scheme::RsaPssHash(HashAlg::Sha256), RSA, SIGNATURE),
    row!(CKM_SHA384_RSA_PKCS_PSS,   Scheme::RsaPssHash(HashAlg::Sha384), RSA, SIGNATURE),
    row!(CKM_SHA512_RSA_PKCS_PSS,   Scheme::RsaPssHash(HashAlg::Sha512), RSA, SIGNATURE),
    row!(CKM_EC_KEY_PAIR_GEN,       Scheme::EcKeyPairGen, SM2, CKF_HW | CKF_GENERATE_KEY_PAIR | EC),
    row!(CKM_SHA_1,                 Scheme::Digest(HashAlg::Sha1), NO_KEY, CKF_DIGEST),
    row!(CKM_SHA224,                Scheme::Digest(HashAlg::Sha224), NO_KEY, CKF_DIGEST),
    row!(CKM_SHA256,                Scheme::Digest(HashAlg::Sha256), NO_KEY, CKF_DIGEST),
    row!(CKM_SHA384,                Scheme::Digest(HashAlg::Sha384), NO_KEY, CKF_DIGEST),
    row!(CKM_SHA512,                Scheme::Digest(HashAlg::Sha512), NO_KEY, CKF_DIGEST),
    row!(CKM_SM3,                   Scheme::Digest(HashAlg::Sm3), NO_KEY, CKF_DIGEST),
    row!(CKM_SM2_KEY_PAIR_GEN,      Scheme::Sm2KeyPairGen, SM2, CKF_HW | CKF_GENERATE_KEY_PAIR | EC),
    row!(CKM_SM2,                   Scheme::Sm2Digest, SM2, CKF_HW | SIGNATURE),
    row!(CKM_SM2_SM3,               Scheme::Sm2Message { der: false }, SM2, SIGNATURE),
    row!(CKM_SM2_SM3_DER,           Scheme::Sm2Message { der: true }, SM2, SIGNATURE),
    row!(CKM_SM2_ENCRYPT,           Scheme::Sm2Encrypt, SM2, CKF_HW | ENCRYPTION),
    row!(CKM_SM2_ENCRYPT_DER,       Scheme::Sm2EncryptDer, SM2, CKF_HW | ENCRYPTION),
];

/// The row of a mechanism number or one of its aliases.
///
/// # Errors
/// [`Error::MechanismInvalid`].
pub(crate) fn find(number: CK_MECHANISM_TYPE) -> Result<&'static Row, Error> {
    let canonical = canonical_mechanism(number);
    TABLE
        .iter()
        .find(|row| row.number == canonical)
        .ok_or(Error::MechanismInvalid)
}

/// The numbers that C_GetMechanismList lists.
pub(crate) fn listed() -> Vec<CK_MECHANISM_TYPE> {
    let canonical = TABLE.iter().map(|row| row.number);
    let aliases = MECHANISM_ALIASES
        .iter()
        .map(|(alias, _)| *alias)
        .filter(|alias| LISTED_ALIASES.contains(alias));
    canonical.chain(aliases).collect()
}

/// The answer of C_GetMechanismInfo.
///
/// # Errors
/// [`Error::MechanismInvalid`].
pub(crate) fn info(number: CK_MECHANISM_TYPE) -> Result<CK_MECHANISM_INFO, Error> {
    let row = find(number)?;
    Ok(CK_MECHANISM_INFO {
        ulMinKeySize: row.min,
        ulMaxKeySize: row.max,
        flags: row.flags,
    })
}

/// The mechanism that a caller asks for, if it can do what `usage` (one CKF_* flag) says.
///
/// # Errors
/// [`Error::MechanismInvalid`].
pub(crate) fn requested(mechanism: &RawMechanism, usage: CK_FLAGS) -> Result<&'static Row, Error> {
    let row = find(mechanism.number)?;
    if row.flags & usage == 0 {
        return Err(Error::MechanismInvalid);
    }
    Ok(row)
}
