//! The C structures of mechanism parameters, each read once, by value, into a [`Parameter`]. A structure of another
//! size, a NULL with a length, and values that no key could make valid are `CKR_MECHANISM_PARAM_INVALID`.

mod message;

use super::types::*;
use super::vendor::CK_SM2_KEY_AGREE_PARAMS;
use crate::mechanism::parameter::*;
use crate::rv::Error;
use ukey_crypto::hash::HashAlg;
use ukey_crypto::sm2::DEFAULT_ID;
use ukey_ffi::input;

/// Longest byte string inside a parameter.
const LIMIT: usize = 16 << 20;
/// Most data parameters of a derivation.
const FIELDS_LIMIT: usize = 64;
/// Most further keys of one derivation.
const DERIVED_LIMIT: usize = 64;
/// Longest initialisation vector of GCM: what the standard's text gives clients as the range.
const GCM_IV_LIMIT: usize = 256;

pub(super) use message::{key_wrapping, message_given, message_made};

type Read<T> = Result<T, Error>;

fn invalid<E>(_: E) -> Error {
    Error::MechanismParamInvalid
}

fn require(condition: bool) -> Read<()> {
    condition.then_some(()).ok_or(Error::MechanismParamInvalid)
}

/// Reads a parameter.
///
/// # Safety
/// The caller's contract, also for the pointers inside the structure.
pub(super) unsafe fn read(
    layout: Layout,
    data: *const CK_BYTE,
    len: CK_ULONG,
) -> Result<Parameter, Error> {
    // SAFETY: the caller's contract, here and below.
    let given = unsafe { bytes(data, len) }?;
    if given.is_empty() {
        return absent(layout);
    }
    // SAFETY: the caller's contract for the pointers inside; any bits are each of these structures.
    unsafe {
        match layout {
            Layout::None => Err(Error::MechanismParamInvalid),
            Layout::OptionalBytes => Ok(Parameter::Bytes(given.to_vec())),
            Layout::Block => Ok(Parameter::Block(given.try_into().map_err(invalid)?)),
            Layout::Number | Layout::OptionalNumber => structure(given).map(Parameter::Number),
            Layout::Ctr => ctr(structure(given)?),
            Layout::Gcm => gcm(structure(given)?),
            Layout::Ccm => ccm(structure(given)?),
            Layout::Pss => pss(structure(given)?),
            Layout::Oaep => oaep(structure(given)?).map(Parameter::Oaep),
            Layout::RsaAesKeyWrap => rsa_aes_key_wrap(structure(given)?),
            Layout::Eddsa => eddsa(structure(given)?),
            Layout::Ecdh => ecdh(structure(given)?),
            Layout::Sm2Agreement => sm2_agreement(structure(given)?),
            Layout::StringData => string_data(structure(given)?),
            Layout::CbcEncryptData => cbc_encrypt_data(structure(given)?),
            Layout::Hkdf => hkdf(structure(given)?),
            Layout::Kdf => kdf(structure(given)?),
            Layout::FeedbackKdf => feedback_kdf(structure(given)?),
            Layout::Pbkdf2 => pbkdf2(structure(given)?),
        }
    }
}

fn absent(layout: Layout) -> Read<Parameter> {
    match layout {
        Layout::None | Layout::OptionalBytes | Layout::OptionalNumber | Layout::Eddsa => {
            Ok(Parameter::None)
        }
        _ => Err(Error::MechanismParamInvalid),
    }
}

/// Bytes inside a parameter; NULL only without a length.
///
/// # Safety
/// The caller's contract.
unsafe fn bytes<'a>(data: *const CK_BYTE, len: CK_ULONG) -> Read<&'a [u8]> {
    // SAFETY: the caller's contract.
    unsafe { input::bytes_within(data, len, LIMIT) }.map_err(invalid)
}

/// # Safety
/// The caller's contract.
unsafe fn owned(data: *const CK_BYTE, len: CK_ULONG) -> Read<Vec<u8>> {
    // SAFETY: the caller's contract.
    unsafe { bytes(data, len) }.map(<[u8]>::to_vec)
}

