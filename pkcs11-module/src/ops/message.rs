//! Message-based encryption and decryption (PKCS#11 3.2, "Message-based encryption functions"). The tag travels in the
//! parameter of the message, apart from the ciphertext. A message that does not decrypt ends itself, not the series.

use super::OutBytes;
use super::cipher::{Made, Way, message_key};
use crate::abi::types::*;
use crate::mechanism::message::{MessageCipher, MessageParameter, Series};
use crate::mechanism::{Ciphering, Requested};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Operations};
use ukey_ffi::Fit;

/// C_MessageEncryptInit.
pub(crate) fn encrypt_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::MessageEncrypt, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_MESSAGE_ENCRYPT)?;
        let key = message_key(Way::Encrypt, session, &mechanism, key)?;
        let series = Series::new(does, mechanism.using(&key, session));
        let cipher = MessageCipher::new(series, mechanism.row.layout);
        operations.message_encrypt.begin(cipher);
        Ok(())
    })
}

/// C_MessageDecryptInit.
pub(crate) fn decrypt_init(
    session: &OpenSession,
    mechanism: Option<Requested>,
    key: CK_OBJECT_HANDLE,
) -> Result<(), Error> {
    session.begin_or_cancel(Kind::MessageDecrypt, mechanism, |operations, mechanism| {
        let does = mechanism.check(CKF_MESSAGE_DECRYPT)?;
        let key = message_key(Way::Decrypt, session, &mechanism, key)?;
        let series = Series::new(does, mechanism.using(&key, session));
        let cipher = MessageCipher::new(series, mechanism.row.layout);
        operations.message_decrypt.begin(cipher);
        Ok(())
    })
}

/// C_EncryptMessage.
pub(crate) fn encrypt(
    session: &OpenSession,
    mut parameter: MessageParameter,
    aad: &[u8],
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::MessageEncrypt, |operations| {
        let series = operations.message_encrypt.running()?;
        no_message_begun(series)?;
        if out.fit(data.len())? == Fit::Answered {
            return Ok(());
        }
        let cipher = series.encrypt(&mut parameter, aad)?;
        seal(cipher, data, &mut parameter, out)
    })
}

/// C_DecryptMessage.
pub(crate) fn decrypt(
    session: &OpenSession,
    parameter: MessageParameter,
    aad: &[u8],
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    step_message(session, Kind::MessageDecrypt, |operations| {
        let series = operations.message_decrypt.running()?;
        no_message_begun(series)?;
        if out.fit(data.len())? == Fit::Answered {
            return Ok(());
        }
        open(series.decrypt(&parameter, aad)?, data, &parameter, out)
    })
}

/// C_EncryptMessageBegin.
pub(crate) fn encrypt_begin(
    session: &OpenSession,
    mut parameter: MessageParameter,
    aad: &[u8],
) -> Result<(), Error> {
    session.step(Kind::MessageEncrypt, |operations| {
        let series = operations.message_encrypt.running()?;
        no_message_begun(series)?;
        let cipher = series.encrypt(&mut parameter, aad)?;
        series.message = Some((cipher, parameter.tag_len));
        Ok(())
    })
}

/// C_DecryptMessageBegin.
pub(crate) fn decrypt_begin(
    session: &OpenSession,
    parameter: MessageParameter,
    aad: &[u8],
) -> Result<(), Error> {
    session.step(Kind::MessageDecrypt, |operations| {
        let series = operations.message_decrypt.running()?;
        no_message_begun(series)?;
        series.message = Some((series.decrypt(&parameter, aad)?, parameter.tag_len));
        Ok(())
    })
}

/// C_EncryptMessageNext.
pub(crate) fn encrypt_next(
    session: &OpenSession,
    mut parameter: MessageParameter,
    part: &[u8],
    last: bool,
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::MessageEncrypt, |operations| {
        let series = operations.message_encrypt.running()?;
        let (cipher, tag_len) = series
            .message
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        check_tag_len(*tag_len, &parameter)?;
        if out.fit(part.len())? == Fit::Answered {
            return Ok(());
        }
        if !last {
            let mut made = Made::with_room(cipher.update_len(part.len()));
            cipher.update(part, made.buffer())?;
            return Ok(out.write(&made)?);
        }
        let (cipher, _) = series
            .message
            .take()
            .ok_or(Error::OperationNotInitialized)?;
        seal(cipher, part, &mut parameter, out)
    })
}

