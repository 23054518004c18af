//! Mechanism parameters as safe values. `abi::parameter` reads the C structures into these, and checks there what a
//! structure alone decides; what depends on the key is checked by the mechanism.

use super::Row;
use crate::abi::types::*;
use crate::abi::vendor::CKM_SM3;
use crate::rv::Error;
use ukey_crypto::hash::HashAlg;
use zeroize::Zeroizing;

/// Length of an initialisation vector of the block ciphers.
pub(crate) const BLOCK: usize = 16;

/// How the parameter of a mechanism lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// There must be none.
    None,
    /// Bytes, or none.
    OptionalBytes,
    /// An initialisation vector or tweak of 16 bytes.
    Block,
    /// One `CK_ULONG`: a length, a bit position or an object handle.
    Number,
    /// One `CK_ULONG`, or none.
    OptionalNumber,
    /// `CK_AES_CTR_PARAMS`.
    Ctr,
    /// `CK_GCM_PARAMS`; wrapping functions of 3.2 bring `CK_GCM_WRAP_PARAMS` instead.
    Gcm,
    /// `CK_CCM_PARAMS`; wrapping functions of 3.2 bring `CK_CCM_WRAP_PARAMS` instead.
    Ccm,
    /// `CK_RSA_PKCS_PSS_PARAMS`.
    Pss,
    /// `CK_RSA_PKCS_OAEP_PARAMS`.
    Oaep,
    /// `CK_RSA_AES_KEY_WRAP_PARAMS`.
    RsaAesKeyWrap,
    /// `CK_EDDSA_PARAMS`, or none.
    Eddsa,
    /// `CK_ECDH1_DERIVE_PARAMS`.
    Ecdh,
    /// `CK_SM2_KEY_AGREE_PARAMS`.
    Sm2Agreement,
    /// `CK_KEY_DERIVATION_STRING_DATA`.
    StringData,
    /// `CK_AES_CBC_ENCRYPT_DATA_PARAMS`.
    CbcEncryptData,
    /// `CK_HKDF_PARAMS`.
    Hkdf,
    /// `CK_SP800_108_KDF_PARAMS`.
    Kdf,
    /// `CK_SP800_108_FEEDBACK_KDF_PARAMS`.
    FeedbackKdf,
    /// `CK_PKCS5_PBKD2_PARAMS2`.
    Pbkdf2,
}

/// A parameter.
#[derive(Clone)]
pub(crate) enum Parameter {
    /// NULL or no length.
    None,
    /// The bytes.
    Bytes(Vec<u8>),
    /// An initialisation vector or tweak.
    Block([u8; BLOCK]),
    /// A number.
    Number(CK_ULONG),
    /// Counter mode.
    Ctr(Ctr),
    /// GCM or CCM.
    Aead(Aead),
    /// RSA-PSS.
    Pss(Pss),
    /// RSA-OAEP.
    Oaep(Oaep),
    /// RSA-OAEP around a temporary AES key.
    RsaAesKeyWrap(RsaAesKeyWrap),
    /// ECDH.
    Ecdh(Ecdh),
    /// SM2 key agreement.
    Sm2Agreement(Box<Sm2Agreement>),
    /// Data with, for CBC, the initialisation vector before it.
    Data {
        /// CBC's vector; zeros otherwise.
        iv: [u8; BLOCK],
        /// The data.
        data: Vec<u8>,
    },
    /// HKDF.
    Hkdf(Box<Hkdf>),
    /// SP 800-108.
    Kdf(Box<Kdf>),
    /// PBKDF2.
    Pbkdf2(Box<Pbkdf2>),
}

/// A mechanism as the caller asked for it: the row of its number, and the parameter.
pub(crate) struct Requested {
    /// What the number or alias stands for.
    pub(crate) row: &'static Row,
    /// Its parameter.
    pub(crate) parameter: Parameter,
}

/// Counter mode: how many low bits of the first counter block count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ctr {
    /// 1..=128.
    pub(crate) bits: u32,
    /// The first counter block.
    pub(crate) block: [u8; BLOCK],
}

