//! What makes an object a key: the public half, and where the secret half lives.

use super::attribute::Attributes;
use super::curve::{self, Curve};
use super::key::{self, PublicKey};
use crate::abi::types::*;
use crate::abi::vendor::{CKK_SM2, CKK_SM4};
use crate::mechanism::secret::Secret;
use crate::rv::Error;
use ukey_crypto::{ec, ed25519, rsa, sm2, x25519};
use ukey_token::key::KeyKind;
use zeroize::Zeroizing;

/// The key behind a key object, for using it.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each key, never moved about"
)]
pub(crate) enum KeyMaterial {
    /// A public key.
    Public(PublicKey),
    /// The private key of a container's pair, named by the object's source: the token uses it, nobody reads it.
    Pair(PublicKey),
    /// A private or secret key that the token holds in an object: the token uses it.
    Token {
        /// Number of the object.
        id: u32,
        /// Family and size.
        kind: KeyKind,
        /// Its public half; secret keys have none.
        public: Option<PublicKey>,
    },
    /// A private or secret key in this process: what lives as long as a session.
    Host(HostKey),
}

/// A private or secret key in the memory of this process; wiped when the last object and operation let go of it.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each key, never moved about"
)]
pub(crate) enum HostKey {
    /// A secret key of any type.
    Secret(Secret),
    /// SM2.
    Sm2(sm2::SecretKey),
    /// RSA.
    Rsa(rsa::PrivateKey),
    /// A NIST curve.
    Ec(ec::PrivateKey),
    /// Ed25519.
    Edwards(ed25519::PrivateKey),
    /// X25519.
    Montgomery(x25519::PrivateKey),
}

impl KeyMaterial {
    /// The key that the attributes of an object in this process make up; `None` for an object that is no key.
    ///
    /// # Errors
    /// What is missing, contradicts the type or is no key.
    pub(crate) fn from_attributes(
        class: CK_OBJECT_CLASS,
        attributes: &Attributes,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(match class {
            CKO_PUBLIC_KEY => Self::Public(key::from_template(attributes)?),
            CKO_PRIVATE_KEY => Self::Host(private(attributes)?),
            CKO_SECRET_KEY => Self::Host(HostKey::Secret(secret(attributes)?)),
            _ => return Ok(None),
        }))
    }

    /// The public half; secret keys have none.
    pub(crate) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Public(public) | Self::Pair(public) => Some(public.clone()),
            Self::Token { public, .. } => public.clone(),
            Self::Host(key) => key.public(),
        }
    }
}

impl HostKey {
    /// The public half; secret keys have none.
    pub(crate) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Secret(_) => None,
            Self::Sm2(key) => Some(PublicKey::Sm2(key.public_key())),
            Self::Rsa(key) => Some(PublicKey::Rsa(key.public_key().clone())),
            Self::Ec(key) => Some(PublicKey::Ec(key.public_key().clone())),
            Self::Edwards(key) => Some(PublicKey::Edwards(key.public_key().clone())),
            Self::Montgomery(key) => Some(PublicKey::Montgomery(key.public_key())),
        }
    }
}

/// The component of a key in a template.
fn component(attributes: &Attributes, attribute: CK_ATTRIBUTE_TYPE) -> Result<&[u8], Error> {
    attributes.bytes(attribute).ok_or(Error::TemplateIncomplete)
}

fn secret(attributes: &Attributes) -> Result<Secret, Error> {
    let key_type = attributes
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?;
    let value = component(attributes, CKA_VALUE)?;
    let fits = match key_type {
        CKK_AES => matches!(value.len(), 16 | 24 | 32),
        CKK_AES_XTS => matches!(value.len(), 32 | 64),
        // Two keys for XTS.
        CKK_SM4 => matches!(value.len(), 16 | 32),
        CKK_GENERIC_SECRET | CKK_HKDF => !value.is_empty(),
        CKK_SHA_1_HMAC | CKK_SHA224_HMAC | CKK_SHA256_HMAC | CKK_SHA384_HMAC | CKK_SHA512_HMAC
        | CKK_SHA3_224_HMAC | CKK_SHA3_256_HMAC | CKK_SHA3_384_HMAC | CKK_SHA3_512_HMAC => {
            !value.is_empty()
        }
        _ => return Err(Error::TemplateInconsistent),
    };
    if fits {
        Ok(Secret::new(Zeroizing::new(value.to_vec()), key_type))
    } else {
        Err(Error::AttributeValueInvalid)
    }
}

fn private(attributes: &Attributes) -> Result<HostKey, Error> {
    let key_type = attributes
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?;
    match key_type {
        CKK_RSA => rsa(attributes).map(HostKey::Rsa),
        CKK_SM2 | CKK_EC | CKK_EC_EDWARDS | CKK_EC_MONTGOMERY => {
            let curve = curve::of_template(key_type, attributes.bytes(CKA_EC_PARAMS))?;
            let key = on_curve(curve, component(attributes, CKA_VALUE)?)?;
            check_point(attributes, curve, &key)?;
            Ok(key)
        }
        _ => Err(Error::TemplateInconsistent),
    }
}

