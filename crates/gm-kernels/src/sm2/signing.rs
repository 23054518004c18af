//! Signatures over a ready digest e (GB/T 32918.2).

use super::engine::Engine;
use super::jacobian::Jacobian;
use super::point::Point;
use super::public_multiply;
use super::scalar::{N, Scalar};
use super::words::{self, Words};
use sm3::{Digest, Sm3};
use zeroize::{Zeroize, Zeroizing};

/// A signature: r and s, 32 bytes big endian each.
type Signature = ([u8; 32], [u8; 32]);

/// A private key d in 1..=n-2, with what signing needs computed once. Wiped when dropped.
pub struct SigningKey {
    d: Scalar,
    /// (1 + d)^-1 in Montgomery form.
    inverse: Scalar,
}

impl SigningKey {
    /// `None` for 0 and n-1, which are no keys.
    #[must_use]
    pub fn new(d: &Scalar) -> Option<Self> {
        let one_more = d + &Scalar::one();
        if d.is_zero() | one_more.is_zero() {
            return None;
        }
        let inverse = one_more.invert().to_montgomery();
        let d = d.clone();
        Some(Self { d, inverse })
    }

    /// d itself.
    #[must_use]
    pub const fn scalar(&self) -> &Scalar {
        &self.d
    }

    /// Signs `e` with nonces made from the key, `e` and `fresh`, 32 bytes that should be random.
    ///
    /// If they are not, the signature is still safe: equal nonces then come only with equal `e`, and
    /// so with equal signatures. `None` if no nonce would do, which does not happen.
    #[must_use]
    pub fn sign(&self, e: &[u8; 32], fresh: &[u8; 32]) -> Option<Signature> {
        self.sign_with(Engine::best(), e, fresh)
    }

    /// [`Self::sign`] in the way of `engine`.
    #[must_use]
    pub fn sign_with(&self, engine: Engine, e: &[u8; 32], fresh: &[u8; 32]) -> Option<Signature> {
        Nonces::new(&self.d, e, fresh)
            .take(64)
            .find_map(|nonce| self.sign_with_nonce(engine, e, &nonce))
    }

    /// Signs `e` with the nonce `k`; `None` for r = 0, r + k = n or s = 0.
    ///
    /// Whoever lets two signatures share a nonce, or knows one, has the key.
    /// s = (1+d)^-1 (k - r d) is computed as (1+d)^-1 (k + r) - r, which is the same.
    #[must_use]
    pub fn sign_with_nonce(&self, engine: Engine, e: &[u8; 32], k: &Scalar) -> Option<Signature> {
        let x1 = Point::generator_times_with(engine, k)?.x();
        let r = &Scalar::reduce(e) + &Scalar::reduce(&x1);
        let sum = &r + k;
        let s = &sum.times_montgomery(&self.inverse) - &r;
        let unfit = r.is_zero() | sum.is_zero() | s.is_zero();
        (!unfit).then(|| (r.to_bytes(), s.to_bytes()))
    }
}

impl zeroize::ZeroizeOnDrop for SigningKey {}

impl core::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::SigningKey(..)")
    }
}

/// Nonces in 1..=n-1 for signing one digest: SM3(d || fresh || e || counter), two hashes for each nonce
/// so that it is uniform modulo n. Wiped when dropped.
pub struct Nonces {
    secret: Zeroizing<[u8; 64]>,
    e: [u8; 32],
    counter: u32,
}

impl Nonces {
    /// For the key `d` and the digest `e`, with `fresh` random bytes mixed in.
    #[must_use]
    pub fn new(d: &Scalar, e: &[u8; 32], fresh: &[u8; 32]) -> Self {
        let mut secret = Zeroizing::new([0; 64]);
        secret[..32].copy_from_slice(Zeroizing::new(d.to_bytes()).as_slice());
        secret[32..].copy_from_slice(fresh);
        Self {
            secret,
            e: *e,
            counter: 0,
        }
    }

    fn half(&mut self, keyed: &Sm3) -> Zeroizing<[u8; 32]> {
        let mut hash = keyed.clone();
        hash.update(self.e);
        hash.update(self.counter.to_be_bytes());
        self.counter += 1;
        Zeroizing::new(hash.finalize().into())
    }
}

impl Iterator for Nonces {
    type Item = Scalar;

    fn next(&mut self) -> Option<Scalar> {
        let mut keyed = Sm3::new();
        keyed.update(&self.secret[..]);
        let (high, low) = (self.half(&keyed), self.half(&keyed));
        let nonce = Scalar::reduce_wide(&high, &low);
        if nonce.is_zero() {
            return self.next();
        }
        Some(nonce)
    }
}

impl Drop for Nonces {
    fn drop(&mut self) {
        self.e.zeroize();
    }
}

impl core::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::Nonces(..)")
    }
}

/// Whether (r, s) is a signature over `e` by the owner of `point` (GB/T 32918.2 clause 7.1).
#[must_use]
pub fn verify(point: &Point, e: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    verify_with(Engine::best(), point, e, r, s)
}

/// [`verify`] in the way of `engine`.
#[must_use]
pub fn verify_with(
    engine: Engine,
    point: &Point,
    e: &[u8; 32],
    r: &[u8; 32],
    s: &[u8; 32],
) -> bool {
    judge(e, r, s, |u, v| engine.multiply_add(u, v, &point.0))
}

/// The check of a signature, with u G + v P by `multiply_add`.
pub(super) fn judge(
    e: &[u8; 32],
    r: &[u8; 32],
    s: &[u8; 32],
    multiply_add: impl FnOnce(&Words, &Words) -> Jacobian,
) -> bool {
    let (Some(r), Some(s)) = (Scalar::from_bytes(r), Scalar::from_bytes(s)) else {
        return false;
    };
    let t = &r + &s;
    if t.is_zero() {
        return false;
    }
    let sum = multiply_add(&s.0, &t.0);
    let x1 = &r - &Scalar::reduce(e);
    debug_assert!(words::less(&x1.0, &N));
    !sum.z.is_zero().reveal() && public_multiply::x_is(super::field::Portable, &sum, &x1.0)
}
