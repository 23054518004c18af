//! Message digesting functions; all in this process.

use super::OutBytes;
use crate::abi::types::*;
use crate::mechanism::{self, RawMechanism, Scheme};
use crate::rv::Error;
use crate::session::OpenSession;
use crate::session::operation::{Digesting, Kind, Phase};
use ukey_crypto::hash::Hasher;
use ukey_ffi::Fit;

/// C_DigestInit.
pub(crate) fn init(session: &OpenSession, mechanism: Option<RawMechanism>) -> Result<(), Error> {
    session.begin_or_cancel(Kind::Digest, mechanism, |operations, mechanism| {
        let Scheme::Digest(alg) = mechanism::requested(&mechanism, CKF_DIGEST)?.scheme else {
            return Err(Error::MechanismInvalid);
        };
        mechanism.parameter.none()?;
        operations.digest = Some(Digesting {
            hasher: Hasher::new(alg),
            phase: Phase::default(),
        });
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
        let digesting = operations
            .digest
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        digesting.phase.one_shot()?;
        if out.fit(digesting.hasher.alg().output_len())? == Fit::Answered {
            return Ok(());
        }
        let mut digesting = operations
            .digest
            .take()
            .ok_or(Error::OperationNotInitialized)?;
        digesting.hasher.update(data);
        Ok(out.write(&digesting.hasher.finish())?)
    })
}

/// C_DigestUpdate.
pub(crate) fn update(session: &OpenSession, data: &[u8]) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        let digesting = operations
            .digest
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        digesting.phase.part()?;
        digesting.hasher.update(data);
        Ok(())
    })
}

/// C_DigestKey: no key of ours shows its value.
pub(crate) fn key(session: &OpenSession, key: CK_OBJECT_HANDLE) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        let digesting = operations
            .digest
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        digesting.phase.part()?;
        session.key(key)?;
        Err(Error::KeyIndigestible)
    })
}

/// C_DigestFinal.
pub(crate) fn finish(session: &OpenSession, out: &mut OutBytes) -> Result<(), Error> {
    session.step(Kind::Digest, |operations| {
        let digesting = operations
            .digest
            .as_mut()
            .ok_or(Error::OperationNotInitialized)?;
        digesting.phase.part()?;
        if out.fit(digesting.hasher.alg().output_len())? == Fit::Answered {
            return Ok(());
        }
        let digesting = operations
            .digest
            .take()
            .ok_or(Error::OperationNotInitialized)?;
        Ok(out.write(&digesting.hasher.finish())?)
    })
}