/// C_DecryptMessageNext. Nothing comes out before the tag, which stands in the parameter of the last part, was right:
/// the plaintext then comes out whole.
pub(crate) fn decrypt_next(
    session: &OpenSession,
    parameter: MessageParameter,
    part: &[u8],
    last: bool,
    out: &mut OutBytes,
) -> Result<(), Error> {
    step_message(session, Kind::MessageDecrypt, |operations| {
        let series = operations.message_decrypt.running()?;
        let (cipher, tag_len) = series
            .message
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        check_tag_len(*tag_len, &parameter)?;
        let most = match last {
            true => cipher.finish_len(0) + part.len() + parameter.tag_len,
            false => 0,
        };
        if out.fit(most.saturating_sub(parameter.tag_len))? == Fit::Answered {
            return Ok(());
        }
        if !last {
            cipher.update(part, &mut Vec::new())?;
            return Ok(out.store_len(0)?);
        }
        let (cipher, _) = series
            .message
            .take()
            .ok_or(Error::OperationNotInitialized)?;
        open(cipher, part, &parameter, out)
    })
}

/// C_MessageEncryptFinal and the like: ends a series that runs.
pub(crate) fn finish(session: &OpenSession, kind: Kind) -> Result<(), Error> {
    if session.cancel(kind) {
        Ok(())
    } else {
        Err(Error::OperationNotInitialized)
    }
}

fn no_message_begun(series: &MessageCipher) -> Result<(), Error> {
    match series.message {
        Some(_) => Err(Error::OperationActive),
        None => Ok(()),
    }
}

/// The tag has the length that was said when the message began.
fn check_tag_len(begun: usize, parameter: &MessageParameter) -> Result<(), Error> {
    if begun == parameter.tag_len {
        Ok(())
    } else {
        Err(Error::MechanismParamInvalid)
    }
}

/// Encrypts the rest of a message and parts ciphertext and tag.
fn seal(
    cipher: Box<dyn Ciphering>,
    rest: &[u8],
    parameter: &mut MessageParameter,
    out: &mut OutBytes,
) -> Result<(), Error> {
    let mut made = Made::with_room(rest.len() + parameter.tag_len);
    cipher.finish(rest, made.buffer())?;
    let (text, tag) = made
        .split_at_checked(made.len().wrapping_sub(parameter.tag_len))
        .ok_or(Error::FunctionFailed)?;
    out.write(text)?;
    match &mut parameter.tag_out {
        Some(tag_out) => Ok(tag_out.write(tag)?),
        None => Err(Error::FunctionFailed),
    }
}

/// Decrypts the rest of a message with its tag.
fn open(
    cipher: Box<dyn Ciphering>,
    rest: &[u8],
    parameter: &MessageParameter,
    out: &mut OutBytes,
) -> Result<(), Error> {
    let sealed = [rest, &parameter.tag].concat();
    let mut made = Made::with_room(cipher.finish_len(0) + sealed.len());
    cipher
        .finish(&sealed, made.buffer())
        .map_err(|error| match error {
            Error::EncryptedDataInvalid => Error::AeadDecryptFailed,
            other => other,
        })?;
    Ok(out.write(&made)?)
}

/// As [`crate::session::Session::step`], but what is wrong with one message alone leaves the series as it is.
pub(super) fn step_message<T>(
    session: &OpenSession,
    kind: Kind,
    step: impl FnOnce(&mut Operations) -> Result<T, Error>,
) -> Result<T, Error> {
    session.step(kind, |operations| match step(operations) {
        Err(
            error @ (Error::AeadDecryptFailed | Error::SignatureInvalid | Error::SignatureLenRange),
        ) => Ok(Err(error)),
        other => other.map(Ok),
    })?
}
