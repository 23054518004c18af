//! Multiplication in variable time, for values that everyone may know: verification.

use super::comb;
use super::field::Arith;
use super::jacobian::{Affine, Jacobian};
use super::words::{self, Words};
use crate::ct::Mask;

/// Digits are odd and below 2^(WIDTH - 1) in size, with at least WIDTH - 1 zeros between two.
const WIDTH: u32 = 5;
const ENTRIES: usize = 1 << (WIDTH - 2);
/// One more than the bits of a scalar: the recoding may carry.
const DIGITS: usize = 257;

/// u G + v P for any u, v below n.
#[inline(always)]
pub(crate) fn multiply_add<A: Arith>(a: A, u: &Words, v: &Words, point: &Affine) -> Jacobian {
    let table = odd_multiples(a, point);
    let mut sum = Jacobian::INFINITY;
    for &digit in recode(v).iter().rev() {
        sum = sum.double(a);
        if digit != 0 {
            let mut entry = table[usize::from(digit.unsigned_abs()) / 2];
            if digit < 0 {
                entry.y = a.sub(&super::field::Fe::ZERO, &entry.y);
            }
            sum = add_complete(a, &sum, &entry);
        }
    }
    comb::add_multiple_vartime(a, sum, u)
}

/// P, 3 P, 5 P ... 15 P.
fn odd_multiples<A: Arith>(a: A, point: &Affine) -> [Jacobian; ENTRIES] {
    let mut table = [point.to_jacobian(); ENTRIES];
    let twice = table[0].double(a);
    for i in 1..ENTRIES {
        table[i] = twice.add(a, &table[i - 1]);
    }
    table
}

/// The non-adjacent form of v, least significant digit first.
fn recode(v: &Words) -> [i8; DIGITS] {
    let mut digits = [0; DIGITS];
    let mut rest = *v;
    let mut carry = false;
    let mut at = 0;
    while at < DIGITS {
        if (rest[0] & 1 == 1) == carry {
            rest = shift_right(&rest, 1);
            at += 1;
            continue;
        }
        let window = (rest[0] & ((1 << WIDTH) - 1)) as i8 + i8::from(carry);
        carry = window >= 1 << (WIDTH - 1);
        digits[at] = if carry { window - (1 << WIDTH) } else { window };
        rest = shift_right(&rest, WIDTH);
        at += WIDTH as usize;
    }
    digits
}

fn shift_right(x: &Words, bits: u32) -> Words {
    let up = 64 - bits;
    [
        x[0] >> bits | x[1] << up,
        x[1] >> bits | x[2] << up,
        x[2] >> bits | x[3] << up,
        x[3] >> bits,
    ]
}

/// one + other, whatever they are.
#[inline(always)]
fn add_complete<A: Arith>(a: A, one: &Jacobian, other: &Jacobian) -> Jacobian {
    if one.z.is_zero().reveal() {
        return *other;
    }
    if other.z.is_zero().reveal() {
        return *one;
    }
    let sum = one.add(a, other);
    // z is zero when the x are the same: a doubling, or a point and its negative
    if sum.z.is_zero().reveal() && same_y(a, one, other).reveal() {
        return one.double(a);
    }
    sum
}

/// one + other, whatever `one` is.
#[inline(always)]
pub(crate) fn add_affine_complete<A: Arith>(a: A, one: &Jacobian, other: &Affine) -> Jacobian {
    if one.z.is_zero().reveal() {
        return other.to_jacobian();
    }
    let sum = one.add_affine(a, other);
    if sum.z.is_zero().reveal() && same_y(a, one, &other.to_jacobian()).reveal() {
        return one.double(a);
    }
    sum
}

fn same_y<A: Arith>(a: A, one: &Jacobian, other: &Jacobian) -> Mask {
    let y1 = a.mul(&one.y, &a.mul(&a.sqr(&other.z), &other.z));
    let y2 = a.mul(&other.y, &a.mul(&a.sqr(&one.z), &one.z));
    y1.equal(&y2)
}

/// Whether the affine x of `point`, as a number modulo n, is `wanted` (below n). Compares
/// wanted Z^2 = X instead of dividing; x may lie in n..p, so wanted + n is tried, too.
pub(crate) fn x_is<A: Arith>(a: A, point: &Jacobian, wanted: &Words) -> bool {
    let zz = a.sqr(&point.z);
    let matches = |x: &Words| {
        let x = super::field::Fe::from_words(x);
        a.mul(&x, &zz).equal(&point.x).reveal()
    };
    let (with_n, carry) = words::add(wanted, &super::scalar::N);
    matches(wanted) || (!carry && words::less(&with_n, &super::field::P) && matches(&with_n))
}
