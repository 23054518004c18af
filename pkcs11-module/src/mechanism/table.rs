//! The table of mechanisms: one row each.

use super::Row;
use super::block_cipher::{Algorithm, BlockCipher, EncryptData, ModeOf};
use super::cmac::BlockMac;
use super::derivation::Simple;
use super::digest::Digest;
use super::ecdh::Ecdh;
use super::ecdsa::Ecdsa;
use super::eddsa::Eddsa;
use super::hmac::Hmac;
use super::kdf::{Hkdf, Kdf};
use super::key_gen::KeyGen;
use super::key_wrap::KeyWrap;
use super::parameter::Layout;
use super::rsa::{BITS, Oaep, Pkcs, PkcsHash, Pss, RsaAesKeyWrap, X509};
use super::sm2::{Sm2, Sm2Encrypt, Sm2Sm3};
use super::sm2_agreement::Sm2Agreement;
use crate::abi::types::*;
use crate::abi::vendor::*;
use ukey_crypto::hash::HashAlg;

macro_rules! row {
    ($number:ident, $does:expr, $layout:ident, $sizes:expr, $flags:expr) => {
        Row {
            number: $number,
            name: stringify!($number),
            sizes: $sizes,
            flags: $flags,
            layout: Layout::$layout,
            does: &$does,
        }
    };
}

type Sizes = (CK_ULONG, CK_ULONG);

const NO_KEY: Sizes = (0, 0);
pub(super) const SM2: Sizes = (256, 256);
/// Of EC keys; 256 is also SM2.
const NIST: Sizes = (256, 521);
const EDWARDS: Sizes = (255, 256);
pub(super) const RSA: Sizes = (*BITS.start() as CK_ULONG, *BITS.end() as CK_ULONG);
/// Bytes.
const AES: Sizes = (16, 32);
const AES_XTS: Sizes = (32, 64);
const SM4: Sizes = (16, 16);
const SM4_XTS: Sizes = (32, 32);
/// Bits of HMAC keys and generic secrets.
const GENERIC: Sizes = (8, 8 * 4096);

const EC: CK_FLAGS = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS;
const EDWARDS_CURVE: CK_FLAGS = CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_CURVENAME;
/// Signatures and authentication codes: of one piece of data, or of one message after another.
const SIGNATURE: CK_FLAGS = CKF_SIGN | CKF_VERIFY | CKF_MESSAGE_SIGN | CKF_MESSAGE_VERIFY;
const RECOVERY: CK_FLAGS = CKF_SIGN_RECOVER | CKF_VERIFY_RECOVER;
const ENCRYPTION: CK_FLAGS = CKF_ENCRYPT | CKF_DECRYPT;
/// AEAD ciphers, one message after another.
const MESSAGES: CK_FLAGS = CKF_MESSAGE_ENCRYPT | CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE;
const WRAPPING: CK_FLAGS = CKF_WRAP | CKF_UNWRAP;
const ENCAPSULATION: CK_FLAGS = CKF_ENCAPSULATE | CKF_DECAPSULATE;
const KEY_PAIR: CK_FLAGS = CKF_GENERATE_KEY_PAIR;

