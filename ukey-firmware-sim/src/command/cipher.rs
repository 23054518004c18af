//! Encryption and decryption (GM/T 0017 9.6.10, 9.6.11, 9.6.18, 9.6.19, 9.6.27-34).
//!
//! A session key runs at most one encryption and one decryption; Init begins anew, a failed step
//! ends the run.

use super::session_key::wire_cipher;
use crate::card::{Card, crypto_status};
use crate::keystore::sm2_public;
use crate::session::SessionKey;
use ukey_apdu::blob::Sm2Cipher;
use ukey_apdu::id::{AlgId, AppId, ContainerId, SessionKeyId};
use ukey_apdu::request::cipher::{
    Decrypt, DecryptFinal, DecryptInit, DecryptUpdate, Encrypt, EncryptFinal, EncryptInit,
    EncryptUpdate, ExtEccDecrypt, ExtEccEncrypt, ExtRsaPriKeyOperation, ExtRsaPubKeyOperation,
};
use ukey_apdu::{Bytes, Empty, Secret, StatusWord};
use ukey_crypto::{rsa, sm4};
use zeroize::Zeroizing;

/// The session key that a command names.
pub(super) fn session_key(
    card: &mut Card,
    app: AppId,
    container: ContainerId,
    key: SessionKeyId,
) -> Result<&mut SessionKey, StatusWord> {
    let application = card.container(app, container)?.application;
    card.ram.sessions.key(application, key)
}

/// Padding of GM/T 0016: 0 = none, 1 = PKCS#5.
pub(super) fn padding(number: u32) -> Result<sm4::Padding, StatusWord> {
    match number {
        0 => Ok(sm4::Padding::None),
        1 => Ok(sm4::Padding::Pkcs7),
        _ => Err(StatusWord::NOT_SUPPORTED),
    }
}

struct Start<'a> {
    direction: sm4::Direction,
    iv: &'a [u8],
    padding: u32,
    feedback_bits: u32,
}

/// The computation that Init asks for; the key's algorithm number says the mode.
fn begin(key: &SessionKey, start: &Start<'_>) -> Result<sm4::Cipher, StatusWord> {
    let mode = match key.alg {
        AlgId::SGD_SM4_ECB => sm4::Mode::Ecb,
        AlgId::SGD_SM4_CBC => sm4::Mode::Cbc,
        AlgId::SGD_SM4_CFB => sm4::Mode::Cfb,
        AlgId::SGD_SM4_OFB => sm4::Mode::Ofb,
        _ => return Err(StatusWord::NOT_SUPPORTED),
    };
    if !matches!(start.feedback_bits, 0 | 128) {
        return Err(StatusWord::NOT_SUPPORTED);
    }
    let iv = match (mode, start.iv) {
        (sm4::Mode::Ecb, _) => [0; sm4::BLOCK],
        (_, iv) => iv.try_into().map_err(|_| StatusWord::BAD_DATA)?,
    };
    let padding = padding(start.padding)?;
    Ok(sm4::Cipher::new(
        start.direction,
        mode,
        &key.key,
        &iv,
        padding,
    ))
}

/// EncryptInit, 9.6.27.
pub(crate) fn encrypt_init(card: &mut Card, request: EncryptInit) -> Result<Empty, StatusWord> {
    let EncryptInit {
        iv,
        padding,
        feedback_bits,
        ..
    } = &request;
    let start = Start {
        direction: sm4::Direction::Encrypt,
        iv,
        padding: *padding,
        feedback_bits: *feedback_bits,
    };
    let key = session_key(card, request.app, request.container, request.key)?;
    key.encryption = None;
    key.encryption = Some(begin(key, &start)?);
    Ok(Empty)
}

/// DecryptInit, 9.6.31.
pub(crate) fn decrypt_init(card: &mut Card, request: DecryptInit) -> Result<Empty, StatusWord> {
    let DecryptInit {
        iv,
        padding,
        feedback_bits,
        ..
    } = &request;
    let start = Start {
        direction: sm4::Direction::Decrypt,
        iv,
        padding: *padding,
        feedback_bits: *feedback_bits,
    };
    let key = session_key(card, request.app, request.container, request.key)?;
    key.decryption = None;
    key.decryption = Some(begin(key, &start)?);
    Ok(Empty)
}