/// A structure that fills the parameter exactly.
///
/// # Safety
/// Any bits are a `T`.
unsafe fn structure<T: Copy>(given: &[u8]) -> Read<T> {
    require(given.len() == size_of::<T>())?;
    // SAFETY: as many bytes as a T has, of which any bits are one.
    unsafe { input::value(given.as_ptr().cast()) }.map_err(invalid)
}

fn length(number: CK_ULONG) -> Read<usize> {
    usize::try_from(number).map_err(invalid)
}

fn hash(number: CK_MECHANISM_TYPE) -> Read<HashAlg> {
    hash_of(number).ok_or(Error::MechanismParamInvalid)
}

fn mask_hash(number: CK_RSA_PKCS_MGF_TYPE) -> Read<HashAlg> {
    mask_hash_of(number).ok_or(Error::MechanismParamInvalid)
}

fn ctr(given: CK_AES_CTR_PARAMS) -> Read<Parameter> {
    let bits = u32::try_from(given.ulCounterBits).map_err(invalid)?;
    require((1..=128).contains(&bits))?;
    Ok(Parameter::Ctr(Ctr {
        bits,
        block: given.cb,
    }))
}

unsafe fn gcm(given: CK_GCM_PARAMS) -> Read<Parameter> {
    // SAFETY: the caller's contract.
    let (nonce, aad) = unsafe {
        (
            owned(given.pIv, given.ulIvLen)?,
            owned(given.pAAD, given.ulAADLen)?,
        )
    };
    gcm_checked(nonce, aad, given.ulTagBits)
}

/// SP 800-38D, 5.2.1: tags of 96 to 128 bits, and for some uses 32 and 64; vectors of at least one bit.
fn gcm_checked(nonce: Vec<u8>, aad: Vec<u8>, tag_bits: CK_ULONG) -> Read<Parameter> {
    require((1..=GCM_IV_LIMIT).contains(&nonce.len()))?;
    require(matches!(tag_bits, 32 | 64 | 96 | 104 | 112 | 120 | 128))?;
    Ok(Parameter::Aead(Aead {
        nonce,
        aad,
        tag_len: length(tag_bits)? / 8,
        data_len: 0,
    }))
}

unsafe fn ccm(given: CK_CCM_PARAMS) -> Read<Parameter> {
    // SAFETY: the caller's contract.
    let (nonce, aad) = unsafe {
        (
            owned(given.pNonce, given.ulNonceLen)?,
            owned(given.pAAD, given.ulAADLen)?,
        )
    };
    ccm_checked(nonce, aad, given.ulDataLen, given.ulMACLen)
}

/// SP 800-38C, A.1: tags of 4 to 16 bytes, even; nonces of 7 to 13; what is left of 15 counts the data.
fn ccm_checked(
    nonce: Vec<u8>,
    aad: Vec<u8>,
    data_len: CK_ULONG,
    tag_len: CK_ULONG,
) -> Read<Parameter> {
    require((7..=13).contains(&nonce.len()))?;
    require(matches!(tag_len, 4 | 6 | 8 | 10 | 12 | 14 | 16))?;
    let data_len = length(data_len)?;
    let counter_bits = 8 * (15 - nonce.len()) as u32;
    require(counter_bits >= usize::BITS || data_len >> counter_bits == 0)?;
    Ok(Parameter::Aead(Aead {
        nonce,
        aad,
        tag_len: length(tag_len)?,
        data_len,
    }))
}

fn pss(given: CK_RSA_PKCS_PSS_PARAMS) -> Read<Parameter> {
    Ok(Parameter::Pss(Pss {
        hash: hash(given.hashAlg)?,
        mask_hash: mask_hash(given.mgf)?,
        salt_len: length(given.sLen)?,
    }))
}

