//! What makes an object a key: the public half, and where the secret half lives.

use super::attribute::Attributes;
use super::key::{self, PublicKey};
use crate::abi::types::*;
use crate::abi::vendor::{CKK_SM2, CKK_SM4};
use crate::mechanism::secret::Secret;
use crate::rv::Error;
use ukey_crypto::{rsa, sm2};
use ukey_token::key::KeyKind;
use zeroize::Zeroizing;

/// The key behind a key object, for using it.
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
#[allow(dead_code, reason = "operations with secret keys come next")]
pub(crate) enum HostKey {
    /// A secret key of any type.
    Secret(Secret),
    /// SM2.
    Sm2(sm2::SecretKey),
    /// RSA.
    Rsa(rsa::PrivateKey),
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
        CKK_GENERIC_SECRET | CKK_HKDF | CKK_SHA_1_HMAC | CKK_SHA224_HMAC | CKK_SHA256_HMAC
        | CKK_SHA384_HMAC | CKK_SHA512_HMAC => !value.is_empty(),
        _ => return Err(Error::TemplateInconsistent),
    };
    if fits {
        Ok(Secret::new(Zeroizing::new(value.to_vec()), key_type))
    } else {
        Err(Error::AttributeValueInvalid)
    }
}

fn private(attributes: &Attributes) -> Result<HostKey, Error> {
    match attributes
        .number(CKA_KEY_TYPE)
        .ok_or(Error::TemplateIncomplete)?
    {
        CKK_RSA => rsa(attributes).map(HostKey::Rsa),
        CKK_SM2 => {
            if let Some(params) = attributes.bytes(CKA_EC_PARAMS) {
                key::check_curve(params)?;
            }
            sm2(attributes).map(HostKey::Sm2)
        }
        CKK_EC => {
            key::check_curve(component(attributes, CKA_EC_PARAMS)?)?;
            sm2(attributes).map(HostKey::Sm2)
        }
        _ => Err(Error::TemplateInconsistent),
    }
}

fn rsa(attributes: &Attributes) -> Result<rsa::PrivateKey, Error> {
    let part = |attribute| component(attributes, attribute);
    rsa::PrivateKey::from_components(
        part(CKA_MODULUS)?,
        part(CKA_PUBLIC_EXPONENT)?,
        part(CKA_PRIVATE_EXPONENT)?,
        part(CKA_PRIME_1)?,
        part(CKA_PRIME_2)?,
    )
    .map_err(|_| Error::AttributeValueInvalid)
}

fn sm2(attributes: &Attributes) -> Result<sm2::SecretKey, Error> {
    let value = component(attributes, CKA_VALUE)?;
    let key =
        sm2::SecretKey::from_bytes(&*scalar(value)?).map_err(|_| Error::AttributeValueInvalid)?;
    check_point(attributes, &PublicKey::Sm2(key.public_key()))?;
    Ok(key)
}

/// A private value as 32 bytes, whatever zeros its writer left out or put in.
fn scalar(value: &[u8]) -> Result<Zeroizing<[u8; 32]>, Error> {
    let zeros = value.iter().take_while(|byte| **byte == 0).count();
    let digits = &value[zeros..];
    let mut scalar = Zeroizing::new([0; 32]);
    let start = scalar
        .len()
        .checked_sub(digits.len())
        .ok_or(Error::AttributeValueInvalid)?;
    scalar[start..].copy_from_slice(digits);
    Ok(scalar)
}

/// A point given beside a private value must be its own.
fn check_point(attributes: &Attributes, public: &PublicKey) -> Result<(), Error> {
    if attributes
        .bytes(CKA_EC_POINT)
        .is_some_and(|point| !point.is_empty())
        && key::from_template(attributes)? != *public
    {
        return Err(Error::TemplateInconsistent);
    }
    Ok(())
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
