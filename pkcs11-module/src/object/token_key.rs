//! Keys that the token holds in objects: their kinds, what the token lets be done with them, and their public halves.

use super::attribute::Attributes;
use super::key::PublicKey;
use super::material::{HostKey, KeyMaterial};
use crate::abi::types::*;
use crate::abi::vendor::CKK_SM4;
use ukey_crypto::{ec, rsa, sm2};
use ukey_token::key::{KeyAlgorithm, KeyInfo, KeyKind, KeyPolicy};
use zeroize::Zeroizing;

/// What the attributes of a key let the token do with it. A right that is not given at first cannot be given later.
const RIGHTS: [(CK_ATTRIBUTE_TYPE, KeyPolicy); 10] = [
    (CKA_EXTRACTABLE, KeyPolicy::EXTRACTABLE),
    (CKA_SIGN, KeyPolicy::SIGN),
    (CKA_SIGN_RECOVER, KeyPolicy::SIGN),
    (CKA_VERIFY, KeyPolicy::VERIFY),
    (CKA_ENCRYPT, KeyPolicy::ENCRYPT),
    (CKA_DECRYPT, KeyPolicy::DECRYPT),
    (CKA_DERIVE, KeyPolicy::DERIVE),
    (CKA_WRAP, KeyPolicy::WRAP),
    (CKA_UNWRAP, KeyPolicy::UNWRAP),
    (CKA_ALWAYS_AUTHENTICATE, KeyPolicy::ALWAYS_AUTHENTICATE),
];

/// The policy that the attributes of a key ask for.
pub(crate) fn policy(attributes: &Attributes) -> KeyPolicy {
    let asked = RIGHTS
        .iter()
        .filter(|(attribute, _)| attributes.flag(*attribute))
        .fold(KeyPolicy::NONE, |policy, (_, right)| policy.with(*right));
    // What decapsulation is on the token depends on the key.
    match (
        attributes.flag(CKA_DECAPSULATE),
        attributes.number(CKA_KEY_TYPE),
    ) {
        (true, Some(CKK_RSA)) => asked.with(KeyPolicy::UNWRAP),
        (true, Some(CKK_EC)) => asked.with(KeyPolicy::DERIVE),
        _ => asked,
    }
}

/// The key in a stored object; `None` for a kind that this module does not know.
pub(crate) fn material(id: u32, info: &KeyInfo) -> Option<KeyMaterial> {
    let public = if info.kind.is_pair() {
        Some(public_key(info)?)
    } else {
        None
    };
    if info.held {
        let kind = info.kind;
        return Some(KeyMaterial::Token { id, kind, public });
    }
    public.map(KeyMaterial::Public)
}

/// The public half of a pair, from `X ‖ Y` or `n ‖ e`.
fn public_key(info: &KeyInfo) -> Option<PublicKey> {
    let size = info.kind.bytes();
    let (first, second) = info.public.split_at_checked(size)?;
    match info.kind.algorithm() {
        KeyAlgorithm::Sm2 => sm2::PublicKey::from_xy(first, second)
            .ok()
            .map(PublicKey::Sm2),
        KeyAlgorithm::Rsa => rsa::PublicKey::from_components(first, second)
            .ok()
            .map(PublicKey::Rsa),
        KeyAlgorithm::Ec => {
            let curve = match info.kind {
                KeyKind::P256 => ec::Curve::P256,
                KeyKind::P384 => ec::Curve::P384,
                _ => return None,
            };
            let point = [&[4], first, second].concat();
            ec::PublicKey::from_sec1(curve, &point)
                .ok()
                .map(PublicKey::Ec)
        }
        KeyAlgorithm::Aes | KeyAlgorithm::Sm4 | KeyAlgorithm::Generic => None,
    }
}

/// The kind of a key of this process and its value, as the token takes it in; `None` for what the token has no place
/// for.
pub(crate) fn import(key: &HostKey) -> Option<(KeyKind, Zeroizing<Vec<u8>>)> {
    match key {
        HostKey::Secret(secret) => {
            let bits = u16::try_from(secret.bytes().len() * 8).ok()?;
            let algorithm = match secret.key_type() {
                CKK_AES => KeyAlgorithm::Aes,
                CKK_SM4 => KeyAlgorithm::Sm4,
                CKK_AES_XTS => return None,
                _ => KeyAlgorithm::Generic,
            };
            Some((
                KeyKind::new(algorithm, bits)?,
                Zeroizing::new(secret.bytes().to_vec()),
            ))
        }
        HostKey::Sm2(key) => Some((
            KeyKind::SM2,
            Zeroizing::new(key.expose_bytes().as_slice().to_vec()),
        )),
        HostKey::Rsa(key) => {
            let bits = u16::try_from(key.public_key().bits()).ok()?;
            Some((KeyKind::new(KeyAlgorithm::Rsa, bits)?, key.to_pkcs1_der()))
        }
        HostKey::Ec(key) => {
            let kind = match key.curve() {
                ec::Curve::P256 => KeyKind::P256,
                ec::Curve::P384 => KeyKind::P384,
                ec::Curve::P521 => return None,
            };
            Some((kind, Zeroizing::new(key.expose_bytes().to_vec())))
        }
        HostKey::Edwards(_) | HostKey::Montgomery(_) => None,
    }
}
