//! Reading signed messages.

use std::io::{Cursor, Read, Seek};

use const_oid::ObjectIdentifier as Oid;

use super::WHAT;
use super::attributes::SignedAttributes;
use crate::algorithm::AlgorithmRef;
use crate::asn1::{self, Element};
use crate::ber::{BerHeader, BerReader};
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::flavour::Flavour;
use crate::identifier::CertificateId;
use crate::pem;

/// Labels under which signed messages are found in PEM.
const PEM_LABELS: [&str; 3] = ["PKCS7", "CMS", "PKCS #7 SIGNED DATA"];

/// Where the content is in the input.
#[derive(Clone, Copy)]
pub(super) struct ContentSpan {
    /// Header of the content element: an OCTET STRING, or another type with definite length.
    pub(super) header: BerHeader,
    /// Position after that header.
    pub(super) position: u64,
}

/// A parsed signer.
pub(super) struct SignerInfo {
    pub(super) signer: CertificateId,
    pub(super) digest_algorithm: Oid,
    pub(super) attributes: Option<SignedAttributes>,
    pub(super) signature_algorithm: Oid,
    pub(super) signature: Vec<u8>,
}

/// A signed message, read except for its content, which stays in the input.
pub struct SignedMessage<R> {
    pub(super) reader: BerReader<R>,
    pub(super) content: Option<ContentSpan>,
    pub(super) content_type: Oid,
    pub(super) signers: Vec<SignerInfo>,
    pub(super) certificates: Vec<Certificate>,
    flavour: Flavour,
}

impl SignedMessage<Cursor<Vec<u8>>> {
    /// Reads a message as small files carry it: DER, PEM or base64.
    ///
    /// # Errors
    /// As [`SignedMessage::read`], and [`Error::Invalid`] for broken armour.
    pub fn from_file_bytes(input: &[u8]) -> Result<Self> {
        let der = pem::to_der(input, &PEM_LABELS, WHAT)?;
        Self::read(Cursor::new(der.to_vec()))
    }
}

impl<R: Read + Seek> SignedMessage<R> {
    /// Reads a DER or BER message from the current position of `input` to its end. The content is
    /// passed over, not read.
    ///
    /// # Errors
    /// [`Error::Truncated`], [`Error::Malformed`], [`Error::TrailingData`], [`Error::TooLarge`] when
    /// the parts other than the content exceed 16 MiB, [`Error::Unsupported`] for another content
    /// type, [`Error::Io`].
    pub fn read(input: R) -> Result<Self> {
        let mut reader = BerReader::new(input, WHAT);
        reader.enter(asn1::SEQUENCE)?;
        let outer_type = read_oid(&mut reader)?;
        let flavour = Flavour::of(outer_type, Flavour::signed_data)
            .ok_or_else(|| Error::unsupported("content type", outer_type))?;
        reader.enter(asn1::context(0))?;
        reader.enter(asn1::SEQUENCE)?;
        check_version(&reader.element()?)?;
        asn1::single(&reader.element()?, asn1::SET, WHAT)?;
        let (content_type, content) = read_content_info(&mut reader)?;
        let certificates = match reader.peek_tag()? {
            Some(tag) if tag == asn1::context(0) => parse_certificates(&reader.element()?)?,
            _ => Vec::new(),
        };
        if reader.peek_tag()? == Some(asn1::context(1)) {
            reader.element()?; // revocation lists, not used here
        }
        let signers = parse_signers(&reader.element()?)?;
        for _ in 0..3 {
            reader.leave()?;
        }
        reader.finish()?;
        Ok(Self {
            reader,
            content,
            content_type,
            signers,
            certificates,
            flavour,
        })
    }

    /// Whether the content is kept outside of the message.
    pub fn is_detached(&self) -> bool {
        self.content.is_none()
    }

    /// The certificates in the message, in its order. Unreadable ones are left out.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Family of the outer content type.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// The certificates that the signers name.
    pub fn signers(&self) -> impl Iterator<Item = &CertificateId> {
        self.signers.iter().map(|signer| &signer.signer)
    }
}

fn read_oid<R: Read>(reader: &mut BerReader<R>) -> Result<Oid> {
    asn1::single(&reader.element()?, asn1::OBJECT_IDENTIFIER, WHAT)?.oid(WHAT)
}

/// RFC 5652 has versions up to 5; they say nothing that the structure itself does not.
fn check_version(element: &[u8]) -> Result<()> {
    match asn1::single(element, asn1::INTEGER, WHAT)?.small(WHAT)? {
        1..=5 => Ok(()),
        other => Err(Error::unsupported("SignedData version", other)),
    }
}

fn read_content_info<R: Read + Seek>(
    reader: &mut BerReader<R>,
) -> Result<(Oid, Option<ContentSpan>)> {
    reader.enter(asn1::SEQUENCE)?;
    let content_type = read_oid(reader)?;
    let mut content = None;
    if reader.peek_tag()?.is_some() {
        reader.enter(asn1::context(0))?;
        let header = as_octets(reader.header()?)?;
        let position = reader.position();
        let mut octets = reader.octets(header)?;
        reader.skip_octets(&mut octets)?;
        reader.leave()?;
        content = Some(ContentSpan { header, position });
    }
    reader.leave()?;
    Ok((content_type, content))
}

/// In PKCS#7 the content may be of any type, and its contents octets are what is signed. Other
/// types than OCTET STRING are treated as one run of octets, for which the length must be known.
fn as_octets(header: BerHeader) -> Result<BerHeader> {
    let is_octet_string = header.tag & 0x1F == asn1::OCTET_STRING;
    match (is_octet_string, header.length) {
        (true, _) => Ok(header),
        (false, Some(_)) => Ok(BerHeader {
            tag: asn1::OCTET_STRING,
            length: header.length,
        }),
        (false, None) => Err(Error::unsupported("content", "indefinite length")),
    }
}

/// Certificates that cannot be read are passed over: whether one that is needed is missing turns
/// out when the signers are checked.
fn parse_certificates(element: &[u8]) -> Result<Vec<Certificate>> {
    let members = asn1::single(element, asn1::context(0), WHAT)?
        .fields(WHAT)?
        .collect()?;
    Ok(members
        .iter()
        .filter_map(|member| Certificate::from_der(member.raw).ok())
        .collect())
}

fn parse_signers(element: &[u8]) -> Result<Vec<SignerInfo>> {
    asn1::single(element, asn1::SET, WHAT)?
        .fields(WHAT)?
        .collect()?
        .into_iter()
        .map(parse_signer)
        .collect()
}

fn parse_signer(element: Element<'_>) -> Result<SignerInfo> {
    let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    match fields.expect(asn1::INTEGER)?.small(WHAT)? {
        1 | 3 => {}
        other => return Err(Error::unsupported("SignerInfo version", other)),
    }
    let signer = CertificateId::from_element(fields.next()?)?;
    let digest_algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?.oid;
    let attributes = fields
        .optional(asn1::context(0))?
        .map(SignedAttributes::parse)
        .transpose()?;
    let signature_algorithm = AlgorithmRef::parse(fields.next()?, WHAT)?.oid;
    let signature = fields.expect(asn1::OCTET_STRING)?.value.to_vec();
    fields.optional(asn1::context(1))?; // unauthenticated attributes
    fields.finish()?;
    Ok(SignerInfo {
        signer,
        digest_algorithm,
        attributes,
        signature_algorithm,
        signature,
    })
}
