//! SM2 public keys: verification, encryption, and the identity digest Z.

use super::{
    Ciphertext, DEFAULT_ID, FIELD_LEN, MAX_ATTEMPTS, Signature, frequent, kdf, random_scalar,
};
use crate::{Error, sm3};
use gm_kernels::sm2::{Point, Scalar, verify};
use std::sync::OnceLock;
use zeroize::Zeroize;

/// Longest ID that ENTL (16 bits, counting bits) can describe, in bytes.
const MAX_ID_LEN: usize = 8191;

/// `a || b || Gx || Gy` of the curve (GB/T 32918.5), as they enter Z.
const CURVE_BYTES: [u8; 4 * FIELD_LEN] = curve_bytes();

/// A point of the curve other than infinity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    point: Point,
    x: [u8; FIELD_LEN],
    y: [u8; FIELD_LEN],
}

impl PublicKey {
    /// A key from its coordinates, 32 bytes each.
    ///
    /// # Errors
    /// [`Error::InvalidLength`]; [`Error::InvalidPoint`] if a coordinate is not below p or the point
    /// is not on the curve.
    pub fn from_xy(x: &[u8], y: &[u8]) -> Result<Self, Error> {
        let x = x.try_into().map_err(|_| Error::InvalidLength)?;
        let y = y.try_into().map_err(|_| Error::InvalidLength)?;
        let point = Point::from_coordinates(&x, &y).ok_or(Error::InvalidPoint)?;
        Ok(Self { point, x, y })
    }

