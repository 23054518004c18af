//! Public keys as attributes, and attributes as public keys (PKCS#11 3.2, chapters on RSA and elliptic curves).

use super::attribute::Attributes;
use super::curve::{self, Curve};
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM2;
use crate::rv::Error;
use der::{Encode, asn1::OctetStringRef};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::{ec, ed25519, rsa, sm2, x25519};
use ukey_token::view;

/// AlgorithmIdentifier of an RSA key: rsaEncryption with NULL (RFC 8017, A.1).
const RSA_ALGORITHM: [u8; 15] = [
    0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00,
];
/// OBJECT IDENTIFIER id-ecPublicKey (RFC 5480).
const EC_PUBLIC_KEY: [u8; 9] = [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

/// A public key of any type that this module knows.
#[derive(Debug, Clone)]
pub(crate) enum PublicKey {
    /// SM2.
    Sm2(sm2::PublicKey),
    /// RSA.
    Rsa(rsa::PublicKey),
    /// A NIST curve.
    Ec(ec::PublicKey),
    /// Ed25519.
    Edwards(ed25519::PublicKey),
    /// X25519.
    Montgomery([u8; x25519::KEY_LEN]),
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        public_key_info(self) == public_key_info(other)
    }
}

impl From<&view::PublicKey> for PublicKey {
    fn from(key: &view::PublicKey) -> Self {
        match key {
            view::PublicKey::Sm2(key) => Self::Sm2(*key),
            view::PublicKey::Rsa(key) => Self::Rsa(key.clone()),
        }
    }
}

impl PublicKey {
    /// The curve and the point on it; none of RSA.
    fn point(&self) -> Option<(Curve, Vec<u8>)> {
        Some(match self {
            Self::Rsa(_) => return None,
            Self::Sm2(key) => (Curve::Sm2, key.to_sec1().to_vec()),
            Self::Ec(key) => (Curve::Nist(key.curve()), key.to_sec1().to_vec()),
            Self::Edwards(key) => (Curve::Edwards, key.to_bytes().to_vec()),
            Self::Montgomery(key) => (Curve::Montgomery, key.to_vec()),
        })
    }
}

/// CKA_KEY_TYPE of a key whose maker did not say.
pub(crate) fn key_type(key: &PublicKey) -> CK_KEY_TYPE {
    match key {
        PublicKey::Sm2(_) => CKK_SM2,
        PublicKey::Rsa(_) => CKK_RSA,
        PublicKey::Ec(_) => CKK_EC,
        PublicKey::Edwards(_) => CKK_EC_EDWARDS,
        PublicKey::Montgomery(_) => CKK_EC_MONTGOMERY,
    }
}

/// The bits that tell a key from others: the modulus or the point.
fn bits(key: &PublicKey) -> Vec<u8> {
    match key {
        PublicKey::Rsa(key) => key.n(),
        _ => key.point().map(|(_, point)| point).unwrap_or_default(),
    }
}

/// The CKA_ID of a pair whose maker gave none: SHA-1 of the modulus or of the point.
pub(crate) fn default_id(key: &PublicKey) -> Vec<u8> {
    HashAlg::Sha1.digest(&bits(key))
}

/// Writes the attributes that the public key itself decides, on its public or private object.
pub(crate) fn describe(key: &PublicKey, attributes: &mut Attributes) {
    if let Some((curve, point)) = key.point() {
        let named = attributes.bytes(CKA_EC_PARAMS).map(Curve::from_params);
        if named != Some(Ok(curve)) {
            attributes.set_bytes(CKA_EC_PARAMS, curve.params());
        }
        attributes.set_bytes(CKA_EC_POINT, encoded_point(curve, point));
    }
    if let PublicKey::Rsa(key) = key {
        attributes.set_bytes(CKA_MODULUS, key.n());
        attributes.set_bytes(CKA_PUBLIC_EXPONENT, key.e());
        if attributes.number(CKA_CLASS) == Some(CKO_PUBLIC_KEY) {
            attributes.set_number(CKA_MODULUS_BITS, key.bits() as CK_ULONG);
        }
    }
    attributes.set_bytes(CKA_PUBLIC_KEY_INFO, public_key_info(key));
}

/// CKA_EC_POINT: a DER OCTET STRING around the point; of the curves of RFC 7748 and 8032 the bare bytes.
fn encoded_point(curve: Curve, point: Vec<u8>) -> Vec<u8> {
    match curve {
        Curve::Sm2 | Curve::Nist(_) => element(der::Tag::OctetString, &point),
        Curve::Edwards | Curve::Montgomery => point,
    }
}