unsafe fn oaep(given: CK_RSA_PKCS_OAEP_PARAMS) -> Read<Oaep> {
    // SAFETY: the caller's contract.
    let label = unsafe { owned(given.pSourceData.cast(), given.ulSourceDataLen) }?;
    // Zero for the source, with no label, is what several clients write.
    require(given.source == CKZ_DATA_SPECIFIED || (given.source == 0 && label.is_empty()))?;
    Ok(Oaep {
        hash: hash(given.hashAlg)?,
        mask_hash: mask_hash(given.mgf)?,
        label,
    })
}

unsafe fn rsa_aes_key_wrap(given: CK_RSA_AES_KEY_WRAP_PARAMS) -> Read<Parameter> {
    require(matches!(given.ulAESKeyBits, 128 | 192 | 256))?;
    // SAFETY: the caller's contract; any bits are a CK_RSA_PKCS_OAEP_PARAMS.
    let oaep = unsafe { oaep(input::value(given.pOAEPParams).map_err(invalid)?) }?;
    Ok(Parameter::RsaAesKeyWrap(RsaAesKeyWrap {
        key_len: length(given.ulAESKeyBits)? / 8,
        oaep,
    }))
}

/// Only Ed25519 itself: neither prehashed nor with a context.
fn eddsa(given: CK_EDDSA_PARAMS) -> Read<Parameter> {
    require(given.phFlag == CK_FALSE && given.ulContextDataLen == 0)?;
    Ok(Parameter::None)
}

unsafe fn ecdh(given: CK_ECDH1_DERIVE_PARAMS) -> Read<Parameter> {
    // SAFETY: the caller's contract.
    let (shared_data, public) = unsafe {
        (
            owned(given.pSharedData, given.ulSharedDataLen)?,
            owned(given.pPublicData, given.ulPublicDataLen)?,
        )
    };
    let kdf = ecdh_kdf(given.kdf)?;
    require(kdf.is_some() || shared_data.is_empty())?;
    Ok(Parameter::Ecdh(Ecdh {
        kdf,
        shared_data,
        public,
    }))
}

/// The hash of an X9.63 derivation.
fn ecdh_kdf(number: CK_EC_KDF_TYPE) -> Read<Option<HashAlg>> {
    Ok(Some(match number {
        CKD_NULL => return Ok(None),
        CKD_SHA1_KDF => HashAlg::Sha1,
        CKD_SHA224_KDF => HashAlg::Sha224,
        CKD_SHA256_KDF => HashAlg::Sha256,
        CKD_SHA384_KDF => HashAlg::Sha384,
        CKD_SHA512_KDF => HashAlg::Sha512,
        CKD_SHA3_512_KDF => HashAlg::Sha3_512,
        CKD_SHA3_384_KDF => HashAlg::Sha3_384,
        CKD_SHA3_256_KDF => HashAlg::Sha3_256,
        CKD_SHA3_224_KDF => HashAlg::Sha3_224,
        _ => return Err(Error::MechanismParamInvalid),
    }))
}

unsafe fn sm2_agreement(given: CK_SM2_KEY_AGREE_PARAMS) -> Read<Parameter> {
    let identifier = |id: Vec<u8>| {
        if id.is_empty() {
            DEFAULT_ID.to_vec()
        } else {
            id
        }
    };
    // SAFETY: the caller's contract.
    unsafe {
        Ok(Parameter::Sm2Agreement(Box::new(Sm2Agreement {
            initiator: given.bInitiator != CK_FALSE,
            id: identifier(owned(given.pId, given.ulIdLen)?),
            peer_id: identifier(owned(given.pPeerId, given.ulPeerIdLen)?),
            ephemeral: given.hEphemeralPrivate,
            peer_public: owned(given.pPeerPublic, given.ulPeerPublicLen)?,
            peer_ephemeral: owned(given.pPeerEphemeral, given.ulPeerEphemeralLen)?,
        })))
    }
}

