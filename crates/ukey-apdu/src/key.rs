//! Keys in objects of the extension family (mark P): kinds, policy, and what can be done with them.

use crate::blob::Sm2Cipher;
use crate::id::choices;
use crate::message::Selector;
use crate::wire::{DecodeError, Field, Reader, Writer};

mod operation;

pub use operation::{CipherMode, KeyOperation, MacAlgorithm};

choices! {
    /// The family of a key.
    KeyAlgorithm {
        /// NIST curves: 256 and 384 bits.
        Ec = 1,
        /// SM2: 256 bits.
        Sm2 = 2,
        /// RSA: 2048, 3072 and 4096 bits.
        Rsa = 3,
        /// AES: 128, 192 and 256 bits.
        Aes = 4,
        /// SM4: 128 bits.
        Sm4 = 5,
        /// A secret for HMAC: whole bytes, 8 to 4096 bits.
        Generic = 6,
    }
    /// A hash inside an operation.
    KeyHash {
        /// SHA-1.
        Sha1 = 1,
        /// SHA-224.
        Sha224 = 2,
        /// SHA-256.
        Sha256 = 3,
        /// SHA-384.
        Sha384 = 4,
        /// SHA-512.
        Sha512 = 5,
        /// SM3.
        Sm3 = 6,
        /// SHA3-224.
        Sha3_224 = 7,
        /// SHA3-256.
        Sha3_256 = 8,
        /// SHA3-384.
        Sha3_384 = 9,
        /// SHA3-512.
        Sha3_512 = 10,
    }
}

/// Family and size of a key: `algorithm u8, bits u16`. A value that exists is one of those that
/// [`KeyAlgorithm`] lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyKind {
    algorithm: KeyAlgorithm,
    bits: u16,
}

macro_rules! kinds {
    ($($name:ident $algorithm:ident $bits:literal;)+) => {$(
        #[doc = concat!(stringify!($algorithm), ", ", stringify!($bits), " bits.")]
        pub const $name: Self = Self { algorithm: KeyAlgorithm::$algorithm, bits: $bits };
    )+};
}

impl KeyKind {
    kinds! {
        P256 Ec 256;
        P384 Ec 384;
        SM2 Sm2 256;
        RSA_2048 Rsa 2048;
        RSA_3072 Rsa 3072;
        RSA_4096 Rsa 4096;
        AES_128 Aes 128;
        AES_192 Aes 192;
        AES_256 Aes 256;
        SM4 Sm4 128;
    }

    /// A kind, if there are keys of that family and size.
    pub fn new(algorithm: KeyAlgorithm, bits: u16) -> Option<Self> {
        let sizes: &[u16] = match algorithm {
            KeyAlgorithm::Ec => &[256, 384],
            KeyAlgorithm::Sm2 => &[256],
            KeyAlgorithm::Rsa => &[2048, 3072, 4096],
            KeyAlgorithm::Aes => &[128, 192, 256],
            KeyAlgorithm::Sm4 => &[128],
            KeyAlgorithm::Generic => {
                let whole = bits.is_multiple_of(8) && (8..=4096).contains(&bits);
                return whole.then_some(Self { algorithm, bits });
            }
        };
        sizes.contains(&bits).then_some(Self { algorithm, bits })
    }