/// GCM and CCM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aead {
    /// Initialisation vector or nonce.
    pub(crate) nonce: Vec<u8>,
    /// Additional authenticated data.
    pub(crate) aad: Vec<u8>,
    /// Length of the tag in bytes.
    pub(crate) tag_len: usize,
    /// Length of the plaintext, which CCM wants to know before.
    pub(crate) data_len: usize,
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

/// CK_RSA_PKCS_OAEP_PARAMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oaep {
    /// Hash of the label.
    pub(crate) hash: HashAlg,
    /// Hash of the mask generation function MGF1.
    pub(crate) mask_hash: HashAlg,
    /// The label.
    pub(crate) label: Vec<u8>,
}

/// CK_RSA_AES_KEY_WRAP_PARAMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaAesKeyWrap {
    /// Length of the temporary AES key in bytes.
    pub(crate) key_len: usize,
    /// How the temporary key is encrypted.
    pub(crate) oaep: Oaep,
}

/// CK_ECDH1_DERIVE_PARAMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ecdh {
    /// Hash of the X9.63 derivation; none: the shared value itself.
    pub(crate) kdf: Option<HashAlg>,
    /// Shared information of the derivation.
    pub(crate) shared_data: Vec<u8>,
    /// The other party's public key.
    pub(crate) public: Vec<u8>,
}

/// CK_SM2_KEY_AGREE_PARAMS of `abi::vendor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sm2Agreement {
    /// Whether this side is A of GB/T 32918.3.
    pub(crate) initiator: bool,
    /// Own identifier.
    pub(crate) id: Vec<u8>,
    /// The peer's identifier.
    pub(crate) peer_id: Vec<u8>,
    /// Handle of the own temporary private key.
    pub(crate) ephemeral: CK_OBJECT_HANDLE,
    /// The peer's public key.
    pub(crate) peer_public: Vec<u8>,
    /// The peer's temporary public key.
    pub(crate) peer_ephemeral: Vec<u8>,
}

/// CK_HKDF_PARAMS.
#[derive(Clone)]
pub(crate) struct Hkdf {
    /// Do the extract step.
    pub(crate) extract: bool,
    /// Do the expand step.
    pub(crate) expand: bool,
    /// Hash of the HMAC.
    pub(crate) hash: HashAlg,
    /// Salt of the extract step.
    pub(crate) salt: HkdfSalt,
    /// Information of the expand step.
    pub(crate) info: Vec<u8>,
}

/// Where the salt of HKDF comes from.
#[derive(Clone)]
pub(crate) enum HkdfSalt {
    /// As many zeros as the hash is long.
    Null,
    /// Bytes.
    Data(Vec<u8>),
    /// A secret key.
    Key(CK_OBJECT_HANDLE),
}

/// CK_SP800_108_KDF_PARAMS and its form for feedback mode.
#[derive(Clone)]
pub(crate) struct Kdf {
    /// Number of the pseudo-random function: an HMAC or a CMAC.
    pub(crate) prf: CK_MECHANISM_TYPE,
    /// What goes into each round, in order.
    pub(crate) fields: Vec<KdfField>,
    /// Feedback mode's first value.
    pub(crate) iv: Vec<u8>,
}

impl Kdf {
    /// The handles of the keys that go in.
    pub(crate) fn keys(&self) -> impl Iterator<Item = CK_OBJECT_HANDLE> {
        self.fields.iter().filter_map(|field| match field {
            KdfField::Key(handle) => Some(*handle),
            _ => None,
        })
    }
}

/// CK_PRF_DATA_PARAM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KdfField {
    /// The iteration variable: a counter of this width, or (feedback modes) the last value.
    Iteration(Option<KdfNumber>),
    /// A counter besides the last value (feedback modes).
    Counter(KdfNumber),
    /// The length of what is derived, in bits.
    Length {
        /// Whether it counts whole rounds rather than the keys asked for.
        segments: bool,
        /// How it is written.
        number: KdfNumber,
    },
    /// Bytes.
    Bytes(Vec<u8>),
    /// The bytes of another secret key.
    Key(CK_OBJECT_HANDLE),
}

/// How a number is written into the input of SP 800-108.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KdfNumber {
    /// 8, 16, 24, 32 (lengths: also 64 and what lies between in steps of 8).
    pub(crate) bits: u32,
    /// Least significant byte first.
    pub(crate) little_endian: bool,
}

