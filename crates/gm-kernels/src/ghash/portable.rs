//! Multiplication in plain Rust without tables: integers with holes between their bits, so that carries
//! fall into the holes (the method of BearSSL, T. Pornin). In constant time where multiplication of
//! 64-bit integers is.

use crate::arch::value_barrier;
use crate::sm4::Block;

/// The key of GHASH as a key of POLYVAL: times x.
pub(super) fn times_x(h: u128) -> u128 {
    let carry = value_barrier((h >> 127) as u64);
    let mask = u128::from(carry).wrapping_neg();
    h << 1 ^ mask & 0xc200_0000_0000_0000_0000_0000_0000_0001
}

/// Absorbs blocks into `value` under the key `h`.
#[inline(never)]
pub(super) fn update(h: u128, value: u128, blocks: &[Block]) -> u128 {
    blocks.iter().fold(value, |value, block| {
        multiply(value ^ u128::from_be_bytes(*block), h)
    })
}

/// a b x^-128.
#[inline(always)]
fn multiply(a: u128, b: u128) -> u128 {
    let (a0, a1) = (a as u64, (a >> 64) as u64);
    let (b0, b1) = (b as u64, (b >> 64) as u64);
    // Karatsuba, once for the low halves of the products and once for the high ones, read backwards
    let low = [
        low_product(a0, b0),
        low_product(a1, b1),
        low_product(a0 ^ a1, b0 ^ b1),
    ];
    let [ar0, ar1, br0, br1] = [a0, a1, b0, b1].map(u64::reverse_bits);
    let high = [
        low_product(ar0, br0),
        low_product(ar1, br1),
        low_product(ar0 ^ ar1, br0 ^ br1),
    ]
    .map(|product| product.reverse_bits() >> 1);
    let middle_low = low[0] ^ low[1] ^ low[2];
    let middle_high = high[0] ^ high[1] ^ high[2];
    reduce([low[0], high[0] ^ middle_low, low[1] ^ middle_high, high[1]])
}

/// From 256 bits to 128: divides by x^128 modulo x^128 + x^127 + x^126 + x^121 + 1.
#[inline(always)]
const fn reduce([v0, v1, v2, v3]: [u64; 4]) -> u128 {
    let v1 = v1 ^ v0 << 63 ^ v0 << 62 ^ v0 << 57;
    let v2 = v2 ^ v0 ^ v0 >> 1 ^ v0 >> 2 ^ v0 >> 7;
    let v2 = v2 ^ v1 << 63 ^ v1 << 62 ^ v1 << 57;
    let v3 = v3 ^ v1 ^ v1 >> 1 ^ v1 >> 2 ^ v1 >> 7;
    (v3 as u128) << 64 | v2 as u128
}

/// The low 64 bits of the carry-less product.
#[inline(always)]
fn low_product(a: u64, b: u64) -> u64 {
    const HOLES: [u64; 4] = [
        0x1111_1111_1111_1111,
        0x2222_2222_2222_2222,
        0x4444_4444_4444_4444,
        0x8888_8888_8888_8888,
    ];
    let a = HOLES.map(|mask| a & mask);
    let b = HOLES.map(|mask| b & mask);
    let sum =
        |i: usize| (0..4).fold(0, |sum, j| sum ^ a[j].wrapping_mul(b[(4 + i - j) % 4])) & HOLES[i];
    sum(0) | sum(1) | sum(2) | sum(3)
}
