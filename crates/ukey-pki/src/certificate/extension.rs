//! The certificate extensions that this crate interprets (RFC 5280 section 4.2.1).

use const_oid::ObjectIdentifier as Oid;
use der::Decode;
use x509_cert::ext::pkix::BasicConstraints;
pub use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

use super::Certificate;
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::oid;

const WHAT: &str = "certificate extension";

/// One extension as found in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Which one.
    pub id: Oid,
    /// Whether a reader that does not know it must refuse the certificate.
    pub critical: bool,
    /// Contents of extnValue: usually DER, but some CAs put bare text here.
    pub value: Vec<u8>,
}

impl Extension {
    /// Reads `[3] { SEQUENCE OF Extension }`. A repeated extension is refused.
    pub(crate) fn parse_all(wrapped: Element<'_>) -> Result<Vec<Self>> {
        let mut outer = wrapped.fields(WHAT)?;
        let list = outer.expect(asn1::SEQUENCE)?;
        outer.finish()?;
        Self::parse_list(list)
    }

    /// Reads `SEQUENCE OF Extension`.
    pub(crate) fn parse_list(list: Element<'_>) -> Result<Vec<Self>> {
        let mut all: Vec<Self> = Vec::new();
        for element in list.fields(WHAT)?.collect()? {
            let extension = Self::parse(element)?;
            if all.iter().any(|earlier| earlier.id == extension.id) {
                return Err(Error::malformed(WHAT));
            }
            all.push(extension);
        }
        Ok(all)
    }

    fn parse(element: Element<'_>) -> Result<Self> {
        let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let id = fields.next()?.oid(WHAT)?;
        let critical = match fields.optional(asn1::BOOLEAN)?.map(|flag| flag.value) {
            None | Some([0]) => false,
            Some([0xFF]) => true,
            Some(_) => return Err(Error::malformed(WHAT)),
        };
        let value = fields.expect(asn1::OCTET_STRING)?.value.to_vec();
        fields.finish()?;
        Ok(Self {
            id,
            critical,
            value,
        })
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        let id = asn1::oid(self.id);
        let value = asn1::octet_string(&self.value);
        match self.critical {
            true => asn1::sequence(&[&id, &asn1::tlv(asn1::BOOLEAN, &[&[0xFF]]), &value]),
            false => asn1::sequence(&[&id, &value]),
        }
    }

    /// keyUsage with these bits, critical.
    pub(super) fn key_usage(bits: KeyUsage) -> Result<Self> {
        Ok(Self {
            id: oid::KEY_USAGE,
            critical: true,
            value: asn1::encode(&bits, WHAT)?,
        })
    }

    /// basicConstraints of a CA, critical.
    pub(super) fn certificate_authority(path_len: Option<u8>) -> Result<Self> {
        let constraints = BasicConstraints {
            ca: true,
            path_len_constraint: path_len,
        };
        Ok(Self {
            id: oid::BASIC_CONSTRAINTS,
            critical: true,
            value: asn1::encode(&constraints, WHAT)?,
        })
    }

    pub(super) fn subject_key_identifier(identifier: &[u8]) -> Self {
        Self {
            id: oid::SUBJECT_KEY_IDENTIFIER,
            critical: false,
            value: asn1::octet_string(identifier),
        }
    }

    pub(crate) fn authority_key_identifier(identifier: &[u8]) -> Self {
        let key_identifier = asn1::tlv(asn1::context_primitive(0), &[identifier]);
        Self {
            id: oid::AUTHORITY_KEY_IDENTIFIER,
            critical: false,
            value: asn1::sequence(&[&key_identifier]),
        }
    }
}

impl Certificate {
    /// The keyUsage extension.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is there but cannot be read.
    pub fn key_usage(&self) -> Result<Option<KeyUsage>> {
        self.extension(oid::KEY_USAGE)
            .map(|found| KeyUsage::from_der(&found.value).map_err(|_| Error::malformed("keyUsage")))
            .transpose()
    }

