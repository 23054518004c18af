//! ECDSA signatures and their two encodings.

use super::Curve;
use crate::Error;

/// A signature: r and s, each [`Curve::field_len`] bytes, big endian. Whether they are in range is
/// found out by verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    curve: Curve,
    bytes: Vec<u8>,
}

impl Signature {
    /// Reads r and s one after the other, as PKCS#11 and IEEE 1363 have them.
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`] for a wrong length.
    pub fn from_bytes(curve: Curve, bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() != 2 * curve.field_len() {
            return Err(Error::InvalidEncoding);
        }
        Ok(Self {
            curve,
            bytes: bytes.to_vec(),
        })
    }

    /// Reads a DER `ECDSA-Sig-Value` (RFC 3279 section 2.2.3).
    ///
    /// # Errors
    /// [`Error::InvalidEncoding`].
    pub fn from_der(curve: Curve, der: &[u8]) -> Result<Self, Error> {
        let (content, rest) = value(0x30, der)?;
        let (r, s) = value(0x02, content)?;
        let (s, end) = value(0x02, s)?;
        if !rest.is_empty() || !end.is_empty() {
            return Err(Error::InvalidEncoding);
        }
        let mut bytes = Vec::with_capacity(2 * curve.field_len());
        for number in [r, s] {
            let digits = unsigned(number)?;
            let zeros = curve
                .field_len()
                .checked_sub(digits.len())
                .ok_or(Error::InvalidEncoding)?;
            bytes.resize(bytes.len() + zeros, 0);
            bytes.extend_from_slice(digits);
        }
        Ok(Self { curve, bytes })
    }

    /// The curve.
    #[must_use]
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// r and s one after the other.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// r and s one after the other.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// DER `ECDSA-Sig-Value`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let (r, s) = self.bytes.split_at(self.curve.field_len());
        let content = [integer(r), integer(s)].concat();
        let mut der = vec![0x30];
        // At most 2 * 69 bytes: one length byte behind the prefix is enough.
        if content.len() > 0x7f {
            der.push(0x81);
        }
        der.push(content.len() as u8);
        der.extend_from_slice(&content);
        der
    }
}

/// DER `INTEGER` of an unsigned number of at most 66 bytes.
fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number[..number.len() - 1]
        .iter()
        .take_while(|&&byte| byte == 0)
        .count();
    let digits = &number[zeros..];
    let sign = usize::from(digits[0] >= 0x80);
    let mut der = vec![0x02, (sign + digits.len()) as u8];
    der.resize(2 + sign, 0);
    der.extend_from_slice(digits);
    der
}

/// The value of the element with `tag` at the start of `der`, and what follows it. Lengths up to
/// 255, in the shortest form only.
fn value(tag: u8, der: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    let (len, rest) = match *der {
        [found, len @ 0..=0x7f, ref rest @ ..] if found == tag => (len, rest),
        [found, 0x81, len @ 0x80..=0xff, ref rest @ ..] if found == tag => (len, rest),
        _ => return Err(Error::InvalidEncoding),
    };
    rest.split_at_checked(len.into())
        .ok_or(Error::InvalidEncoding)
}

/// The digits of a non-negative `INTEGER` in its shortest form, without the zero of the sign.
fn unsigned(content: &[u8]) -> Result<&[u8], Error> {
    match content {
        [0] => Ok(&[]),
        [0, rest @ ..] if rest[0] >= 0x80 => Ok(rest),
        [1..0x80, ..] => Ok(content),
        _ => Err(Error::InvalidEncoding),
    }
}
