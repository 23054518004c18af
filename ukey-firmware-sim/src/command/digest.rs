//! Digests (GM/T 0017 9.6.35-38). One computation at a time; a failed step ends it.

use crate::card::{Card, crypto_status};
use ukey_apdu::id::AlgId;
use ukey_apdu::request::digest::{Digest, DigestFinal, DigestInit, DigestUpdate, SignerIdentity};
use ukey_apdu::{Bytes, Empty, StatusWord};
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::sm2;

/// DigestInit, 9.6.35. Begins anew whatever was running. An identity counts for SM3 only, and only
/// with a non-empty ID.
pub(crate) fn digest_init(card: &mut Card, request: DigestInit) -> Result<Empty, StatusWord> {
    card.ram.sessions.digest = None;
    let algorithm = match request.alg {
        AlgId::SGD_SM3 => HashAlg::Sm3,
        AlgId::SGD_SHA1 => HashAlg::Sha1,
        AlgId::SGD_SHA256 => HashAlg::Sha256,
        _ => return Err(StatusWord::NOT_SUPPORTED),
    };
    let mut hasher = Hasher::new(algorithm);
    match request.signer {
        Some(SignerIdentity { public, user_id })
            if algorithm == HashAlg::Sm3 && !user_id.is_empty() =>
        {
            let public = sm2::PublicKey::from_xy(&public.x, &public.y).map_err(crypto_status)?;
            hasher.update(&public.z(&user_id).map_err(crypto_status)?);
        }
        _ => {}
    }
    card.ram.sessions.digest = Some(hasher);
    Ok(Empty)
}

fn finish(card: &mut Card, data: &[u8]) -> Result<Bytes, StatusWord> {
    let mut hasher = card
        .ram
        .sessions
        .digest
        .take()
        .ok_or(StatusWord::CONDITIONS)?;
    hasher.update(data);
    Ok(Bytes(hasher.finish()))
}

/// Digest, 9.6.36.
pub(crate) fn digest(card: &mut Card, request: Digest) -> Result<Bytes, StatusWord> {
    finish(card, &request.data)
}

/// DigestUpdate, 9.6.37.
pub(crate) fn digest_update(card: &mut Card, request: DigestUpdate) -> Result<Empty, StatusWord> {
    let hasher = card
        .ram
        .sessions
        .digest
        .as_mut()
        .ok_or(StatusWord::CONDITIONS)?;
    hasher.update(&request.data);
    Ok(Empty)
}

/// DigestFinal, 9.6.38.
pub(crate) fn digest_final(card: &mut Card, request: DigestFinal) -> Result<Bytes, StatusWord> {
    finish(card, &request.data)
}