    /// Whether this certificate may serve to check signatures: digitalSignature or nonRepudiation
    /// is set, or there is no keyUsage.
    pub fn can_sign(&self) -> bool {
        self.usage_allows(|usage| usage.digital_signature() || usage.non_repudiation())
    }

    /// Whether this certificate may serve to encrypt: keyEncipherment, dataEncipherment or
    /// keyAgreement is set, or there is no keyUsage.
    pub fn can_encrypt(&self) -> bool {
        self.usage_allows(|usage| {
            usage.key_encipherment() || usage.data_encipherment() || usage.key_agreement()
        })
    }

    fn usage_allows(&self, test: impl Fn(KeyUsage) -> bool) -> bool {
        match self.key_usage() {
            Ok(Some(usage)) => test(usage),
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Path length allowed below this CA: `None` when it is not a CA certificate, `Some(None)` when
    /// it is one without a limit.
    pub(super) fn path_len(&self) -> Result<Option<Option<u8>>> {
        let Some(found) = self.extension(oid::BASIC_CONSTRAINTS) else {
            return Ok(None);
        };
        let constraints = BasicConstraints::from_der(&found.value)
            .map_err(|_| Error::malformed("basicConstraints"))?;
        Ok(constraints.ca.then_some(constraints.path_len_constraint))
    }

    /// Whether basicConstraints say CA and keyUsage, if present, allows signing certificates.
    pub fn is_authority(&self) -> bool {
        matches!(self.path_len(), Ok(Some(_))) && self.usage_allows(|usage| usage.key_cert_sign())
    }

    /// Whether extKeyUsage names this purpose. A certificate without the extension does not.
    pub fn is_for_purpose(&self, purpose: Oid) -> bool {
        let Some(found) = self.extension(oid::EXTENDED_KEY_USAGE) else {
            return false;
        };
        let listed = asn1::single(&found.value, asn1::SEQUENCE, WHAT)
            .and_then(|list| list.fields(WHAT)?.collect());
        listed.is_ok_and(|all| {
            all.iter()
                .any(|one| one.oid(WHAT).is_ok_and(|one| one == purpose))
        })
    }

    /// Addresses of OCSP responders in authorityInfoAccess, in its order.
    pub fn ocsp_responders(&self) -> Vec<&str> {
        let Some(found) = self.extension(oid::AUTHORITY_INFO_ACCESS) else {
            return Vec::new();
        };
        let listed = asn1::single(&found.value, asn1::SEQUENCE, WHAT)
            .and_then(|list| list.fields(WHAT)?.collect());
        let listed = listed.unwrap_or_default();
        listed.into_iter().filter_map(ocsp_address).collect()
    }

    /// Octets of the subjectKeyIdentifier. End-entity certificates often have none.
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        let found = self.extension(oid::SUBJECT_KEY_IDENTIFIER)?;
        asn1::single(&found.value, asn1::OCTET_STRING, WHAT)
            .ok()
            .map(|element| element.value)
    }

    /// Octets of the keyIdentifier in the authorityKeyIdentifier.
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        let found = self.extension(oid::AUTHORITY_KEY_IDENTIFIER)?;
        let sequence = asn1::single(&found.value, asn1::SEQUENCE, WHAT).ok()?;
        let mut fields = sequence.fields(WHAT).ok()?;
        let key_identifier = fields.optional(asn1::context_primitive(0)).ok()??;
        Some(key_identifier.value)
    }
}

/// The URI of an AccessDescription whose method is OCSP.
fn ocsp_address(description: Element<'_>) -> Option<&str> {
    let mut fields = description.fields(WHAT).ok()?;
    let method = fields.next().ok()?.oid(WHAT).ok()?;
    // GeneralName uniformResourceIdentifier [6] IA5String.
    let location = fields.expect(asn1::context_primitive(6)).ok()?;
    let address = core::str::from_utf8(location.value).ok()?;
    (method == oid::OCSP).then_some(address)
}
