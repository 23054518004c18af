//! Objects as Cryptoki shows them. Everything here is plain data: no exchange with a token.

pub(crate) mod attribute;
pub(crate) mod check_value;
pub(crate) mod curve;
pub(crate) mod key;
pub(crate) mod material;
pub(crate) mod private_key_info;
pub(crate) mod records;
pub(crate) mod rule;
pub(crate) mod stored;
pub(crate) mod template;
#[cfg(test)]
mod tests;
pub(crate) mod token_key;
pub(crate) mod usage;
pub(crate) mod view;
pub(crate) mod x509;

use crate::abi::types::*;
use crate::mechanism::secret::Secret;
use crate::rv::Error;
use attribute::{Attributes, Value};
use key::PublicKey;
use material::{HostKey, KeyMaterial};
use rule::is_secret;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The two halves of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// Encryption pair and certificate.
    Encryption,
    /// Signature pair and certificate.
    Signature,
}

/// Where an object lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A key of a container's pair.
    Key {
        /// Name of the container.
        container: String,
        /// Which pair.
        side: Side,
        /// The private half.
        private: bool,
    },
    /// The certificate in a container.
    Certificate {
        /// Name of the container.
        container: String,
        /// Which certificate.
        side: Side,
    },
    /// A file of the application.
    File {
        /// Its name.
        name: String,
    },
    /// An object that this module wrote to the token.
    Stored {
        /// Number given by the token.
        id: u32,
    },
    /// A profile that this module conforms to: the same on every token, and nobody's to change.
    Profile {
        /// CKA_PROFILE_ID.
        id: CK_PROFILE_ID,
    },
    /// Memory of this process.
    Session,
}

/// One object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    /// Where it lives.
    pub(crate) source: Source,
    /// What its content is recognised by: another key or certificate in the same place is another object.
    pub(crate) fingerprint: Vec<u8>,
    /// Its attributes.
    pub(crate) attributes: Attributes,
    /// The key of a key object.
    pub(crate) material: Option<Arc<KeyMaterial>>,
    /// The public half of that.
    pub(crate) public_key: Option<PublicKey>,
}

impl Object {
    /// CKA_CLASS.
    pub(crate) fn class(&self) -> CK_OBJECT_CLASS {
        self.attributes
            .number(CKA_CLASS)
            .unwrap_or(CK_UNAVAILABLE_INFORMATION)
    }

    /// CKA_PRIVATE.
    pub(crate) fn is_private(&self) -> bool {
        self.attributes.flag(CKA_PRIVATE)
    }

    /// CKA_TOKEN.
    pub(crate) fn is_token(&self) -> bool {
        self.attributes.flag(CKA_TOKEN)
    }

    /// The value of an attribute as C bytes.
    ///
    /// # Errors
    /// [`Error::AttributeSensitive`] for what must not be seen, [`Error::AttributeTypeInvalid`] for what it does not have.
    pub(crate) fn attribute(
        &self,
        attribute: CK_ATTRIBUTE_TYPE,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !self.shows(attribute) {
            return Err(if self.is_of_another_type(attribute) {
                Error::AttributeTypeInvalid
            } else {
                Error::AttributeSensitive
            });
        }
        self.attributes
            .get(attribute)
            .map(Value::to_c)
            .ok_or(Error::AttributeTypeInvalid)
    }

    /// Whether an attribute may be read: the value of a key only when that is neither sensitive nor unextractable.
    pub(crate) fn shows(&self, attribute: CK_ATTRIBUTE_TYPE) -> bool {
        !is_secret(self.class(), attribute)
            || !self.attributes.flag(CKA_SENSITIVE) && self.attributes.flag(CKA_EXTRACTABLE)
    }

    /// Whether a secret component belongs to private keys of other types: RSA has numbers, the curves have a value.
    fn is_of_another_type(&self, attribute: CK_ATTRIBUTE_TYPE) -> bool {
        let rsa = self.attributes.number(CKA_KEY_TYPE) == Some(CKK_RSA);
        self.class() == CKO_PRIVATE_KEY && rsa == (attribute == CKA_VALUE)
    }

    /// Whether it has all attributes of a search template with these values.
    pub(crate) fn matches(&self, template: &Attributes) -> bool {
        template.iter().all(|(attribute, wanted)| {
            self.attributes.get(attribute) == Some(wanted) && self.shows(attribute)
        })
    }

    /// Bytes that the attributes take, for C_GetObjectSize.
    pub(crate) fn size(&self) -> usize {
        self.attributes
            .iter()
            .map(|(_, value)| size_of::<CK_ATTRIBUTE_TYPE>() + value.c_len())
            .sum()
    }

    /// The key, for using it.
    ///
    /// # Errors
    /// [`Error::KeyHandleInvalid`] for what is not a key.
    pub(crate) fn material(&self) -> Result<&KeyMaterial, Error> {
        self.material.as_deref().ok_or(Error::KeyHandleInvalid)
    }

    /// The public half of a public or private key.
    ///
    /// # Errors
    /// [`Error::KeyHandleInvalid`] for what is not a key, [`Error::KeyTypeInconsistent`] for a secret key.
    pub(crate) fn public_key(&self) -> Result<&PublicKey, Error> {
        self.material()?;
        self.public_key.as_ref().ok_or(Error::KeyTypeInconsistent)
    }

    /// A secret key that is in this process.
    ///
    /// # Errors
    /// [`Error::KeyTypeInconsistent`] for another key.
    pub(crate) fn host_secret(&self) -> Result<&Secret, Error> {
        match self.material()? {
            KeyMaterial::Host(HostKey::Secret(secret)) => Ok(secret),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    /// Whether each use wants a login of its own (CKA_ALWAYS_AUTHENTICATE).
    pub(crate) fn always_authenticates(&self) -> bool {
        self.class() == CKO_PRIVATE_KEY && self.attributes.flag(CKA_ALWAYS_AUTHENTICATE)
    }

    /// CKA_KEY_TYPE.
    pub(crate) fn key_type(&self) -> Option<CK_KEY_TYPE> {
        self.attributes.number(CKA_KEY_TYPE)
    }

    /// Whether the key may be used: the flag of the operation, and the (canonical) mechanism.
    ///
    /// # Errors
    /// [`Error::KeyFunctionNotPermitted`], [`Error::MechanismInvalid`].
    pub(crate) fn permits(
        &self,
        usage: CK_ATTRIBUTE_TYPE,
        mechanism: CK_MECHANISM_TYPE,
    ) -> Result<(), Error> {
        if !self.attributes.flag(usage) {
            return Err(Error::KeyFunctionNotPermitted);
        }
        if self.allows(mechanism) {
            Ok(())
        } else {
            Err(Error::MechanismInvalid)
        }
    }

    /// Whether CKA_ALLOWED_MECHANISMS permits a (canonical) mechanism.
    fn allows(&self, mechanism: CK_MECHANISM_TYPE) -> bool {
        match self.attributes.get(CKA_ALLOWED_MECHANISMS) {
            Some(Value::Ulongs(list)) => list
                .iter()
                .any(|allowed| crate::abi::vendor::canonical_mechanism(*allowed) == mechanism),
            _ => true,
        }
    }
}