unsafe fn string_data(given: CK_KEY_DERIVATION_STRING_DATA) -> Read<Parameter> {
    Ok(Parameter::Data {
        iv: [0; BLOCK],
        // SAFETY: the caller's contract.
        data: unsafe { owned(given.pData, given.ulLen) }?,
    })
}

unsafe fn cbc_encrypt_data(given: CK_AES_CBC_ENCRYPT_DATA_PARAMS) -> Read<Parameter> {
    Ok(Parameter::Data {
        iv: given.iv,
        // SAFETY: the caller's contract.
        data: unsafe { owned(given.pData, given.length) }?,
    })
}

unsafe fn hkdf(given: CK_HKDF_PARAMS) -> Read<Parameter> {
    let (extract, expand) = (given.bExtract != CK_FALSE, given.bExpand != CK_FALSE);
    require(extract || expand)?;
    // SAFETY: the caller's contract.
    let (salt, info) = unsafe {
        (
            owned(given.pSalt, given.ulSaltLen)?,
            owned(given.pInfo, given.ulInfoLen)?,
        )
    };
    let salt = match given.ulSaltType {
        CKF_HKDF_SALT_NULL => HkdfSalt::Null,
        CKF_HKDF_SALT_DATA if !salt.is_empty() => HkdfSalt::Data(salt),
        CKF_HKDF_SALT_KEY => HkdfSalt::Key(given.hSaltKey),
        // Without the extract step nobody looks at the salt.
        0 if !extract => HkdfSalt::Null,
        _ => return Err(Error::MechanismParamInvalid),
    };
    Ok(Parameter::Hkdf(Box::new(Hkdf {
        extract,
        expand,
        hash: hash(given.prfHashMechanism)?,
        salt,
        info,
    })))
}

unsafe fn kdf(given: CK_SP800_108_KDF_PARAMS) -> Read<Parameter> {
    // SAFETY: the caller's contract.
    let fields = unsafe { fields(given.pDataParams, given.ulNumberOfDataParams) }?;
    Ok(Parameter::Kdf(Box::new(Kdf {
        prf: given.prfType,
        fields,
        iv: Vec::new(),
    })))
}

unsafe fn feedback_kdf(given: CK_SP800_108_FEEDBACK_KDF_PARAMS) -> Read<Parameter> {
    // SAFETY: the caller's contract.
    unsafe {
        Ok(Parameter::Kdf(Box::new(Kdf {
            prf: given.prfType,
            fields: fields(given.pDataParams, given.ulNumberOfDataParams)?,
            iv: owned(given.pIV, given.ulIVLen)?,
        })))
    }
}

/// The further keys that a derivation of SP 800-108 is to make, for mechanisms of this layout.
///
/// # Safety
/// The caller's contract, also for the pointers inside the structure.
pub(super) unsafe fn derived_keys(
    layout: Layout,
    data: *const CK_BYTE,
    len: CK_ULONG,
) -> Read<Vec<CK_DERIVED_KEY>> {
    // SAFETY: the caller's contract; any bits are each of these structures.
    unsafe {
        let given = bytes(data, len)?;
        let (first, count) = match layout {
            Layout::Kdf => {
                let given: CK_SP800_108_KDF_PARAMS = structure(given)?;
                (given.pAdditionalDerivedKeys, given.ulAdditionalDerivedKeys)
            }
            Layout::FeedbackKdf => {
                let given: CK_SP800_108_FEEDBACK_KDF_PARAMS = structure(given)?;
                (given.pAdditionalDerivedKeys, given.ulAdditionalDerivedKeys)
            }
            _ => return Ok(Vec::new()),
        };
        input::array(first, count, DERIVED_LIMIT).map_err(invalid)
    }
}

unsafe fn fields(first: *const CK_PRF_DATA_PARAM, count: CK_ULONG) -> Read<Vec<KdfField>> {
    // SAFETY: the caller's contract; any bits are a CK_PRF_DATA_PARAM.
    let given = unsafe { input::array(first, count, FIELDS_LIMIT) }.map_err(invalid)?;
    // SAFETY: the caller's contract.
    given
        .into_iter()
        .map(|param| unsafe { field(param) })
        .collect()
}

