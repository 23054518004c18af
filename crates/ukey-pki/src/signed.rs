//! The outer shape shared by certificates and requests:
//! `SEQUENCE { toBeSigned, signatureAlgorithm, signature BIT STRING }`.

use core::ops::Range;

use const_oid::ObjectIdentifier as Oid;

use crate::algorithm::{AlgorithmRef, SignatureAlgorithm};
use crate::asn1;
use crate::error::{Error, Result};
use crate::key::{PublicKey, Signer};
use crate::signature;

/// A signed structure in its original bytes.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) der: Vec<u8>,
    to_be_signed: Range<usize>,
    pub(crate) algorithm: Oid,
    signature: Vec<u8>,
}

impl Signed {
    pub(crate) fn parse(der: &[u8], what: &'static str) -> Result<Self> {
        let outer = asn1::single(der, asn1::SEQUENCE, what)?;
        let mut fields = outer.fields(what)?;
        let to_be_signed = fields.expect(asn1::SEQUENCE)?;
        let algorithm = AlgorithmRef::parse(fields.next()?, what)?;
        let signature = fields.expect(asn1::BIT_STRING)?.bit_string_octets(what)?;
        fields.finish()?;
        let start = der.len() - outer.value.len();
        Ok(Self {
            der: der.to_vec(),
            to_be_signed: start..start + to_be_signed.raw.len(),
            algorithm: algorithm.oid,
            signature: signature.to_vec(),
        })
    }

    /// Signs `to_be_signed` and assembles the whole.
    pub(crate) fn make(to_be_signed: &[u8], signer: &dyn Signer) -> Result<Vec<u8>> {
        let algorithm = SignatureAlgorithm::for_key(signer.public_key());
        let signature = signature::sign(signer, to_be_signed)?;
        Ok(asn1::sequence(&[
            to_be_signed,
            &algorithm.to_der(),
            &asn1::bit_string(&signature),
        ]))
    }

    pub(crate) fn to_be_signed(&self) -> &[u8] {
        &self.der[self.to_be_signed.clone()]
    }

    pub(crate) fn verify(&self, key: &PublicKey, what: &'static str) -> Result<()> {
        let algorithm = SignatureAlgorithm::from_oid(self.algorithm)?;
        signature::verify(key, algorithm, self.to_be_signed(), &self.signature, what)
    }

    /// Fails unless the algorithm repeated inside the signed part is the outer one.
    pub(crate) fn check_inner_algorithm(&self, inner: Oid, what: &'static str) -> Result<()> {
        match inner == self.algorithm {
            true => Ok(()),
            false => Err(Error::malformed(what)),
        }
    }
}