/// Only the modulus and the private exponent must be there (PKCS#11 3.2, "RSA private key objects"). The public exponent is
/// then that of nearly all keys; another one does not pass as it.
fn rsa(attributes: &Attributes) -> Result<rsa::PrivateKey, Error> {
    let modulus = component(attributes, CKA_MODULUS)?;
    let private = component(attributes, CKA_PRIVATE_EXPONENT)?;
    let public = attributes.bytes(CKA_PUBLIC_EXPONENT);
    let exponent = public.unwrap_or(&[1, 0, 1]);
    let key = match (attributes.bytes(CKA_PRIME_1), attributes.bytes(CKA_PRIME_2)) {
        (Some(p), Some(q)) => rsa::PrivateKey::from_components(modulus, exponent, private, p, q),
        _ => rsa::PrivateKey::from_exponents(modulus, exponent, private),
    };
    key.map_err(|_| match public {
        Some(_) => Error::AttributeValueInvalid,
        None => Error::TemplateIncomplete,
    })
}

/// A private key from its value.
pub(crate) fn on_curve(curve: Curve, value: &[u8]) -> Result<HostKey, Error> {
    let bytes = || <&[u8; 32]>::try_from(value).map_err(|_| ukey_crypto::Error::InvalidKey);
    let key = match curve {
        Curve::Sm2 => sm2::SecretKey::from_bytes(&scalar(value, 32)?).map(HostKey::Sm2),
        Curve::Nist(curve) => {
            let scalar = scalar(value, curve.field_len())?;
            ec::PrivateKey::from_bytes(curve, &scalar).map(HostKey::Ec)
        }
        Curve::Edwards => bytes()
            .and_then(ed25519::PrivateKey::from_seed)
            .map(HostKey::Edwards),
        Curve::Montgomery => bytes()
            .and_then(x25519::PrivateKey::from_bytes)
            .map(HostKey::Montgomery),
    };
    key.map_err(|_| Error::AttributeValueInvalid)
}

/// A private number in the size of its curve, whatever zeros its writer left out or put in.
fn scalar(value: &[u8], len: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let zeros = value.iter().take_while(|byte| **byte == 0).count();
    let digits = &value[zeros..];
    let mut scalar = Zeroizing::new(vec![0; len]);
    let start = len
        .checked_sub(digits.len())
        .ok_or(Error::AttributeValueInvalid)?;
    scalar[start..].copy_from_slice(digits);
    Ok(scalar)
}

/// A point given beside a private value must be its own.
fn check_point(attributes: &Attributes, curve: Curve, key: &HostKey) -> Result<(), Error> {
    match attributes.bytes(CKA_EC_POINT) {
        None | Some([]) => Ok(()),
        Some(point) if Some(key::on_curve(curve, point)?) == key.public() => Ok(()),
        Some(_) => Err(Error::TemplateInconsistent),
    }
}

impl HostKey {
    /// The value of the key as attributes.
    pub(crate) fn components(&self) -> Attributes {
        let mut value = Attributes::default();
        match self {
            Self::Secret(key) => value.set_bytes(CKA_VALUE, key.bytes()),
            Self::Sm2(key) => value.set_bytes(CKA_VALUE, key.expose_bytes().as_slice()),
            Self::Ec(key) => value.set_bytes(CKA_VALUE, key.expose_bytes()),
            Self::Edwards(key) => value.set_bytes(CKA_VALUE, *key.expose_seed()),
            Self::Montgomery(key) => value.set_bytes(CKA_VALUE, *key.expose_bytes()),
            Self::Rsa(key) => write_rsa(key, &mut value),
        }
        value
    }
}

/// The numbers of an RSA key.
fn write_rsa(key: &rsa::PrivateKey, value: &mut Attributes) {
    value.set_bytes(CKA_MODULUS, key.public_key().n());
    value.set_bytes(CKA_PUBLIC_EXPONENT, key.public_key().e());
    let (d, [p, q], crt) = (key.expose_d(), key.expose_primes(), key.expose_crt());
    let private = [
        CKA_PRIVATE_EXPONENT,
        CKA_PRIME_1,
        CKA_PRIME_2,
        CKA_EXPONENT_1,
        CKA_EXPONENT_2,
        CKA_COEFFICIENT,
    ];
    for (attribute, number) in private.into_iter().zip([d, p, q].into_iter().chain(crt)) {
        value.set_bytes(attribute, number.as_slice());
    }
}

/// Says which kind of key and shows the public half alone.
impl std::fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Public(_) => "Public",
            Self::Pair(_) => "Pair",
            Self::Token { .. } => "Token",
            Self::Host(_) => "Host",
        };
        f.debug_tuple(kind).field(&self.public()).finish()
    }
}
