//! Key pairs made in the card, and public keys (GM/T 0017 9.6.3, 9.6.4, 9.6.12, 9.6.24).

use crate::card::{Card, crypto_status};
use crate::fs::container::Place;
use crate::keystore::PrivateKey;
use ukey_apdu::blob::{EccPublic, PublicKey, RsaPublic};
use ukey_apdu::id::{ContainerType, KeyUsage};
use ukey_apdu::request::keygen::{ExportPubKey, GenEccKeyPair, GenExtRsaKey, GenRsaKeyPair};
use ukey_apdu::{Secret, StatusWord};
use ukey_crypto::{rsa, sm2};

/// Every number that has been given to SM2 or a use of it, in both numberings.
const SM2_NUMBERS: u32 = 0x0002_0000;

/// GenExtRSAKey, 9.6.3: would give a private key away in the clear; refused.
pub(crate) fn gen_ext_rsa_key(_: &mut Card, _: GenExtRsaKey) -> Result<Secret, StatusWord> {
    Err(StatusWord::NOT_SUPPORTED)
}

/// 6985 if the container has keys of another kind than `wanted`, or is retired.
fn require_kind(card: &Card, place: Place, wanted: ContainerType) -> Result<(), StatusWord> {
    place.require_active(&card.flash)?;
    let kind = place.info(&card.flash).container_type;
    let fits = kind == ContainerType::Empty || kind == wanted;
    fits.then_some(()).ok_or(StatusWord::CONDITIONS)
}

/// GenRSAKeyPair, 9.6.4. Needs the user; replaces the signature pair. Others may use the image
/// while the key is computed.
pub(crate) fn gen_rsa_key_pair(
    card: &mut Card,
    request: GenRsaKeyPair,
) -> Result<RsaPublic, StatusWord> {
    let place = card.container(request.app, request.container)?;
    card.require_user(place.application)?;
    require_kind(card, place, ContainerType::Rsa)?;
    card.release();
    let key = rsa::PrivateKey::generate(request.bits as usize).map_err(crypto_status)?;
    card.acquire()?;
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    let key = PrivateKey::Rsa(key);
    match card.store_key_pair(&user, place, KeyUsage::Signature, &key)? {
        PublicKey::Rsa(public) => Ok(public),
        PublicKey::Ecc(_) => Err(StatusWord::NO_DIAGNOSIS),
    }
}

/// GenECCKeyPair, 9.6.12. Needs the user; replaces the signature pair.
pub(crate) fn gen_ecc_key_pair(
    card: &mut Card,
    request: GenEccKeyPair,
) -> Result<EccPublic, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    if request.alg.0 & SM2_NUMBERS == 0 {
        return Err(StatusWord::NOT_SUPPORTED);
    }
    require_kind(card, place, ContainerType::Ecc)?;
    let key = PrivateKey::Sm2(sm2::SecretKey::generate().map_err(crypto_status)?);
    match card.store_key_pair(&user, place, KeyUsage::Signature, &key)? {
        PublicKey::Ecc(public) => Ok(public),
        PublicKey::Rsa(_) => Err(StatusWord::NO_DIAGNOSIS),
    }
}

/// ExportPubKey, 9.6.24.
pub(crate) fn export_pub_key(
    card: &mut Card,
    request: ExportPubKey,
) -> Result<PublicKey, StatusWord> {
    let place = card.container(request.app, request.container)?;
    place.public_key(&card.flash, request.usage)
}
