//! How messages name a certificate: by issuer and serial number, or by subjectKeyIdentifier.

use std::fmt;

use crate::asn1::{self, Element};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::name::Name;

const WHAT: &str = "certificate identifier";

/// Names the certificate of a signer or a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateId {
    /// Issuer name, and serial number as INTEGER content octets.
    IssuerAndSerial(Name, Vec<u8>),
    /// Octets of the subjectKeyIdentifier; CFCA envelopes use it.
    SubjectKeyIdentifier(Vec<u8>),
}

impl CertificateId {
    /// Issuer and serial number of a certificate, the form written here.
    pub(crate) fn of(certificate: &Certificate) -> Self {
        Self::IssuerAndSerial(certificate.issuer().clone(), certificate.serial().to_vec())
    }

    /// Whether this names `certificate`.
    ///
    /// A key identifier is also compared with the ones commonly computed from the key, since
    /// end-entity certificates often lack the extension.
    pub fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial(issuer, serial) => certificate.is_named_by(issuer, serial),
            Self::SubjectKeyIdentifier(identifier) => match certificate.subject_key_identifier() {
                Some(own) => own == identifier,
                None => certificate
                    .public_key()
                    .is_ok_and(|key| key.has_key_identifier(identifier)),
            },
        }
    }

    /// Reads IssuerAndSerialNumber, or `[0]` with a key identifier.
    pub(crate) fn from_element(element: Element<'_>) -> Result<Self> {
        if element.tag == asn1::context_primitive(0) {
            return Ok(Self::SubjectKeyIdentifier(element.value.to_vec()));
        }
        if element.tag == asn1::context(0) {
            let mut fields = element.fields(WHAT)?;
            let identifier = fields.expect(asn1::OCTET_STRING)?.value.to_vec();
            fields.finish()?;
            return Ok(Self::SubjectKeyIdentifier(identifier));
        }
        let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let issuer = Name::from_element(fields.next()?)?;
        let serial = fields.next()?;
        serial.unsigned(WHAT)?;
        fields.finish()?;
        Ok(Self::IssuerAndSerial(issuer, serial.value.to_vec()))
    }

    pub(crate) fn to_der(&self) -> Vec<u8> {
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                asn1::sequence(&[issuer.as_der(), &asn1::tlv(asn1::INTEGER, &[serial])])
            }
            Self::SubjectKeyIdentifier(identifier) => {
                asn1::tlv(asn1::context_primitive(0), &[identifier])
            }
        }
    }

    /// # Errors
    /// [`Error::Invalid`] when none of `certificates` is the named one.
    pub(crate) fn find<'a>(
        &self,
        certificates: impl IntoIterator<Item = &'a Certificate>,
    ) -> Result<&'a Certificate> {
        certificates
            .into_iter()
            .find(|certificate| self.names(certificate))
            .ok_or_else(|| Error::invalid("certificate", format!("{self} is not at hand")))
    }
}

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |f: &mut fmt::Formatter<'_>, octets: &[u8]| {
            octets.iter().try_for_each(|octet| write!(f, "{octet:02X}"))
        };
        match self {
            Self::IssuerAndSerial(issuer, serial) => {
                write!(f, "serial number ")?;
                hex(f, serial)?;
                write!(f, " of \"{issuer}\"")
            }
            Self::SubjectKeyIdentifier(identifier) => {
                write!(f, "key identifier ")?;
                hex(f, identifier)
            }
        }
    }
}