/// All mechanisms. CKF_HW stands where the token, with a key that it holds, does the operation on the caller's very input
/// or makes the key; where this library hashes, pads or cuts, it does not. A token without keys in objects does less:
/// see [`super::info`].
#[rustfmt::skip]
pub(crate) static TABLE: &[Row] = &[
    row!(CKM_RSA_PKCS_KEY_PAIR_GEN, KeyGen::RsaPair, None, RSA, CKF_HW | KEY_PAIR),
    row!(CKM_RSA_PKCS, Pkcs, None, RSA, CKF_HW | SIGNATURE | RECOVERY | ENCRYPTION | WRAPPING | ENCAPSULATION),
    row!(CKM_RSA_X_509, X509, None, RSA, CKF_HW | SIGNATURE | RECOVERY | ENCRYPTION | WRAPPING | ENCAPSULATION),
    row!(CKM_RSA_PKCS_OAEP, Oaep, Oaep, RSA, ENCRYPTION | WRAPPING | ENCAPSULATION),
    row!(CKM_RSA_AES_KEY_WRAP, RsaAesKeyWrap, RsaAesKeyWrap, RSA, WRAPPING),
    row!(CKM_SHA1_RSA_PKCS, PkcsHash(HashAlg::Sha1), None, RSA, SIGNATURE),
    row!(CKM_SHA224_RSA_PKCS, PkcsHash(HashAlg::Sha224), None, RSA, SIGNATURE),
    row!(CKM_SHA256_RSA_PKCS, PkcsHash(HashAlg::Sha256), None, RSA, SIGNATURE),
    row!(CKM_SHA384_RSA_PKCS, PkcsHash(HashAlg::Sha384), None, RSA, SIGNATURE),
    row!(CKM_SHA512_RSA_PKCS, PkcsHash(HashAlg::Sha512), None, RSA, SIGNATURE),
    row!(CKM_SHA3_224_RSA_PKCS, PkcsHash(HashAlg::Sha3_224), None, RSA, SIGNATURE),
    row!(CKM_SHA3_256_RSA_PKCS, PkcsHash(HashAlg::Sha3_256), None, RSA, SIGNATURE),
    row!(CKM_SHA3_384_RSA_PKCS, PkcsHash(HashAlg::Sha3_384), None, RSA, SIGNATURE),
    row!(CKM_SHA3_512_RSA_PKCS, PkcsHash(HashAlg::Sha3_512), None, RSA, SIGNATURE),
    row!(CKM_RSA_PKCS_PSS, Pss(None), Pss, RSA, SIGNATURE),
    row!(CKM_SHA1_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha1)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA224_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha224)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA256_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha256)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA384_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha384)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA512_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha512)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA3_224_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha3_224)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA3_256_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha3_256)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA3_384_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha3_384)), Pss, RSA, SIGNATURE),
    row!(CKM_SHA3_512_RSA_PKCS_PSS, Pss(Some(HashAlg::Sha3_512)), Pss, RSA, SIGNATURE),

    row!(CKM_EC_KEY_PAIR_GEN, KeyGen::EcPair, None, NIST, CKF_HW | KEY_PAIR | EC),
    row!(CKM_ECDSA, Ecdsa(None), None, NIST, CKF_HW | SIGNATURE | EC),
    row!(CKM_ECDSA_SHA1, Ecdsa(Some(HashAlg::Sha1)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA224, Ecdsa(Some(HashAlg::Sha224)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA256, Ecdsa(Some(HashAlg::Sha256)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA384, Ecdsa(Some(HashAlg::Sha384)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA512, Ecdsa(Some(HashAlg::Sha512)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA3_224, Ecdsa(Some(HashAlg::Sha3_224)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA3_256, Ecdsa(Some(HashAlg::Sha3_256)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA3_384, Ecdsa(Some(HashAlg::Sha3_384)), None, NIST, SIGNATURE | EC),
    row!(CKM_ECDSA_SHA3_512, Ecdsa(Some(HashAlg::Sha3_512)), None, NIST, SIGNATURE | EC),
    row!(CKM_EC_EDWARDS_KEY_PAIR_GEN, KeyGen::EdwardsPair, None, EDWARDS, KEY_PAIR | EDWARDS_CURVE),
    row!(CKM_EC_MONTGOMERY_KEY_PAIR_GEN, KeyGen::MontgomeryPair, None, EDWARDS, KEY_PAIR | EDWARDS_CURVE),
    row!(CKM_EDDSA, Eddsa, Eddsa, EDWARDS, SIGNATURE | EDWARDS_CURVE),

    row!(CKM_SHA_1, Digest(HashAlg::Sha1), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA224, Digest(HashAlg::Sha224), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA256, Digest(HashAlg::Sha256), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA384, Digest(HashAlg::Sha384), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA512, Digest(HashAlg::Sha512), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA3_224, Digest(HashAlg::Sha3_224), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA3_256, Digest(HashAlg::Sha3_256), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA3_384, Digest(HashAlg::Sha3_384), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SHA3_512, Digest(HashAlg::Sha3_512), None, NO_KEY, CKF_DIGEST),
    row!(CKM_SM3, Digest(HashAlg::Sm3), None, NO_KEY, CKF_DIGEST),

    row!(CKM_SHA_1_HMAC, Hmac::whole(HashAlg::Sha1), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA_1_HMAC_GENERAL, Hmac::general(HashAlg::Sha1), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA224_HMAC, Hmac::whole(HashAlg::Sha224), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA224_HMAC_GENERAL, Hmac::general(HashAlg::Sha224), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA256_HMAC, Hmac::whole(HashAlg::Sha256), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA256_HMAC_GENERAL, Hmac::general(HashAlg::Sha256), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA384_HMAC, Hmac::whole(HashAlg::Sha384), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA384_HMAC_GENERAL, Hmac::general(HashAlg::Sha384), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA512_HMAC, Hmac::whole(HashAlg::Sha512), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA512_HMAC_GENERAL, Hmac::general(HashAlg::Sha512), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA3_224_HMAC, Hmac::whole(HashAlg::Sha3_224), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA3_224_HMAC_GENERAL, Hmac::general(HashAlg::Sha3_224), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA3_256_HMAC, Hmac::whole(HashAlg::Sha3_256), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA3_256_HMAC_GENERAL, Hmac::general(HashAlg::Sha3_256), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA3_384_HMAC, Hmac::whole(HashAlg::Sha3_384), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA3_384_HMAC_GENERAL, Hmac::general(HashAlg::Sha3_384), Number, GENERIC, SIGNATURE),
    row!(CKM_SHA3_512_HMAC, Hmac::whole(HashAlg::Sha3_512), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SHA3_512_HMAC_GENERAL, Hmac::general(HashAlg::Sha3_512), Number, GENERIC, SIGNATURE),
    row!(CKM_SM3_HMAC, Hmac::whole(HashAlg::Sm3), None, GENERIC, CKF_HW | SIGNATURE),
    row!(CKM_SM3_HMAC_GENERAL, Hmac::general(HashAlg::Sm3), Number, GENERIC, SIGNATURE),

    row!(CKM_AES_KEY_GEN, KeyGen::Secret(CKK_AES), None, AES, CKF_HW | CKF_GENERATE),
    row!(CKM_AES_XTS_KEY_GEN, KeyGen::Secret(CKK_AES_XTS), None, AES_XTS, CKF_GENERATE),
    row!(CKM_AES_ECB, BlockCipher(Algorithm::Aes, ModeOf::Ecb), None, AES, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_AES_CBC, BlockCipher(Algorithm::Aes, ModeOf::Cbc), Block, AES, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_AES_CBC_PAD, BlockCipher(Algorithm::Aes, ModeOf::CbcPad), Block, AES, ENCRYPTION | WRAPPING),
    row!(CKM_AES_CTR, BlockCipher(Algorithm::Aes, ModeOf::Ctr), Ctr, AES, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_AES_OFB, BlockCipher(Algorithm::Aes, ModeOf::Ofb), Block, AES, ENCRYPTION),
    row!(CKM_AES_CFB128, BlockCipher(Algorithm::Aes, ModeOf::Cfb), Block, AES, ENCRYPTION),
    row!(CKM_AES_GCM, BlockCipher(Algorithm::Aes, ModeOf::Gcm), Gcm, AES, CKF_HW | ENCRYPTION | WRAPPING | MESSAGES),
    row!(CKM_AES_CCM, BlockCipher(Algorithm::Aes, ModeOf::Ccm), Ccm, AES, CKF_HW | ENCRYPTION | WRAPPING | MESSAGES),
    row!(CKM_AES_XTS, BlockCipher(Algorithm::Aes, ModeOf::Xts), Block, AES_XTS, ENCRYPTION),
    row!(CKM_AES_MAC, BlockMac::cbc_mac(Algorithm::Aes), None, AES, SIGNATURE),
    row!(CKM_AES_MAC_GENERAL, BlockMac::cbc_mac_general(Algorithm::Aes), Number, AES, SIGNATURE),
    row!(CKM_AES_CMAC, BlockMac::cmac(Algorithm::Aes), None, AES, CKF_HW | SIGNATURE),
    row!(CKM_AES_CMAC_GENERAL, BlockMac::cmac_general(Algorithm::Aes), Number, AES, SIGNATURE),

    row!(CKM_SM4_KEY_GEN, KeyGen::Secret(CKK_SM4), None, SM4, CKF_HW | CKF_GENERATE),
    row!(CKM_SM4_ECB, BlockCipher(Algorithm::Sm4, ModeOf::Ecb), None, SM4, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_SM4_CBC, BlockCipher(Algorithm::Sm4, ModeOf::Cbc), Block, SM4, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_SM4_CBC_PAD, BlockCipher(Algorithm::Sm4, ModeOf::CbcPad), Block, SM4, ENCRYPTION | WRAPPING),
    row!(CKM_SM4_CTR, BlockCipher(Algorithm::Sm4, ModeOf::Ctr), Ctr, SM4, CKF_HW | ENCRYPTION),
    row!(CKM_SM4_OFB, BlockCipher(Algorithm::Sm4, ModeOf::Ofb), Block, SM4, ENCRYPTION),
    row!(CKM_SM4_CFB128, BlockCipher(Algorithm::Sm4, ModeOf::Cfb), Block, SM4, ENCRYPTION),
    row!(CKM_SM4_GCM, BlockCipher(Algorithm::Sm4, ModeOf::Gcm), Gcm, SM4, CKF_HW | ENCRYPTION | WRAPPING | MESSAGES),
    row!(CKM_SM4_CCM, BlockCipher(Algorithm::Sm4, ModeOf::Ccm), Ccm, SM4, CKF_HW | ENCRYPTION | WRAPPING | MESSAGES),
    row!(CKM_SM4_XTS, BlockCipher(Algorithm::Sm4, ModeOf::Xts), Block, SM4_XTS, ENCRYPTION),
    row!(CKM_SM4_MAC, BlockMac::cbc_mac(Algorithm::Sm4), None, SM4, SIGNATURE),
    row!(CKM_SM4_MAC_GENERAL, BlockMac::cbc_mac_general(Algorithm::Sm4), Number, SM4, SIGNATURE),
    row!(CKM_SM4_CMAC, BlockMac::cmac(Algorithm::Sm4), None, SM4, CKF_HW | SIGNATURE),
    row!(CKM_SM4_CMAC_GENERAL, BlockMac::cmac_general(Algorithm::Sm4), Number, SM4, SIGNATURE),

    row!(CKM_GENERIC_SECRET_KEY_GEN, KeyGen::Secret(CKK_GENERIC_SECRET), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA_1_KEY_GEN, KeyGen::Secret(CKK_SHA_1_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA224_KEY_GEN, KeyGen::Secret(CKK_SHA224_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA256_KEY_GEN, KeyGen::Secret(CKK_SHA256_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA384_KEY_GEN, KeyGen::Secret(CKK_SHA384_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA512_KEY_GEN, KeyGen::Secret(CKK_SHA512_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA3_224_KEY_GEN, KeyGen::Secret(CKK_SHA3_224_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA3_256_KEY_GEN, KeyGen::Secret(CKK_SHA3_256_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA3_384_KEY_GEN, KeyGen::Secret(CKK_SHA3_384_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),
    row!(CKM_SHA3_512_KEY_GEN, KeyGen::Secret(CKK_SHA3_512_HMAC), None, GENERIC, CKF_HW | CKF_GENERATE),

    row!(CKM_SM2_KEY_PAIR_GEN, KeyGen::Sm2Pair, None, SM2, CKF_HW | KEY_PAIR | EC),
    row!(CKM_SM2, Sm2, None, SM2, CKF_HW | SIGNATURE),
    row!(CKM_SM2_SM3, Sm2Sm3 { der: false }, OptionalBytes, SM2, SIGNATURE),
    row!(CKM_SM2_SM3_DER, Sm2Sm3 { der: true }, OptionalBytes, SM2, SIGNATURE),
    row!(CKM_SM2_ENCRYPT, Sm2Encrypt { der: false }, OptionalNumber, SM2, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_SM2_ENCRYPT_DER, Sm2Encrypt { der: true }, None, SM2, CKF_HW | ENCRYPTION),

    row!(CKM_SM2_KEY_AGREE, Sm2Agreement, Sm2Agreement, SM2, CKF_DERIVE),

    row!(CKM_AES_KEY_WRAP, KeyWrap::Plain, OptionalBytes, AES, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_AES_KEY_WRAP_PAD, KeyWrap::Padded, OptionalBytes, AES, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_AES_KEY_WRAP_KWP, KeyWrap::Padded, OptionalBytes, AES, CKF_HW | ENCRYPTION | WRAPPING),
    row!(CKM_AES_KEY_WRAP_PKCS7, KeyWrap::Pkcs7, OptionalBytes, AES, ENCRYPTION | WRAPPING),

    row!(CKM_ECDH1_DERIVE, Ecdh, Ecdh, NIST, CKF_HW | CKF_DERIVE | ENCAPSULATION | EC),
    row!(CKM_ECDH1_COFACTOR_DERIVE, Ecdh, Ecdh, NIST, CKF_HW | CKF_DERIVE | ENCAPSULATION | EC),
    row!(CKM_CONCATENATE_BASE_AND_KEY, Simple::BaseAndKey, Number, GENERIC, CKF_DERIVE),
    row!(CKM_CONCATENATE_BASE_AND_DATA, Simple::BaseAndData, StringData, GENERIC, CKF_DERIVE),
    row!(CKM_CONCATENATE_DATA_AND_BASE, Simple::DataAndBase, StringData, GENERIC, CKF_DERIVE),
    row!(CKM_XOR_BASE_AND_DATA, Simple::Xor, StringData, GENERIC, CKF_DERIVE),
    row!(CKM_EXTRACT_KEY_FROM_KEY, Simple::Extract, Number, GENERIC, CKF_DERIVE),
    row!(CKM_SHA1_KEY_DERIVATION, Simple::Hash(HashAlg::Sha1), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA224_KEY_DERIVATION, Simple::Hash(HashAlg::Sha224), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA256_KEY_DERIVATION, Simple::Hash(HashAlg::Sha256), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA384_KEY_DERIVATION, Simple::Hash(HashAlg::Sha384), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA512_KEY_DERIVATION, Simple::Hash(HashAlg::Sha512), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA3_224_KEY_DERIVATION, Simple::Hash(HashAlg::Sha3_224), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA3_256_KEY_DERIVATION, Simple::Hash(HashAlg::Sha3_256), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA3_384_KEY_DERIVATION, Simple::Hash(HashAlg::Sha3_384), None, GENERIC, CKF_DERIVE),
    row!(CKM_SHA3_512_KEY_DERIVATION, Simple::Hash(HashAlg::Sha3_512), None, GENERIC, CKF_DERIVE),
    row!(CKM_SM3_KEY_DERIVATION, Simple::Hash(HashAlg::Sm3), None, GENERIC, CKF_DERIVE),
    row!(CKM_AES_ECB_ENCRYPT_DATA, EncryptData(Algorithm::Aes, ModeOf::Ecb), StringData, AES, CKF_DERIVE),
    row!(CKM_AES_CBC_ENCRYPT_DATA, EncryptData(Algorithm::Aes, ModeOf::Cbc), CbcEncryptData, AES, CKF_DERIVE),
    row!(CKM_SM4_ECB_ENCRYPT_DATA, EncryptData(Algorithm::Sm4, ModeOf::Ecb), StringData, SM4, CKF_DERIVE),
    row!(CKM_SM4_CBC_ENCRYPT_DATA, EncryptData(Algorithm::Sm4, ModeOf::Cbc), CbcEncryptData, SM4, CKF_DERIVE),
    row!(CKM_HKDF_DERIVE, Hkdf, Hkdf, GENERIC, CKF_DERIVE),
    row!(CKM_HKDF_DATA, Hkdf, Hkdf, GENERIC, CKF_DERIVE),
    row!(CKM_HKDF_KEY_GEN, KeyGen::Secret(CKK_HKDF), None, GENERIC, CKF_GENERATE),
    row!(CKM_SP800_108_COUNTER_KDF, Kdf::Counter, Kdf, GENERIC, CKF_DERIVE),
    row!(CKM_SP800_108_FEEDBACK_KDF, Kdf::Feedback, FeedbackKdf, GENERIC, CKF_DERIVE),
    row!(CKM_SP800_108_DOUBLE_PIPELINE_KDF, Kdf::DoublePipeline, Kdf, GENERIC, CKF_DERIVE),
    row!(CKM_PKCS5_PBKD2, KeyGen::Pbkdf2, Pbkdf2, NO_KEY, CKF_GENERATE),
];
