//! The few fields of a certificate that are attributes, cut out as they stand. Nothing is verified and nothing is
//! re-encoded: clients compare these bytes.

use der::{Decode, Reader, SliceReader, Tag, TagNumber};

/// Parts of a certificate, each a whole DER element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    /// INTEGER.
    pub(crate) serial_number: &'a [u8],
    /// Name.
    pub(crate) issuer: &'a [u8],
    /// Name.
    pub(crate) subject: &'a [u8],
    /// SubjectPublicKeyInfo.
    pub(crate) public_key_info: &'a [u8],
}

/// Reads a certificate (RFC 5280, 4.1); `None` if it does not have that form.
pub(crate) fn fields(certificate: &[u8]) -> Option<Fields<'_>> {
    read(certificate).ok()
}

fn read(certificate: &[u8]) -> der::Result<Fields<'_>> {
    let mut outer = SliceReader::new(certificate)?;
    let mut whole = SliceReader::new(content(&mut outer)?)?;
    let mut tbs = SliceReader::new(content(&mut whole)?)?;
    let version = Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(0),
    };
    if Tag::peek(&tbs)? == version {
        tbs.tlv_bytes()?;
    }
    let serial_number = tbs.tlv_bytes()?;
    let _signature_algorithm = tbs.tlv_bytes()?;
    let issuer = tbs.tlv_bytes()?;
    let _validity = tbs.tlv_bytes()?;
    let subject = tbs.tlv_bytes()?;
    let public_key_info = tbs.tlv_bytes()?;
    Ok(Fields {
        serial_number,
        issuer,
        subject,
        public_key_info,
    })
}

/// The content of the next element, which must be a SEQUENCE.
fn content<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    let any = der::asn1::AnyRef::decode(reader)?;
    der::Tagged::tag(&any).assert_eq(Tag::Sequence)?;
    Ok(any.value())
}