/// Whether a SubjectPublicKeyInfo holds this key. Only the key bits count: issuers write parameters differently.
pub(crate) fn is_key_of(key: &PublicKey, public_key_info: &[u8]) -> bool {
    match key {
        PublicKey::Rsa(key) => public_key_info.ends_with(&key.to_pkcs1_der()),
        _ => public_key_info.ends_with(&bits(key)),
    }
}

/// SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 5480, RFC 8410, GM/T 0015).
pub(crate) fn public_key_info(key: &PublicKey) -> Vec<u8> {
    let (algorithm, bits) = match (key, key.point()) {
        (PublicKey::Rsa(key), _) => (RSA_ALGORITHM.to_vec(), key.to_pkcs1_der()),
        (_, Some((curve @ (Curve::Edwards | Curve::Montgomery), point))) => {
            (element(der::Tag::Sequence, &curve.params()), point)
        }
        (_, Some((curve, point))) => {
            let names = [&EC_PUBLIC_KEY[..], &curve.params()].concat();
            (element(der::Tag::Sequence, &names), point)
        }
        (_, None) => (Vec::new(), Vec::new()),
    };
    let mut bit_string = vec![0]; // no unused bits
    bit_string.extend_from_slice(&bits);
    let content = [algorithm, element(der::Tag::BitString, &bit_string)].concat();
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
        CKK_RSA => rsa_from_template(template).map(PublicKey::Rsa),
        key_type @ (CKK_SM2 | CKK_EC | CKK_EC_EDWARDS | CKK_EC_MONTGOMERY) => {
            let curve = curve::of_template(key_type, template.bytes(CKA_EC_PARAMS))?;
            let point = template
                .bytes(CKA_EC_POINT)
                .ok_or(Error::TemplateIncomplete)?;
            on_curve(curve, point)
        }
        _ => Err(Error::AttributeValueInvalid),
    }
}

fn rsa_from_template(template: &Attributes) -> Result<rsa::PublicKey, Error> {
    let part = |attribute| template.bytes(attribute).ok_or(Error::TemplateIncomplete);
    let key = rsa::PublicKey::from_components(part(CKA_MODULUS)?, part(CKA_PUBLIC_EXPONENT)?)
        .map_err(|_| Error::AttributeValueInvalid)?;
    if template
        .number(CKA_MODULUS_BITS)
        .is_some_and(|bits| bits != key.bits() as CK_ULONG)
    {
        return Err(Error::TemplateInconsistent);
    }
    Ok(key)
}

/// A point as clients write it: in a DER OCTET STRING, or bare.
///
/// # Errors
/// [`Error::AttributeValueInvalid`] for what is no point of the curve.
pub(crate) fn on_curve(curve: Curve, value: &[u8]) -> Result<PublicKey, Error> {
    use der::Decode;
    let inner = <&OctetStringRef>::from_der(value).map(OctetStringRef::as_bytes);
    // The first bytes of a bare point look like those of an octet string once in 256 times.
    bare_on_curve(curve, value).or_else(|error| bare_on_curve(curve, inner.map_err(|_| error)?))
}

fn bare_on_curve(curve: Curve, bare: &[u8]) -> Result<PublicKey, Error> {
    let key = match curve {
        Curve::Sm2 => sm2::PublicKey::from_sec1(bare).map(PublicKey::Sm2),
        Curve::Nist(curve) => ec::PublicKey::from_sec1(curve, bare).map(PublicKey::Ec),
        Curve::Edwards => bare
            .try_into()
            .map_err(|_| ukey_crypto::Error::InvalidPoint)
            .and_then(ed25519::PublicKey::from_bytes)
            .map(PublicKey::Edwards),
        Curve::Montgomery => bare
            .try_into()
            .map(PublicKey::Montgomery)
            .map_err(|_| ukey_crypto::Error::InvalidPoint),
    };
    key.map_err(|_| Error::AttributeValueInvalid)
}

/// A DER element.
pub(crate) fn element(tag: der::Tag, content: &[u8]) -> Vec<u8> {
    der::asn1::AnyRef::new(tag, content)
        .and_then(|any| any.to_der())
        .expect("invariant: a point or the name of a curve is far shorter than the 256 MiB of DER")
}
