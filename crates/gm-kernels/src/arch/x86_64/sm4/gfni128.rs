//! SM4 with GFNI on one block, and what belongs to the keys of all paths with GFNI.

use super::tables::{
    ENTER, ENTER_CONSTANT, LAST, LEAVE, OUTPUT, OUTPUT_CONSTANT, ROUND_CONSTANT, STRAIGHT, TURNED,
    turn_right,
};
use crate::sm4::Block;
use core::arch::x86_64::*;

registers_128!("avx2,gfni");
plain_xor5!("avx2,gfni");
gfni_round!(
    "avx2,gfni",
    _mm_set1_epi64x,
    _mm_gf2p8affine_epi64_epi8,
    _mm_gf2p8affineinv_epi64_epi8
);
one_block!("avx2,gfni");

/// The S-box on four bytes.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn substitute_word(word: u32) -> u32 {
    let input = _mm_gf2p8affine_epi64_epi8::<{ ENTER_CONSTANT as i32 }>(splat(word), matrix(ENTER));
    let output = _mm_gf2p8affineinv_epi64_epi8::<{ OUTPUT_CONSTANT as i32 }>(input, matrix(OUTPUT));
    first(output)
}

/// Round keys in memory order and in the state's coordinates, with the constant of the first map.
#[target_feature(enable = "avx2,gfni")]
pub(super) fn prepare_keys(keys: &mut [u32; 32]) {
    for key in keys {
        *key = first(enter(splat(key.swap_bytes()))) ^ u32::from_ne_bytes([ENTER_CONSTANT; 4]);
    }
}
