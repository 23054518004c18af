//! Structures of GM/T 0016 chapter 6.4 as bytes: packed, numbers right-aligned in their fields,
//! lengths in the order of the machine.

use ukey_crypto::{rsa, sm2};

/// Length of ECCPUBLICKEYBLOB: bits, X and Y in fields of 64 bytes.
pub(super) const ECC_PUBLIC_LEN: usize = 4 + 64 + 64;
/// Length of ECCSIGNATUREBLOB: r and s in fields of 64 bytes.
pub(super) const ECC_SIGNATURE_LEN: usize = 64 + 64;
/// Length of ECCCIPHERBLOB before the ciphertext.
pub(super) const ECC_CIPHER_HEAD_LEN: usize = 64 + 64 + 32 + 4;
/// Length of RSAPUBLICKEYBLOB: algorithm, bits, modulus in 256 bytes, exponent in 4.
pub(super) const RSA_PUBLIC_LEN: usize = 4 + 4 + 256 + 4;

/// Names that end with a NUL each, and one more at the end.
pub(super) fn name_list(bytes: &[u8]) -> Vec<String> {
    bytes
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8(name.to_vec()).expect("UTF-8"))
        .collect()
}

pub(super) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("a field of this length")
}

/// The number of 32 bytes that stands last in a field of 64.
pub(super) fn field(field: &[u8]) -> &[u8] {
    assert_eq!(field[..32], [0; 32], "the upper half of a field is zero");
    &field[32..64]
}

pub(super) fn ecc_public_blob(key: &sm2::PublicKey) -> [u8; ECC_PUBLIC_LEN] {
    let mut blob = [0; ECC_PUBLIC_LEN];
    blob[..4].copy_from_slice(&256_u32.to_ne_bytes());
    blob[36..68].copy_from_slice(&key.x());
    blob[100..].copy_from_slice(&key.y());
    blob
}

pub(super) fn ecc_public_key(blob: &[u8; ECC_PUBLIC_LEN]) -> sm2::PublicKey {
    assert_eq!(blob[..4], 256_u32.to_ne_bytes());
    sm2::PublicKey::from_xy(field(&blob[4..68]), field(&blob[68..])).expect("a point of the curve")
}

pub(super) fn rsa_public_blob(key: &rsa::PublicKey) -> [u8; RSA_PUBLIC_LEN] {
    let mut blob = [0; RSA_PUBLIC_LEN];
    blob[..4].copy_from_slice(&0x0001_0000_u32.to_ne_bytes());
    blob[4..8].copy_from_slice(&(key.bits() as u32).to_ne_bytes());
    let (modulus, exponent) = (key.n(), key.e());
    blob[264 - modulus.len()..264].copy_from_slice(&modulus);
    blob[268 - exponent.len()..].copy_from_slice(&exponent);
    blob
}

pub(super) fn rsa_public_key(blob: &[u8; RSA_PUBLIC_LEN]) -> rsa::PublicKey {
    assert_eq!(blob[4..8], 2048_u32.to_ne_bytes());
    rsa::PublicKey::from_components(&blob[8..264], &blob[264..]).expect("a public key")
}

/// ECCSIGNATUREBLOB of r ‖ s.
pub(super) fn ecc_signature_blob(signature: &[u8; 64]) -> [u8; ECC_SIGNATURE_LEN] {
    let mut blob = [0; ECC_SIGNATURE_LEN];
    blob[32..64].copy_from_slice(&signature[..32]);
    blob[96..].copy_from_slice(&signature[32..]);
    blob
}

/// r ‖ s of an ECCSIGNATUREBLOB.
pub(super) fn ecc_signature(blob: &[u8; ECC_SIGNATURE_LEN]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(field(&blob[..64]));
    signature[32..].copy_from_slice(field(&blob[64..]));
    signature
}

/// ECCCIPHERBLOB.
pub(super) fn ecc_cipher_blob(cipher: &sm2::Ciphertext) -> Vec<u8> {
    let mut blob = vec![0; ECC_CIPHER_HEAD_LEN];
    blob[32..64].copy_from_slice(&cipher.x);
    blob[96..128].copy_from_slice(&cipher.y);
    blob[128..160].copy_from_slice(&cipher.hash);
    blob[160..164].copy_from_slice(&(cipher.data.len() as u32).to_ne_bytes());
    blob.extend_from_slice(&cipher.data);
    blob
}

/// The ciphertext of an ECCCIPHERBLOB.
pub(super) fn ecc_ciphertext(blob: &[u8]) -> sm2::Ciphertext {
    let length = u32::from_ne_bytes(array(&blob[160..164])) as usize;
    sm2::Ciphertext {
        x: array(field(&blob[..64])),
        y: array(field(&blob[64..128])),
        hash: array(&blob[128..160]),
        data: blob[ECC_CIPHER_HEAD_LEN..][..length].to_vec(),
    }
}
