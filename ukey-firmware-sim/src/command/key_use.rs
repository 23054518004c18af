//! UseKey (extension family, docs/apdu.md): what is done with a key in an object.

use super::extension::ciphertext;
use super::key_object::require_fresh;
use crate::card::Card;
use crate::computation::Computation;
use crate::object_key::{ObjectKey, use_status};
use ukey_apdu::blob::Sm2Cipher;
use ukey_apdu::key::{CipherMode, KeyHash, KeyOperation, KeyPolicy, MacAlgorithm};
use ukey_apdu::request::key_object::UseKey;
use ukey_apdu::{Reply, Secret, StatusWord};
use ukey_crypto::cipher::{self, Direction, Mode, Padding};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::mac::Mac;
use ukey_crypto::{Error, ct, ec, keywrap, rsa};

/// The shortest tag that is compared; with shorter ones, tags could be found by trying.
const LEAST_TAG: usize = 8;

/// UseKey, `80 DE 02 operation`. Needs the user; 6986 if the policy forbids it, 6985 if it asks for a
/// fresh PIN, 6A95 if the key is of another kind.
pub(crate) fn use_key(card: &mut Card, request: UseKey) -> Result<Computation, StatusWord> {
    let application = card.application(request.app)?;
    let user = card.require_user(application)?;
    let key = card.object_key(&user, application, request.id)?;
    if !key.policy.allows_any(needed(&request.operation)) {
        return Err(StatusWord::NOT_ALLOWED);
    }
    require_fresh(card, &user, application, &key)?;
    Ok(Computation::new(move || {
        perform(&key.key, &request.operation, request.input.expose()).map(Secret::new)
    }))
}

/// Of which rights one has to be there.
fn needed(operation: &KeyOperation) -> KeyPolicy {
    match operation {
        KeyOperation::SignEcdsa
        | KeyOperation::SignSm2
        | KeyOperation::SignRsaPkcs1
        | KeyOperation::SignRsaRaw
        | KeyOperation::SignRsaPss { .. }
        | KeyOperation::Mac(_) => KeyPolicy::SIGN,
        KeyOperation::VerifyMac { .. } => KeyPolicy::VERIFY,
        KeyOperation::DeriveEcdh => KeyPolicy::DERIVE,
        KeyOperation::Encrypt(_) => KeyPolicy::ENCRYPT | KeyPolicy::WRAP,
        KeyOperation::DecryptSm2
        | KeyOperation::DecryptRsaPkcs1
        | KeyOperation::DecryptRsaOaep { .. }
        | KeyOperation::DecryptRsaRaw
        | KeyOperation::Decrypt(_) => KeyPolicy::DECRYPT | KeyPolicy::UNWRAP,
    }
}

fn hash(hash: KeyHash) -> HashAlg {
    match hash {
        KeyHash::Sha1 => HashAlg::Sha1,
        KeyHash::Sha224 => HashAlg::Sha224,
        KeyHash::Sha256 => HashAlg::Sha256,
        KeyHash::Sha384 => HashAlg::Sha384,
        KeyHash::Sha512 => HashAlg::Sha512,
        KeyHash::Sm3 => HashAlg::Sm3,
        KeyHash::Sha3_224 => HashAlg::Sha3_224,
        KeyHash::Sha3_256 => HashAlg::Sha3_256,
        KeyHash::Sha3_384 => HashAlg::Sha3_384,
        KeyHash::Sha3_512 => HashAlg::Sha3_512,
    }
}

fn perform(key: &ObjectKey, operation: &KeyOperation, input: &[u8]) -> Result<Vec<u8>, StatusWord> {
    match (operation, key) {
        (KeyOperation::SignEcdsa, ObjectKey::Ec(key)) => {
            if input.is_empty() {
                return Err(StatusWord::WRONG_LENGTH);
            }
            let signature = key.sign_digest(input).map_err(use_status)?;
            Ok(signature.to_bytes())
        }
        (KeyOperation::SignSm2, ObjectKey::Sm2(key)) => {
            let digest = input.try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
            let signature = key.sign_digest(digest).map_err(use_status)?;
            Ok(signature.to_bytes().to_vec())
        }
        (KeyOperation::DecryptSm2, ObjectKey::Sm2(key)) => {
            let cipher = ciphertext(Sm2Cipher::from_bytes(input)?);
            let mut plain = key.decrypt(&cipher).map_err(use_status)?;
            Ok(std::mem::take(&mut *plain))
        }
        (KeyOperation::DeriveEcdh, ObjectKey::Ec(key)) => agree(key, input),
        (_, ObjectKey::Rsa(key)) => rsa_operation(key, operation, input),
        (KeyOperation::Mac(mac), _) => compute_mac(key, *mac, input),
        (KeyOperation::VerifyMac { mac, tag }, _) => {
            let expected = compute_mac(key, *mac, input)?;
            verify_tag(&expected, tag)
        }
        (KeyOperation::Encrypt(mode), ObjectKey::Aes(key)) => {
            block_cipher(key, Direction::Encrypt, mode, input)
        }
        (KeyOperation::Encrypt(mode), ObjectKey::Sm4(key)) => {
            block_cipher(key, Direction::Encrypt, mode, input)
        }
        (KeyOperation::Decrypt(mode), ObjectKey::Aes(key)) => {
            block_cipher(key, Direction::Decrypt, mode, input)
        }
        (KeyOperation::Decrypt(mode), ObjectKey::Sm4(key)) => {
            block_cipher(key, Direction::Decrypt, mode, input)
        }
        _ => Err(StatusWord::KEY_PAIR_NOT_FOUND),
    }
}

