//! Key derivation functions: HKDF (RFC 5869), SP 800-108, PBKDF2 (RFC 8018).

use super::Mechanism;
use super::derivation::Derivation;
use super::parameter::{HkdfSalt, Kdf as Parameter, KdfField, KdfNumber, Pbkdf2};
use super::secret::{CipherKey, Secret};
use crate::abi::types::*;
use crate::abi::vendor::{CKM_SM3_HMAC, CKM_SM4_CMAC, canonical_mechanism};
use crate::rv::Error;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::kdf::sp800_108::{self, Field};
use ukey_crypto::kdf::{MAX_LEN, hkdf_expand, hkdf_extract, pbkdf2};
use ukey_crypto::mac::Mac;
use zeroize::Zeroizing;

/// CKM_HKDF_DERIVE.
pub(super) struct Hkdf;

impl Mechanism for Hkdf {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let parameter = derivation.using.parameter.hkdf()?;
        let hash = parameter.hash;
        let base = derivation.base()?;
        let prk = if parameter.extract {
            match &parameter.salt {
                HkdfSalt::Null => hkdf_extract(hash, &[], base),
                HkdfSalt::Data(salt) => hkdf_extract(hash, salt, base),
                HkdfSalt::Key(handle) => {
                    let salt = derivation.other(*handle)?;
                    hkdf_extract(hash, salt.host_secret()?.bytes(), base)
                }
            }
        } else {
            Zeroizing::new(base.to_vec())
        };
        if !parameter.expand {
            return derivation.cut(prk);
        }
        let len = derivation.len.ok_or(Error::TemplateIncomplete)?;
        hkdf_expand(hash, &prk, &parameter.info, len).map_err(|_| Error::TemplateInconsistent)
    }
}

/// CKM_SP800_108_*_KDF.
pub(super) enum Kdf {
    /// Counter mode.
    Counter,
    /// Feedback mode.
    Feedback,
    /// Double-pipeline mode.
    DoublePipeline,
}

impl Mechanism for Kdf {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let len = derivation.len.ok_or(Error::TemplateIncomplete)?;
        let mut derived = self.derive_several(derivation, &[len])?;
        derived.pop().ok_or(Error::FunctionFailed)
    }

    /// One output, dealt out from left to right; each key begins with a round of its own.
    fn derive_several(
        &self,
        derivation: &Derivation<'_>,
        lens: &[usize],
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
        let parameter = derivation.using.parameter.kdf()?;
        let mac = prf(parameter.prf, derivation.using.key.host_secret()?)?;
        let lengths = Lengths::new(lens, mac.output_len())?;
        let keys = keys(parameter, derivation)?;
        let fields = fields(parameter, &keys, &lengths)?;
        let output = match self {
            Self::Counter => sp800_108::counter(&mac, &fields, lengths.output),
            Self::Feedback => sp800_108::feedback(&mac, &parameter.iv, &fields, lengths.output),
            Self::DoublePipeline => sp800_108::double_pipeline(&mac, &fields, lengths.output),
        }
        .map_err(|_| Error::MechanismParamInvalid)?;
        let mut rest = &output[..];
        let mut deal = |len: &usize| {
            let value = Zeroizing::new(rest[..*len].to_vec());
            rest = &rest[len.next_multiple_of(lengths.round).min(rest.len())..];
            value
        };
        Ok(lens.iter().map(&mut deal).collect())
    }
}

/// How much comes out of one derivation.
struct Lengths {
    /// Bytes of all the keys.
    keys: usize,
    /// Bytes of all the rounds that make them.
    segments: usize,
    /// Bytes to make: the last round may be cut.
    output: usize,
    /// Bytes of a round.
    round: usize,
}

