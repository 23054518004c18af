//! k G by a comb: 37 signed digits of 7 bits, no doublings.
//!
//! `comb_g.bin` holds 37 windows of 64 affine points: entry j of window i is (j + 1) 2^(7 i) G, x then y,
//! each as four little-endian words in Montgomery form. A test computes it anew.

use super::field::{Arith, Fe};
use super::jacobian::{Affine, Jacobian};
use super::words::Words;
use crate::ct::Mask;
use zeroize::Zeroize;

/// A point as eight words: x, then y.
pub(crate) type Entry = [u64; 8];
/// All positive multiples that one digit can ask for.
pub(crate) type Window = [Entry; ENTRIES];

const WINDOWS: usize = 37;
const ENTRIES: usize = 64;
const BITS: usize = 7;

/// Aligned so that a point never lies across two cache lines.
#[repr(align(64))]
struct Table([Window; WINDOWS]);

static TABLE: Table = Table(parse(include_bytes!("comb_g.bin")));

const fn parse(bytes: &[u8; WINDOWS * ENTRIES * 64]) -> [Window; WINDOWS] {
    let mut table = [[[0; 8]; ENTRIES]; WINDOWS];
    let (words, _) = bytes.as_chunks::<8>();
    let mut i = 0;
    while i < words.len() {
        table[i / 8 / ENTRIES][i / 8 % ENTRIES][i % 8] = u64::from_le_bytes(words[i]);
        i += 1;
    }
    table
}

/// A way to read an entry of a window without showing which.
pub(crate) trait Gather: Copy {
    /// Entry number `index`, counted from 1; anything for 0.
    fn select(self, window: &Window, index: u64) -> Entry;
}

/// With plain masks.
#[derive(Clone, Copy)]
pub(crate) struct MaskGather;

impl Gather for MaskGather {
    #[inline(always)]
    fn select(self, window: &Window, index: u64) -> Entry {
        let mut found = [0; 8];
        for (number, entry) in (1..).zip(window) {
            let mask = Mask::equal(number, index).word();
            for (word, other) in found.iter_mut().zip(entry) {
                *word |= other & mask;
            }
        }
        found
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
impl Gather for crate::arch::x86_64::Avx2 {
    #[inline(always)]
    fn select(self, window: &Window, index: u64) -> Entry {
        self.select(window, index)
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
impl Gather for crate::arch::x86_64::Avx512 {
    #[inline(always)]
    fn select(self, window: &Window, index: u64) -> Entry {
        self.select(window, index)
    }
}

/// k G for k below n; infinity for 0.
///
/// An addition never meets its own operand: the digits below window i sum to less than 0.51 2^(7 i) in
/// absolute value, so the sum cannot equal a nonzero digit times 2^(7 i) or its negative, and it takes a
/// k outside 0..n for that to happen modulo n.
#[inline(always)]
pub(crate) fn multiply<A: Arith, T: Gather>(a: A, gather: T, k: &Words) -> Jacobian {
    let mut sum = Jacobian::INFINITY;
    let mut empty = Mask::from_bit(1);
    let mut digits = Digits::<BITS>::new(k);
    for window in &TABLE.0 {
        let (size, negative) = digits.next_digit();
        let point = from_entry(&gather.select(window, size)).negate_if(a, negative);
        let zero = Mask::is_zero(size);
        let added = sum.add_affine(a, &point);
        let first = Jacobian::select(empty, &point.to_jacobian(), &added);
        sum = Jacobian::select(zero, &sum, &first);
        empty = empty & zero;
    }
    sum
}

/// sum + k G in variable time, for verification. Indices and branches depend on k.
pub(crate) fn add_multiple_vartime<A: Arith>(a: A, sum: Jacobian, k: &Words) -> Jacobian {
    add_digits_vartime::<A, BITS, ENTRIES>(a, sum, &TABLE.0, k)
}

/// sum + k P in variable time, by windows of 2^(`BITS` - 1) multiples of P each.
#[inline(always)]
pub(super) fn add_digits_vartime<A: Arith, const BITS: usize, const ENTRIES: usize>(
    a: A,
    mut sum: Jacobian,
    windows: &[[Entry; ENTRIES]],
    k: &Words,
) -> Jacobian {
    let mut digits = Digits::<BITS>::new(k);
    for window in windows {
        let (size, negative) = digits.next_digit();
        if size == 0 {
            continue;
        }
        let entry = &window[usize::try_from(size - 1).unwrap_or(0)];
        let point = from_entry(entry).negate_if(a, negative);
        sum = super::public_multiply::add_affine_complete(a, &sum, &point);
    }
    sum
}

pub(super) fn from_entry(entry: &Entry) -> Affine {
    let [x0, x1, x2, x3, y0, y1, y2, y3] = *entry;
    Affine {
        x: Fe([x0, x1, x2, x3]),
        y: Fe([y0, y1, y2, y3]),
    }
}

/// The digits of a number in signed form with `BITS` bits each, the least significant first: sizes up to
/// 2^(BITS - 1) and signs. Wiped when dropped.
pub(crate) struct Digits<const BITS: usize> {
    rest: Words,
    /// The bit below `rest`, which the digit before left as a carry.
    below: u64,
}

impl<const BITS: usize> Digits<BITS> {
    #[inline(always)]
    pub(crate) const fn new(k: &Words) -> Self {
        Self { rest: *k, below: 0 }
    }

    /// The bits that make the next digit: its own, and one below them.
    #[inline(always)]
    pub(crate) const fn next_window(&mut self) -> u64 {
        let r = self.rest;
        let window = (r[0] << 1 | self.below) & ((2 << BITS) - 1);
        self.below = r[0] >> (BITS - 1) & 1;
        let up = 64 - BITS;
        self.rest = [
            r[0] >> BITS | r[1] << up,
            r[1] >> BITS | r[2] << up,
            r[2] >> BITS | r[3] << up,
            r[3] >> BITS,
        ];
        window
    }

    /// Size and sign of the digit that `window` stands for: the highest bit counts negative, the
    /// lowest is the carry.
    #[inline(always)]
    pub(crate) fn signed(window: u64) -> (u64, Mask) {
        let negative = Mask::from_bit(window >> BITS);
        let size = negative.select((2 << BITS) - 1 - window, window);
        ((size >> 1) + (size & 1), negative)
    }

    #[inline(always)]
    fn next_digit(&mut self) -> (u64, Mask) {
        let window = self.next_window();
        Self::signed(window)
    }
}

impl<const BITS: usize> Drop for Digits<BITS> {
    #[inline(always)]
    fn drop(&mut self) {
        self.rest.zeroize();
        self.below.zeroize();
    }
}
