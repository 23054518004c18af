//! Derivations without a family of their own (PKCS#11 3.2, "Miscellaneous simple key derivation mechanisms", "SHA-1 key
//! derivation" and the like), and what all derivations get.

use super::{Mechanism, Using};
use crate::abi::types::*;
use crate::object::Object;
use crate::object::material::{HostKey, KeyMaterial};
use crate::ops::key_store::brought;
use crate::rv::Error;
use crate::session::OpenSession;
use std::sync::Arc;
use ukey_crypto::hash::HashAlg;
use zeroize::Zeroizing;

/// What a derivation gets to work on.
pub(crate) struct Derivation<'a> {
    /// Parameter, base key, token.
    pub(crate) using: Using<'a>,
    /// The session, in which other keys may be named.
    pub(crate) session: &'a OpenSession,
    /// Length of the key that is asked for, where type or template say it.
    pub(crate) len: Option<usize>,
}

/// A key that was made for somebody else, and what carries it there.
pub(crate) struct Encapsulated {
    /// What the other side needs.
    pub(crate) ciphertext: Vec<u8>,
    /// The value of the key.
    pub(crate) value: Zeroizing<Vec<u8>>,
}

impl Derivation<'_> {
    /// The value of the base key.
    pub(super) fn base(&self) -> Result<&[u8], Error> {
        Ok(self.using.key.host_secret()?.bytes())
    }

    /// Another secret key, whose value is in this process.
    pub(super) fn other(&self, handle: CK_OBJECT_HANDLE) -> Result<Arc<Object>, Error> {
        let key = brought(self.session, self.session.key(handle)?)?;
        match key.material()? {
            KeyMaterial::Host(HostKey::Secret(_)) => Ok(key),
            _ => Err(Error::KeyTypeInconsistent),
        }
    }

    /// The length that is asked for, where nothing else decides it.
    pub(super) fn needed_len(&self) -> Result<usize, Error> {
        match self.len {
            None => Err(Error::TemplateIncomplete),
            Some(0) => Err(Error::TemplateInconsistent),
            Some(len) => Ok(len),
        }
    }

    /// The first bytes of what was derived, as many as are asked for.
    pub(super) fn cut(&self, mut derived: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self.len {
            Some(len) if len > derived.len() || len == 0 => Err(Error::TemplateInconsistent),
            Some(len) => {
                derived.truncate(len);
                Ok(derived)
            }
            None => Ok(derived),
        }
    }
}

/// A simple derivation.
pub(super) enum Simple {
    /// CKM_CONCATENATE_BASE_AND_KEY.
    BaseAndKey,
    /// CKM_CONCATENATE_BASE_AND_DATA.
    BaseAndData,
    /// CKM_CONCATENATE_DATA_AND_BASE.
    DataAndBase,
    /// CKM_XOR_BASE_AND_DATA.
    Xor,
    /// CKM_EXTRACT_KEY_FROM_KEY.
    Extract,
    /// The digest of the base key.
    Hash(HashAlg),
}

impl Mechanism for Simple {
    fn derive(&self, derivation: &Derivation<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (base, parameter) = (derivation.base()?, derivation.using.parameter);
        let derived = match self {
            Self::BaseAndKey => {
                let other = derivation.other(*parameter.number()?)?;
                [base, other.host_secret()?.bytes()].concat()
            }
            Self::BaseAndData => [base, parameter.data()?.1].concat(),
            Self::DataAndBase => [parameter.data()?.1, base].concat(),
            Self::Xor => {
                let pairs = base.iter().zip(parameter.data()?.1);
                pairs.map(|(one, other)| one ^ other).collect()
            }
            Self::Extract => {
                let len = derivation.len.ok_or(Error::TemplateIncomplete)?;
                extract(base, *parameter.number()?, len)?
            }
            Self::Hash(hash) => hash.digest(base),
        };
        derivation.cut(Zeroizing::new(derived))
    }
}

/// `len` bytes from bit `first` on, counted from the highest bit of the first byte; at the end of the key it goes on at
/// its beginning.
fn extract(base: &[u8], first: CK_ULONG, len: usize) -> Result<Vec<u8>, Error> {
    let first = usize::try_from(first).map_err(|_| Error::MechanismParamInvalid)?;
    if first >= 8 * base.len() {
        return Err(Error::MechanismParamInvalid);
    }
    if len > base.len() {
        return Err(Error::TemplateInconsistent);
    }
    let bit = |index: usize| {
        let index = (first + index) % (8 * base.len());
        base[index / 8] >> (7 - index % 8) & 1
    };
    Ok((0..len)
        .map(|byte| (0..8).fold(0, |value, index| value << 1 | bit(8 * byte + index)))
        .collect())
}
