//! Public keys as attributes, and attributes as public keys (PKCS#11 3.2, chapters on RSA and elliptic curves).

use super::attribute::Attributes;
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM2;
use crate::rv::Error;
use der::{Encode, asn1::OctetStringRef};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::{rsa, sm2};
use ukey_token::view;

/// CKA_EC_PARAMS of the SM2 curve: OBJECT IDENTIFIER 1.2.156.10197.1.301.
pub(crate) const SM2_PARAMS: [u8; 10] =
    [0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x82, 0x2D];
/// AlgorithmIdentifier of an SM2 key: id-ecPublicKey with the curve (GM/T 0015).
const SM2_ALGORITHM: [u8; 21] = [
    0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x81, 0x1C,
    0xCF, 0x55, 0x01, 0x82, 0x2D,
];
/// AlgorithmIdentifier of an RSA key: rsaEncryption with NULL (RFC 8017, A.1).
const RSA_ALGORITHM: [u8; 15] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// A public key of any type that this module knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// SM2.
    Sm2(sm2::PublicKey),
    /// RSA.
    Rsa(rsa::PublicKey),
}

impl From<&view::PublicKey> for PublicKey {
    fn from(key: &view::PublicKey) -> Self {
        match key {
            view::PublicKey::Sm2(key) => Self::Sm2(*key),
            view::PublicKey::Rsa(key) => Self::Rsa(key.clone()),
        }
    }
}

/// CKA_KEY_TYPE of a key whose maker did not say.
pub(crate) fn key_type(key: &PublicKey) -> CK_KEY_TYPE {
    match key {
        PublicKey::Sm2(_) => CKK_SM2,
        PublicKey::Rsa(_) => CKK_RSA,
    }
}

/// The CKA_ID of a pair whose maker gave none: SHA-1 of the modulus or of the point.
pub(crate) fn default_id(key: &PublicKey) -> Vec<u8> {
    match key {
        PublicKey::Sm2(key) => HashAlg::Sha1.digest(&key.to_sec1()),
        PublicKey::Rsa(key) => HashAlg::Sha1.digest(&key.n()),
    }
}

/// Writes the attributes that the public key itself decides, on its public or private object.
pub(crate) fn describe(key: &PublicKey, attributes: &mut Attributes) {
    match key {
        PublicKey::Sm2(key) => {
            attributes.set_bytes(CKA_EC_PARAMS, SM2_PARAMS);
            attributes.set_bytes(CKA_EC_POINT, octet_string(&key.to_sec1()));
        }
        PublicKey::Rsa(key) => {
            attributes.set_bytes(CKA_MODULUS, key.n());
            attributes.set_bytes(CKA_PUBLIC_EXPONENT, key.e());
            if attributes.number(CKA_CLASS) == Some(CKO_PUBLIC_KEY) {
                attributes.set_number(CKA_MODULUS_BITS, key.bits() as CK_ULONG);
            }
        }
    }
    attributes.set_bytes(CKA_PUBLIC_KEY_INFO, public_key_info(key));
}

/// SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
pub(crate) fn public_key_info(key: &PublicKey) -> Vec<u8> {
    let (algorithm, bits) = match key {
        PublicKey::Sm2(key) => (&SM2_ALGORITHM[..], key.to_sec1().to_vec()),
        PublicKey::Rsa(key) => (&RSA_ALGORITHM[..], key.to_pkcs1_der()),
    };
    let mut bit_string = vec![0]; // no unused bits
    bit_string.extend_from_slice(&bits);
    let mut content = algorithm.to_vec();
    content.extend(element(der::Tag::BitString, &bit_string));
    element(der::Tag::Sequence, &content)
}

/// Makes a public key from a template for C_CreateObject.
///
/// # Errors
/// What is missing, contradicts the type or is no key.
pub(crate) fn from_template(template: &Attributes) -> Result<PublicKey, Error> {
    match template
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?
    {
        CKK_SM2 => {
            if template
                .bytes(CKA_EC_PARAMS)
                .is_some_and(|params| params != SM2_PARAMS)
            {
                return Err(Error::CurveNotSupported);
            }
            point(template)
        }
        CKK_EC => {
            check_curve(
                template
                    .bytes(CKA_EC_PARAMS)
                    .ok_or(Error::TemplateIncomplete)?,
            )?;
            point(template)
        }
        CKK_RSA => {
            let modulus = template
                .bytes(CKA_MODULUS)
                .ok_or(Error::TemplateIncomplete)?;
            let exponent = template
                .bytes(CKA_PUBLIC_EXPONENT)
                .ok_or(Error::TemplateIncomplete)?;
            let key = rsa::PublicKey::from_components(modulus, exponent)
                .map_err(|_| Error::AttributeValueInvalid)?;
            if template
                .number(CKA_MODULUS_BITS)
                .is_some_and(|bits| bits != key.bits() as CK_ULONG)
            {
                return Err(Error::TemplateInconsistent);
            }
            Ok(PublicKey::Rsa(key))
        }
        _ => Err(Error::AttributeValueInvalid),
    }
}

/// Accepts the SM2 curve by its object identifier.
///
/// # Errors
/// [`Error::CurveNotSupported`] for another curve, [`Error::AttributeValueInvalid`] for what names none.
pub(crate) fn check_curve(params: &[u8]) -> Result<(), Error> {
    use der::Decode;
    if params == SM2_PARAMS {
        return Ok(());
    }
    match der::asn1::AnyRef::from_der(params) {
        Ok(_) => Err(Error::CurveNotSupported),
        Err(_) => Err(Error::AttributeValueInvalid),
    }
}

/// CKA_EC_POINT: a DER OCTET STRING around the point; the bare point is taken too, as some clients write it.
fn point(template: &Attributes) -> Result<PublicKey, Error> {
    use der::Decode;
    let value = template
        .bytes(CKA_EC_POINT)
        .ok_or(Error::TemplateIncomplete)?;
    let bare = <&OctetStringRef>::from_der(value).map_or(value, |octets| octets.as_bytes());
    sm2::PublicKey::from_sec1(bare)
        .map(PublicKey::Sm2)
        .map_err(|_| Error::AttributeValueInvalid)
}

fn octet_string(content: &[u8]) -> Vec<u8> {
    element(der::Tag::OctetString, content)
}

fn element(tag: der::Tag, content: &[u8]) -> Vec<u8> {
    der::asn1::AnyRef::new(tag, content)
        .and_then(|any| any.to_der())
        .expect("invariant: an element shorter than 256 MiB has a DER form")
}
