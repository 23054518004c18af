//! Message digesting functions; all in this process.

use super::OutBytes;
use super::key_store::brought;
use crate::abi::types::*;
use crate::mechanism::Requested;
use crate::object::material::{HostKey, KeyMaterial};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Kind, Slot};
use ukey_crypto::hash::Hasher;

/// C_DigestInit.
pub(crate) fn init(session: &OpenSession, mechanism: Option<Requested>) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Digest, mechanism, |operations, mechanism| {
        let alg = mechanism.check(CKF_DIGEST)?.digest();
        let hasher = Hasher::new(alg.ok_or(Error::MechanismInvalid)?);
        operations.digest.begin(hasher);
        Ok(())
    })
}

/// C_Digest.
pub(crate) fn one_shot(
    session: &OpenSession,
    data: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        let length = operations.digest.one_shot()?.alg().output_len();
        complete(&mut operations.digest, length, data, out)
    })
}

/// C_DigestUpdate.
pub(crate) fn update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        operations.digest.part()?.update(data);
        Ok(())
    })
}

/// C_DigestKey: the value of a secret key that is in this process, or may be read.
pub(crate) fn key(session: &OpenSession, key: CK_OBJECT_HANDLE) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        let hasher = operations.digest.part()?;
        let object = brought(session, session.key(key)?)?;
        match object.material()? {
            KeyMaterial::Host(HostKey::Secret(secret)) => hasher.update(secret.bytes()),
            _ => return Err(Error::KeyIndigestible),
        }
        Ok(())
    })
}

/// C_DigestFinal.
pub(crate) fn finish(session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        let length = operations.digest.part()?.alg().output_len();
        complete(&mut operations.digest, length, &[], out)
    })
}

/// Answers a length query, or ends the operation with a digest.
fn complete(
    slot: &mut Slot<Hasher>,
    length: usize,
    rest: &[u8],
    out: &mut OutBytes,
) -> Result<(), Error> {
    let Some(mut hasher) = slot.take_if_fits(length, out)? else {
        return Ok(());
    };
    hasher.update(rest);
    Ok(out.write(&hasher.finish())?)
}
