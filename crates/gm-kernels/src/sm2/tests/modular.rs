//! Field, scalars and inversion: engines against each other and against the other implementation.

use super::*;
use crate::sm2::field::{Arith, Fe, P, Portable};
use crate::sm2::scalar::N;
use ::sm2::elliptic_curve::bigint::U256;
use ::sm2::elliptic_curve::ops::Reduce;

fn field_values(count: usize) -> std::vec::Vec<Fe> {
    let mut values = std::vec![Fe::ZERO, Fe::ONE, Fe([1, 0, 0, 0])];
    let below = |value: u64| words::sub(&P, &[value, 0, 0, 0]).0;
    values.extend([1, 2, 3].map(|value| Fe(below(value))));
    let mut random = Random::new(1);
    while values.len() < count {
        let value = random.hard_words();
        if words::less(&value, &P) {
            values.push(Fe(value));
        }
    }
    values
}

/// a^(p-2) by squaring and multiplying: another way to invert.
fn fermat(a: &Fe) -> Fe {
    let exponent = words::sub(&P, &[2, 0, 0, 0]).0;
    let mut result = Fe::ONE;
    for bit in (0..256).rev() {
        result = Portable.sqr(&result);
        if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
            result = Portable.mul(&result, a);
        }
    }
    result
}

