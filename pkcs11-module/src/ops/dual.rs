//! Dual-function cryptographic functions (PKCS#11 3.2, "Dual-function cryptographic functions"): one part goes through
//! two running operations. An error ends both.

use super::{OutBytes, cipher};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Operations};

/// C_DigestEncryptUpdate.
pub(crate) fn digest_encrypt(
    session: &OpenSession,
    part: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    both(session, Kind::Digest, Kind::Encrypt, |operations| {
        operations.digest.running()?;
        if let Some(made) = cipher::update_if_fits(&mut operations.encrypt, part, out)? {
            operations.digest.part()?.update(part);
            out.write(&made)?;
        }
        Ok(())
    })
}

/// C_DecryptDigestUpdate: what is digested is the plaintext.
pub(crate) fn decrypt_digest(
    session: &OpenSession,
    part: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    both(session, Kind::Decrypt, Kind::Digest, |operations| {
        operations.digest.running()?;
        if let Some(made) = cipher::update_if_fits(&mut operations.decrypt, part, out)? {
            operations.digest.part()?.update(&made);
            out.write(&made)?;
        }
        Ok(())
    })
}

/// C_SignEncryptUpdate.
pub(crate) fn sign_encrypt(
    session: &OpenSession,
    part: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    both(session, Kind::Sign, Kind::Encrypt, |operations| {
        operations.sign.running()?;
        if let Some(made) = cipher::update_if_fits(&mut operations.encrypt, part, out)? {
            operations.sign.part()?.update(part)?;
            out.write(&made)?;
        }
        Ok(())
    })
}

/// C_DecryptVerifyUpdate: what is verified is the plaintext.
pub(crate) fn decrypt_verify(
    session: &OpenSession,
    part: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    both(session, Kind::Decrypt, Kind::Verify, |operations| {
        operations.verify.running()?;
        if let Some(made) = cipher::update_if_fits(&mut operations.decrypt, part, out)? {
            operations.verify.part()?.update(&made)?;
            out.write(&made)?;
        }
        Ok(())
    })
}

fn both(
    session: &OpenSession,
    one: Kind,
    other: Kind,
    step: impl FnOnce(&mut Operations) -> Result<(), Error>,
) -> Result<(), Error> {
    let outcome = session.step(one, step);
    if outcome.is_err_and(|error| error != Error::BufferTooSmall) {
        session.cancel(other);
    }
    outcome
}
