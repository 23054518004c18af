//! Responders whose own key is on a NIST curve (ECDSA, RFC 5758). The authority that they answer for is SM2
//! or RSA all the same.

use const_oid::ObjectIdentifier as Oid;
use ukey_crypto::ec::{Curve, PublicKey, Signature};
use ukey_crypto::hash::HashAlg;

use crate::algorithm::AlgorithmRef;
use crate::asn1;
use crate::error::{Error, Result};
use crate::oid;

/// The digest of an ECDSA algorithm; none for another one, and none for ECDSA with SHA-1.
pub(super) fn hash_of(algorithm: Oid) -> Option<HashAlg> {
    match algorithm {
        oid::ECDSA_WITH_SHA256 => Some(HashAlg::Sha256),
        oid::ECDSA_WITH_SHA384 => Some(HashAlg::Sha384),
        oid::ECDSA_WITH_SHA512 => Some(HashAlg::Sha512),
        _ => None,
    }
}

/// Checks the signature on `what` with the key of a SubjectPublicKeyInfo.
///
/// # Errors
/// [`Error::Signature`] when it does not fit, [`Error::Mismatch`] for a key of another kind,
/// [`Error::Unsupported`] for other curves.
pub(super) fn verify(
    spki: &[u8],
    hash: HashAlg,
    message: &[u8],
    signature: &[u8],
    what: &'static str,
) -> Result<()> {
    let key = key_of(spki)?;
    let refused = |_| Error::Signature { what };
    let signature = Signature::from_der(key.curve(), signature).map_err(refused)?;
    let digest = hash.digest(message);
    key.verify_digest(&digest, &signature).map_err(refused)
}

fn key_of(spki: &[u8]) -> Result<PublicKey> {
    const WHAT: &str = "public key";
    let mut fields = asn1::single(spki, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    let algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?;
    let point = fields.expect(asn1::BIT_STRING)?.bit_string_octets(WHAT)?;
    fields.finish()?;
    if algorithm.oid != oid::EC_PUBLIC_KEY {
        let what = "key and signature algorithm";
        return Err(Error::Mismatch { what });
    }
    let name = algorithm.parameters.ok_or(Error::malformed(WHAT))?;
    let named = name.oid(WHAT)?;
    let curve = Curve::ALL.into_iter().find(|c| c.oid() == name.value);
    let curve = curve.ok_or_else(|| Error::unsupported("curve", named))?;
    Ok(PublicKey::from_sec1(curve, point)?)
}
