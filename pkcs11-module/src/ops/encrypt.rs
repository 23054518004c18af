//! Encryption functions; with public keys, in this process.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::{self, RawMechanism, rsa, sm2};
use crate::object::key::PublicKey;
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{CipherForm, Ciphering, Kind, Phase};

/// C_EncryptInit.
pub(crate) fn init(
    session: &OpenSession,
    mechanism: Option<RawMechanism>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Encrypt, mechanism, |operations, mechanism| {
        let row = mechanism::requested(&mechanism, CKF_ENCRYPT)?;
        let key = session.key_of_class(key, &[CKO_PUBLIC_KEY])?;
        let form = CipherForm::prepare(row.scheme, &mechanism.parameter, key.public_key()?)?;
        key.permits(CKA_ENCRYPT, row.number)?;
        operations.encrypt = Some(Ciphering {
            key,
            form,
            phase: Phase::default(),
        });
        Ok(())
    })
}

/// C_Encrypt.
pub(crate) fn one_shot(
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::Encrypt, |operations| {
        let ciphering = operations
            .encrypt
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        ciphering.phase.one_shot()?;
        let key = ciphering.key.public_key()?;
        if out.is_query() {
            return Ok(out.store_len(length(ciphering.form, key, data.len()))?);
        }
        let made = match (ciphering.form, key) {
            (CipherForm::Sm2(layout), PublicKey::Sm2(key)) => sm2::encrypt(key, layout, data)?,
            (form, PublicKey::Rsa(key)) => rsa::encrypt(key, form == CipherForm::RsaPkcs, data)?,
            _ => return Err(Error::KeyTypeInconsistent),
        };
        out.write(&made)?;
        operations.encrypt = None;
        Ok(())
    })
}

/// Most bytes that a ciphertext takes.
fn length(form: CipherForm, key: &PublicKey, plaintext_len: usize) -> usize {
    match (form, key) {
        (CipherForm::Sm2(layout), _) => sm2::ciphertext_max(layout, plaintext_len),
        (_, PublicKey::Rsa(key)) => key.size(),
        _ => 0,
    }
}

/// C_EncryptUpdate, C_EncryptFinal: the mechanisms of public keys take their data in one piece.
pub(crate) fn part(session: &OpenSession) -> Result<(), Error> {
    session.step(Kind::Encrypt, |operations| {
        operations
            .encrypt
            .as_ref()
            .ok_or(Error::OperationNotInitialized)?;
        Err(Error::FunctionNotSupported)
    })
}
