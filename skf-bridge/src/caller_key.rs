//! Keys of the caller in the clear, for the functions that take or give them (`SKF_Ext…`, `SKF_GenExtRSAKey`).
//!
//! The only file of this crate where private keys exist. They are the caller's own: nothing of the token comes here, and
//! nothing is kept after the call.

use ukey_crypto::{rsa, sm2};
use zeroize::{Zeroize, Zeroizing};

use crate::abi::types::{ECCPRIVATEKEYBLOB, RSAPRIVATEKEYBLOB};
use crate::blob::{
    SGD_RSA, SM2_BITS, right_aligned, rsa_len, rsa_number, rsa_public_blob, sm2_number,
};
use crate::error::Error;

/// Wipes the plaintext key when it leaves scope.
impl Zeroize for ECCPRIVATEKEYBLOB {
    fn zeroize(&mut self) {
        self.PrivateKey.zeroize();
    }
}

impl Zeroize for RSAPRIVATEKEYBLOB {
    fn zeroize(&mut self) {
        self.PrivateExponent.zeroize();
        self.Prime1.zeroize();
        self.Prime2.zeroize();
        self.Prime1Exponent.zeroize();
        self.Prime2Exponent.zeroize();
        self.Coefficient.zeroize();
    }
}

/// An SM2 private key from its blob.
pub(crate) fn ecc_private(blob: &ECCPRIVATEKEYBLOB) -> Result<sm2::SecretKey, Error> {
    if blob.BitLen != SM2_BITS {
        return Err(Error::EccBits(blob.BitLen));
    }
    Ok(sm2::SecretKey::from_bytes(sm2_number(
        &blob.PrivateKey,
        "SM2 private key",
    )?)?)
}

/// A new RSA key pair of `bits`.
pub(crate) fn generate_rsa(bits: u32) -> Result<Zeroizing<RSAPRIVATEKEYBLOB>, Error> {
    rsa_private_blob(&rsa::PrivateKey::generate(bits as usize)?)
}

/// An RSA private key from its blob. The CRT values are recomputed, not believed.
pub(crate) fn rsa_private(blob: &RSAPRIVATEKEYBLOB) -> Result<rsa::PrivateKey, Error> {
    let bits = blob.BitLen;
    let len = rsa_len(bits)?;
    let half = len.div_ceil(2);
    let key = rsa::PrivateKey::from_components(
        rsa_number(&blob.Modulus, len, "RSA modulus")?,
        &blob.PublicExponent,
        rsa_number(&blob.PrivateExponent, len, "RSA private key")?,
        rsa_number(&blob.Prime1, half, "RSA private key")?,
        rsa_number(&blob.Prime2, half, "RSA private key")?,
    )?;
    if key.public_key().bits() == bits as usize {
        Ok(key)
    } else {
        Err(Error::RsaBits(bits))
    }
}

/// The blob of an RSA private key of at most 2048 bits.
pub(crate) fn rsa_private_blob(
    key: &rsa::PrivateKey,
) -> Result<Zeroizing<RSAPRIVATEKEYBLOB>, Error> {
    let public = rsa_public_blob(key.public_key())?;
    let der = key.to_pkcs1_der();
    let numbers = der_integers(&der).ok_or(Error::InputData("RSA private key"))?;
    let [_version, _n, _e, d, p, q, dp, dq, qinv] = numbers;
    let fits = |ok: Option<_>| ok.ok_or(Error::RsaBits(public.BitLen));
    Ok(Zeroizing::new(RSAPRIVATEKEYBLOB {
        AlgID: SGD_RSA,
        BitLen: public.BitLen,
        Modulus: public.Modulus,
        PublicExponent: public.PublicExponent,
        PrivateExponent: right_aligned(d).ok_or(Error::RsaBits(public.BitLen))?,
        Prime1: fits(right_aligned(p))?,
        Prime2: fits(right_aligned(q))?,
        Prime1Exponent: fits(right_aligned(dp))?,
        Prime2Exponent: fits(right_aligned(dq))?,
        Coefficient: fits(right_aligned(qinv))?,
    }))
}

/// The nine numbers of an RSAPrivateKey (RFC 8017 A.1.2), without sign bytes. The input is our own encoder's.
fn der_integers(der: &[u8]) -> Option<[&[u8]; 9]> {
    let (0x30, mut rest, _) = der_element(der)? else {
        return None;
    };
    let mut numbers = [&[][..]; 9];
    for number in &mut numbers {
        let (0x02, value, after) = der_element(rest)? else {
            return None;
        };
        *number = value.strip_prefix(&[0]).unwrap_or(value);
        rest = after;
    }
    Some(numbers)
}

/// Tag, content and what follows.
fn der_element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7F => (first as usize, rest),
        0x81 | 0x82 => {
            let (len, rest) = rest.split_at_checked(first as usize & 0x7F)?;
            (len.iter().fold(0, |n, byte| n << 8 | *byte as usize), rest)
        }
        _ => return None,
    };
    let (value, after) = rest.split_at_checked(len)?;
    Some((tag, value, after))
}

#[cfg(test)]
mod tests;
