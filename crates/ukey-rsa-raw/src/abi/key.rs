//! Keys and their one operation each.

use super::number::{Number, failed, write_number};
use crate::Error;
use aws_lc_sys as sys;
use core::ffi::c_int;
use core::ptr::NonNull;
use zeroize::Zeroizing;

/// The numbers of a private key, big endian, leading zeros allowed.
#[derive(Clone, Copy)]
pub struct PrivateParts<'a> {
    /// Modulus.
    pub n: &'a [u8],
    /// Public exponent.
    pub e: &'a [u8],
    /// Private exponent.
    pub d: &'a [u8],
    /// First prime.
    pub p: &'a [u8],
    /// Second prime.
    pub q: &'a [u8],
    /// d mod p - 1.
    pub dp: &'a [u8],
    /// d mod q - 1.
    pub dq: &'a [u8],
    /// q^-1 mod p.
    pub q_inverse: &'a [u8],
}

/// A number of a private key, to be read out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// Modulus.
    N,
    /// Public exponent.
    E,
    /// Private exponent.
    D,
    /// First prime.
    P,
    /// Second prime.
    Q,
    /// d mod p - 1.
    Dp,
    /// d mod q - 1.
    Dq,
    /// q^-1 mod p.
    QInverse,
}

/// An owned `RSA` object. It is complete when made and never changed afterwards.
struct Handle(NonNull<sys::RSA>);

// SAFETY: nothing in an `RSA` object belongs to a thread.
unsafe impl Send for Handle {}
// SAFETY: rsa.h allows concurrent use by functions that do not change the object. Those called here
// after construction are `RSA_size`, the getters, `RSA_sign_raw` and `RSA_encrypt`; what the last two
// keep inside (Montgomery constants, blinding factors) is guarded by the object's own lock.
unsafe impl Sync for Handle {}

impl Handle {
    fn new(raw: *mut sys::RSA) -> Result<Self, Error> {
        NonNull::new(raw)
            .map(Self)
            .ok_or_else(|| failed(Error::InvalidKey))
    }

    fn as_ptr(&self) -> *mut sys::RSA {
        self.0.as_ptr()
    }

    fn size(&self) -> usize {
        // SAFETY: the object is alive, as `self` owns it, and has a modulus, as both makers set one.
        unsafe { sys::RSA_size(self.as_ptr()) as usize }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the object is owned by this value and not used again. Its numbers are wiped.
        unsafe { sys::RSA_free(self.as_ptr()) }
    }
}

/// What `RSA_sign_raw` and `RSA_encrypt` have in common.
type Operation = unsafe extern "C" fn(
    *mut sys::RSA,
    *mut usize,
    *mut u8,
    usize,
    *const u8,
    usize,
    c_int,
) -> c_int;

/// Calls `operation` without padding.
///
/// # Safety
/// `operation` reads `in_len` bytes at its input, writes at most `max_out` bytes at its output and
/// the number of them to `out_len`, and does not change the key.
unsafe fn run(
    operation: Operation,
    key: &Handle,
    input: &[u8],
    output: &mut [u8],
) -> Result<(), Error> {
    if input.len() != key.size() || output.len() != key.size() {
        return Err(Error::InvalidLength);
    }
    let mut written = 0;
    // SAFETY: the key is alive; each pointer stands with the length of its slice, and the slices do
    // not overlap, as one of them is exclusive; `written` outlives the call.
    let done = unsafe {
        operation(
            key.as_ptr(),
            &raw mut written,
            output.as_mut_ptr(),
            output.len(),
            input.as_ptr(),
            input.len(),
            sys::RSA_NO_PADDING,
        )
    };
    if done == 1 && written == output.len() {
        Ok(())
    } else {
        Err(failed(Error::Failed))
    }
}

/// A private key with two primes. Zeroised on drop.
pub struct PrivateKey(Handle);

