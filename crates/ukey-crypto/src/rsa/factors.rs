//! The primes of a key that comes with its exponents alone (SP 800-56B revision 2, appendix C.1).

use super::trimmed;
use crate::Error;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, NonZero, Odd, Resize};
use zeroize::{Zeroize, Zeroizing};

/// Each number below tells the primes apart with a probability of one half or more.
const BASES: std::ops::Range<u32> = 2..102;

/// p and q, big endian, of the modulus n with the exponents e and d. How long it takes depends on the key a little: this is
/// for keys that come from outside, once.
///
/// # Errors
/// [`Error::InvalidKey`] if the numbers do not belong together.
pub(super) fn primes(n: &[u8], e: &[u8], d: &[u8]) -> Result<[Zeroizing<Vec<u8>>; 2], Error> {
    let [n, e, mut d] = [n, e, d].map(|number| BoxedUint::from_be_slice_vartime(trimmed(number)));
    let mut product = e.concatenating_mul(&d);
    d.zeroize();
    let found = factor(&n, &product);
    product.zeroize();
    let p = found.ok_or(Error::InvalidKey)?;
    let q = NonZero::new(p.clone()).into_option().map(|mut p| {
        let q = n.div_rem(&p).0;
        p.zeroize();
        q
    });
    let bytes = |mut value: BoxedUint| {
        let bytes = Zeroizing::new(value.to_be_bytes().into_vec());
        value.zeroize();
        bytes
    };
    let q = bytes(q.ok_or(Error::InvalidKey)?);
    Ok([bytes(p), q])
}

/// One prime factor of n, from a number that is one more than a multiple of the order of every number modulo n.
fn factor(n: &BoxedUint, product: &BoxedUint) -> Option<BoxedUint> {
    let odd = Odd::new(n.clone()).into_option()?;
    let mut multiple =
        product.wrapping_sub(BoxedUint::one_with_precision(product.bits_precision()));
    let twos = multiple.trailing_zeros();
    if twos == 0 || multiple.is_zero().into() {
        return None;
    }
    let mut rest = multiple.shr(twos);
    multiple.zeroize();
    let params = BoxedMontyParams::new_vartime(odd.clone());
    let root = BASES.into_iter().find_map(|base| {
        let base = BoxedUint::from(base).resize(n.bits_precision());
        root_of_one(BoxedMontyForm::new(base, &params).pow(&rest), twos, &params)
    });
    rest.zeroize();
    let less = root?.sub(&BoxedMontyForm::one(&params)).retrieve();
    Some(odd.gcd(&less).get())
}

/// A square root of one other than one and minus one among a number, its square, the square of that and so on.
fn root_of_one(
    mut power: BoxedMontyForm,
    squarings: u32,
    params: &BoxedMontyParams,
) -> Option<BoxedMontyForm> {
    let one = BoxedMontyForm::one(params);
    let minus_one = one.neg();
    for _ in 0..squarings {
        if power == one || power == minus_one {
            return None;
        }
        let square = power.square();
        if square == one {
            return Some(power);
        }
        power = square;
    }
    None
}
