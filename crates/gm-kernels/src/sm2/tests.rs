//! SM2 against the standard's example, against the `sm2` crate, and against itself in every engine.
#![allow(clippy::unwrap_used)]

mod group;
mod modular;
mod signatures;

use super::*;
use crate::amount;
use ::sm2::elliptic_curve::PrimeField;

/// A small generator of test values, the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) const fn word(&mut self) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    pub(super) fn bytes(&mut self) -> [u8; 32] {
        words::to_bytes(&core::array::from_fn(|_| self.word()))
    }

    /// Words that are often all ones or all zeros, where carries go wrong.
    pub(super) fn hard_words(&mut self) -> words::Words {
        core::array::from_fn(|_| match self.word() % 8 {
            0 => 0,
            1 => u64::MAX,
            2 => 1,
            3 => u64::MAX << 32,
            4 => 0xffff_ffff,
            _ => self.word(),
        })
    }
}

pub(super) fn hex32(text: &str) -> [u8; 32] {
    hex::decode(text).unwrap().try_into().unwrap()
}

pub(super) fn scalar(text: &str) -> Scalar {
    Scalar::from_bytes(&hex32(text)).unwrap()
}

/// The same number for the other implementation.
pub(super) fn theirs(k: &Scalar) -> ::sm2::Scalar {
    ::sm2::Scalar::from_repr(k.to_bytes().into()).unwrap()
}

/// The scalars at which multiplications go wrong: small ones, n less small ones, powers of two and
/// their neighbours, single digits at every place, and `random` others.
pub(super) fn scalars(random: usize) -> std::vec::Vec<Scalar> {
    let mut all = std::vec::Vec::new();
    let small = |value: u64| Scalar([value, 0, 0, 0]);
    for value in 1..=256 {
        all.push(small(value));
        all.push(-&small(value));
    }
    if cfg!(miri) {
        // only n - 6, where the ladder doubles: an interpreted multiplication takes many seconds
        return std::vec![all.swap_remove(11)];
    }
    let mut power = Scalar::one();
    for _ in 0..256 {
        all.push(&power - &Scalar::one());
        all.push(power.clone());
        all.push(-&power);
        all.push(&power * &small(63));
        all.push(&power * &small(15));
        power = &power + &power;
    }
    let mut source = Random::new(7);
    all.extend((0..random).map(|_| Scalar::reduce(&source.bytes())));
    all.retain(|k| !k.is_zero());
    all
}
