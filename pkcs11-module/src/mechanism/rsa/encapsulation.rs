//! Key encapsulation with RSA (PKCS#11 3.2, "PKCS #1 v1.5 RSA", "PKCS #1 RSA OAEP", "X.509 (raw) RSA").

use super::super::Mechanism;
use super::super::derivation::{Derivation, Encapsulated};
use super::public;
use crate::rv::Error;
use ukey_crypto::rng;
use zeroize::Zeroizing;

/// A random key as long as the template says, encrypted.
pub(super) fn wrapped(
    mechanism: &dyn Mechanism,
    derivation: &Derivation<'_>,
) -> Result<Encapsulated, Error> {
    let len = derivation.needed_len()?;
    if len >= public(derivation.using)?.size() {
        return Err(Error::TemplateInconsistent);
    }
    let cipher = mechanism.encrypt(derivation.using)?;
    let mut value = Zeroizing::new(vec![0; len]);
    rng::fill(&mut value).map_err(|_| Error::FunctionFailed)?;
    let mut ciphertext = Vec::with_capacity(cipher.finish_len(value.len()));
    cipher
        .finish(&value, &mut ciphertext)
        .map_err(|error| match error {
            Error::DataLenRange | Error::DataInvalid => Error::TemplateInconsistent,
            other => other,
        })?;
    Ok(Encapsulated { ciphertext, value })
}

/// The key of [`wrapped`]; a length in the template must be its own.
pub(super) fn unwrapped(
    mechanism: &dyn Mechanism,
    derivation: &Derivation<'_>,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let value = decrypted(mechanism, derivation, ciphertext)?;
    match derivation.len {
        Some(len) if len != value.len() => Err(Error::WrappedKeyLenRange),
        _ => Ok(value),
    }
}

/// RSASVE (SP 800-56B, 7.2.1.2): the key is a random number from 2 to n - 2, as long as the modulus, and the ciphertext
/// its encryption without padding.
pub(super) fn secret_value(
    mechanism: &dyn Mechanism,
    derivation: &Derivation<'_>,
) -> Result<Encapsulated, Error> {
    let n = public(derivation.using)?.n();
    check_whole(derivation, n.len())?;
    let mut value = Zeroizing::new(vec![0; n.len()]);
    loop {
        rng::fill(&mut value).map_err(|_| Error::FunctionFailed)?;
        if is_between(&value, &n) {
            break;
        }
    }
    let mut ciphertext = Vec::with_capacity(n.len());
    let cipher = mechanism.encrypt(derivation.using)?;
    cipher.finish(&value, &mut ciphertext)?;
    Ok(Encapsulated { ciphertext, value })
}

/// The key of [`secret_value`].
pub(super) fn recovered_value(
    mechanism: &dyn Mechanism,
    derivation: &Derivation<'_>,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let n = public(derivation.using)?.n();
    check_whole(derivation, n.len())?;
    // SP 800-56B, 7.2.1.3: the ciphertext comes from the same range.
    if ciphertext.len() == n.len() && !is_between(ciphertext, &n) {
        return Err(Error::WrappedKeyInvalid);
    }
    decrypted(mechanism, derivation, ciphertext)
}

/// Nothing may be cut off such a key.
fn check_whole(derivation: &Derivation<'_>, len: usize) -> Result<(), Error> {
    match derivation.len {
        Some(asked) if asked != len => Err(Error::TemplateInconsistent),
        _ => Ok(()),
    }
}

/// 1 < value < n - 1, for numbers of the same length; n is odd.
fn is_between(value: &[u8], n: &[u8]) -> bool {
    let mut below = n.to_vec();
    if let Some(last) = below.last_mut() {
        *last &= 0xFE;
    }
    let mut one = vec![0; n.len()];
    if let Some(last) = one.last_mut() {
        *last = 1;
    }
    value > &one[..] && value < &below[..]
}

fn decrypted(
    mechanism: &dyn Mechanism,
    derivation: &Derivation<'_>,
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let cipher = mechanism.decrypt(derivation.using)?;
    let mut value = Zeroizing::new(Vec::with_capacity(cipher.finish_len(ciphertext.len())));
    cipher
        .finish(ciphertext, &mut value)
        .map_err(|error| match error {
            Error::EncryptedDataLenRange => Error::WrappedKeyLenRange,
            Error::EncryptedDataInvalid => Error::WrappedKeyInvalid,
            other => other,
        })?;
    Ok(value)
}
