//! SM4 with AES-NI on 256-bit registers, AESENCLAST on their halves: 24 blocks at a time.

use super::tables::{POST, PRE, SWAP, unshift_and_turn_left};
use crate::sm4::Block;
use core::arch::x86_64::*;

type V = __m256i;

word_sliced!("avx2,aes", 2, 3);

#[target_feature(enable = "avx2,aes")]
#[inline]
fn load(blocks: &[Block]) -> V {
    assert!(blocks.len() >= LANES);
    // SAFETY: there are that many blocks; unaligned loads have no further requirement.
    unsafe { _mm256_loadu_si256(blocks.as_ptr().cast()) }
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn store(blocks: &mut [Block], value: V) {
    assert!(blocks.len() >= LANES);
    // SAFETY: as for loads.
    unsafe { _mm256_storeu_si256(blocks.as_mut_ptr().cast(), value) };
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn transpose(r: [V; 4]) -> [V; 4] {
    let (a, b) = (
        _mm256_unpacklo_epi32(r[0], r[1]),
        _mm256_unpackhi_epi32(r[0], r[1]),
    );
    let (c, d) = (
        _mm256_unpacklo_epi32(r[2], r[3]),
        _mm256_unpackhi_epi32(r[2], r[3]),
    );
    [
        _mm256_unpacklo_epi64(a, c),
        _mm256_unpackhi_epi64(a, c),
        _mm256_unpacklo_epi64(b, d),
        _mm256_unpackhi_epi64(b, d),
    ]
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn xor(a: V, b: V) -> V {
    _mm256_xor_si256(a, b)
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn splat(word: u32) -> V {
    _mm256_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm256_add_epi32(a, b)
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn shuffle(value: V, map: &[u8; 16]) -> V {
    // SAFETY: reads the 16 bytes of the map.
    let map = unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(map.as_ptr().cast())) };
    _mm256_shuffle_epi8(value, map)
}

/// Entries of a table of 16 in a register, by instruction and not by address.
#[target_feature(enable = "avx2,aes")]
#[inline]
fn look_up(table: &[u8; 16], nibbles: V) -> V {
    // SAFETY: reads the 16 bytes of the table.
    let table = unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast())) };
    _mm256_shuffle_epi8(table, nibbles)
}

/// An affine map, a table for each nibble.
#[target_feature(enable = "avx2,aes")]
#[inline]
fn map(value: V, tables: &[[u8; 16]; 2]) -> V {
    let nibble = _mm256_set1_epi8(0x0f);
    let low = _mm256_and_si256(value, nibble);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(value), nibble);
    xor(look_up(&tables[0], low), look_up(&tables[1], high))
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn enter(memory: V) -> V {
    shuffle(memory, &SWAP)
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn enter_value(number: V) -> V {
    number
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn leave(state: V) -> V {
    shuffle(state, &SWAP)
}

#[target_feature(enable = "avx2,aes")]
#[inline]
fn aes_last(state: V) -> V {
    let zero = _mm_setzero_si128();
    let low = _mm_aesenclast_si128(_mm256_castsi256_si128(state), zero);
    let high = _mm_aesenclast_si128(_mm256_extracti128_si256::<1>(state), zero);
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
}

/// The S-box, with the bytes where ShiftRows left them.
#[target_feature(enable = "avx2,aes")]
#[inline]
fn substitute(input: V) -> V {
    map(aes_last(map(input, &PRE)), &POST)
}

/// a + L(S(b + c + d + key)).
#[target_feature(enable = "avx2,aes")]
#[inline]
fn round(a: V, b: V, c: V, d: V, key: V) -> V {
    let s = substitute(xor(d, xor(xor(b, c), key)));
    let straight = shuffle(s, const { &unshift_and_turn_left(0) });
    let one = shuffle(s, const { &unshift_and_turn_left(1) });
    let two = shuffle(s, const { &unshift_and_turn_left(2) });
    let three = shuffle(s, const { &unshift_and_turn_left(3) });
    let inner = xor(xor(straight, one), two);
    let turned = _mm256_or_si256(
        _mm256_slli_epi32::<2>(inner),
        _mm256_srli_epi32::<30>(inner),
    );
    xor(xor(a, turned), xor(straight, three))
}