#[test]
fn field_laws_hold_on_values_that_carry() {
    let values = field_values(amount(60, 6));
    for a in &values {
        let same = |x: &Fe, y: &Fe| assert!(x.equal(y).reveal());
        same(&Portable.mul(a, &Fe::ONE), a);
        same(&Portable.halve(&Portable.double(a)), a);
        same(&Portable.double(&Portable.halve(a)), a);
        assert!(Portable.sub(a, a).is_zero().reveal());
        assert!(Fe::from_words(&a.to_words()).equal(a).reveal());
        for b in &values {
            same(&Portable.sub(&Portable.add(a, b), b), a);
            let square = Portable.sqr(&Portable.add(a, b));
            let cross = Portable.double(&Portable.mul(a, b));
            let sum = Portable.add(&Portable.sqr(a), &Portable.sqr(b));
            same(&square, &Portable.add(&sum, &cross));
            assert!(words::less(&Portable.mul(a, b).0, &P));
            assert!(words::less(&Portable.add(a, b).0, &P));
        }
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[test]
fn assembly_equals_plain_rust() {
    let Some(adx) = crate::arch::x86_64::Adx::detect() else {
        return;
    };
    let values = field_values(400);
    for a in &values {
        assert_eq!(Arith::sqr(adx, a).0, Portable.sqr(a).0);
        for b in &values {
            assert_eq!(Arith::mul(adx, a, b).0, Portable.mul(a, b).0);
            assert_eq!(Arith::add(adx, a, b).0, Portable.add(a, b).0);
            assert_eq!(Arith::sub(adx, a, b).0, Portable.sub(a, b).0);
        }
    }
}

#[test]
fn inversion_equals_the_power() {
    for a in &field_values(amount(300, 4)) {
        assert!(a.invert().equal(&fermat(a)).reveal());
    }
}

#[test]
fn scalar_inversion_equals_the_other_implementation() {
    assert!(Scalar::zero().invert().is_zero());
    for a in scalars(500) {
        let inverse = a.invert();
        assert!(&inverse * &a == Scalar::one());
        assert_eq!(
            inverse.to_bytes(),
            <[u8; 32]>::from(theirs(&a).invert().unwrap().to_repr())
        );
    }
}

#[test]
fn scalar_arithmetic_equals_the_other_implementation() {
    let mut random = Random::new(2);
    for _ in 0..amount(2000, 1) {
        let bytes = [0; 2].map(|_| words::to_bytes(&random.hard_words()));
        let [a, b] = bytes.map(|bytes| Scalar::reduce(&bytes));
        let [x, y] = bytes.map(|bytes| ::sm2::Scalar::reduce(&::sm2::FieldBytes::from(bytes)));
        for (ours, other) in [
            (&a + &b, x + y),
            (&a - &b, x - y),
            (&a * &b, x * y),
            (-&a, -x),
        ] {
            assert_eq!(ours.to_bytes(), <[u8; 32]>::from(other.to_repr()));
        }
        // 2^256 = R mod n
        let mut shift = ::sm2::Scalar::ONE;
        for _ in 0..256 {
            shift = shift + shift;
        }
        let wide = Scalar::reduce_wide(&bytes[0], &bytes[1]);
        assert_eq!(wide.to_bytes(), <[u8; 32]>::from((x * shift + y).to_repr()));
    }
}

#[test]
fn reduction_around_the_order() {
    for (value, expected) in [
        (N, [0; 4]),
        (words::add(&N, &[1, 0, 0, 0]).0, [1, 0, 0, 0]),
        (
            words::sub(&N, &[1, 0, 0, 0]).0,
            words::sub(&N, &[1, 0, 0, 0]).0,
        ),
        ([u64::MAX; 4], words::sub(&[u64::MAX; 4], &N).0),
    ] {
        assert_eq!(Scalar::reduce(&words::to_bytes(&value)).0, expected);
    }
    assert!(Scalar::from_bytes(&words::to_bytes(&N)).is_none());
    assert!(Scalar::from_bytes(&[0; 32]).is_none());
    assert!(Scalar::from_bytes(&[0xff; 32]).is_none());
}

/// A million products of each kind, beside the integers of `crypto-bigint`; half of the values are hard ones.
#[test]
fn products_equal_those_of_plain_integers() {
    let mut random = Random::new(11);
    let mut value = |odd| {
        if odd {
            random.hard_words()
        } else {
            core::array::from_fn(|_| random.word())
        }
    };
    let modulus = |words: &words::Words| integer(words).to_nz().unwrap();
    let (p, n) = (modulus(&P), modulus(&N));
    for round in 0..amount(1_000_000, 5) {
        let (a, b) = (value(round % 2 == 0), value(round % 4 < 2));
        if words::less(&a, &P) && words::less(&b, &P) {
            let product = integer(&a).mul_mod(&integer(&b), &p).to_words();
            let (x, y) = (Fe::from_words(&a), Fe::from_words(&b));
            assert_eq!(Portable.mul(&x, &y).to_words(), product);
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            if let Some(adx) = crate::arch::x86_64::Adx::detect() {
                assert_eq!(Arith::mul(adx, &x, &y).to_words(), product);
            }
        }
        let [a, b] = [a, b].map(|words| Scalar::reduce(&words::to_bytes(&words)));
        let product = integer(&a.0).mul_mod(&integer(&b.0), &n).to_words();
        assert_eq!((&a * &b).0, product);
    }
}

/// Inverses modulo both primes, beside those of `crypto-bigint`.
#[test]
fn inverses_equal_those_of_plain_integers() {
    let mut random = Random::new(12);
    for round in 0..amount(5_000, 1) {
        let words = if round % 2 == 0 {
            random.hard_words()
        } else {
            core::array::from_fn(|_| random.word())
        };
        let inverse = |modulus: &words::Words| {
            let modulus = integer(modulus).to_odd().unwrap();
            let found = integer(&words)
                .rem(modulus.as_nz_ref())
                .invert_odd_mod(&modulus);
            found.map_or([0; 4], |found| found.to_words())
        };
        let k = Scalar::reduce(&words::to_bytes(&words));
        assert_eq!(k.invert().0, inverse(&N));
        if words::less(&words, &P) {
            let found = Fe::from_words(&words).invert().to_words();
            assert_eq!(found, inverse(&P));
        }
    }
}

fn integer(words: &words::Words) -> U256 {
    U256::from_words(*words)
}
