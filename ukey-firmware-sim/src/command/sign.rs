//! Signatures (GM/T 0017 9.6.6, 9.6.7, 9.6.14, 9.6.15, 9.6.20).

use crate::card::{Card, crypto_status};
use crate::computation::Computation;
use crate::keystore::sm2_public;
use ukey_apdu::blob::EccSignature;
use ukey_apdu::id::KeyUsage;
use ukey_apdu::request::sign::{
    EccSignData, EccVerify, ExtEccSign, RsaSignData, RsaVerify, SignInput,
};
use ukey_apdu::{Bytes, Empty, StatusWord};
use ukey_crypto::{rsa, sm2};

/// The value that is signed: given, or computed from ID and message.
fn digest(public: &sm2::PublicKey, input: &SignInput) -> Result<[u8; 32], StatusWord> {
    match input {
        SignInput::Digest(digest) => Ok(*digest),
        SignInput::Message { user_id, message } => public
            .message_digest(user_id, message)
            .map_err(crypto_status),
    }
}

/// ECCSignData, 9.6.14. Needs the user.
pub(crate) fn ecc_sign_data(
    card: &mut Card,
    request: EccSignData,
) -> Result<Computation, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    let key = card.private_key(&user, place, KeyUsage::Signature)?;
    key.sm2()?;
    Ok(Computation::new(move || {
        let key = key.sm2()?;
        let digest = digest(&key.public_key(), &request.input)?;
        let signature = key.sign_digest(&digest).map_err(crypto_status)?;
        Ok(EccSignature::sm2(&signature.r, &signature.s))
    }))
}

/// ECCVerify, 9.6.15. 6A98 when the signature does not verify.
pub(crate) fn ecc_verify(card: &mut Card, request: EccVerify) -> Result<Empty, StatusWord> {
    card.release();
    let public = sm2_public(&request.public)?;
    let digest = digest(&public, &request.input)?;
    let (r, s) = request
        .signature
        .sm2_parts()
        .ok_or(StatusWord::NOT_SUPPORTED)?;
    let verified = public.verify_digest(&digest, &sm2::Signature { r, s });
    verified
        .map(|()| Empty)
        .map_err(|_| StatusWord::SIGNATURE_INVALID)
}

/// RSASignData, 9.6.6. Needs the user.
pub(crate) fn rsa_sign_data(
    card: &mut Card,
    request: RsaSignData,
) -> Result<Computation, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    let key = card.private_key(&user, place, KeyUsage::Signature)?;
    key.rsa()?;
    Ok(Computation::new(move || {
        let signed = key.rsa()?.sign_pkcs1v15(&request.digest_info);
        signed.map(Bytes).map_err(crypto_status)
    }))
}

/// RSAVerify, 9.6.7. 6A98 when the signature does not verify.
pub(crate) fn rsa_verify(card: &mut Card, request: RsaVerify) -> Result<Empty, StatusWord> {
    card.release();
    let public = rsa::PublicKey::from_components(&request.public.n, &request.public.e);
    let verified = public
        .map_err(crypto_status)?
        .verify_pkcs1v15(&request.data, &request.signature);
    verified
        .map(|()| Empty)
        .map_err(|_| StatusWord::SIGNATURE_INVALID)
}

/// ExtECCSign, 9.6.20: would take a private key in the clear; refused.
pub(crate) fn ext_ecc_sign(_: &mut Card, _: ExtEccSign) -> Result<EccSignature, StatusWord> {
    Err(StatusWord::NOT_SUPPORTED)
}
