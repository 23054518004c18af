//! The mechanisms. [`table`] has one row for each: number, sizes, flags, layout of the parameter, and who does it. What
//! `C_GetMechanismList` lists, what `C_GetMechanismInfo` answers and what the operations accept is that one table, so
//! that they cannot disagree. Who does it is a [`Mechanism`]: a small type in a file of its family that makes the
//! running operations of [`role`].

mod block_cipher;
mod cmac;
pub(crate) mod derivation;
mod digest;
mod ecdh;
mod ecdsa;
mod eddsa;
mod hmac;
pub(crate) mod kdf;
pub(crate) mod key_gen;
mod key_wrap;
mod mac;
pub(crate) mod message;
pub(crate) mod parameter;
pub(crate) mod role;
pub(crate) mod rsa;
pub(crate) mod secret;
mod signature;
mod sm2;
mod sm2_agreement;
mod table;
#[cfg(test)]
mod tests;
mod token_secret;

use crate::abi::types::*;
use crate::abi::vendor::{LISTED_ALIASES, MECHANISM_ALIASES};
use crate::rv::Error;
pub(crate) use key_gen::KeyGen;
pub(crate) use parameter::{Parameter, Requested};
pub(crate) use role::{Ciphering, Recovering, Signing, Using, Verifying};
use std::sync::LazyLock;
pub(crate) use table::TABLE;
use ukey_crypto::hash::HashAlg;

/// What a mechanism can do. The flags of its row say which of these it does; the others answer
/// [`Error::MechanismInvalid`].
pub(crate) trait Mechanism: Sync {
    /// The hash of a digest.
    fn digest(&self) -> Option<HashAlg> {
        None
    }

    /// The keys that it generates.
    fn key_gen(&self) -> Option<KeyGen> {
        None
    }

    /// Begins a signature.
    ///
    /// # Errors
    /// [`Error::KeyTypeInconsistent`], [`Error::KeySizeRange`], [`Error::MechanismParamInvalid`].
    fn sign(&self, _: Using<'_>) -> Result<Box<dyn Signing>, Error> {
        Err(Error::MechanismInvalid)
    }

    /// Begins a verification.
    ///
    /// # Errors
    /// As [`Mechanism::sign`].
    fn verify(&self, _: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
        Err(Error::MechanismInvalid)
    }

    /// Begins the recovery of data from a signature.
    ///
    /// # Errors
    /// As [`Mechanism::sign`].
    fn verify_recover(&self, _: Using<'_>) -> Result<Box<dyn Recovering>, Error> {
        Err(Error::MechanismInvalid)
    }

    /// Begins an encryption.
    ///
    /// # Errors
    /// As [`Mechanism::sign`].
    fn encrypt(&self, _: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        Err(Error::MechanismInvalid)
    }

    /// Derives the value of a secret key.
    ///
    /// # Errors
    /// As [`Mechanism::sign`]; [`Error::TemplateIncomplete`] without a length where one is needed,
    /// [`Error::TemplateInconsistent`] for one that cannot be.
    fn derive(&self, _: &derivation::Derivation<'_>) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
        Err(Error::MechanismInvalid)
    }

    /// Derives the values of several secret keys of these lengths at once.
    ///
    /// # Errors
    /// As [`Mechanism::derive`]; [`Error::MechanismParamInvalid`] where only one key comes out.
    fn derive_several(
        &self,
        _: &derivation::Derivation<'_>,
        _lens: &[usize],
    ) -> Result<Vec<zeroize::Zeroizing<Vec<u8>>>, Error> {
        Err(Error::MechanismParamInvalid)
    }

    /// Makes the value of a secret key for the owner of a public key, and the ciphertext that carries it there.
    ///
    /// # Errors
    /// As [`Mechanism::derive`].
    fn encapsulate(
        &self,
        _: &derivation::Derivation<'_>,
    ) -> Result<derivation::Encapsulated, Error> {
        Err(Error::MechanismInvalid)
    }

    /// The value that a ciphertext of [`Mechanism::encapsulate`] carries.
    ///
    /// # Errors
    /// As [`Mechanism::derive`]; [`Error::WrappedKeyInvalid`], [`Error::WrappedKeyLenRange`].
    fn decapsulate(
        &self,
        _: &derivation::Derivation<'_>,
        _ciphertext: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
        Err(Error::MechanismInvalid)
    }

