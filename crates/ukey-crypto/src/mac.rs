//! Message authentication: HMAC (RFC 2104) over every hash of [`crate::hash`], CMAC (SP 800-38B) over
//! every cipher of [`crate::cipher`].

mod cmac;

pub use cmac::Cmac;

use crate::cipher::Key;
use crate::hash::HashAlg;
use ::hmac::{Hmac as RawHmac, KeyInit, Mac as _};

/// The HMAC of `data` under `key`, [`HashAlg::output_len`] bytes. Compare it with [`crate::ct::eq`].
#[must_use]
pub fn hmac(alg: HashAlg, key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::new(alg, key);
    mac.update(data);
    mac.finish()
}

/// A running HMAC computation. Its state is zeroised on drop.
#[derive(Clone)]
pub struct Hmac {
    alg: HashAlg,
    state: State,
}

// Boxed: the states keep several hash states each and differ much in size.
#[derive(Clone)]
enum State {
    Sm3(Box<RawHmac<::sm3::Sm3>>),
    Sha1(Box<RawHmac<sha1::Sha1>>),
    Sha224(Box<RawHmac<sha2::Sha224>>),
    Sha256(Box<RawHmac<sha2::Sha256>>),
    Sha384(Box<RawHmac<sha2::Sha384>>),
    Sha512(Box<RawHmac<sha2::Sha512>>),
    Sha3_224(Box<RawHmac<sha3::Sha3_224>>),
    Sha3_256(Box<RawHmac<sha3::Sha3_256>>),
    Sha3_384(Box<RawHmac<sha3::Sha3_384>>),
    Sha3_512(Box<RawHmac<sha3::Sha3_512>>),
}

fn keyed<M: KeyInit>(key: &[u8]) -> Box<M> {
    Box::new(M::new_from_slice(key).expect("HMAC takes keys of every length"))
}

impl Hmac {
    /// Starts a computation under `key`, which may have any length.
    #[must_use]
    pub fn new(alg: HashAlg, key: &[u8]) -> Self {
        let state = match alg {
            HashAlg::Sm3 => State::Sm3(keyed(key)),
            HashAlg::Sha1 => State::Sha1(keyed(key)),
            HashAlg::Sha224 => State::Sha224(keyed(key)),
            HashAlg::Sha256 => State::Sha256(keyed(key)),
            HashAlg::Sha384 => State::Sha384(keyed(key)),
            HashAlg::Sha512 => State::Sha512(keyed(key)),
            HashAlg::Sha3_224 => State::Sha3_224(keyed(key)),
            HashAlg::Sha3_256 => State::Sha3_256(keyed(key)),
            HashAlg::Sha3_384 => State::Sha3_384(keyed(key)),
            HashAlg::Sha3_512 => State::Sha3_512(keyed(key)),
        };
        Self { alg, state }
    }

    /// Absorbs `data`.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Sm3(m) => m.update(data),
            State::Sha1(m) => m.update(data),
            State::Sha224(m) => m.update(data),
            State::Sha256(m) => m.update(data),
            State::Sha384(m) => m.update(data),
            State::Sha512(m) => m.update(data),
            State::Sha3_224(m) => m.update(data),
            State::Sha3_256(m) => m.update(data),
            State::Sha3_384(m) => m.update(data),
            State::Sha3_512(m) => m.update(data),
        }
    }

    /// The authentication value of everything absorbed.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.state {
            State::Sm3(m) => m.finalize().into_bytes().to_vec(),
            State::Sha1(m) => m.finalize().into_bytes().to_vec(),
            State::Sha224(m) => m.finalize().into_bytes().to_vec(),
            State::Sha256(m) => m.finalize().into_bytes().to_vec(),
            State::Sha384(m) => m.finalize().into_bytes().to_vec(),
            State::Sha512(m) => m.finalize().into_bytes().to_vec(),
            State::Sha3_224(m) => m.finalize().into_bytes().to_vec(),
            State::Sha3_256(m) => m.finalize().into_bytes().to_vec(),
            State::Sha3_384(m) => m.finalize().into_bytes().to_vec(),
            State::Sha3_512(m) => m.finalize().into_bytes().to_vec(),
        }
    }
}

impl core::fmt::Debug for Hmac {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hmac(..)")
    }
}

/// A keyed function by either construction, for callers to whom it is all one.
#[derive(Clone, Debug)]
pub struct Mac(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Hmac(Hmac),
    Cmac(Cmac),
}

impl Mac {
    /// HMAC with `alg` under `key`, which may have any length.
    #[must_use]
    pub fn hmac(alg: HashAlg, key: &[u8]) -> Self {
        Self(Kind::Hmac(Hmac::new(alg, key)))
    }

    /// CMAC under a key of a block cipher.
    #[must_use]
    pub fn cmac<K: Key>(key: &K) -> Self {
        Self(Kind::Cmac(Cmac::new(key)))
    }

    /// Length of the authentication value in bytes.
    #[must_use]
    pub const fn output_len(&self) -> usize {
        match &self.0 {
            Kind::Hmac(mac) => mac.alg.output_len(),
            Kind::Cmac(_) => crate::cipher::BLOCK,
        }
    }

    /// Absorbs `data`.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            Kind::Hmac(mac) => mac.update(data),
            Kind::Cmac(mac) => mac.update(data),
        }
    }

    /// The authentication value of everything absorbed. Compare it with [`crate::ct::eq`].
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            Kind::Hmac(mac) => mac.finish(),
            Kind::Cmac(mac) => mac.finish().to_vec(),
        }
    }
}
