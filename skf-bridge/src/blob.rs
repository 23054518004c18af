//! Between the fixed-size structures of SKF and the values of `ukey-crypto`.
//!
//! Fields are 64 bytes (SM2) or 256 bytes (RSA) wide and hold right-aligned numbers; a BitLen that does not fit and
//! non-zero bytes before the number are refused, as GmSSL does.

use std::mem::offset_of;
use ukey_crypto::{rsa, sm2};

use crate::abi::types::{
    ECC_CIPHER_HEAD_LEN, ECC_FIELD_LEN, ECCCIPHERBLOB, ECCPUBLICKEYBLOB, ECCSIGNATUREBLOB,
    MAX_RSA_EXPONENT_LEN, MAX_RSA_MODULUS_LEN, RSAPUBLICKEYBLOB,
};
use crate::error::Error;

/// SGD_RSA (GM/T 0006).
pub(crate) const SGD_RSA: u32 = 0x0001_0000;
/// Bits of an SM2 key.
pub(crate) const SM2_BITS: u32 = 256;
/// Bytes of an SM2 number.
const SM2_LEN: usize = 32;
const RSA_MAX_BITS: usize = MAX_RSA_MODULUS_LEN * 8;

pub(crate) fn right_aligned<const N: usize>(number: &[u8]) -> Option<[u8; N]> {
    let mut field = [0; N];
    field[N.checked_sub(number.len())?..].copy_from_slice(number);
    Some(field)
}

/// An SM2 number at the right end of its field.
fn sm2_field(number: &[u8; SM2_LEN]) -> [u8; ECC_FIELD_LEN] {
    let mut field = [0; ECC_FIELD_LEN];
    field[ECC_FIELD_LEN - SM2_LEN..].copy_from_slice(number);
    field
}

/// The `N` bytes at `AT` of a structure; that they lie within it is seen when this is compiled.
pub(crate) fn member<const AT: usize, const N: usize, const LEN: usize>(
    structure: &[u8; LEN],
) -> [u8; N] {
    const { assert!(AT + N <= LEN) };
    std::array::from_fn(|index| structure[AT + index])
}

/// The 32 significant bytes of an SM2 field.
pub(crate) fn sm2_number<'a>(
    field: &'a [u8; ECC_FIELD_LEN],
    what: &'static str,
) -> Result<&'a [u8; SM2_LEN], Error> {
    let (high, low) = field.split_at(ECC_FIELD_LEN - SM2_LEN);
    if high.iter().any(|byte| *byte != 0) {
        return Err(Error::InputData(what));
    }
    low.try_into().map_err(|_| Error::InputData(what))
}

/// An SM2 public key from its blob: 256 bits and a point of the curve.
pub(crate) fn ecc_public(blob: &ECCPUBLICKEYBLOB) -> Result<sm2::PublicKey, Error> {
    if blob.BitLen != SM2_BITS {
        return Err(Error::EccBits(blob.BitLen));
    }
    let x = sm2_number(&blob.XCoordinate, "SM2 public key")?;
    let y = sm2_number(&blob.YCoordinate, "SM2 public key")?;
    Ok(sm2::PublicKey::from_xy(x, y)?)
}

/// The blob of an SM2 public key.
pub(crate) fn ecc_public_blob(key: &sm2::PublicKey) -> ECCPUBLICKEYBLOB {
    ECCPUBLICKEYBLOB {
        BitLen: SM2_BITS,
        XCoordinate: sm2_field(&key.x()),
        YCoordinate: sm2_field(&key.y()),
    }
}

/// The bytes of an [`ECCPUBLICKEYBLOB`], for functions that return it through a byte buffer.
pub(crate) fn ecc_public_bytes(key: &sm2::PublicKey) -> Vec<u8> {
    let blob = ecc_public_blob(key);
    let bits = blob.BitLen.to_ne_bytes();
    [&bits[..], &blob.XCoordinate, &blob.YCoordinate].concat()
}

/// A signature from its blob; range checks are the verifier's.
pub(crate) fn ecc_signature(blob: &ECCSIGNATUREBLOB) -> Result<sm2::Signature, Error> {
    Ok(sm2::Signature {
        r: *sm2_number(&blob.r, "SM2 signature")?,
        s: *sm2_number(&blob.s, "SM2 signature")?,
    })
}

/// The blob of a signature.
pub(crate) fn ecc_signature_blob(signature: &sm2::Signature) -> ECCSIGNATUREBLOB {
    ECCSIGNATUREBLOB {
        r: sm2_field(&signature.r),
        s: sm2_field(&signature.s),
    }
}