impl Lengths {
    fn new(lens: &[usize], round: usize) -> Result<Self, Error> {
        if lens.iter().any(|len| *len == 0 || *len > MAX_LEN) {
            return Err(Error::TemplateInconsistent);
        }
        let segments = lens.iter().map(|len| len.next_multiple_of(round)).sum();
        let last = lens.last().copied().unwrap_or_default();
        Ok(Self {
            keys: lens.iter().sum(),
            segments,
            output: segments - (last.next_multiple_of(round) - last),
            round,
        })
    }
}

/// The pseudo-random function under the base key.
fn prf(number: CK_MECHANISM_TYPE, base: &Secret) -> Result<Mac, Error> {
    let number = canonical_mechanism(number);
    if let Some(hash) = hmac_hash(number) {
        return Ok(Mac::hmac(hash, base.bytes()));
    }
    match (number, base.cipher()) {
        (CKM_AES_CMAC, Ok(CipherKey::Aes(key))) => Ok(Mac::cmac(key)),
        (CKM_SM4_CMAC, Ok(CipherKey::Sm4(key))) => Ok(Mac::cmac(key)),
        (CKM_AES_CMAC | CKM_SM4_CMAC, _) => Err(Error::KeyTypeInconsistent),
        _ => Err(Error::MechanismParamInvalid),
    }
}

/// The hash of an HMAC mechanism.
fn hmac_hash(number: CK_MECHANISM_TYPE) -> Option<HashAlg> {
    Some(match number {
        CKM_SHA_1_HMAC => HashAlg::Sha1,
        CKM_SHA224_HMAC => HashAlg::Sha224,
        CKM_SHA256_HMAC => HashAlg::Sha256,
        CKM_SHA384_HMAC => HashAlg::Sha384,
        CKM_SHA512_HMAC => HashAlg::Sha512,
        CKM_SHA3_224_HMAC => HashAlg::Sha3_224,
        CKM_SHA3_256_HMAC => HashAlg::Sha3_256,
        CKM_SHA3_384_HMAC => HashAlg::Sha3_384,
        CKM_SHA3_512_HMAC => HashAlg::Sha3_512,
        CKM_SM3_HMAC => HashAlg::Sm3,
        _ => return None,
    })
}

/// The values of the keys among the fields, in order.
fn keys(
    parameter: &Parameter,
    derivation: &Derivation<'_>,
) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    parameter
        .keys()
        .map(|handle| {
            let key = derivation.other(handle)?;
            Ok(Zeroizing::new(key.host_secret()?.bytes().to_vec()))
        })
        .collect()
}

fn fields<'a>(
    parameter: &'a Parameter,
    keys: &'a [Zeroizing<Vec<u8>>],
    lengths: &Lengths,
) -> Result<Vec<Field<'a>>, Error> {
    let mut keys = keys.iter();
    let counter = |number: &KdfNumber| Field::Counter {
        bits: number.bits,
        little_endian: number.little_endian,
    };
    let field = |field: &'a KdfField| {
        Ok(match field {
            KdfField::Iteration(None) => Field::Chain,
            KdfField::Iteration(Some(number)) | KdfField::Counter(number) => counter(number),
            KdfField::Length { segments, number } => Field::Length {
                value: 8 * match segments {
                    true => lengths.segments,
                    false => lengths.keys,
                } as u64,
                bits: number.bits,
                little_endian: number.little_endian,
            },
            KdfField::Bytes(bytes) => Field::Bytes(bytes),
            KdfField::Key(_) => Field::Bytes(keys.next().ok_or(Error::MechanismParamInvalid)?),
        })
    };
    parameter.fields.iter().map(field).collect()
}

/// CKM_PKCS5_PBKD2 makes `len` bytes.
///
/// # Errors
/// [`Error::TemplateInconsistent`] for an impossible length.
pub(crate) fn from_password(parameter: &Pbkdf2, len: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let Pbkdf2 {
        hash,
        salt,
        iterations,
        password,
    } = parameter;
    pbkdf2(*hash, password, salt, *iterations, len).map_err(|_| Error::TemplateInconsistent)
}
