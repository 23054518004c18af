//! The compression function on one block, in plain Rust.

use super::{BLOCK, ROUND_CONSTANTS};

/// Takes a block into the state.
pub(super) fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
    let w = expand(block);
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for round in 0..64 {
        let turned = a.rotate_left(12);
        let ss1 = turned
            .wrapping_add(e)
            .wrapping_add(ROUND_CONSTANTS[round])
            .rotate_left(7);
        let (ff, gg) = if round < 16 {
            (a ^ b ^ c, e ^ f ^ g)
        } else {
            ((a ^ b) & (a ^ c) ^ a, (f ^ g) & e ^ g)
        };
        let tt1 = ff
            .wrapping_add(d)
            .wrapping_add(ss1 ^ turned)
            .wrapping_add(w[round] ^ w[round + 4]);
        let tt2 = gg.wrapping_add(h).wrapping_add(ss1).wrapping_add(w[round]);
        (d, c, b, a) = (c, b.rotate_left(9), a, tt1);
        (h, g, f, e) = (g, f.rotate_left(19), e, permute(tt2));
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *old ^= new;
    }
}

/// The 68 words of the message expansion.
fn expand(block: &[u8; BLOCK]) -> [u32; 68] {
    let mut w = [0; 68];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for j in 16..68 {
        let x = w[j - 16] ^ w[j - 9] ^ w[j - 3].rotate_left(15);
        let x = x ^ x.rotate_left(15) ^ x.rotate_left(23);
        w[j] = x ^ w[j - 13].rotate_left(7) ^ w[j - 6];
    }
    w
}

/// P0 of the standard.
const fn permute(x: u32) -> u32 {
    x ^ x.rotate_left(9) ^ x.rotate_left(17)
}
