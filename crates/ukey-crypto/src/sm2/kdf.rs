//! The key derivation of SM2 (GB/T 32918.4 clause 5.4.3) and the C3 hash.

use super::FIELD_LEN;
use crate::sm3;
use gm_kernels::sm2::Point;
use zeroize::{Zeroize, Zeroizing};

/// Coordinates x2 || y2 of the shared point.
pub(super) type Shared = [u8; 2 * FIELD_LEN];

/// Those of a secret point.
pub(super) fn coordinates(point: &Point) -> Zeroizing<Shared> {
    let mut both = Zeroizing::new([0; 2 * FIELD_LEN]);
    both[..FIELD_LEN].copy_from_slice(Zeroizing::new(point.x()).as_slice());
    both[FIELD_LEN..].copy_from_slice(Zeroizing::new(point.y()).as_slice());
    both
}

/// XORs the key stream SM3(z || 1) || SM3(z || 2) || … over `data`, where `z` has been absorbed into
/// `prefix`. Returns whether any byte of the stream was not zero.
fn xor_stream(prefix: &sm3::Sm3, data: &mut [u8]) -> bool {
    let mut any = 0;
    for (counter, chunk) in (1u32..).zip(data.chunks_mut(sm3::OUTPUT_LEN)) {
        let mut hash = prefix.clone();
        hash.update(&counter.to_be_bytes());
        let mut stream = hash.finish();
        for (byte, key) in chunk.iter_mut().zip(&stream) {
            *byte ^= key;
            any |= key;
        }
        stream.zeroize();
    }
    any != 0
}

/// Encrypts or decrypts `data` in place under the shared point. Returns false if the key stream is
/// all zero, in which case the standard forbids to use the result.
///
/// The counter has 32 bits, which is enough for 128 GiB: more than a `Vec` of a message here holds.
pub(super) fn xor_key_stream(shared: &Shared, data: &mut [u8]) -> bool {
    let mut prefix = sm3::Sm3::new();
    prefix.update(shared);
    xor_stream(&prefix, data)
}

/// Fills `out` with the key derived from `parts`, taken one after the other.
pub(super) fn derive(parts: &[&[u8]], out: &mut [u8]) {
    let mut prefix = sm3::Sm3::new();
    for part in parts {
        prefix.update(part);
    }
    out.fill(0);
    xor_stream(&prefix, out);
}

/// C3 = SM3(x2 || plaintext || y2).
pub(super) fn c3(shared: &Shared, plaintext: &[u8]) -> [u8; 32] {
    let (x2, y2) = shared.split_at(FIELD_LEN);
    let mut hash = sm3::Sm3::new();
    hash.update(x2);
    hash.update(plaintext);
    hash.update(y2);
    hash.finish()
}