    /// The family.
    pub fn algorithm(self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The size in bits.
    pub fn bits(self) -> u16 {
        self.bits
    }

    /// The size in bytes: of a coordinate, a modulus, a secret.
    pub fn bytes(self) -> usize {
        usize::from(self.bits).div_ceil(8)
    }

    /// Whether there is a public half.
    pub fn is_pair(self) -> bool {
        matches!(
            self.algorithm,
            KeyAlgorithm::Ec | KeyAlgorithm::Sm2 | KeyAlgorithm::Rsa
        )
    }
}

impl Field for KeyKind {
    fn put(&self, writer: &mut Writer) {
        writer.u8(self.algorithm as u8).u16(self.bits);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let algorithm = KeyAlgorithm::get(reader)?;
        Self::new(algorithm, reader.u16()?).ok_or(DecodeError::Invalid("key size"))
    }
}

/// What the token lets be done with a key: `u16`. Rights can be taken away and
/// [`ALWAYS_AUTHENTICATE`](Self::ALWAYS_AUTHENTICATE) can be set, never the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeyPolicy(u16);

impl KeyPolicy {
    /// Nothing is allowed.
    pub const NONE: Self = Self(0);
    /// The key may be exported.
    pub const EXTRACTABLE: Self = Self(1 << 0);
    /// Signatures and MACs.
    pub const SIGN: Self = Self(1 << 1);
    /// Checking of MACs.
    pub const VERIFY: Self = Self(1 << 2);
    /// Encryption (secret keys).
    pub const ENCRYPT: Self = Self(1 << 3);
    /// Decryption.
    pub const DECRYPT: Self = Self(1 << 4);
    /// Key agreement.
    pub const DERIVE: Self = Self(1 << 5);
    /// Encryption of other keys; the token cannot tell it from [`ENCRYPT`](Self::ENCRYPT).
    pub const WRAP: Self = Self(1 << 6);
    /// Decryption of other keys; the token cannot tell it from [`DECRYPT`](Self::DECRYPT).
    pub const UNWRAP: Self = Self(1 << 7);
    /// The user PIN has to be verified anew before each use.
    pub const ALWAYS_AUTHENTICATE: Self = Self(1 << 8);

    /// The policy of these bits, if all are known.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (bits < 1 << 9).then_some(Self(bits))
    }

    /// The bits.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether all of `other` is in it.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of `other` is in it.
    pub fn allows_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// `self` with all of `other`.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// `self` with nothing of `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether a key under `old` may be put under this policy.
    pub fn is_as_tight_as(self, old: Self) -> bool {
        let rights = |policy: Self| policy.without(Self::ALWAYS_AUTHENTICATE);
        let asks = |policy: Self| policy.contains(Self::ALWAYS_AUTHENTICATE);
        rights(old).contains(rights(self)) && (asks(self) || !asks(old))
    }
}

impl std::ops::BitOr for KeyPolicy {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(other)
    }
}

impl Field for KeyPolicy {
    fn put(&self, writer: &mut Writer) {
        writer.u16(self.0);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::from_bits(reader.u16()?).ok_or(DecodeError::Invalid("key policy"))
    }
}

/// What everyone who sees an object may know of the key in it:
/// `held u8, kind, policy, public l32`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Whether the private or secret part is in the object, too; not so in the companion of a pair.
    pub held: bool,
    /// Family and size.
    pub kind: KeyKind,
    /// What may be done with it; nothing where it is not held.
    pub policy: KeyPolicy,
    /// The public part: `X, Y` of a curve, `n, e` of RSA (`n` in its full length, `e` the rest without
    /// leading zeros); empty for secret keys.
    pub public: Vec<u8>,
}

impl KeyInfo {
    /// Bytes it takes on the wire.
    pub fn wire_length(&self) -> usize {
        1 + 3 + 2 + 4 + self.public.len()
    }
}

impl Field for KeyInfo {
    fn put(&self, writer: &mut Writer) {
        self.held.put(writer);
        self.kind.put(writer);
        self.policy.put(writer);
        writer.l32(&self.public);
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            held: Field::get(reader)?,
            kind: Field::get(reader)?,
            policy: Field::get(reader)?,
            public: reader.l32()?.to_vec(),
        })
    }
}

/// Something that may be absent: `u8` 0, or 1 and the value.
impl<T: Field> Field for Option<T> {
    fn put(&self, writer: &mut Writer) {
        self.is_some().put(writer);
        if let Some(value) = self {
            value.put(writer);
        }
    }
    fn get(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        bool::get(reader)?.then(|| T::get(reader)).transpose()
    }
}

/// Key material on its way, encrypted to somebody's SM2 key.
pub type WrappedMaterial = Sm2Cipher;
