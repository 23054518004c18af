//! Decryption functions; in the token.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::{self, RawMechanism, rsa, sm2};
use crate::object::key::PublicKey;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{CipherForm, Ciphering, Kind, Phase};
use zeroize::Zeroizing;

/// C_DecryptInit: no exchange.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<RawMechanism>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Decrypt, mechanism, |operations, mechanism| {
        let row = mechanism::requested(&mechanism, CKF_DECRYPT)?;
        let key = session.key_of_class(key, &[CKO_PRIVATE_KEY])?;
        let form = CipherForm::prepare(row.scheme, &mechanism.parameter, key.public_key()?)?;
        key.permits(CKA_DECRYPT, row.number)?;
        operations.decrypt = Some(Ciphering {
            key,
            form,
            phase: Phase::default(),
        });
        Ok(())
    })
}

/// C_Decrypt. The length of the plaintext is known only after the exchange: a query gets an upper bound, and a buffer
/// below that is tried.
pub(crate) fn one_shot(
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::Decrypt, |operations| {
        let ciphering = operations
            .decrypt
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        ciphering.phase.one_shot()?;
        if out.is_query() {
            return Ok(out.store_len(length(
                ciphering.form,
                ciphering.key.public_key()?,
                data.len(),
            ))?);
        }
        let plain = decrypt(session, ciphering, data)?;
        out.write(&plain)?;
        operations.decrypt = None;
        Ok(())
    })
}

fn decrypt(
    session: &OpenSession,
    ciphering: &Ciphering,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (token, key) = (&session.token, &ciphering.key);
    match (ciphering.form, key.public_key()?) {
        (CipherForm::Sm2(layout), PublicKey::Sm2(_)) => sm2::decrypt(token, key, layout, data),
        (form, PublicKey::Rsa(public)) => {
            rsa::decrypt(token, key, public, form == CipherForm::RsaPkcs, data)
        }
        _ => Err(Error::KeyTypeInconsistent),
    }
}

/// Most bytes that the plaintext of a ciphertext can take.
fn length(form: CipherForm, key: &PublicKey, ciphertext_len: usize) -> usize {
    match (form, key) {
        (CipherForm::RsaPkcs, PublicKey::Rsa(key)) => key.size() - rsa::PKCS1_OVERHEAD,
        (_, PublicKey::Rsa(key)) => key.size(),
        (_, PublicKey::Sm2(_)) => sm2::plaintext_max(ciphertext_len),
        _ => 0,
    }
}

/// C_DecryptUpdate, C_DecryptFinal: the mechanisms of private keys take their data in one piece.
pub(crate) fn part(session: &OpenSession) -> Result<(), Error> {
    session.step(Kind::Decrypt, |operations| {
        operations
            .decrypt
            .as_ref()
            .ok_or(Error::OperationNotInitialized)?;
        Err(Error::FunctionNotSupported)
    })
}