/// The fixed part of an ECCCIPHERBLOB: C1, C3 and CipherLen.
pub(crate) struct EccCipherHead {
    x: [u8; SM2_LEN],
    y: [u8; SM2_LEN],
    hash: [u8; 32],
    /// Bytes of C2 that follow.
    pub(crate) cipher_len: u32,
}

/// Splits the fixed part; CipherLen is the caller's claim and is judged where C2 is read.
pub(crate) fn ecc_cipher_head(head: &[u8; ECC_CIPHER_HEAD_LEN]) -> Result<EccCipherHead, Error> {
    const Y_AT: usize = offset_of!(ECCCIPHERBLOB, YCoordinate);
    const HASH_AT: usize = offset_of!(ECCCIPHERBLOB, HASH);
    const LEN_AT: usize = offset_of!(ECCCIPHERBLOB, CipherLen);
    Ok(EccCipherHead {
        x: *sm2_number(&member::<0, _, _>(head), "SM2 ciphertext")?,
        y: *sm2_number(&member::<Y_AT, _, _>(head), "SM2 ciphertext")?,
        hash: member::<HASH_AT, _, _>(head),
        cipher_len: u32::from_ne_bytes(member::<LEN_AT, _, _>(head)),
    })
}

impl EccCipherHead {
    /// The whole ciphertext; `data` is C2.
    pub(crate) fn with_data(self, data: &[u8]) -> sm2::Ciphertext {
        sm2::Ciphertext {
            x: self.x,
            y: self.y,
            hash: self.hash,
            data: data.to_vec(),
        }
    }
}

/// The bytes of an ECCCIPHERBLOB: 164 and C2.
pub(crate) fn ecc_cipher_bytes(cipher: &sm2::Ciphertext) -> Vec<u8> {
    let length = u32::try_from(cipher.data.len())
        .expect("invariant: what was encrypted came with a length of 32 bits")
        .to_ne_bytes();
    [
        &sm2_field(&cipher.x)[..],
        &sm2_field(&cipher.y),
        &cipher.hash,
        &length,
        &cipher.data,
    ]
    .concat()
}

/// Checks BitLen and gives the modulus length in bytes.
pub(crate) fn rsa_len(bits: u32) -> Result<usize, Error> {
    let len = bits as usize / 8;
    let fits = bits.is_multiple_of(8) && (128..=MAX_RSA_MODULUS_LEN).contains(&len);
    if fits {
        Ok(len)
    } else {
        Err(Error::RsaBits(bits))
    }
}

/// The significant end of a right-aligned field, `len` bytes.
pub(crate) fn rsa_number<'a>(
    field: &'a [u8],
    len: usize,
    what: &'static str,
) -> Result<&'a [u8], Error> {
    let (high, low) = field.split_at(field.len() - len);
    if high.iter().any(|byte| *byte != 0) {
        Err(Error::InputData(what))
    } else {
        Ok(low)
    }
}

/// An RSA public key of 1024 to 2048 bits from its blob.
pub(crate) fn rsa_public(blob: &RSAPUBLICKEYBLOB) -> Result<rsa::PublicKey, Error> {
    let bits = blob.BitLen;
    let n = rsa_number(&blob.Modulus, rsa_len(bits)?, "RSA modulus")?;
    // BitLen says where the number begins.
    if n[0] & 0x80 == 0 {
        return Err(Error::RsaBits(bits));
    }
    Ok(rsa::PublicKey::from_components(n, &blob.PublicExponent)?)
}

/// The blob of an RSA public key; keys above 2048 bits do not fit it.
pub(crate) fn rsa_public_blob(key: &rsa::PublicKey) -> Result<RSAPUBLICKEYBLOB, Error> {
    let bits = key.bits();
    let refused = || Error::RsaBits(u32::try_from(bits).unwrap_or(u32::MAX));
    if bits > RSA_MAX_BITS {
        return Err(refused());
    }
    Ok(RSAPUBLICKEYBLOB {
        AlgID: SGD_RSA,
        BitLen: bits as u32,
        Modulus: right_aligned::<MAX_RSA_MODULUS_LEN>(&key.n()).ok_or_else(refused)?,
        PublicExponent: right_aligned::<MAX_RSA_EXPONENT_LEN>(&key.e()).ok_or_else(refused)?,
    })
}

/// The bytes of an [`RSAPUBLICKEYBLOB`].
pub(crate) fn rsa_public_bytes(key: &rsa::PublicKey) -> Result<Vec<u8>, Error> {
    let blob = rsa_public_blob(key)?;
    let (alg, bits) = (blob.AlgID.to_ne_bytes(), blob.BitLen.to_ne_bytes());
    Ok([&alg[..], &bits, &blob.Modulus, &blob.PublicExponent].concat())
}

#[cfg(test)]
mod tests;
