//! Hash functions by name: SM3 (GB/T 32905), SHA-1 and SHA-2 (FIPS 180-4), SHA-3 (FIPS 202).

use crate::Error;
use sha2::Digest;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlg {
    /// SM3, GB/T 32905.
    Sm3,
    /// SHA-1, FIPS 180-4. For old data only: not collision resistant.
    Sha1,
    /// SHA-224, FIPS 180-4.
    Sha224,
    /// SHA-256, FIPS 180-4.
    Sha256,
    /// SHA-384, FIPS 180-4.
    Sha384,
    /// SHA-512, FIPS 180-4.
    Sha512,
    /// SHA3-224, FIPS 202.
    Sha3_224,
    /// SHA3-256, FIPS 202.
    Sha3_256,
    /// SHA3-384, FIPS 202.
    Sha3_384,
    /// SHA3-512, FIPS 202.
    Sha3_512,
}

impl HashAlg {
    /// Every hash function, in order of declaration.
    pub const ALL: [Self; 10] = [
        Self::Sm3,
        Self::Sha1,
        Self::Sha224,
        Self::Sha256,
        Self::Sha384,
        Self::Sha512,
        Self::Sha3_224,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
    ];

    /// Length of the digest in bytes.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha3_224 => 28,
            Self::Sm3 | Self::Sha256 | Self::Sha3_256 => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 => 64,
        }
    }

    /// Length in bytes of the block the function works on (the `B` of HMAC, RFC 2104).
    #[must_use]
    pub const fn block_len(self) -> usize {
        match self {
            Self::Sm3 | Self::Sha1 | Self::Sha224 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 => 128,
            Self::Sha3_224 => 144,
            Self::Sha3_256 => 136,
            Self::Sha3_384 => 104,
            Self::Sha3_512 => 72,
        }
    }

    /// The digest of `data`.
    #[must_use]
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(data);
        hasher.finish()
    }

    /// The DER `DigestInfo` (RFC 8017 section 9.2) that wraps `digest`, with NULL parameters:
    /// what PKCS#1 v1.5 signs.
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if `digest` is not [`Self::output_len`] bytes long.
    pub fn digest_info(self, digest: &[u8]) -> Result<Vec<u8>, Error> {
        if digest.len() != self.output_len() {
            return Err(Error::InvalidLength);
        }
        Ok([self.digest_info_prefix(), digest].concat())
    }

    /// DER of everything in a `DigestInfo` before the digest bytes (RFC 8017 section 9.2 note 1;
    /// SM3: OID 1.2.156.10197.1.401 of GB/T 33560;
    /// SHA-3: the arc of NIST, 2.16.840.1.101.3.4.2.7 to 10).
    const fn digest_info_prefix(self) -> &'static [u8] {
        match self {
            Self::Sm3 => {
                b"\x30\x30\x30\x0c\x06\x08\x2a\x81\x1c\xcf\x55\x01\x83\x11\x05\x00\x04\x20"
            }
            Self::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
            Self::Sha224 => {
                b"\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c"
            }
            Self::Sha256 => {
                b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
            }
            Self::Sha384 => {
                b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
            }
            Self::Sha512 => {
                b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
            }
            Self::Sha3_224 => {
                b"\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x07\x05\x00\x04\x1c"
            }
            Self::Sha3_256 => {
                b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x08\x05\x00\x04\x20"
            }
            Self::Sha3_384 => {
                b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x09\x05\x00\x04\x30"
            }
            Self::Sha3_512 => {
                b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x0a\x05\x00\x04\x40"
            }
        }
    }
}

/// A running hash computation.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sm3(::sm3::Sm3),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sha3_224(sha3::Sha3_224),
    Sha3_256(sha3::Sha3_256),
    Sha3_384(sha3::Sha3_384),
    Sha3_512(sha3::Sha3_512),
}

impl Hasher {
    /// Starts an empty computation of `alg`.
    #[must_use]
    pub fn new(alg: HashAlg) -> Self {
        Self(match alg {
            HashAlg::Sm3 => State::Sm3(Digest::new()),
            HashAlg::Sha1 => State::Sha1(Digest::new()),
            HashAlg::Sha224 => State::Sha224(Digest::new()),
            HashAlg::Sha256 => State::Sha256(Digest::new()),
            HashAlg::Sha384 => State::Sha384(Digest::new()),
            HashAlg::Sha512 => State::Sha512(Digest::new()),
            HashAlg::Sha3_224 => State::Sha3_224(Digest::new()),
            HashAlg::Sha3_256 => State::Sha3_256(Digest::new()),
            HashAlg::Sha3_384 => State::Sha3_384(Digest::new()),
            HashAlg::Sha3_512 => State::Sha3_512(Digest::new()),
        })
    }

    /// The hash function being computed.
    #[must_use]
    pub const fn alg(&self) -> HashAlg {
        match self.0 {
            State::Sm3(_) => HashAlg::Sm3,
            State::Sha1(_) => HashAlg::Sha1,
            State::Sha224(_) => HashAlg::Sha224,
            State::Sha256(_) => HashAlg::Sha256,
            State::Sha384(_) => HashAlg::Sha384,
            State::Sha512(_) => HashAlg::Sha512,
            State::Sha3_224(_) => HashAlg::Sha3_224,
            State::Sha3_256(_) => HashAlg::Sha3_256,
            State::Sha3_384(_) => HashAlg::Sha3_384,
            State::Sha3_512(_) => HashAlg::Sha3_512,
        }
    }

    /// Absorbs `data`.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            State::Sm3(h) => h.update(data),
            State::Sha1(h) => h.update(data),
            State::Sha224(h) => h.update(data),
            State::Sha256(h) => h.update(data),
            State::Sha384(h) => h.update(data),
            State::Sha512(h) => h.update(data),
            State::Sha3_224(h) => h.update(data),
            State::Sha3_256(h) => h.update(data),
            State::Sha3_384(h) => h.update(data),
            State::Sha3_512(h) => h.update(data),
        }
    }

    /// The digest of everything absorbed, [`HashAlg::output_len`] bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Sm3(h) => h.finalize().to_vec(),
            State::Sha1(h) => h.finalize().to_vec(),
            State::Sha224(h) => h.finalize().to_vec(),
            State::Sha256(h) => h.finalize().to_vec(),
            State::Sha384(h) => h.finalize().to_vec(),
            State::Sha512(h) => h.finalize().to_vec(),
            State::Sha3_224(h) => h.finalize().to_vec(),
            State::Sha3_256(h) => h.finalize().to_vec(),
            State::Sha3_384(h) => h.finalize().to_vec(),
            State::Sha3_512(h) => h.finalize().to_vec(),
        }
    }
}

impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Hasher({:?}, ..)", self.alg())
    }
}
