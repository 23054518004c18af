//! What makes an object a key: the public half, and where the secret half lives.

use super::attribute::Attributes;
use super::key::{self, PublicKey};
use crate::abi::types::*;
use crate::mechanism::secret::Secret;
use crate::rv::Error;
use ukey_crypto::{rsa, sm2};

/// The key behind a key object, for using it.
pub(crate) enum KeyMaterial {
    /// A public key.
    Public(PublicKey),
    /// The private key of a container's pair, named by the object's source: the token uses it, nobody reads it.
    Pair(PublicKey),
    /// A private or secret key in this process: what lives as long as a session.
    Host(HostKey),
}

/// A private or secret key in the memory of this process; wiped when the last object and operation let go of it.
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
        match class {
            CKO_PUBLIC_KEY => key::from_template(attributes).map(|key| Some(Self::Public(key))),
            _ => Ok(None),
        }
    }

    /// The public half; secret keys have none.
    pub(crate) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Public(public) | Self::Pair(public) => Some(public.clone()),
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

/// Says which kind of key and shows the public half alone.
impl std::fmt::Debug for KeyMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Public(_) => "Public",
            Self::Pair(_) => "Pair",
            Self::Host(_) => "Host",
        };
        f.debug_tuple(kind).field(&self.public()).finish()
    }
}
