//! The key schedule. It puts secrets through the S-box, so it takes the engine's own.

use super::Block;
use zeroize::Zeroize;

/// FK of the standard.
const FAMILY: [u32; 4] = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];

/// Fills `keys` with the round keys of encryption.
pub(super) fn expand(key: &Block, substitute: impl Fn(u32) -> u32, keys: &mut [u32; 32]) {
    let (words, _) = key.as_chunks::<4>();
    let mut state: [u32; 4] = core::array::from_fn(|i| u32::from_be_bytes(words[i]) ^ FAMILY[i]);
    for (round, out) in (0..).zip(keys.iter_mut()) {
        let s = substitute(state[1] ^ state[2] ^ state[3] ^ constant(round));
        let next = state[0] ^ s ^ s.rotate_left(13) ^ s.rotate_left(23);
        *out = next;
        state = [state[1], state[2], state[3], next];
    }
    state.zeroize();
}

/// CK of the standard: byte j of word i is 7 (4 i + j) modulo 256.
const fn constant(round: u32) -> u32 {
    let first = 28 * round;
    u32::from_be_bytes([
        first as u8,
        (first + 7) as u8,
        (first + 14) as u8,
        (first + 21) as u8,
    ])
}