    /// A key from its 65-byte uncompressed form `04 || X || Y` (GM/T 0009 clause 7.1, SEC 1).
    ///
    /// # Errors
    /// [`Error::InvalidLength`]; [`Error::InvalidEncoding`] if the first byte is not 04;
    /// [`Error::InvalidPoint`].
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() != 1 + 2 * FIELD_LEN {
            return Err(Error::InvalidLength);
        }
        if bytes[0] != 4 {
            return Err(Error::InvalidEncoding);
        }
        let (x, y) = bytes[1..].split_at(FIELD_LEN);
        Self::from_xy(x, y)
    }

    /// The public half of `secret`; `None` for 0.
    pub(super) fn of(secret: &Scalar) -> Option<Self> {
        let point = Point::generator_times(secret)?;
        Some(Self {
            point,
            x: point.x(),
            y: point.y(),
        })
    }

    pub(super) const fn point(&self) -> &Point {
        &self.point
    }

    /// The x coordinate, big endian.
    #[must_use]
    pub const fn x(&self) -> [u8; FIELD_LEN] {
        self.x
    }

    /// The y coordinate, big endian.
    #[must_use]
    pub const fn y(&self) -> [u8; FIELD_LEN] {
        self.y
    }

    /// `04 || X || Y`.
    #[must_use]
    pub fn to_sec1(&self) -> [u8; 1 + 2 * FIELD_LEN] {
        let mut sec1 = [4; 1 + 2 * FIELD_LEN];
        sec1[1..=FIELD_LEN].copy_from_slice(&self.x);
        sec1[1 + FIELD_LEN..].copy_from_slice(&self.y);
        sec1
    }

    /// Z, the digest of the signer's ID, the curve and this key (GB/T 32918.2 clause 5.5).
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if `id` is longer than 8191 bytes.
    pub fn z(&self, id: &[u8]) -> Result<[u8; 32], Error> {
        if id.len() > MAX_ID_LEN {
            return Err(Error::InvalidLength);
        }
        let mut hash = if id == DEFAULT_ID {
            default_id_hasher()
        } else {
            id_hasher(id)
        };
        hash.update(&self.x);
        hash.update(&self.y);
        Ok(hash.finish())
    }

    /// e = SM3(Z || message), what is signed (GB/T 32918.2 clause 6.1).
    ///
    /// # Errors
    /// As [`Self::z`].
    pub fn message_digest(&self, id: &[u8], message: &[u8]) -> Result<[u8; 32], Error> {
        let mut hash = self.message_hasher(id)?;
        hash.update(message);
        Ok(hash.finish())
    }

    /// A hash that has absorbed Z already: feed it the message, and it ends in e.
    ///
    /// # Errors
    /// As [`Self::z`].
    pub fn message_hasher(&self, id: &[u8]) -> Result<sm3::Sm3, Error> {
        let mut hash = sm3::Sm3::new();
        hash.update(&self.z(id)?);
        Ok(hash)
    }

    /// Checks `signature` over `e` (GB/T 32918.2 clause 7.1). A key that does so often becomes faster at it.
    ///
    /// # Errors
    /// [`Error::Verification`], also for r or s outside 1..=n-1.
    pub fn verify_digest(&self, e: &[u8; 32], signature: &Signature) -> Result<(), Error> {
        let Signature { r, s } = signature;
        let right = match frequent::comb_of(self) {
            Some(comb) => comb.verify(e, r, s),
            None => verify(&self.point, e, r, s),
        };
        if right {
            Ok(())
        } else {
            Err(Error::Verification)
        }
    }

    /// Encrypts `plaintext` to this key (GB/T 32918.4 clause 6.1).
    ///
    /// # Errors
    /// [`Error::InvalidLength`] if `plaintext` is empty, for which the scheme is not defined;
    /// [`Error::Rng`].
    pub fn encrypt(&self, plaintext: &[u8]) -> Result<Ciphertext, Error> {
        if plaintext.is_empty() {
            return Err(Error::InvalidLength);
        }
        for _ in 0..MAX_ATTEMPTS {
            let k = random_scalar()?;
            if let Some(ciphertext) = self.encrypt_with(&k, plaintext) {
                return Ok(ciphertext);
            }
        }
        Err(Error::Rng)
    }

    /// One attempt with the given `k`; `None` if the key stream came out all zero.
    pub(super) fn encrypt_with(&self, k: &Scalar, plaintext: &[u8]) -> Option<Ciphertext> {
        let c1 = Self::of(k)?;
        let mut product = self.point.times(k)?;
        let shared = kdf::coordinates(&product);
        product.zeroize();
        let mut data = plaintext.to_vec();
        let usable = kdf::xor_key_stream(&shared, &mut data);
        let hash = kdf::c3(&shared, plaintext);
        usable.then_some(Ciphertext {
            x: c1.x,
            y: c1.y,
            hash,
            data,
        })
    }

    /// X || Y.
    pub(super) fn coordinates(&self) -> [u8; 2 * FIELD_LEN] {
        let mut both = [0; 2 * FIELD_LEN];
        both[..FIELD_LEN].copy_from_slice(&self.x);
        both[FIELD_LEN..].copy_from_slice(&self.y);
        both
    }
}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("sm2::PublicKey(")?;
        for byte in self.to_sec1() {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// A hash that has absorbed what Z has before the key: ENTL, the ID and the curve.
fn id_hasher(id: &[u8]) -> sm3::Sm3 {
    let bits = u16::try_from(id.len() * 8).expect("8191 bytes are fewer than 2^16 bits");
    let mut hash = sm3::Sm3::new();
    hash.update(&bits.to_be_bytes());
    hash.update(id);
    hash.update(&CURVE_BYTES);
    hash
}

/// The same for the ID that nearly everybody uses: two of the four blocks of Z are always these.
fn default_id_hasher() -> sm3::Sm3 {
    static HASHER: OnceLock<sm3::Sm3> = OnceLock::new();
    HASHER.get_or_init(|| id_hasher(DEFAULT_ID)).clone()
}

const fn curve_bytes() -> [u8; 4 * FIELD_LEN] {
    const A: u128 = 0xFFFF_FFFE_FFFF_FFFF_FFFF_FFFF_FFFF_FFFF;
    const HALVES: [u128; 8] = [
        A,
        0xFFFF_FFFF_0000_0000_FFFF_FFFF_FFFF_FFFC,
        0x28E9_FA9E_9D9F_5E34_4D5A_9E4B_CF65_09A7,
        0xF397_89F5_15AB_8F92_DDBC_BD41_4D94_0E93,
        0x32C4_AE2C_1F19_8119_5F99_0446_6A39_C994,
        0x8FE3_0BBF_F266_0BE1_715A_4589_334C_74C7,
        0xBC37_36A2_F4F6_779C_59BD_CEE3_6B69_2153,
        0xD0A9_877C_C62A_4740_02DF_32E5_2139_F0A0,
    ];
    let mut out = [0; 4 * FIELD_LEN];
    let mut i = 0;
    while i < out.len() {
        out[i] = HALVES[i / 16].to_be_bytes()[i % 16];
        i += 1;
    }
    out
}
