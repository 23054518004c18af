//! Multiplications against the other implementation, at the scalars where they could go wrong.

use super::*;
use crate::sm2::field::Portable;
use crate::sm2::jacobian::{Affine, Jacobian};
use ::sm2::elliptic_curve::point::AffineCoordinates;
use ::sm2::{AffinePoint, ProjectivePoint};

fn same(ours: &Point, other: &ProjectivePoint) -> bool {
    let other: AffinePoint = other.to_affine();
    ours.x() == <[u8; 32]>::from(other.x()) && ours.y() == <[u8; 32]>::from(other.y())
}

#[test]
fn multiples_of_the_generator() {
    for k in scalars(200) {
        let other = ProjectivePoint::GENERATOR * theirs(&k);
        for engine in Engine::available() {
            let ours = Point::generator_times_with(engine, &k).unwrap();
            assert!(same(&ours, &other), "{engine:?} {:02x?}", k.to_bytes());
            let ours = Point::GENERATOR.times_with(engine, &k).unwrap();
            assert!(
                same(&ours, &other),
                "{engine:?} ladder {:02x?}",
                k.to_bytes()
            );
        }
    }
    for engine in Engine::available() {
        assert!(Point::generator_times_with(engine, &Scalar::zero()).is_none());
        assert!(
            Point::GENERATOR
                .times_with(engine, &Scalar::zero())
                .is_none()
        );
    }
}

#[test]
fn multiples_of_other_points() {
    let mut random = Random::new(3);
    let minus_one = -&Scalar::one();
    let mut base = [
        minus_one,
        Scalar::reduce(&random.bytes()),
        Scalar::reduce(&random.bytes()),
    ];
    base[2] = &base[1] + &Scalar::one();
    for b in base.into_iter().take(amount(3, 1)) {
        let point = Point::generator_times(&b).unwrap();
        let other = ProjectivePoint::GENERATOR * theirs(&b);
        for k in scalars(50) {
            let product = other * theirs(&k);
            for engine in Engine::available() {
                assert!(
                    same(&point.times_with(engine, &k).unwrap(), &product),
                    "{engine:?}"
                );
            }
        }
    }
}

/// Why the last step of the ladder doubles: for n - 6 it adds -3 P to -3 P.
#[test]
fn the_one_scalar_that_needs_the_masked_doubling() {
    let k = -&Scalar([6, 0, 0, 0]);
    let window = crate::sm2::comb::Digits::<5>::new(&k.0).next_window();
    let (digit, negative) = crate::sm2::comb::Digits::<5>::signed(window);
    assert_eq!((digit, negative.reveal()), (3, true));
    let before = &k + &Scalar([3, 0, 0, 0]);
    assert!(
        before == -&Scalar([3, 0, 0, 0]),
        "the sum before the last step is -3 P, too"
    );
}

#[test]
fn an_addition_of_equal_points_needs_its_own_branch() {
    let g = Affine::G.to_jacobian();
    assert!(g.add(Portable, &g).z.is_zero().reveal());
    let twice = crate::sm2::public_multiply::add_affine_complete(Portable, &g, &Affine::G);
    assert!(!twice.z.is_zero().reveal());
    let none = Jacobian::INFINITY.double(Portable);
    assert!(none.z.is_zero().reveal());
}

#[test]
fn u_g_plus_v_p_in_every_constellation() {
    let mut random = Random::new(4);
    let b = Scalar::reduce(&random.bytes());
    let point = Point::generator_times(&b).unwrap();
    let other = ProjectivePoint::GENERATOR * theirs(&b);
    let mut pairs: std::vec::Vec<(Scalar, Scalar)> = (0..amount(60, 0))
        .map(|_| {
            (
                Scalar::reduce(&random.bytes()),
                Scalar::reduce(&random.bytes()),
            )
        })
        .collect();
    let v = Scalar::reduce(&random.bytes());
    let vb = &v * &b;
    // sums that are a doubling, infinity, or have one part only
    pairs.extend([
        (vb.clone(), v.clone()),
        (-&vb, v.clone()),
        (Scalar::zero(), v.clone()),
        (v.clone(), Scalar::zero()),
        (Scalar::zero(), Scalar::zero()),
    ]);
    pairs.extend(scalars(0).into_iter().step_by(7).map(|k| (k.clone(), k)));
    for (u, v) in pairs.into_iter().take(amount(usize::MAX, 1)) {
        let sum = ProjectivePoint::GENERATOR * theirs(&u) + other * theirs(&v);
        for engine in Engine::available() {
            let ours = engine.multiply_add(&u.0, &v.0, &point.0);
            if ours.z.is_zero().reveal() {
                assert_eq!(sum, ProjectivePoint::IDENTITY);
            } else {
                assert!(same(&Point(ours.to_affine(Portable)), &sum), "{engine:?}");
            }
        }
    }
}

#[test]
fn what_is_not_a_point_is_refused() {
    let g = Point::GENERATOR;
    assert_eq!(Point::from_coordinates(&g.x(), &g.y()), Some(g));
    let mut off = g.y();
    off[31] ^= 1;
    assert_eq!(Point::from_coordinates(&g.x(), &off), None);
    assert_eq!(Point::from_coordinates(&[0; 32], &[0; 32]), None);
    assert_eq!(Point::from_coordinates(&[0xff; 32], &g.y()), None);
    // x + p, which is below 2^256 for a small x only: 2^256 - 1 - p would do; the check is on the value
    assert_eq!(
        Point::from_coordinates(&words::to_bytes(&field::P), &g.y()),
        None
    );
}

#[test]
fn the_table_holds_the_multiples_of_the_generator() {
    let file = include_bytes!("../comb_g.bin");
    let (entries, rest) = file.as_chunks::<64>();
    assert_eq!((entries.len(), rest.len()), (37 * 64, 0));
    let mut base = Affine::G;
    for window in entries.chunks(64).take(amount(37, 1)) {
        let mut multiple = Jacobian::INFINITY;
        for entry in &window[..amount(64, 5)] {
            multiple = crate::sm2::public_multiply::add_affine_complete(Portable, &multiple, &base);
            let point = multiple.to_affine(Portable);
            let words = point.x.0.iter().chain(&point.y.0);
            let bytes: std::vec::Vec<u8> = words.flat_map(|word| word.to_le_bytes()).collect();
            assert_eq!(bytes, entry);
        }
        base = multiple.double(Portable).to_affine(Portable);
    }
}
