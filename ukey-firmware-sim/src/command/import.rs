//! Encryption pairs that arrive in an envelope (GM/T 0017 9.6.5, 9.6.13).

use super::extension::ciphertext;
use crate::card::{Card, crypto_status};
use crate::keystore::{PrivateKey, sm2_public};
use crate::rsa_blob;
use ukey_apdu::blob::EnvelopedKey;
use ukey_apdu::id::{AlgId, KeyUsage};
use ukey_apdu::request::import::{ImportEccKeyPair, ImportRsaKeyPair};
use ukey_apdu::{Empty, StatusWord};
use ukey_crypto::{sm2, sm4};
use zeroize::Zeroizing;

/// 6A81 unless the envelope's cipher is SM4 in ECB mode.
fn require_sm4_ecb(alg: AlgId) -> Result<(), StatusWord> {
    (alg == AlgId::SGD_SM4_ECB)
        .then_some(())
        .ok_or(StatusWord::NOT_SUPPORTED)
}

/// Decrypts whole blocks; 6A80 otherwise, and for a key of another length than 16.
fn decrypt(key: &[u8], encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
    let key = sm4::Key::try_from(key).map_err(|_| StatusWord::BAD_DATA)?;
    let mut plaintext = Zeroizing::new(encrypted.to_vec());
    sm4::ecb_decrypt(&key, &mut plaintext).map_err(|_| StatusWord::BAD_DATA)?;
    Ok(plaintext)
}

/// ImportECCKeyPair, 9.6.13. Needs the user and an SM2 signature pair, which opens the envelope;
/// the private key must belong to the public key.
pub(crate) fn import_ecc_key_pair(
    card: &mut Card,
    request: ImportEccKeyPair,
) -> Result<Empty, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    let opener = card.private_key(&user, place, KeyUsage::Signature)?;
    let key = open_envelope(opener.sm2()?, request.key)?;
    card.store_key_pair(&user, place, KeyUsage::Encryption, &PrivateKey::Sm2(key))?;
    Ok(Empty)
}

fn open_envelope(
    opener: &sm2::SecretKey,
    envelope: EnvelopedKey,
) -> Result<sm2::SecretKey, StatusWord> {
    let EnvelopedKey {
        sym_alg,
        enc_private,
        public,
        cipher,
        ..
    } = envelope;
    require_sm4_ecb(sym_alg)?;
    let public = sm2_public(&public)?;
    let session_key = opener
        .decrypt(&ciphertext(cipher))
        .map_err(|_| StatusWord::BAD_DATA)?;
    let scalar = decrypt(&session_key, enc_private.expose())?;
    let key = sm2::SecretKey::from_bytes(&scalar).map_err(|_| StatusWord::BAD_DATA)?;
    if key.public_key() != public {
        return Err(StatusWord::BAD_DATA);
    }
    Ok(key)
}

/// ImportRSAKeyPair, 9.6.5. Needs the user and an RSA signature pair, which opens the envelope.
pub(crate) fn import_rsa_key_pair(
    card: &mut Card,
    request: ImportRsaKeyPair,
) -> Result<Empty, StatusWord> {
    let place = card.container(request.app, request.container)?;
    let user = card.require_user(place.application)?;
    require_sm4_ecb(request.sym_alg)?;
    let opener = card.private_key(&user, place, KeyUsage::Signature)?;
    let session_key = opener
        .rsa()?
        .decrypt_pkcs1v15(request.wrapped.expose())
        .map_err(crypto_status)?;
    let plaintext = decrypt(&session_key, request.encrypted.expose())?;
    let key = rsa_blob::private_key(&plaintext)?;
    card.store_key_pair(&user, place, KeyUsage::Encryption, &PrivateKey::Rsa(key))?;
    Ok(Empty)
}