fn rsa_operation(
    key: &rsa::PrivateKey,
    operation: &KeyOperation,
    input: &[u8],
) -> Result<Vec<u8>, StatusWord> {
    let secret = |plain: Result<zeroize::Zeroizing<Vec<u8>>, Error>| {
        plain.map(|mut plain| std::mem::take(&mut *plain))
    };
    let output = match operation {
        KeyOperation::SignRsaPkcs1 => key.sign_pkcs1v15(input),
        KeyOperation::SignRsaRaw | KeyOperation::DecryptRsaRaw => key.raw(input),
        KeyOperation::SignRsaPss {
            hash: of,
            mgf,
            salt_bytes,
        } => {
            let pss = rsa::Pss {
                hash: hash(*of),
                mgf_hash: hash(*mgf),
                salt_len: usize::from(*salt_bytes),
            };
            key.sign_pss(&pss, input)
        }
        KeyOperation::DecryptRsaPkcs1 => secret(key.decrypt_pkcs1v15(input)),
        KeyOperation::DecryptRsaOaep {
            hash: of,
            mgf,
            label,
        } => {
            let oaep = rsa::Oaep {
                hash: hash(*of),
                mgf_hash: hash(*mgf),
                label,
            };
            secret(key.decrypt_oaep(&oaep, input))
        }
        _ => return Err(StatusWord::KEY_PAIR_NOT_FOUND),
    };
    output.map_err(use_status)
}

/// ECDH with a peer's `X, Y`.
fn agree(key: &ec::PrivateKey, peer: &[u8]) -> Result<Vec<u8>, StatusWord> {
    let mut point = Vec::with_capacity(1 + peer.len());
    point.push(0x04);
    point.extend_from_slice(peer);
    if peer.len() != 2 * key.curve().field_len() {
        return Err(StatusWord::WRONG_LENGTH);
    }
    let peer = ec::PublicKey::from_sec1(key.curve(), &point).map_err(use_status)?;
    let mut shared = key.diffie_hellman(&peer).map_err(use_status)?;
    Ok(std::mem::take(&mut *shared))
}

fn compute_mac(key: &ObjectKey, mac: MacAlgorithm, input: &[u8]) -> Result<Vec<u8>, StatusWord> {
    let mut mac = match (mac, key) {
        (MacAlgorithm::Cmac, ObjectKey::Aes(key)) => Mac::cmac(key),
        (MacAlgorithm::Cmac, ObjectKey::Sm4(key)) => Mac::cmac(key),
        (MacAlgorithm::Hmac(of), ObjectKey::Generic(secret)) => Mac::hmac(hash(of), secret),
        _ => return Err(StatusWord::KEY_PAIR_NOT_FOUND),
    };
    mac.update(input);
    Ok(mac.finish())
}

fn verify_tag(expected: &[u8], tag: &[u8]) -> Result<Vec<u8>, StatusWord> {
    if tag.len() < LEAST_TAG || tag.len() > expected.len() {
        return Err(StatusWord::WRONG_LENGTH);
    }
    ct::eq(&expected[..tag.len()], tag)
        .then(Vec::new)
        .ok_or(StatusWord::SIGNATURE_INVALID)
}

/// Length of the plaintext, which CCM has to know before.
fn plaintext_length(direction: Direction, input: usize, tag: usize) -> Result<usize, StatusWord> {
    match direction {
        Direction::Encrypt => Ok(input),
        Direction::Decrypt => input.checked_sub(tag).ok_or(StatusWord::WRONG_LENGTH),
    }
}

fn block_cipher<K: cipher::Key>(
    key: &K,
    direction: Direction,
    mode: &CipherMode,
    input: &[u8],
) -> Result<Vec<u8>, StatusWord> {
    let padding = Padding::None;
    let mode = match mode {
        CipherMode::KeyWrap | CipherMode::KeyWrapPad => {
            let padded = *mode == CipherMode::KeyWrapPad;
            return wrap(key, direction, padded, input).map_err(use_status);
        }
        CipherMode::Ecb => Mode::Ecb { padding },
        CipherMode::Cbc { iv } => Mode::Cbc { iv, padding },
        CipherMode::Ctr { counter, bits } => {
            if !(1..=128).contains(bits) {
                return Err(StatusWord::BAD_DATA);
            }
            Mode::Ctr {
                counter_block: counter,
                counter_bits: u32::from(*bits),
            }
        }
        CipherMode::Gcm { iv, aad, tag_bytes } => Mode::Gcm {
            iv,
            aad,
            tag_len: usize::from(*tag_bytes),
        },
        CipherMode::Ccm {
            nonce,
            aad,
            tag_bytes,
        } => Mode::Ccm {
            nonce,
            aad,
            tag_len: usize::from(*tag_bytes),
            data_len: plaintext_length(direction, input.len(), usize::from(*tag_bytes))?,
        },
    };
    let mut output = Vec::with_capacity(input.len() + 32);
    cipher::Operation::new(key, direction, &mode)
        .and_then(|operation| operation.complete(input, &mut output))
        .map_err(use_status)?;
    Ok(output)
}

fn wrap<K: cipher::Key>(
    key: &K,
    direction: Direction,
    padded: bool,
    input: &[u8],
) -> Result<Vec<u8>, Error> {
    let unwrapped = match (direction, padded) {
        (Direction::Encrypt, false) => return keywrap::wrap(key, &keywrap::DEFAULT_IV, input),
        (Direction::Encrypt, true) => {
            return keywrap::wrap_padded(key, &keywrap::DEFAULT_PADDED_IV, input);
        }
        (Direction::Decrypt, false) => keywrap::unwrap(key, &keywrap::DEFAULT_IV, input),
        (Direction::Decrypt, true) => {
            keywrap::unwrap_padded(key, &keywrap::DEFAULT_PADDED_IV, input)
        }
    };
    unwrapped.map(|mut key| std::mem::take(&mut *key))
}
