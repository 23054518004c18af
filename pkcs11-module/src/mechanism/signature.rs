//! What the signature mechanisms share: from a mechanism and a key to a form, its input and its length.

use super::{Parameter, Row, Scheme, pss, rsa, sm2};
use crate::object::Object;
use crate::object::key::PublicKey;
use crate::rv::Error;
use crate::session::operation::{Input, SignatureForm};
use crate::slot::token::Token;

/// The form of a signature and what it takes in.
///
/// # Errors
/// [`Error::KeyTypeInconsistent`], [`Error::MechanismParamInvalid`].
pub(crate) fn prepare(
    row: &Row,
    parameter: &Parameter,
    key: &PublicKey,
) -> Result<(SignatureForm, Input), Error> {
    match (row.scheme, key) {
        (Scheme::Sm2Digest, PublicKey::Sm2(_)) => {
            parameter.none()?;
            Ok((SignatureForm::Sm2, Input::bytes(32, false)))
        }
        (Scheme::Sm2Message { der }, PublicKey::Sm2(key)) => {
            let hasher = key
                .message_hasher(&parameter.sm2_identifier())
                .map_err(|_| Error::MechanismParamInvalid)?;
            let form = if der {
                SignatureForm::Sm2Der
            } else {
                SignatureForm::Sm2
            };
            Ok((form, Input::Sm2(Box::new(hasher))))
        }
        (scheme, PublicKey::Rsa(key)) => prepare_rsa(scheme, parameter, key),
        _ => Err(Error::KeyTypeInconsistent),
    }
}

fn prepare_rsa(
    scheme: Scheme,
    parameter: &Parameter,
    key: &ukey_crypto::rsa::PublicKey,
) -> Result<(SignatureForm, Input), Error> {
    if !super::RSA_BITS.contains(&key.bits()) {
        return Err(Error::KeySizeRange);
    }
    match scheme {
        Scheme::RsaPkcs => {
            parameter.none()?;
            Ok((
                SignatureForm::RsaPkcs,
                Input::bytes(key.size() - rsa::PKCS1_OVERHEAD, true),
            ))
        }
        Scheme::RsaX509 => {
            parameter.none()?;
            Ok((SignatureForm::RsaRaw, Input::bytes(key.size(), true)))
        }
        Scheme::RsaPkcsHash(alg) => {
            parameter.none()?;
            Ok((SignatureForm::RsaPkcsDigest(alg), Input::hash(alg)))
        }
        Scheme::RsaPss => {
            let pss = parameter.pss()?;
            pss::check(pss, key.bits())?;
            Ok((
                SignatureForm::RsaPss(pss),
                Input::bytes(pss.hash.output_len(), false),
            ))
        }
        Scheme::RsaPssHash(alg) => {
            let pss = parameter.pss()?;
            if pss.hash != alg {
                return Err(Error::MechanismParamInvalid);
            }
            pss::check(pss, key.bits())?;
            Ok((SignatureForm::RsaPss(pss), Input::hash(alg)))
        }
        _ => Err(Error::KeyTypeInconsistent),
    }
}

/// Length of a signature in bytes; for DER the longest.
pub(crate) fn length(form: SignatureForm, key: &PublicKey) -> usize {
    match (form, key) {
        (SignatureForm::Sm2Der, _) => sm2::SIGNATURE_DER_MAX,
        (_, PublicKey::Sm2(_)) => sm2::SIGNATURE_LEN,
        (_, PublicKey::Rsa(key)) => key.size(),
        _ => 0,
    }
}

/// Signs with a token key, one exchange.
///
/// # Errors
/// [`Error::DataLenRange`], [`Error::UserNotLoggedIn`], link errors.
pub(crate) fn sign(
    token: &Token,
    key: &Object,
    form: SignatureForm,
    input: &[u8],
) -> Result<Vec<u8>, Error> {
    match (key.public_key()?, form) {
        (PublicKey::Sm2(_), _) => sm2::sign(token, key, input, form == SignatureForm::Sm2Der),
        (PublicKey::Rsa(public), _) => rsa::sign(token, key, public, form, input),
        _ => Err(Error::KeyTypeInconsistent),
    }
}

/// Verifies in this process.
///
/// # Errors
/// [`Error::SignatureInvalid`], [`Error::SignatureLenRange`], [`Error::DataLenRange`].
pub(crate) fn verify(
    key: &PublicKey,
    form: SignatureForm,
    input: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    match key {
        PublicKey::Sm2(key) => sm2::verify(key, input, signature, form == SignatureForm::Sm2Der),
        PublicKey::Rsa(key) => rsa::verify(key, form, input, signature),
        _ => Err(Error::KeyTypeInconsistent),
    }
}
