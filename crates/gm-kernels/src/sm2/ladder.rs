//! k P for any point P in constant time: 52 signed digits of 5 bits, every entry of the table read.

use super::comb::Digits;
use super::field::{Arith, Fe};
use super::jacobian::{Affine, Jacobian};
use super::words::Words;
use crate::ct::Mask;
use zeroize::Zeroize;

const BITS: usize = 5;
const DIGITS: usize = 52;
const ENTRIES: usize = 16;

/// k P for k below n; infinity for 0.
///
/// Before the digit d is added the sum is s P with s a multiple of 32, and |d| is at most 16. So s = d or
/// s = -d can hold only for both 0, which masks handle, or modulo n. There, with s + d = k below n, it
/// holds in the last step alone and for one scalar, k = n - 2 (n mod 32) = n - 6: the addition is a
/// doubling. The last step therefore doubles as well, and a mask takes the right result.
#[inline(always)]
pub(crate) fn multiply<A: Arith>(a: A, k: &Words, point: &Affine) -> Jacobian {
    let table = multiples(a, point);
    let mut digits = Digits::<BITS>::new(k);
    let mut windows: [u64; DIGITS] = core::array::from_fn(|_| digits.next_window());
    let (top, zero) = entry(a, &table, windows[DIGITS - 1]);
    let mut sum = Sum {
        point: top,
        empty: zero,
    };
    for &window in windows[1..DIGITS - 1].iter().rev() {
        sum.append::<A, false>(a, &table, window);
    }
    sum.append::<A, true>(a, &table, windows[0]);
    windows.zeroize();
    sum.point
}

/// A multiple of P, and whether it is still infinity.
struct Sum {
    point: Jacobian,
    empty: Mask,
}

impl Sum {
    /// 32 self + digit P.
    #[inline(always)]
    fn append<A: Arith, const LAST: bool>(
        &mut self,
        a: A,
        table: &[Jacobian; ENTRIES],
        window: u64,
    ) {
        for _ in 0..BITS {
            self.point = self.point.double(a);
        }
        let (mut entry, zero) = entry(a, table, window);
        let mut added = self.point.add(a, &entry);
        if LAST {
            let same = same_point(a, &self.point, &entry) & !self.empty & !zero;
            added = Jacobian::select(same, &entry.double(a), &added);
        }
        let first = Jacobian::select(self.empty, &entry, &added);
        self.point = Jacobian::select(zero, &self.point, &first);
        self.empty = self.empty & zero;
        entry.zeroize();
    }
}

/// The multiple that `window` stands for, and whether it is none.
#[inline(always)]
fn entry<A: Arith>(a: A, table: &[Jacobian; ENTRIES], window: u64) -> (Jacobian, Mask) {
    let (size, negative) = Digits::<BITS>::signed(window);
    let mut entry = select(table, size);
    let mirrored = a.sub(&Fe::ZERO, &entry.y);
    entry.y = Fe(negative.select_words(&mirrored.0, &entry.y.0));
    (entry, Mask::is_zero(size))
}

/// P, 2 P, ... 16 P.
#[inline(always)]
fn multiples<A: Arith>(a: A, point: &Affine) -> [Jacobian; ENTRIES] {
    let mut table = [point.to_jacobian(); ENTRIES];
    table[1] = table[0].double(a);
    for pair in 1..ENTRIES / 2 {
        table[2 * pair] = table[2 * pair - 1].add_affine(a, point);
        table[2 * pair + 1] = table[pair].double(a);
    }
    table
}

#[inline(always)]
fn select(table: &[Jacobian; ENTRIES], index: u64) -> Jacobian {
    let mut found = Jacobian::INFINITY;
    for (number, entry) in (1..).zip(table) {
        let mask = Mask::equal(number, index).word();
        for (word, other) in found.x.0.iter_mut().zip(&entry.x.0) {
            *word |= other & mask;
        }
        for (word, other) in found.y.0.iter_mut().zip(&entry.y.0) {
            *word |= other & mask;
        }
        for (word, other) in found.z.0.iter_mut().zip(&entry.z.0) {
            *word |= other & mask;
        }
    }
    found
}

/// Whether two points other than infinity are the same.
#[inline(always)]
fn same_point<A: Arith>(a: A, one: &Jacobian, other: &Jacobian) -> Mask {
    let (z1z1, z2z2) = (a.sqr(&one.z), a.sqr(&other.z));
    let same_x = a.mul(&one.x, &z2z2).equal(&a.mul(&other.x, &z1z1));
    let y1 = a.mul(&a.mul(&one.y, &z2z2), &other.z);
    let y2 = a.mul(&a.mul(&other.y, &z1z1), &one.z);
    same_x & y1.equal(&y2)
}
