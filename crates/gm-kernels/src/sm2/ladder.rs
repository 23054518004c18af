//! k P for any point P in constant time: 52 signed digits of 5 bits, every entry of the table read.

use super::comb::booth_digit;
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
    let mut sum = Jacobian::INFINITY;
    let mut empty = Mask::from_bit(1);
    for i in (0..DIGITS).rev() {
        if i != DIGITS - 1 {
            for _ in 0..BITS {
                sum = sum.double(a);
            }
        }
        let (size, negative) = booth_digit(k, i, BITS);
        let mut entry = select(&table, size);
        let mirrored = a.sub(&Fe::ZERO, &entry.y);
        entry.y = Fe(negative.select_words(&mirrored.0, &entry.y.0));
        let zero = Mask::is_zero(size);
        let mut added = sum.add(a, &entry);
        if i == 0 {
            let same = same_point(a, &sum, &entry) & !empty & !zero;
            added = Jacobian::select(same, &entry.double(a), &added);
        }
        let first = Jacobian::select(empty, &entry, &added);
        sum = Jacobian::select(zero, &sum, &first);
        empty = empty & zero;
        entry.zeroize();
    }
    sum
}

/// P, 2 P, ... 16 P.
#[inline(always)]
fn multiples<A: Arith>(a: A, point: &Affine) -> [Jacobian; ENTRIES] {
    let mut table = [point.to_jacobian(); ENTRIES];
    for number in 2..=ENTRIES {
        table[number - 1] = if number % 2 == 0 {
            table[number / 2 - 1].double(a)
        } else {
            table[number - 2].add_affine(a, point)
        };
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
