//! Session keys: made and exported, or imported (GM/T 0017 9.6.8, 9.6.9, 9.6.16, 9.6.17, 9.6.25,
//! 9.6.26, 9.6.43).

use super::extension::ciphertext;
use crate::card::{Card, crypto_status};
use crate::keystore::sm2_public;
use crate::session::SessionKey;
use ukey_apdu::blob::{EccPublic, RsaPublic, Sm2Cipher};
use ukey_apdu::id::{AlgId, AppId, ContainerId, KeyUsage, SessionKeyId};
use ukey_apdu::request::session_key::SessionKey as KeyReply;
use ukey_apdu::request::session_key::{
    DestroySessionKey, EccExportSessionKey, EccExportSessionKeyEx, EccWrappedKey, ImportSessionKey,
    ImportSymmKey, RsaExportSessionKey, RsaExportSessionKeyEx, RsaWrappedKey, WrappedKey,
};
use ukey_apdu::{Empty, StatusWord};
use ukey_crypto::{rsa, sm4};

/// Whether `alg` is SM4 in one of its modes; SM1 and SSF33 are not published and not offered.
pub(super) fn require_sm4(alg: AlgId) -> Result<(), StatusWord> {
    let known = [
        AlgId::SGD_SM4_ECB,
        AlgId::SGD_SM4_CBC,
        AlgId::SGD_SM4_CFB,
        AlgId::SGD_SM4_OFB,
        AlgId::SGD_SM4_MAC,
    ];
    known
        .contains(&alg)
        .then_some(())
        .ok_or(StatusWord::NOT_SUPPORTED)
}

/// Keeps a key in working memory. 6A80 unless it has 16 bytes.
pub(super) fn keep(
    card: &mut Card,
    application: u32,
    alg: AlgId,
    key: &[u8],
) -> Result<SessionKeyId, StatusWord> {
    let key = sm4::Key::try_from(key).map_err(|_| StatusWord::BAD_DATA)?;
    let limit = card.config.max_session_keys;
    card.ram
        .sessions
        .add_key(SessionKey::new(application, alg, key), limit)
}

/// Application of the command's container.
fn application(card: &Card, app: AppId, container: ContainerId) -> Result<u32, StatusWord> {
    card.container(app, container)
        .map(|place| place.application)
}

fn wrap_rsa(public: &RsaPublic, key: &sm4::Key) -> Result<Vec<u8>, StatusWord> {
    let public = rsa::PublicKey::from_components(&public.n, &public.e).map_err(crypto_status)?;
    public
        .encrypt_pkcs1v15(key.expose_bytes())
        .map_err(crypto_status)
}

fn wrap_ecc(public: &EccPublic, key: &sm4::Key) -> Result<Sm2Cipher, StatusWord> {
    let wrapped = sm2_public(public)?
        .encrypt(key.expose_bytes())
        .map_err(crypto_status)?;
    Ok(wire_cipher(wrapped))
}

/// An SM2 ciphertext in the form of the wire.
pub(super) fn wire_cipher(cipher: ukey_crypto::sm2::Ciphertext) -> Sm2Cipher {
    Sm2Cipher {
        x: cipher.x,
        y: cipher.y,
        hash: cipher.hash,
        data: cipher.data,
    }
}

/// RSAExportSessionKey, 9.6.8.
pub(crate) fn rsa_export_session_key(
    card: &mut Card,
    request: RsaExportSessionKey,
) -> Result<RsaWrappedKey, StatusWord> {
    let application = application(card, request.app, request.container)?;
    require_sm4(request.sym_alg)?;
    let key = sm4::Key::generate().map_err(crypto_status)?;
    let wrapped = wrap_rsa(&request.public, &key)?;
    let key = keep(card, application, request.sym_alg, key.expose_bytes())?;
    Ok(RsaWrappedKey { key, wrapped })
}

/// RSAExportSessionKeyEx, 9.6.9.
pub(crate) fn rsa_export_session_key_ex(
    card: &mut Card,
    request: RsaExportSessionKeyEx,
) -> Result<RsaWrappedKey, StatusWord> {
    let application = application(card, request.app, request.container)?;
    let key = card.ram.sessions.key(application, request.key)?;
    Ok(RsaWrappedKey {
        key: request.key,
        wrapped: wrap_rsa(&request.public, &key.key)?,
    })
}

/// ECCExportSessionKey, 9.6.16.
pub(crate) fn ecc_export_session_key(
    card: &mut Card,
    request: EccExportSessionKey,
) -> Result<EccWrappedKey, StatusWord> {
    let application = application(card, request.app, request.container)?;
    require_sm4(request.sym_alg)?;
    let key = sm4::Key::generate().map_err(crypto_status)?;
    let wrapped = wrap_ecc(&request.public, &key)?;
    let key = keep(card, application, request.sym_alg, key.expose_bytes())?;
    Ok(EccWrappedKey { key, wrapped })
}

/// ECCExportSessionKeyEx, 9.6.17.
pub(crate) fn ecc_export_session_key_ex(
    card: &mut Card,
    request: EccExportSessionKeyEx,
) -> Result<EccWrappedKey, StatusWord> {
    let application = application(card, request.app, request.container)?;
    let key = card.ram.sessions.key(application, request.key)?;
    Ok(EccWrappedKey {
        key: request.key,
        wrapped: wrap_ecc(&request.public, &key.key)?,
    })
}

/// ImportSessionKey, 9.6.25. Needs the user: the encryption pair unwraps the key.
pub(crate) fn import_session_key(
    card: &mut Card,
    request: ImportSessionKey,
) -> Result<KeyReply, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    require_sm4(request.sym_alg)?;
    let pair = card.private_key(&user, place, KeyUsage::Encryption)?;
    let key = match request.wrapped {
        WrappedKey::Rsa(wrapped) => pair.rsa()?.decrypt_pkcs1v15(&wrapped),
        WrappedKey::Ecc(cipher) => pair.sm2()?.decrypt(&ciphertext(cipher)),
    };
    let key = key.map_err(crypto_status)?;
    Ok(KeyReply {
        key: keep(card, place.application, request.sym_alg, &key)?,
    })
}

/// ImportSymmKey, 9.6.26.
pub(crate) fn import_symm_key(
    card: &mut Card,
    request: ImportSymmKey,
) -> Result<KeyReply, StatusWord> {
    let application = application(card, request.app, request.container)?;
    require_sm4(request.sym_alg)?;
    Ok(KeyReply {
        key: keep(card, application, request.sym_alg, request.key.expose())?,
    })
}

/// DestroySessionKey, 9.6.43.
pub(crate) fn destroy_session_key(
    card: &mut Card,
    request: DestroySessionKey,
) -> Result<Empty, StatusWord> {
    let application = application(card, request.app, request.container)?;
    card.ram
        .sessions
        .destroy_key(application, request.key)
        .map(|()| Empty)
}
