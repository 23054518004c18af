//! Making responses.

use time::OffsetDateTime;

use super::{Request, Status, nonce_extension};
use crate::algorithm::SignatureAlgorithm;
use crate::asn1;
use crate::certificate::Certificate;
use crate::crl::Reason;
use crate::error::Result;
use crate::key::Signer;
use crate::{instant, oid, signature};

const WHAT: &str = "OCSP response";
const ENUMERATED: u8 = 0x0A;

/// The fields of a response to be made.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    /// What to say.
    pub status: Status,
    /// Since when that is known to be right.
    pub this_update: OffsetDateTime,
    /// Until when the responder stands by it.
    pub next_update: Option<OffsetDateTime>,
    /// When the response is made.
    pub produced_at: OffsetDateTime,
}

impl Reply {
    /// The response to `request`, with its nonce, signed by the holder of `responder`, whose certificate goes
    /// along.
    ///
    /// # Errors
    /// Those of `signer`; [`crate::Error::Invalid`] for times that X.509 cannot express.
    pub fn sign(
        &self,
        request: &Request,
        responder: &Certificate,
        signer: &dyn Signer,
    ) -> Result<Vec<u8>> {
        let next_update = match self.next_update {
            Some(next) => asn1::tlv(asn1::context(0), &[&generalized(next)?]),
            None => Vec::new(),
        };
        let single = asn1::sequence(&[
            &request.id.to_der(),
            &status(self.status)?,
            &generalized(self.this_update)?,
            &next_update,
        ]);
        let extensions = match &request.nonce {
            Some(nonce) => asn1::tlv(asn1::context(1), &[&nonce_extension(nonce)]),
            None => Vec::new(),
        };
        let data = asn1::sequence(&[
            &asn1::tlv(asn1::context(1), &[responder.subject().as_der()]),
            &generalized(self.produced_at)?,
            &asn1::sequence(&[&single]),
            &extensions,
        ]);
        let basic = asn1::sequence(&[
            &data,
            &SignatureAlgorithm::for_key(signer.public_key()).to_der(),
            &asn1::bit_string(&signature::sign(signer, &data)?),
            &asn1::tlv(asn1::context(0), &[&asn1::sequence(&[responder.as_der()])]),
        ]);
        let bytes = asn1::sequence(&[&asn1::oid(oid::OCSP_BASIC), &asn1::octet_string(&basic)]);
        Ok(asn1::sequence(&[
            &asn1::tlv(ENUMERATED, &[&[0]]),
            &asn1::tlv(asn1::context(0), &[&bytes]),
        ]))
    }
}

/// A response without an answer: 1 malformedRequest, 2 internalError, 3 tryLater, 5 sigRequired,
/// 6 unauthorized (RFC 6960 section 4.2.1).
#[must_use]
pub fn refuse(status: u8) -> Vec<u8> {
    asn1::sequence(&[&asn1::tlv(ENUMERATED, &[&[status]])])
}

fn status(status: Status) -> Result<Vec<u8>> {
    Ok(match status {
        Status::Good => asn1::tlv(asn1::context_primitive(0), &[]),
        Status::Unknown => asn1::tlv(asn1::context_primitive(2), &[]),
        Status::Revoked { since, reason } => {
            let reason = match reason {
                Reason::Unspecified => Vec::new(),
                reason => {
                    let number = asn1::tlv(ENUMERATED, &[&[reason as u8]]);
                    asn1::tlv(asn1::context(0), &[&number])
                }
            };
            asn1::tlv(asn1::context(1), &[&generalized(since)?, &reason])
        }
    })
}

fn generalized(at: OffsetDateTime) -> Result<Vec<u8>> {
    instant::to_generalized(at, WHAT)
}
