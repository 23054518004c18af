//! Public keys as SubjectPublicKeyInfo, and the traits through which private keys are used.
//!
//! Nothing in this crate holds a token: private-key operations go through [`Signer`] and
//! [`Decryptor`]. [`SoftwareKey`] implements both for the test CA's own keys.

mod operation;
mod pkcs8;
mod software;

use ukey_crypto::{hash, rsa, sm2};

pub use operation::{Decryptor, Signer};
pub use software::{KeyAlgorithm, SoftwareKey};

use crate::algorithm::{self, AlgorithmRef, SignatureAlgorithm};
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::oid;
use crate::signature;

const WHAT: &str = "public key";

/// A public key of one of the two families that the token knows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum PublicKey {
    /// SM2 (GB/T 32918).
    Sm2(sm2::PublicKey),
    /// RSA.
    Rsa(rsa::PublicKey),
}

impl PublicKey {
    /// Reads a DER SubjectPublicKeyInfo.
    ///
    /// For SM2 the algorithm is id-ecPublicKey with the SM2 curve; the SM2 identifier itself as
    /// algorithm, which newer profiles allow, is understood too.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for other key types and curves, [`Error::Crypto`] for a point that
    /// is not on the curve or an unusable modulus.
    pub fn from_spki_der(spki: &[u8]) -> Result<Self> {
        Self::from_spki(asn1::single(spki, asn1::SEQUENCE, WHAT)?)
    }

    pub(crate) fn from_spki(spki: Element<'_>) -> Result<Self> {
        let mut fields = spki.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?;
        let key = fields.next()?.bit_string_octets(WHAT)?;
        fields.finish()?;
        match algorithm.oid {
            oid::EC_PUBLIC_KEY => {
                let curve = algorithm.parameters.ok_or(Error::malformed(WHAT))?;
                match curve.oid(WHAT)? {
                    oid::SM2 => Ok(Self::Sm2(sm2::PublicKey::from_sec1(key)?)),
                    other => Err(Error::unsupported("curve", other)),
                }
            }
            oid::SM2 => Ok(Self::Sm2(sm2::PublicKey::from_sec1(key)?)),
            oid::RSA_ENCRYPTION => {
                algorithm.without_parameters(WHAT)?;
                Ok(Self::Rsa(rsa::PublicKey::from_pkcs1_der(key)?))
            }
            other => Err(Error::unsupported("public key algorithm", other)),
        }
    }

    /// The DER SubjectPublicKeyInfo.
    pub fn to_spki_der(&self) -> Vec<u8> {
        let algorithm = match self {
            Self::Sm2(_) => sm2_algorithm(),
            Self::Rsa(_) => algorithm::with_null(oid::RSA_ENCRYPTION),
        };
        asn1::sequence(&[&algorithm, &asn1::bit_string(&self.key_octets())])
    }

    /// Contents of the subjectPublicKey BIT STRING: `04 ‖ X ‖ Y`, or the PKCS#1 RSAPublicKey.
    fn key_octets(&self) -> Vec<u8> {
        match self {
            Self::Sm2(key) => key.to_sec1().to_vec(),
            Self::Rsa(key) => key.to_pkcs1_der(),
        }
    }

    /// A key identifier: the leftmost 160 bits of the digest of the key octets, as in RFC 7093
    /// method 1, with SM3 for SM2 keys and SHA-256 for RSA keys.
    ///
    /// Identifiers found in certificates are compared as opaque bytes, since every CA makes them
    /// in its own way.
    pub fn key_identifier(&self) -> [u8; 20] {
        let octets = self.key_octets();
        let digest = match self {
            Self::Sm2(_) => hash::HashAlg::Sm3.digest(&octets),
            Self::Rsa(_) => hash::HashAlg::Sha256.digest(&octets),
        };
        let mut identifier = [0; 20];
        identifier.copy_from_slice(&digest[..20]);
        identifier
    }

    /// Whether `identifier` is one that is commonly computed from this key: ours, RFC 5280 method 1
    /// (SHA-1), or the whole SM3 or SHA-256 digest.
    pub(crate) fn has_key_identifier(&self, identifier: &[u8]) -> bool {
        let octets = self.key_octets();
        [
            hash::HashAlg::Sha1,
            hash::HashAlg::Sm3,
            hash::HashAlg::Sha256,
        ]
        .into_iter()
        .map(|hash| hash.digest(&octets))
        .any(|digest| identifier == digest || identifier == &digest[..20])
    }

    /// Family of the key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::Sm2(_) => KeyAlgorithm::Sm2,
            Self::Rsa(key) => KeyAlgorithm::Rsa {
                bits: key.bits() as u32,
            },
        }
    }

    /// Checks a bare signature over a whole message; an SM2 one may be DER or the 64 octets r ‖ s.
    ///
    /// # Errors
    /// [`Error::Signature`] when it does not fit, [`Error::Mismatch`] when the key is of another family
    /// than the algorithm.
    pub fn verify_message(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        signature::verify(self, algorithm, message, signature, "message")
    }

    /// The SM2 key, if it is one.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for an RSA key.
    pub fn as_sm2(&self) -> Result<&sm2::PublicKey> {
        match self {
            Self::Sm2(key) => Ok(key),
            Self::Rsa(_) => Err(Error::Mismatch {
                what: "an RSA key and an SM2 operation",
            }),
        }
    }

    /// The RSA key, if it is one.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for an SM2 key.
    pub fn as_rsa(&self) -> Result<&rsa::PublicKey> {
        match self {
            Self::Rsa(key) => Ok(key),
            Self::Sm2(_) => Err(Error::Mismatch {
                what: "an SM2 key and an RSA operation",
            }),
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.to_spki_der() == other.to_spki_der()
    }
}

impl Eq for PublicKey {}

/// AlgorithmIdentifier of an SM2 key: id-ecPublicKey with the named curve.
fn sm2_algorithm() -> Vec<u8> {
    asn1::sequence(&[&asn1::oid(oid::EC_PUBLIC_KEY), &asn1::oid(oid::SM2)])
}
