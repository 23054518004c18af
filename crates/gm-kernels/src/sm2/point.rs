//! Points of the curve as users of the crate see them.

use super::engine::Engine;
use super::field::{Fe, Portable};
use super::jacobian::{Affine, Jacobian};
use super::public_multiply;
use super::scalar::Scalar;
use zeroize::Zeroize;

/// A point of the curve other than infinity. The group has prime order, so every one generates it.
///
/// Not wiped when dropped, because most points are public; a secret one has [`Zeroize`].
#[derive(Clone, Copy)]
pub struct Point(pub(super) Affine);

impl Point {
    /// The generator G.
    pub const GENERATOR: Self = Self(Affine::G);

    /// From x and y, big endian. `None` unless both are below p and the point is on the curve.
    #[must_use]
    pub fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        let point = Affine {
            x: Fe::from_bytes(x)?,
            y: Fe::from_bytes(y)?,
        };
        point.on_curve(Portable).then_some(Self(point))
    }

    /// k G in constant time; `None` for k = 0.
    #[must_use]
    pub fn generator_times(k: &Scalar) -> Option<Self> {
        Self::generator_times_with(Engine::best(), k)
    }

    /// [`Self::generator_times`] in the way of `engine`.
    #[must_use]
    pub fn generator_times_with(engine: Engine, k: &Scalar) -> Option<Self> {
        Self::from_jacobian(engine.comb(&k.0))
    }

    /// k self in constant time; `None` for k = 0.
    #[must_use]
    pub fn times(&self, k: &Scalar) -> Option<Self> {
        self.times_with(Engine::best(), k)
    }

    /// [`Self::times`] in the way of `engine`.
    #[must_use]
    pub fn times_with(&self, engine: Engine, k: &Scalar) -> Option<Self> {
        Self::from_jacobian(engine.ladder(&k.0, &self.0))
    }

    /// self + k other, `None` if that is infinity. Not in constant time: for public values.
    #[must_use]
    pub fn add_multiple_vartime(&self, k: &Scalar, other: &Self) -> Option<Self> {
        let product = Engine::best().multiply_add(&[0; 4], &k.0, &other.0);
        Self::from_jacobian(public_multiply::add_affine_complete(
            Portable, &product, &self.0,
        ))
    }

    /// x, 32 bytes big endian.
    #[must_use]
    pub fn x(&self) -> [u8; 32] {
        self.0.x.to_bytes()
    }

    /// y, 32 bytes big endian.
    #[must_use]
    pub fn y(&self) -> [u8; 32] {
        self.0.y.to_bytes()
    }

    fn from_jacobian(mut point: Jacobian) -> Option<Self> {
        let infinite = point.z.is_zero().reveal();
        let affine = point.to_affine(Portable);
        point.zeroize();
        (!infinite).then_some(Self(affine))
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        (self.0.x.equal(&other.0.x) & self.0.y.equal(&other.0.y)).reveal()
    }
}

impl Eq for Point {}

impl Zeroize for Point {
    /// Leaves the generator behind, so that a point stays a point.
    fn zeroize(&mut self) {
        self.0.x.zeroize();
        self.0.y.zeroize();
        *self = Self::GENERATOR;
    }
}

impl core::fmt::Debug for Point {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::Point(..)")
    }
}