fn update(run: &mut Option<sm4::Cipher>, data: &[u8]) -> Result<Vec<u8>, StatusWord> {
    let cipher = run.as_mut().ok_or(StatusWord::CONDITIONS)?;
    cipher.update(data).map_err(crypto_status)
}

/// The last part; ends the run whatever comes of it.
fn finish(run: &mut Option<sm4::Cipher>, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
    let mut cipher = run.take().ok_or(StatusWord::CONDITIONS)?;
    let mut out = Zeroizing::new(Vec::with_capacity(data.len() + 2 * sm4::BLOCK));
    cipher.update_into(data, &mut out).map_err(crypto_status)?;
    cipher.finish_into(&mut out).map_err(crypto_status)?;
    Ok(out)
}

/// Encrypt, 9.6.28.
pub(crate) fn encrypt(card: &mut Card, request: Encrypt) -> Result<Bytes, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    Ok(Bytes(
        finish(&mut key.encryption, request.data.expose())?.to_vec(),
    ))
}

/// EncryptUpdate, 9.6.29.
pub(crate) fn encrypt_update(card: &mut Card, request: EncryptUpdate) -> Result<Bytes, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    update(&mut key.encryption, request.data.expose()).map(Bytes)
}

/// EncryptFinal, 9.6.30.
pub(crate) fn encrypt_final(card: &mut Card, request: EncryptFinal) -> Result<Bytes, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    Ok(Bytes(
        finish(&mut key.encryption, request.data.expose())?.to_vec(),
    ))
}

/// Decrypt, 9.6.32.
pub(crate) fn decrypt(card: &mut Card, request: Decrypt) -> Result<Secret, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    Ok(Secret::from(
        finish(&mut key.decryption, &request.data)?.as_slice(),
    ))
}

/// DecryptUpdate, 9.6.33.
pub(crate) fn decrypt_update(
    card: &mut Card,
    request: DecryptUpdate,
) -> Result<Secret, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    update(&mut key.decryption, &request.data).map(Secret::from)
}

/// DecryptFinal, 9.6.34.
pub(crate) fn decrypt_final(card: &mut Card, request: DecryptFinal) -> Result<Secret, StatusWord> {
    let key = session_key(card, request.app, request.container, request.key)?;
    Ok(Secret::from(
        finish(&mut key.decryption, &request.data)?.as_slice(),
    ))
}

/// ExtRSAPubKeyOperation, 9.6.10.
pub(crate) fn ext_rsa_pub_key_operation(
    card: &mut Card,
    request: ExtRsaPubKeyOperation,
) -> Result<Bytes, StatusWord> {
    card.release();
    let public = rsa::PublicKey::from_components(&request.public.n, &request.public.e);
    public
        .and_then(|public| public.raw(&request.input))
        .map(Bytes)
        .map_err(crypto_status)
}

/// ExtRSAPriKeyOperation, 9.6.11: would take a private key in the clear; refused.
pub(crate) fn ext_rsa_pri_key_operation(
    _: &mut Card,
    _: ExtRsaPriKeyOperation,
) -> Result<Secret, StatusWord> {
    Err(StatusWord::NOT_SUPPORTED)
}

/// ExtECCEncrypt, 9.6.18.
pub(crate) fn ext_ecc_encrypt(
    card: &mut Card,
    request: ExtEccEncrypt,
) -> Result<Sm2Cipher, StatusWord> {
    card.release();
    let cipher = sm2_public(&request.public)?.encrypt(request.plaintext.expose());
    cipher.map(wire_cipher).map_err(crypto_status)
}

/// ExtECCDecrypt, 9.6.19: would take a private key in the clear; refused.
pub(crate) fn ext_ecc_decrypt(_: &mut Card, _: ExtEccDecrypt) -> Result<Secret, StatusWord> {
    Err(StatusWord::NOT_SUPPORTED)
}
