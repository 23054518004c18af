//! The signed attributes contentType, messageDigest and signingTime (RFC 5652 section 11).

use const_oid::ObjectIdentifier as Oid;
use time::OffsetDateTime;

use super::WHAT;
use crate::asn1::{self, Element};
use crate::error::{Error, Result};
use crate::{instant, oid};

/// Signed attributes as found.
#[derive(Debug)]
pub(super) struct SignedAttributes {
    /// The bytes that are signed: the attributes under the tag of SET.
    pub(super) signed_bytes: Vec<u8>,
    pub(super) content_type: Option<Oid>,
    pub(super) message_digest: Option<Vec<u8>>,
    pub(super) signing_time: Option<OffsetDateTime>,
}

impl SignedAttributes {
    /// Reads the contents of `[0] IMPLICIT SET OF Attribute`. The order as received is kept, since
    /// that is what was hashed.
    pub(super) fn parse(tagged: Element<'_>) -> Result<Self> {
        let mut found = Self {
            signed_bytes: asn1::tlv(asn1::SET, &[tagged.value]),
            content_type: None,
            message_digest: None,
            signing_time: None,
        };
        let mut seen = Vec::new();
        for attribute in tagged.fields(WHAT)?.collect()? {
            let mut fields = attribute.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
            let kind = fields.next()?.oid(WHAT)?;
            let values = fields.expect(asn1::SET)?.fields(WHAT)?.collect()?;
            fields.finish()?;
            if seen.contains(&kind) {
                return Err(Error::malformed(WHAT));
            }
            seen.push(kind);
            found.take(kind, &values)?;
        }
        Ok(found)
    }

    fn take(&mut self, kind: Oid, values: &[Element<'_>]) -> Result<()> {
        if !matches!(
            kind,
            oid::CONTENT_TYPE | oid::MESSAGE_DIGEST | oid::SIGNING_TIME
        ) {
            return Ok(());
        }
        let [value] = values else {
            return Err(Error::malformed(WHAT));
        };
        match kind {
            oid::CONTENT_TYPE => self.content_type = Some(value.oid(WHAT)?),
            oid::MESSAGE_DIGEST => {
                let octets = value.expect(asn1::OCTET_STRING, WHAT)?.value;
                self.message_digest = Some(octets.to_vec());
            }
            _ => self.signing_time = Some(instant::from_element(*value, WHAT)?),
        }
        Ok(())
    }
}

/// Encodes the attributes as the SET that is signed.
pub(super) fn encode(
    content_type: Oid,
    message_digest: &[u8],
    signing_time: Option<OffsetDateTime>,
) -> Result<Vec<u8>> {
    let attribute = |kind: Oid, value: Vec<u8>| {
        asn1::sequence(&[&asn1::oid(kind), &asn1::set_of(asn1::SET, vec![value])])
    };
    let mut all = vec![
        attribute(oid::CONTENT_TYPE, asn1::oid(content_type)),
        attribute(oid::MESSAGE_DIGEST, asn1::octet_string(message_digest)),
    ];
    if let Some(time) = signing_time {
        all.push(attribute(
            oid::SIGNING_TIME,
            instant::to_der(time, "signing time")?,
        ));
    }
    Ok(asn1::set_of(asn1::SET, all))
}
