//! What the callers rely on. Known answers stand in `ukey-crypto`.
#![allow(clippy::unwrap_used)]

use super::*;

fn parts(key: &PrivateKey) -> [zeroize::Zeroizing<Vec<u8>>; 8] {
    use Component::{D, Dp, Dq, E, N, P, Q, QInverse};
    [N, E, D, P, Q, Dp, Dq, QInverse].map(|component| key.expose(component, 256).unwrap())
}

#[test]
fn the_two_operations_undo_each_other() {
    let private = PrivateKey::generate(2048).unwrap();
    let [n, e, d, p, q, dp, dq, q_inverse] = parts(&private);
    let public = PublicKey::new(&n, &e).unwrap();
    assert_eq!((private.size(), public.size()), (256, 256));
    assert!(e.ends_with(&[0, 1, 0, 1]));
    let parts = PrivateParts {
        n: &n,
        e: &e,
        d: &d,
        p: &p,
        q: &q,
        dp: &dp,
        dq: &dq,
        q_inverse: &q_inverse,
    };
    let rebuilt = PrivateKey::new(&parts).unwrap();

    let mut input = [0x5a; 256];
    input[0] = 0;
    let (mut first, mut second, mut back) = ([0; 256], [0; 256], [0; 256]);
    private.apply(&input, &mut first).unwrap();
    rebuilt.apply(&input, &mut second).unwrap();
    assert_eq!(first, second);
    assert_ne!(first, input);
    public.apply(&first, &mut back).unwrap();
    assert_eq!(back, input);

    let wrong = PrivateParts { dq: &dp, ..parts };
    assert_eq!(PrivateKey::new(&wrong).unwrap_err(), Error::InvalidKey);
    assert_eq!(
        private.expose(Component::N, 255).unwrap_err(),
        Error::InvalidLength
    );
}

#[test]
fn one_key_serves_many_threads() {
    let private = PrivateKey::generate(2048).unwrap();
    let [n, e, ..] = parts(&private);
    let public = PublicKey::new(&n, &e).unwrap();
    std::thread::scope(|scope| {
        for number in 1..9 {
            let (private, public) = (&private, &public);
            scope.spawn(move || {
                let (mut input, mut output, mut back) = ([0; 256], [0; 256], [0; 256]);
                for round in 1..20 {
                    input[100] = number;
                    input[200] = round;
                    private.apply(&input, &mut output).unwrap();
                    public.apply(&output, &mut back).unwrap();
                    assert_eq!(back, input);
                }
            });
        }
    });
}

#[test]
fn wrong_lengths_and_values_are_refused() {
    let private = PrivateKey::generate(2048).unwrap();
    let [n, e, ..] = parts(&private);
    let public = PublicKey::new(&n, &e).unwrap();
    let mut output = [0; 256];
    for len in [0, 255, 257] {
        let input = vec![1; len];
        assert_eq!(
            private.apply(&input, &mut output),
            Err(Error::InvalidLength)
        );
        assert_eq!(public.apply(&input, &mut output), Err(Error::InvalidLength));
        let mut other = vec![0; len];
        assert_eq!(
            private.apply(&[1; 256], &mut other),
            Err(Error::InvalidLength)
        );
        assert_eq!(
            public.apply(&[1; 256], &mut other),
            Err(Error::InvalidLength)
        );
    }
    assert_eq!(private.apply(&n, &mut output), Err(Error::Failed));
    assert_eq!(public.apply(&n, &mut output), Err(Error::Failed));
    for (n, e) in [
        (&n[..], &[1][..]),
        (&n, &[1, 0, 0]),
        (&n, &[0xff; 9]),
        (&[], &[3]),
    ] {
        assert_eq!(PublicKey::new(n, e).unwrap_err(), Error::InvalidKey);
    }
}
