//! Mechanism parameters as safe values.

use crate::abi::types::*;
use crate::abi::vendor::{SM2_LAYOUT_C1C2C3, SM2_LAYOUT_C1C3C2, SM2_LAYOUT_DER};
use crate::rv::Error;
use ukey_crypto::hash::HashAlg;

/// Longest parameter that is read: the longest SM2 identifier (GB/T 32918.2 counts its bits in 16 bits).
pub(crate) const LONGEST: usize = 8191;

/// The bytes of a parameter. Structures with pointers inside are not passed on this way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// NULL or no length.
    None,
    /// The bytes.
    Bytes(Vec<u8>),
}

/// A mechanism as the caller passed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawMechanism {
    /// The number, not yet canonical.
    pub(crate) number: CK_MECHANISM_TYPE,
    /// Its parameter.
    pub(crate) parameter: Parameter,
}

/// How an SM2 ciphertext is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sm2Layout {
    /// 04 ‖ x ‖ y ‖ hash ‖ data.
    C1C3C2,
    /// 04 ‖ x ‖ y ‖ data ‖ hash.
    C1C2C3,
    /// DER SM2Cipher.
    Der,
}

/// CK_RSA_PKCS_PSS_PARAMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pss {
    /// Hash of the message.
    pub(crate) hash: HashAlg,
    /// Hash of the mask generation function MGF1.
    pub(crate) mask_hash: HashAlg,
    /// Length of the salt in bytes.
    pub(crate) salt_len: usize,
}

impl Parameter {
    /// For mechanisms that take none.
    ///
    /// # Errors
    /// [`Error::MechanismParamInvalid`] when there is one.
    pub(crate) fn none(&self) -> Result<(), Error> {
        match self {
            Self::None => Ok(()),
            Self::Bytes(_) => Err(Error::MechanismParamInvalid),
        }
    }

    /// The signer's identifier of SM2; without parameter the default of GM/T 0009.
    pub(crate) fn sm2_identifier(&self) -> Vec<u8> {
        match self {
            Self::None => ukey_crypto::sm2::DEFAULT_ID.to_vec(),
            Self::Bytes(id) => id.clone(),
        }
    }

    /// The layout of CKM_SM2_ENCRYPT.
    ///
    /// # Errors
    /// [`Error::MechanismParamInvalid`].
    pub(crate) fn sm2_layout(&self) -> Result<Sm2Layout, Error> {
        let Self::Bytes(bytes) = self else {
            return Ok(Sm2Layout::C1C3C2);
        };
        match numbers::<1>(bytes)? {
            [SM2_LAYOUT_C1C3C2] => Ok(Sm2Layout::C1C3C2),
            [SM2_LAYOUT_C1C2C3] => Ok(Sm2Layout::C1C2C3),
            [SM2_LAYOUT_DER] => Ok(Sm2Layout::Der),
            _ => Err(Error::MechanismParamInvalid),
        }
    }

    /// CK_RSA_PKCS_PSS_PARAMS: hashAlg, mgf, sLen, all `CK_ULONG`.
    ///
    /// # Errors
    /// [`Error::MechanismParamInvalid`].
    pub(crate) fn pss(&self) -> Result<Pss, Error> {
        let Self::Bytes(bytes) = self else {
            return Err(Error::MechanismParamInvalid);
        };
        let [hash, mgf, salt] = numbers::<3>(bytes)?;
        Ok(Pss {
            hash: match hash {
                CKM_SHA_1 => HashAlg::Sha1,
                CKM_SHA224 => HashAlg::Sha224,
                CKM_SHA256 => HashAlg::Sha256,
                CKM_SHA384 => HashAlg::Sha384,
                CKM_SHA512 => HashAlg::Sha512,
                _ => return Err(Error::MechanismParamInvalid),
            },
            mask_hash: match mgf {
                CKG_MGF1_SHA1 => HashAlg::Sha1,
                CKG_MGF1_SHA224 => HashAlg::Sha224,
                CKG_MGF1_SHA256 => HashAlg::Sha256,
                CKG_MGF1_SHA384 => HashAlg::Sha384,
                CKG_MGF1_SHA512 => HashAlg::Sha512,
                _ => return Err(Error::MechanismParamInvalid),
            },
            salt_len: usize::try_from(salt).map_err(|_| Error::MechanismParamInvalid)?,
        })
    }
}

/// Exactly `N` numbers.
fn numbers<const N: usize>(bytes: &[u8]) -> Result<[CK_ULONG; N], Error> {
    const WIDTH: usize = size_of::<CK_ULONG>();
    if bytes.len() != N * WIDTH {
        return Err(Error::MechanismParamInvalid);
    }
    let mut numbers = [0; N];
    for (number, chunk) in numbers.iter_mut().zip(bytes.chunks_exact(WIDTH)) {
        let chunk = chunk.try_into().map_err(|_| Error::MechanismParamInvalid)?;
        *number = CK_ULONG::from_ne_bytes(chunk);
    }
    Ok(numbers)
}
