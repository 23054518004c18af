//! Signing and verification: the example of GB/T 32918.5, both implementations, and what is refused.

use super::*;
use ::sm2::dsa::signature::hazmat::PrehashVerifier;

const D: &str = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8";
const PX: &str = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020";
const PY: &str = "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13";
const E: &str = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640";
const K: &str = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21";
const R: &str = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3";
const S: &str = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA";

#[test]
fn the_example_of_the_standard() {
    let d = scalar(D);
    let public = Point::from_coordinates(&hex32(PX), &hex32(PY)).unwrap();
    let key = SigningKey::new(&d).unwrap();
    for engine in Engine::available() {
        assert_eq!(Point::generator_times_with(engine, &d), Some(public));
        let signature = key.sign_with_nonce(engine, &hex32(E), &scalar(K)).unwrap();
        assert_eq!(signature, (hex32(R), hex32(S)));
        assert!(verify_with(
            engine,
            &public,
            &hex32(E),
            &hex32(R),
            &hex32(S)
        ));
        let mut other = hex32(E);
        other[0] ^= 1;
        assert!(!verify_with(engine, &public, &other, &hex32(R), &hex32(S)));
    }
}

#[test]
fn the_other_implementation_verifies_ours() {
    let mut random = Random::new(5);
    for round in 0..amount(40, 1) {
        let d = Scalar::reduce(&random.bytes());
        let key = SigningKey::new(&d).unwrap();
        let public = Point::generator_times(&d).unwrap();
        // digests of at least n, too
        let e = if round % 4 == 0 {
            [0xff; 32]
        } else {
            random.bytes()
        };
        let fresh = random.bytes();
        let sec1 = [&[4][..], &public.x(), &public.y()].concat();
        let judge = ::sm2::dsa::VerifyingKey::from_sec1_bytes("id", &sec1).unwrap();
        let mut first = None;
        for engine in Engine::available() {
            let (r, s) = key.sign_with(engine, &e, &fresh).unwrap();
            let theirs = ::sm2::dsa::Signature::from_scalars(r, s).unwrap();
            judge.verify_prehash(&e, &theirs).unwrap();
            assert!(verify_with(engine, &public, &e, &r, &s));
            assert_eq!(*first.get_or_insert((r, s)), (r, s), "engines agree");
        }
    }
}

#[test]
fn a_broken_generator_repeats_no_nonce_for_another_digest() {
    let key = SigningKey::new(&scalar(D)).unwrap();
    let stuck = [0; 32];
    let (r1, _) = key.sign(&[1; 32], &stuck).unwrap();
    let (r2, _) = key.sign(&[2; 32], &stuck).unwrap();
    let x1 = |r: [u8; 32], e: [u8; 32]| &Scalar::reduce(&r) - &Scalar::reduce(&e);
    assert!(x1(r1, [1; 32]) != x1(r2, [2; 32]), "the nonces differ");
    assert_ne!(key.sign(&[1; 32], &[1; 32]), key.sign(&[1; 32], &stuck));
    let mut nonces = Nonces::new(key.scalar(), &[1; 32], &stuck);
    assert!(nonces.next() != nonces.next());
}

#[test]
fn unfit_nonces_are_refused() {
    let (d, k) = (scalar(D), scalar(K));
    let key = SigningKey::new(&d).unwrap();
    let x1 = Scalar::reduce(&Point::generator_times(&k).unwrap().x());
    let refused = |e: Scalar| {
        key.sign_with_nonce(Engine::best(), &e.to_bytes(), &k)
            .is_none()
    };
    assert!(refused(-&x1), "r = 0");
    assert!(refused(-&(&x1 + &k)), "r + k = n");
    assert!(refused(&(&k * &d.invert()) - &x1), "s = 0");
    assert!(!refused(Scalar::one()));
}

#[test]
fn values_out_of_range_never_verify() {
    let public = Point::from_coordinates(&hex32(PX), &hex32(PY)).unwrap();
    let n = words::to_bytes(&scalar::N);
    let minus_r = (-&scalar(R)).to_bytes();
    let good = (hex32(R), hex32(S));
    for (r, s) in [
        ([0; 32], good.1),
        (good.0, [0; 32]),
        (n, good.1),
        (good.0, n),
        ([0xff; 32], good.1),
        (good.0, [0xff; 32]),
        (good.0, minus_r),
        (good.1, good.0),
    ] {
        for engine in Engine::available() {
            assert!(!verify_with(engine, &public, &hex32(E), &r, &s));
        }
    }
    assert!(SigningKey::new(&Scalar::zero()).is_none());
    assert!(SigningKey::new(&-&Scalar::one()).is_none());
}

/// x between n and p happens once in 2^128 points; a made-up z shows that the comparison knows of it.
#[test]
fn an_x_of_at_least_n_matches_its_remainder() {
    use crate::sm2::field::{Arith, Fe, P, Portable};
    let x = words::sub(&P, &[1, 0, 0, 0]).0;
    let remainder = Scalar::reduce(&words::to_bytes(&x));
    let z = Fe([5, 6, 7, 8]);
    let point = crate::sm2::jacobian::Jacobian {
        x: Portable.mul(&Fe::from_words(&x), &Portable.sqr(&z)),
        y: Fe::ONE,
        z,
    };
    assert!(public_multiply::x_is(Portable, &point, &remainder.0));
    assert!(!public_multiply::x_is(Portable, &point, &[9, 0, 0, 0]));
}

/// A key whose multiples are ready says the same of right and of wrong signatures.
#[test]
fn a_ready_key_judges_as_any_other() {
    let mut random = Random::new(77);
    for round in 0..amount(20, 1) {
        let d = if round == 0 {
            scalar_of(1)
        } else {
            Scalar::reduce(&random.bytes())
        };
        let key = SigningKey::new(&d).unwrap();
        let point = Point::generator_times(&d).unwrap();
        let comb = std::boxed::Box::new(PublicComb::new(&point));
        let e = random.bytes();
        let (r, s) = key.sign(&e, &random.bytes()).unwrap();
        for engine in Engine::available() {
            assert!(comb.verify_with(engine, &e, &r, &s), "{engine:?}");
            let other = random.bytes();
            let wrong = [(e, r, [0; 32]), (other, r, s), (e, other, s), (e, r, other)];
            for (e, r, s) in wrong.into_iter().take(amount(4, 1)) {
                assert_eq!(
                    comb.verify_with(engine, &e, &r, &s),
                    verify_with(engine, &point, &e, &r, &s),
                );
                assert!(!comb.verify_with(engine, &e, &r, &s), "{engine:?}");
            }
        }
    }
}

fn scalar_of(value: u8) -> Scalar {
    let mut bytes = [0; 32];
    bytes[31] = value;
    Scalar::from_bytes(&bytes).unwrap()
}