impl PrivateKey {
    /// A fresh key with public exponent 65537. `bits` is the caller's to judge.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn generate(bits: u16) -> Result<Self, Error> {
        let exponent = Number::new(&[1, 0, 1])?;
        // SAFETY: takes nothing; a new object, which is then ours.
        let key = Handle::new(unsafe { sys::RSA_new() })?;
        // SAFETY: key and exponent are alive and the key is not shared yet; no callback is given.
        let done = unsafe {
            sys::RSA_generate_key_ex(
                key.as_ptr(),
                bits.into(),
                exponent.as_ptr(),
                core::ptr::null_mut(),
            )
        };
        if done == 1 {
            Ok(Self(key))
        } else {
            Err(failed(Error::Failed))
        }
    }

    /// A key from all its numbers, which must belong together.
    ///
    /// # Errors
    /// [`Error::InvalidKey`]. Factors that are not prime may pass: try the key.
    pub fn new(parts: &PrivateParts<'_>) -> Result<Self, Error> {
        let [n, e, d] = [parts.n, parts.e, parts.d].map(Number::new);
        let [p, q] = [parts.p, parts.q].map(Number::new);
        let [dp, dq, q_inverse] = [parts.dp, parts.dq, parts.q_inverse].map(Number::new);
        let (n, e, d, p, q) = (n?, e?, d?, p?, q?);
        let (dp, dq, q_inverse) = (dp?, dq?, q_inverse?);
        // SAFETY: all numbers live through the call, which copies them.
        let raw = unsafe {
            sys::RSA_new_private_key(
                n.as_ptr(),
                e.as_ptr(),
                d.as_ptr(),
                p.as_ptr(),
                q.as_ptr(),
                dp.as_ptr(),
                dq.as_ptr(),
                q_inverse.as_ptr(),
            )
        };
        Handle::new(raw).map(Self)
    }

    /// Length of the modulus in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// input^d mod n. The input is blinded; the result is checked with the public key before it
    /// leaves, so that a fault in one of the two halves cannot give the key away.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless both have [`Self::size`] bytes; [`Error::Failed`] if the
    /// check fails, and for an input of 0, 1, n - 1 and above.
    pub fn apply(&self, input: &[u8], output: &mut [u8]) -> Result<(), Error> {
        // SAFETY: `RSA_sign_raw` keeps that contract (rsa.h).
        unsafe { run(sys::RSA_sign_raw, &self.0, input, output) }
    }

    /// One of the key's numbers, big endian, in `len` bytes.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if it does not fit.
    pub fn expose(&self, component: Component, len: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
        let getter = match component {
            Component::N => sys::RSA_get0_n,
            Component::E => sys::RSA_get0_e,
            Component::D => sys::RSA_get0_d,
            Component::P => sys::RSA_get0_p,
            Component::Q => sys::RSA_get0_q,
            Component::Dp => sys::RSA_get0_dmp1,
            Component::Dq => sys::RSA_get0_dmq1,
            Component::QInverse => sys::RSA_get0_iqmp,
        };
        let mut out = Zeroizing::new(vec![0; len]);
        // SAFETY: the getter returns null or a number of this key, which lives as long as `self`.
        unsafe { write_number(getter(self.0.as_ptr()), &mut out)? };
        Ok(out)
    }
}

impl core::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PrivateKey({} bytes, ..)", self.size())
    }
}

/// A public key.
pub struct PublicKey(Handle);

impl PublicKey {
    /// A key from modulus and exponent, big endian, leading zeros allowed.
    ///
    /// # Errors
    /// [`Error::InvalidKey`] for an even modulus, or an exponent that is even, below 3 or above
    /// 2^33.
    pub fn new(n: &[u8], e: &[u8]) -> Result<Self, Error> {
        let (n, e) = (Number::new(n)?, Number::new(e)?);
        // SAFETY: both numbers live through the call, which copies them.
        let raw = unsafe { sys::RSA_new_public_key(n.as_ptr(), e.as_ptr()) };
        Handle::new(raw).map(Self)
    }

    /// Length of the modulus in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// input^e mod n.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] unless both have [`Self::size`] bytes; [`Error::Failed`] for an
    /// input that is not below n.
    pub fn apply(&self, input: &[u8], output: &mut [u8]) -> Result<(), Error> {
        // SAFETY: `RSA_encrypt` keeps that contract (rsa.h).
        unsafe { run(sys::RSA_encrypt, &self.0, input, output) }
    }
}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PublicKey({} bytes)", self.size())
    }
}
