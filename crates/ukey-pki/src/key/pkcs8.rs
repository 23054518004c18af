//! Unencrypted PKCS#8 (RFC 5958) for [`SoftwareKey`]: SM2 as an RFC 5915 ECPrivateKey, RSA as
//! PKCS#1.
//!
//! The files so written are the test CA's own keys; whoever stores them must keep them private.

use ukey_crypto::{rsa, sm2};
use zeroize::Zeroizing;

use super::software::PrivateKey;
use super::{PublicKey, SoftwareKey, sm2_algorithm};
use crate::algorithm::{self, AlgorithmRef};
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::{oid, pem};

const WHAT: &str = "PKCS#8 private key";

impl SoftwareKey {
    /// Reads an unencrypted PKCS#8 key, DER or PEM.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::Truncated`] for other bytes, [`Error::Unsupported`] for
    /// other key types, [`Error::Mismatch`] when an enclosed public key is not the private key's.
    pub fn from_pkcs8(input: &[u8]) -> Result<Self> {
        let der = pem::to_der(input, &[pem::PRIVATE_KEY], WHAT)?;
        let mut fields = asn1::single(&der, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        if fields.expect(asn1::INTEGER)?.small(WHAT)? > 1 {
            return Err(Error::malformed(WHAT));
        }
        let algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?;
        let key = fields.expect(asn1::OCTET_STRING)?.value;
        match algorithm.oid {
            oid::RSA_ENCRYPTION => Ok(rsa::PrivateKey::from_pkcs1_der(key)?.into()),
            oid::EC_PUBLIC_KEY => {
                let curve = algorithm.parameters.ok_or(Error::malformed(WHAT))?;
                match curve.oid(WHAT)? {
                    oid::SM2 => from_ec_private_key(key),
                    other => Err(Error::unsupported("curve", other)),
                }
            }
            other => Err(Error::unsupported("private key algorithm", other)),
        }
    }

    /// The unencrypted PKCS#8 DER.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        let version = asn1::unsigned(&[0]);
        let (algorithm, key) = match &self.private {
            PrivateKey::Sm2(key) => (sm2_algorithm(), ec_private_key(key)),
            PrivateKey::Rsa(key) => (
                algorithm::with_null(oid::RSA_ENCRYPTION),
                key.to_pkcs1_der(),
            ),
        };
        let key = Zeroizing::new(asn1::octet_string(&key));
        Zeroizing::new(asn1::sequence(&[&version, &algorithm, &key]))
    }

    /// The unencrypted PKCS#8 key as PEM.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        pem::from_der(pem::PRIVATE_KEY, &self.to_pkcs8_der())
    }
}

/// ECPrivateKey { version 1, privateKey OCTET STRING(32), publicKey [1] BIT STRING }.
fn ec_private_key(key: &sm2::SecretKey) -> Zeroizing<Vec<u8>> {
    let private = Zeroizing::new(asn1::octet_string(&*key.expose_bytes()));
    let public = asn1::bit_string(&key.public_key().to_sec1());
    Zeroizing::new(asn1::sequence(&[
        &asn1::unsigned(&[1]),
        &private,
        &asn1::tlv(asn1::context(1), &[&public]),
    ]))
}

fn from_ec_private_key(bytes: &[u8]) -> Result<SoftwareKey> {
    let mut fields = asn1::single(bytes, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    if fields.expect(asn1::INTEGER)?.small(WHAT)? != 1 {
        return Err(Error::malformed(WHAT));
    }
    let private = left_pad_32(fields.expect(asn1::OCTET_STRING)?)?;
    fields.optional(asn1::context(0))?;
    let public = fields.optional(asn1::context(1))?;
    fields.finish()?;

    let key: SoftwareKey = sm2::SecretKey::from_bytes(&*private)?.into();
    if let Some(wrapped) = public {
        let mut inner = wrapped.fields(WHAT)?;
        let octets = inner.expect(asn1::BIT_STRING)?.bit_string_octets(WHAT)?;
        let stated = PublicKey::Sm2(sm2::PublicKey::from_sec1(octets)?);
        if stated != *key.public_key() {
            return Err(Error::Mismatch {
                what: "private key and public key",
            });
        }
    }
    Ok(key)
}

/// Some writers drop leading zero bytes of the private number.
fn left_pad_32(element: Element<'_>) -> Result<Zeroizing<[u8; 32]>> {
    let mut padded = Zeroizing::new([0; 32]);
    let start = 32usize
        .checked_sub(element.value.len())
        .ok_or(Error::Malformed { what: WHAT })?;
    padded[start..].copy_from_slice(element.value);
    Ok(padded)
}
