//! 7.6 Digests and message authentication codes, in the host.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, atomic::Ordering};

use ukey_crypto::{Error as CryptoError, hash, sm4};
use ukey_ffi::{Fit, Handle, Room};
use ukey_token::SessionKey;

use super::{Answer, symmetric::initial_value};
use crate::abi::types::{BLOCKCIPHERPARAM, ECCPUBLICKEYBLOB};
use crate::blob;
use crate::error::Error;
use crate::handles::{DigestHandle, KeyPlace, MacHandle, SessionKeyHandle, lock};
use crate::library::Library;

/// Longest signer ID that Z can hold: its length in bits is 16 bits (GB/T 32918.2).
pub(crate) const MAX_ID: usize = 8191;

fn digest_algorithm(algorithm: u32) -> Result<hash::HashAlg, Error> {
    match algorithm {
        1 => Ok(hash::HashAlg::Sm3),
        2 => Ok(hash::HashAlg::Sha1),
        4 => Ok(hash::HashAlg::Sha256),
        _ => Err(Error::NotSupported("digest")),
    }
}

/// SM3 with an ID starts with Z of the signer; without one, and with the other digests, key and ID play no part.
pub(crate) fn init_digest(
    library: &Library,
    device: *mut c_void,
    algorithm: u32,
    signer: Option<&ECCPUBLICKEYBLOB>,
    id: &[u8],
) -> Result<*mut c_void, Error> {
    let alg = digest_algorithm(algorithm)?;
    let mut hasher = hash::Hasher::new(alg);
    if alg == hash::HashAlg::Sm3 && !id.is_empty() {
        let signer = signer.ok_or(Error::InvalidParameter("an ID without a public key"))?;
        hasher.update(&blob::ecc_public(signer)?.z(id)?);
    }
    let device = Handle::from_ptr(device).ok_or(Error::InvalidHandle("device"))?;
    let running = Mutex::new(Some(hasher));
    library.adopt(
        &library.digests,
        DigestHandle {
            device,
            alg,
            running,
        },
    )
}

pub(crate) fn update_digest(digest: &DigestHandle, data: &[u8]) -> Result<(), Error> {
    lock(&digest.running)
        .as_mut()
        .ok_or(Error::NotInitialized)?
        .update(data);
    Ok(())
}

/// SKF_DigestFinal; with data SKF_Digest.
pub(crate) fn finish_digest(
    digest: &DigestHandle,
    data: &[u8],
    room: Room,
) -> Result<Answer, Error> {
    let mut slot = lock(&digest.running);
    if slot.is_none() {
        return Err(Error::NotInitialized);
    }
    let length = digest.alg.output_len();
    if room.fit(length)? == Fit::Answered {
        return Ok(Answer::Length(length));
    }
    let mut hasher = slot.take().ok_or(Error::NotInitialized)?;
    hasher.update(data);
    Ok(Answer::public(hasher.finish()))
}

/// A running CBC MAC and the bytes that it has taken.
pub(crate) struct RunningMac {
    engine: MacEngine,
    taken: u64,
}

enum MacEngine {
    Host(Box<sm4::CbcMac>),
    /// The key that computes it, and which of its MACs it is.
    Token(Arc<SessionKeyHandle>, u64),
}

/// The MAC is the last CBC block; any SM4 key serves. No IV means a block of zeros.
pub(crate) fn init_mac(
    library: &Library,
    key: &Arc<SessionKeyHandle>,
    parameters: &BLOCKCIPHERPARAM,
) -> Result<*mut c_void, Error> {
    if parameters.PaddingType != 0 {
        return Err(Error::InvalidParameter(
            "padding type: the caller pads MAC input",
        ));
    }
    let iv = match parameters.IVLen {
        0 => [0; sm4::BLOCK],
        _ => initial_value(parameters)?,
    };
    let engine = match &key.place {
        KeyPlace::Host(host) => MacEngine::Host(Box::new(sm4::CbcMac::new(host, &iv))),
        KeyPlace::Token(token) => {
            token.begin_mac(&iv)?;
            let number = key.token_macs.fetch_add(1, Ordering::AcqRel) + 1;
            MacEngine::Token(Arc::clone(key), number)
        }
    };
    let running = RunningMac { engine, taken: 0 };
    library.adopt(
        &library.macs,
        MacHandle {
            device: key.device,
            running: Mutex::new(Some(running)),
        },
    )
}

pub(crate) fn update_mac(mac: &MacHandle, data: &[u8]) -> Result<(), Error> {
    let mut slot = lock(&mac.running);
    let outcome = slot.as_mut().ok_or(Error::NotInitialized)?.update(data);
    if outcome.is_err() {
        *slot = None;
    }
    outcome
}

/// SKF_MacFinal; with data SKF_Mac. Input that is not whole blocks is refused, also by the length query.
pub(crate) fn finish_mac(mac: &MacHandle, data: &[u8], room: Room) -> Result<Answer, Error> {
    let mut slot = lock(&mac.running);
    let total = slot.as_ref().ok_or(Error::NotInitialized)?.taken + data.len() as u64;
    if total == 0 || !total.is_multiple_of(sm4::BLOCK as u64) {
        return Err(Error::MacLength);
    }
    if room.fit(sm4::BLOCK)? == Fit::Answered {
        return Ok(Answer::Length(sm4::BLOCK));
    }
    let running = slot.take().ok_or(Error::NotInitialized)?;
    Ok(Answer::public(running.finish(data)?.to_vec()))
}

impl RunningMac {
    fn update(&mut self, data: &[u8]) -> Result<(), Error> {
        match &mut self.engine {
            MacEngine::Host(mac) => mac.update(data),
            MacEngine::Token(key, number) => token_key(key, *number)?.update_mac(data)?,
        }
        self.taken += data.len() as u64;
        Ok(())
    }

    fn finish(self, data: &[u8]) -> Result<[u8; sm4::BLOCK], Error> {
        match self.engine {
            MacEngine::Host(mut mac) => {
                mac.update(data);
                mac.finish().map_err(|e| match e {
                    CryptoError::InvalidLength => Error::MacLength,
                    other => other.into(),
                })
            }
            MacEngine::Token(key, number) => Ok(token_key(&key, number)?.finish_mac(data)?),
        }
    }
}

/// The key in the token, if this MAC is still the one that it computes.
fn token_key(key: &SessionKeyHandle, number: u64) -> Result<&SessionKey, Error> {
    match &key.place {
        KeyPlace::Token(token) if key.token_macs.load(Ordering::Acquire) == number => Ok(token),
        _ => Err(Error::NotInitialized),
    }
}