unsafe fn field(param: CK_PRF_DATA_PARAM) -> Read<KdfField> {
    // SAFETY: the caller's contract.
    let given = unsafe { bytes(param.pValue.cast(), param.ulValueLen) }?;
    // SAFETY: any bits are one of these structures.
    unsafe {
        Ok(match param.type_ {
            CK_SP800_108_ITERATION_VARIABLE if given.is_empty() => KdfField::Iteration(None),
            CK_SP800_108_ITERATION_VARIABLE => KdfField::Iteration(Some(counter(given)?)),
            CK_SP800_108_COUNTER => KdfField::Counter(counter(given)?),
            CK_SP800_108_DKM_LENGTH => dkm_length(structure(given)?)?,
            CK_SP800_108_BYTE_ARRAY => {
                require(!given.is_empty())?;
                KdfField::Bytes(given.to_vec())
            }
            CK_SP800_108_KEY_HANDLE => KdfField::Key(structure(given)?),
            _ => return Err(Error::MechanismParamInvalid),
        })
    }
}

fn counter(given: &[u8]) -> Read<KdfNumber> {
    // SAFETY: any bits are a CK_SP800_108_COUNTER_FORMAT.
    let format: CK_SP800_108_COUNTER_FORMAT = unsafe { structure(given) }?;
    require(matches!(format.ulWidthInBits, 8 | 16 | 24 | 32))?;
    Ok(KdfNumber {
        bits: format.ulWidthInBits as u32,
        little_endian: format.bLittleEndian != CK_FALSE,
    })
}

fn dkm_length(format: CK_SP800_108_DKM_LENGTH_FORMAT) -> Read<KdfField> {
    require(matches!(
        format.ulWidthInBits,
        8 | 16 | 24 | 32 | 40 | 48 | 56 | 64
    ))?;
    let segments = match format.dkmLengthMethod {
        CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS => false,
        CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS => true,
        _ => return Err(Error::MechanismParamInvalid),
    };
    Ok(KdfField::Length {
        segments,
        number: KdfNumber {
            bits: format.ulWidthInBits as u32,
            little_endian: format.bLittleEndian != CK_FALSE,
        },
    })
}

unsafe fn pbkdf2(given: CK_PKCS5_PBKD2_PARAMS2) -> Read<Parameter> {
    require(given.saltSource == CKZ_SALT_SPECIFIED)?;
    require(given.ulPrfDataLen == 0)?;
    let hash = match given.prf {
        CKP_PKCS5_PBKD2_HMAC_SHA1 => HashAlg::Sha1,
        CKP_PKCS5_PBKD2_HMAC_SHA224 => HashAlg::Sha224,
        CKP_PKCS5_PBKD2_HMAC_SHA256 => HashAlg::Sha256,
        CKP_PKCS5_PBKD2_HMAC_SHA384 => HashAlg::Sha384,
        CKP_PKCS5_PBKD2_HMAC_SHA512 => HashAlg::Sha512,
        _ => return Err(Error::MechanismParamInvalid),
    };
    let iterations = u32::try_from(given.iterations).map_err(invalid)?;
    require(iterations > 0)?;
    // SAFETY: the caller's contract.
    unsafe {
        Ok(Parameter::Pbkdf2(Box::new(Pbkdf2 {
            hash,
            salt: owned(given.pSaltSourceData.cast(), given.ulSaltSourceDataLen)?,
            iterations,
            password: input::secret(given.pPassword, given.ulPasswordLen, LIMIT)
                .map_err(invalid)?,
        })))
    }
}

/// For functions that take a parameter which none of our mechanisms has.
///
/// # Safety
/// None: nothing is followed.
pub(super) fn none(data: *const std::ffi::c_void, len: CK_ULONG) -> Read<()> {
    require(data.is_null() || len == 0)
}