/// CK_PKCS5_PBKD2_PARAMS2.
#[derive(Clone)]
pub(crate) struct Pbkdf2 {
    /// Hash of the HMAC.
    pub(crate) hash: HashAlg,
    /// The salt.
    pub(crate) salt: Vec<u8>,
    /// Rounds, at least one.
    pub(crate) iterations: u32,
    /// The password.
    pub(crate) password: Zeroizing<Vec<u8>>,
}

/// Writes the accessors that a mechanism gets its parameter by. The layout in the row has made sure of the kind; a
/// wrong one is a parameter that is not valid all the same.
macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident: $variant:ident -> $type:ty;)*) => {
        impl Parameter {
            $(
            $(#[$doc])*
            ///
            /// # Errors
            /// [`Error::MechanismParamInvalid`].
            pub(crate) fn $name(&self) -> Result<&$type, Error> {
                match self {
                    Self::$variant(value) => Ok(value),
                    _ => Err(Error::MechanismParamInvalid),
                }
            }
            )*
        }
    };
}

accessors! {
    /// The initialisation vector.
    block: Block -> [u8; BLOCK];
    /// The number.
    number: Number -> CK_ULONG;
    /// Counter mode's.
    ctr: Ctr -> Ctr;
    /// That of GCM or CCM.
    aead: Aead -> Aead;
    /// That of PSS.
    pss: Pss -> Pss;
    /// That of OAEP.
    oaep: Oaep -> Oaep;
    /// That of the RSA AES key wrap.
    rsa_aes_key_wrap: RsaAesKeyWrap -> RsaAesKeyWrap;
    /// ECDH's.
    ecdh: Ecdh -> Ecdh;
    /// That of the SM2 key agreement.
    sm2_agreement: Sm2Agreement -> Sm2Agreement;
    /// HKDF's.
    hkdf: Hkdf -> Hkdf;
    /// That of SP 800-108.
    kdf: Kdf -> Kdf;
    /// PBKDF2's.
    pbkdf2: Pbkdf2 -> Pbkdf2;
}

impl Parameter {
    /// Bytes that may be absent.
    pub(crate) fn optional_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Data to derive from, with CBC's vector.
    ///
    /// # Errors
    /// [`Error::MechanismParamInvalid`].
    pub(crate) fn data(&self) -> Result<(&[u8; BLOCK], &[u8]), Error> {
        match self {
            Self::Data { iv, data } => Ok((iv, data)),
            _ => Err(Error::MechanismParamInvalid),
        }
    }
}

/// The hash that a digest mechanism's number names in a parameter.
pub(crate) fn hash_of(number: CK_MECHANISM_TYPE) -> Option<HashAlg> {
    Some(match crate::abi::vendor::canonical_mechanism(number) {
        CKM_SHA_1 => HashAlg::Sha1,
        CKM_SHA224 => HashAlg::Sha224,
        CKM_SHA256 => HashAlg::Sha256,
        CKM_SHA384 => HashAlg::Sha384,
        CKM_SHA512 => HashAlg::Sha512,
        CKM_SHA3_224 => HashAlg::Sha3_224,
        CKM_SHA3_256 => HashAlg::Sha3_256,
        CKM_SHA3_384 => HashAlg::Sha3_384,
        CKM_SHA3_512 => HashAlg::Sha3_512,
        CKM_SM3 => HashAlg::Sm3,
        _ => return None,
    })
}

/// The hash of a mask generation function.
pub(crate) fn mask_hash_of(number: CK_RSA_PKCS_MGF_TYPE) -> Option<HashAlg> {
    Some(match number {
        CKG_MGF1_SHA1 => HashAlg::Sha1,
        CKG_MGF1_SHA224 => HashAlg::Sha224,
        CKG_MGF1_SHA256 => HashAlg::Sha256,
        CKG_MGF1_SHA384 => HashAlg::Sha384,
        CKG_MGF1_SHA512 => HashAlg::Sha512,
        CKG_MGF1_SHA3_512 => HashAlg::Sha3_512,
        CKG_MGF1_SHA3_384 => HashAlg::Sha3_384,
        CKG_MGF1_SHA3_256 => HashAlg::Sha3_256,
        CKG_MGF1_SHA3_224 => HashAlg::Sha3_224,
        _ => return None,
    })
}