    /// Begins a decryption.
    ///
    /// # Errors
    /// As [`Mechanism::sign`].
    fn decrypt(&self, _: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        Err(Error::MechanismInvalid)
    }
}

/// One row of the mechanism table.
pub(crate) struct Row {
    /// Canonical number.
    pub(crate) number: CK_MECHANISM_TYPE,
    /// Name as in the header, or ours.
    #[cfg_attr(not(test), expect(dead_code, reason = "the profile test compares it"))]
    pub(crate) name: &'static str,
    /// Smallest and largest key: bits of key pairs, bytes of AES and SM4 keys, bits of what HMAC takes; 0 without a key.
    sizes: (CK_ULONG, CK_ULONG),
    /// CKF_* as C_GetMechanismInfo answers them.
    pub(crate) flags: CK_FLAGS,
    /// How its parameter lies in memory.
    pub(crate) layout: parameter::Layout,
    /// Who does it.
    pub(crate) does: &'static dyn Mechanism,
}

/// Rows by every number that means them, in order of the numbers.
static BY_NUMBER: LazyLock<Vec<(CK_MECHANISM_TYPE, &'static Row)>> = LazyLock::new(|| {
    let mut rows: Vec<_> = TABLE.iter().map(|row| (row.number, row)).collect();
    for (alias, number) in MECHANISM_ALIASES {
        rows.extend(
            TABLE
                .iter()
                .find(|row| row.number == *number)
                .map(|row| (*alias, row)),
        );
    }
    rows.sort_unstable_by_key(|(number, _)| *number);
    rows
});

/// The row of a mechanism number or one of its aliases.
///
/// # Errors
/// [`Error::MechanismInvalid`].
pub(crate) fn find(number: CK_MECHANISM_TYPE) -> Result<&'static Row, Error> {
    let rows = &*BY_NUMBER;
    rows.binary_search_by_key(&number, |(number, _)| *number)
        .map(|index| rows[index].1)
        .map_err(|_| Error::MechanismInvalid)
}

/// The numbers that C_GetMechanismList lists.
pub(crate) fn listed() -> Vec<CK_MECHANISM_TYPE> {
    let canonical = TABLE.iter().map(|row| row.number);
    let aliases = MECHANISM_ALIASES
        .iter()
        .map(|(alias, _)| *alias)
        .filter(|alias| LISTED_ALIASES.contains(alias) && find(*alias).is_ok());
    canonical.chain(aliases).collect()
}

/// The answer of C_GetMechanismInfo. `key_objects`: the token holds keys in objects; one that does not has pairs in
/// containers alone, and does nothing but SM2 and RSA itself.
///
/// # Errors
/// [`Error::MechanismInvalid`].
pub(crate) fn info(
    number: CK_MECHANISM_TYPE,
    key_objects: bool,
) -> Result<CK_MECHANISM_INFO, Error> {
    let row = find(number)?;
    let of_containers = matches!(row.sizes, table::RSA | table::SM2);
    let absent = match key_objects || of_containers {
        true => 0,
        false => CKF_HW,
    };
    Ok(CK_MECHANISM_INFO {
        ulMinKeySize: row.sizes.0,
        ulMaxKeySize: row.sizes.1,
        flags: row.flags & !absent,
    })
}

impl Requested {
    /// Whether the mechanism does what `usage` (one CKF_* flag) says.
    ///
    /// # Errors
    /// [`Error::MechanismInvalid`].
    pub(crate) fn check(&self, usage: CK_FLAGS) -> Result<&'static dyn Mechanism, Error> {
        if self.row.flags & usage == 0 {
            return Err(Error::MechanismInvalid);
        }
        Ok(self.row.does)
    }

    /// For functions that begin with a key.
    pub(crate) fn using<'a>(
        &'a self,
        key: &'a std::sync::Arc<crate::object::Object>,
        session: &'a crate::session::Session,
    ) -> Using<'a> {
        Using {
            parameter: &self.parameter,
            key,
            token: &session.token,
        }
    }
}
