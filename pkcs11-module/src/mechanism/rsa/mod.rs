//! RSA (RFC 8017; PKCS#11 3.2, "RSA"): signatures, recovery of signed data, encryption.

mod aes_key_wrap;
mod cipher;
mod encapsulation;
mod key;
mod oaep;
mod pss;
#[cfg(test)]
mod tests;

use super::derivation::{Derivation, Encapsulated};
use super::parameter::Pss as PssParameter;
use super::signature::{Input, KeySignature};
use super::{Ciphering, Mechanism, Recovering, Signing, Using, Verifying};
use crate::object::key::PublicKey;
use crate::rv::Error;
pub(super) use aes_key_wrap::RsaAesKeyWrap;
pub(super) use cipher::decryption_error;
use cipher::{Padding, RsaCipher};
use key::{Form, RsaKey};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::rsa;
use zeroize::Zeroizing;

/// Key sizes in bits.
pub(crate) const BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// What PKCS#1 v1.5 padding takes at least.
const PKCS1_OVERHEAD: usize = 11;

/// The public half of the key in use.
fn public<'a>(using: Using<'a>) -> Result<&'a rsa::PublicKey, Error> {
    let PublicKey::Rsa(public) = using.key.public_key()? else {
        return Err(Error::KeyTypeInconsistent);
    };
    if BITS.contains(&public.bits()) {
        Ok(public)
    } else {
        Err(Error::KeySizeRange)
    }
}

fn signature(using: Using<'_>, form: Form, input: Input) -> Box<KeySignature<RsaKey>> {
    Box::new(KeySignature {
        input,
        key: RsaKey::new(using, form),
    })
}

/// Writes `sign` and `verify` for mechanisms whose `begin` is the same for both.
macro_rules! signs_and_verifies {
    () => {
        fn sign(&self, using: Using<'_>) -> Result<Box<dyn Signing>, Error> {
            Ok(self.begin(using)?)
        }

        fn verify(&self, using: Using<'_>) -> Result<Box<dyn Verifying>, Error> {
            Ok(self.begin(using)?)
        }
    };
}

/// CKM_RSA_PKCS: PKCS#1 v1.5 around the bytes given.
pub(super) struct Pkcs;

impl Pkcs {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<RsaKey>>, Error> {
        let limit = public(using)?.size() - PKCS1_OVERHEAD;
        Ok(signature(using, Form::Pkcs, Input::bytes(limit, true)))
    }
}

impl Mechanism for Pkcs {
    signs_and_verifies!();

    fn verify_recover(&self, using: Using<'_>) -> Result<Box<dyn Recovering>, Error> {
        public(using)?;
        Ok(Box::new(RsaKey::new(using, Form::Pkcs)))
    }

    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        RsaCipher::encryption(using, Padding::Pkcs)
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        RsaCipher::decryption(using, Padding::Pkcs)
    }

    fn encapsulate(&self, derivation: &Derivation<'_>) -> Result<Encapsulated, Error> {
        encapsulation::wrapped(self, derivation)
    }

    fn decapsulate(
        &self,
        derivation: &Derivation<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        encapsulation::unwrapped(self, derivation, ciphertext)
    }
}

/// CKM_RSA_X_509: no padding.
pub(super) struct X509;

impl X509 {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<RsaKey>>, Error> {
        let limit = public(using)?.size();
        Ok(signature(using, Form::Raw, Input::bytes(limit, true)))
    }
}

impl Mechanism for X509 {
    signs_and_verifies!();

    fn verify_recover(&self, using: Using<'_>) -> Result<Box<dyn Recovering>, Error> {
        public(using)?;
        Ok(Box::new(RsaKey::new(using, Form::Raw)))
    }

    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        RsaCipher::encryption(using, Padding::None)
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        RsaCipher::decryption(using, Padding::None)
    }

    fn encapsulate(&self, derivation: &Derivation<'_>) -> Result<Encapsulated, Error> {
        encapsulation::secret_value(self, derivation)
    }

    fn decapsulate(
        &self,
        derivation: &Derivation<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        encapsulation::recovered_value(self, derivation, ciphertext)
    }
}

/// CKM_*_RSA_PKCS: PKCS#1 v1.5 signature over a message.
pub(super) struct PkcsHash(pub(super) HashAlg);

impl PkcsHash {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<RsaKey>>, Error> {
        public(using)?;
        Ok(signature(
            using,
            Form::PkcsDigest(self.0),
            Input::hash(self.0),
        ))
    }
}

impl Mechanism for PkcsHash {
    signs_and_verifies!();
}

/// CKM_RSA_PKCS_PSS over a digest, and CKM_*_RSA_PKCS_PSS over a message hashed with the one named.
pub(super) struct Pss(pub(super) Option<HashAlg>);

impl Pss {
    fn begin(&self, using: Using<'_>) -> Result<Box<KeySignature<RsaKey>>, Error> {
        let public = public(using)?;
        let pss: PssParameter = *using.parameter.pss()?;
        if self.0.is_some_and(|hash| hash != pss.hash) {
            return Err(Error::MechanismParamInvalid);
        }
        pss::check(pss, public.bits())?;
        let input = match self.0 {
            Some(hash) => Input::hash(hash),
            None => Input::bytes(pss.hash.output_len(), false),
        };
        Ok(signature(using, Form::Pss(pss), input))
    }
}

impl Mechanism for Pss {
    signs_and_verifies!();
}

/// CKM_RSA_PKCS_OAEP.
pub(super) struct Oaep;

impl Mechanism for Oaep {
    fn encrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        RsaCipher::encryption(using, Padding::Oaep(using.parameter.oaep()?.clone()))
    }

    fn decrypt(&self, using: Using<'_>) -> Result<Box<dyn Ciphering>, Error> {
        RsaCipher::decryption(using, Padding::Oaep(using.parameter.oaep()?.clone()))
    }

    fn encapsulate(&self, derivation: &Derivation<'_>) -> Result<Encapsulated, Error> {
        encapsulation::wrapped(self, derivation)
    }

    fn decapsulate(
        &self,
        derivation: &Derivation<'_>,
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        encapsulation::unwrapped(self, derivation, ciphertext)
    }
}
