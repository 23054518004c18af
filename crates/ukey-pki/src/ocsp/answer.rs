//! Responses, checked as RFC 6960 section 3.2 demands of a client.

use time::{Duration, OffsetDateTime};

use super::{CertId, Request, Status, ecdsa, key_octets, nonce_of};
use crate::algorithm::{AlgorithmRef, SignatureAlgorithm};
use crate::asn1::{self, Element};
use crate::certificate::{Certificate, Extension};
use crate::crl::Reason;
use crate::error::{Error, Result};
use crate::name::Name;
use crate::{instant, oid, signature};
use ukey_crypto::hash::HashAlg;

const WHAT: &str = "OCSP response";
const ENUMERATED: u8 = 0x0A;

/// How far a responder's clock may be from ours.
const SKEW: Duration = Duration::minutes(5);
/// How old an answer may be that does not say until when it holds.
const MAX_AGE: Duration = Duration::hours(1);
/// Most certificates that a response may bring.
const MAX_CERTIFICATES: usize = 8;

/// What a genuine and current response says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The certificate's status.
    pub status: Status,
    /// Since when that is known to be right.
    pub this_update: OffsetDateTime,
    /// Until when the responder stands by it.
    pub next_update: Option<OffsetDateTime>,
    /// Whether the response has the request's nonce, so that it was made for it.
    pub is_fresh: bool,
}

/// A BasicOCSPResponse in its original bytes.
struct Basic<'a> {
    to_be_signed: Element<'a>,
    algorithm: Algorithm,
    signature: &'a [u8],
    certificates: Vec<Certificate>,
    responder: Responder<'a>,
    singles: Vec<Element<'a>>,
    nonce: Option<Vec<u8>>,
}

/// What a response is signed with.
enum Algorithm {
    /// One that certificates of ours have too.
    OfCertificates(SignatureAlgorithm),
    /// ECDSA with this digest.
    Ecdsa(HashAlg),
}

/// How a response names who signed it.
enum Responder<'a> {
    Name(Name),
    /// SHA-1 of the key.
    Key(&'a [u8]),
}

impl Request {
    /// Checks that `response` answers this request: signed by `issuer` itself, or by a responder that has a
    /// certificate of it for that purpose (extKeyUsage OCSPSigning) valid at the time `at`; about this
    /// certificate; current; with this request's nonce, if with one.
    ///
    /// Whether a responder's own certificate is revoked is not asked (RFC 6960 section 4.2.2.2.1 leaves that
    /// to the two of them).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the responder declined, [`Error::Signature`], [`Error::Mismatch`] for another
    /// certificate or nonce, an unauthorised responder, or a time that is not now; those of reading.
    pub fn check(
        &self,
        response: &[u8],
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> Result<Answer> {
        let body = successful(response)?;
        let basic = Basic::parse(body)?;
        basic.check_signature(issuer, at)?;
        let is_fresh = match (&self.nonce, &basic.nonce) {
            (Some(asked), Some(told)) if asked != told => return Err(mismatch("OCSP nonces")),
            (Some(_), Some(_)) => true,
            _ => false,
        };
        for single in &basic.singles {
            let (id, answer) = parse_single(*single, is_fresh)?;
            if id == self.id {
                check_times(&answer, at)?;
                return Ok(answer);
            }
        }
        Err(mismatch("OCSP response and certificate"))
    }
}

fn mismatch(what: &'static str) -> Error {
    Error::Mismatch { what }
}

/// The BasicOCSPResponse of a response that has one.
fn successful(response: &[u8]) -> Result<&[u8]> {
    let mut fields = asn1::single(response, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    match fields.expect(ENUMERATED)?.value {
        [0] => {}
        [status] => {
            let reason = format!("the responder declined ({status})");
            return Err(Error::invalid(WHAT, reason));
        }
        _ => return Err(Error::malformed(WHAT)),
    }
    let bytes = fields.expect(asn1::context(0))?;
    fields.finish()?;
    let mut fields = asn1::single(bytes.value, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    let kind = fields.next()?.oid(WHAT)?;
    if kind != oid::OCSP_BASIC {
        return Err(Error::unsupported(WHAT, kind));
    }
    let body = fields.expect(asn1::OCTET_STRING)?;
    fields.finish()?;
    Ok(body.value)
}

impl<'a> Basic<'a> {
    fn parse(der: &'a [u8]) -> Result<Self> {
        let mut fields = asn1::single(der, asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
        let to_be_signed = fields.expect(asn1::SEQUENCE)?;
        let found = AlgorithmRef::parse(fields.next()?, WHAT)?.oid;
        let algorithm = match ecdsa::hash_of(found) {
            Some(hash) => Algorithm::Ecdsa(hash),
            None => Algorithm::OfCertificates(SignatureAlgorithm::from_oid(found)?),
        };
        let signature = fields.expect(asn1::BIT_STRING)?.bit_string_octets(WHAT)?;
        let certificates = match fields.optional(asn1::context(0))? {
            Some(wrapped) => certificates(wrapped)?,
            None => Vec::new(),
        };
        fields.finish()?;

        let mut data = to_be_signed.fields(WHAT)?;
        data.optional(asn1::context(0))?;
        let responder = parse_responder(data.next()?)?;
        instant::from_element(data.expect(asn1::GENERALIZED_TIME)?, WHAT)?;
        let singles = data.expect(asn1::SEQUENCE)?.fields(WHAT)?.collect()?;
        let nonce = nonce_of(data.optional(asn1::context(1))?)?;
        data.finish()?;
        Ok(Self {
            to_be_signed,
            algorithm,
            signature,
            certificates,
            responder,
            singles,
            nonce,
        })
    }

    fn check_signature(&self, issuer: &Certificate, at: OffsetDateTime) -> Result<()> {
        let candidates = core::iter::once(issuer).chain(&self.certificates);
        let signer = candidates
            .filter(|candidate| self.responder.is(candidate))
            .find(|candidate| may_answer_for(candidate, issuer, at))
            .ok_or_else(|| mismatch("OCSP responder and issuer"))?;
        let (message, signature) = (self.to_be_signed.raw, self.signature);
        match self.algorithm {
            Algorithm::OfCertificates(algorithm) => {
                signature::verify(&signer.public_key()?, algorithm, message, signature, WHAT)
            }
            Algorithm::Ecdsa(hash) => {
                ecdsa::verify(signer.spki_der(), hash, message, signature, WHAT)
            }
        }
    }
}

fn certificates(wrapped: Element<'_>) -> Result<Vec<Certificate>> {
    let mut outer = wrapped.fields(WHAT)?;
    let list = outer.expect(asn1::SEQUENCE)?.fields(WHAT)?.collect()?;
    outer.finish()?;
    if list.len() > MAX_CERTIFICATES {
        return Err(Error::TooLarge {
            what: WHAT,
            limit: MAX_CERTIFICATES,
        });
    }
    list.iter()
        .map(|element| Certificate::from_der(element.raw))
        .collect()
}

/// The issuer itself, or one whom it authorised directly.
fn may_answer_for(candidate: &Certificate, issuer: &Certificate, at: OffsetDateTime) -> bool {
    candidate == issuer
        || candidate.issuer() == issuer.subject()
            && candidate.verify_signed_by(issuer).is_ok()
            && candidate.validity().contains(at)
            && candidate.can_sign()
            && candidate.is_for_purpose(oid::OCSP_SIGNING)
}

fn parse_responder(element: Element<'_>) -> Result<Responder<'_>> {
    if element.tag == asn1::context(1) {
        let mut fields = element.fields(WHAT)?;
        let name = Name::from_element(fields.next()?)?;
        fields.finish()?;
        return Ok(Responder::Name(name));
    }
    let wrapped = element.expect(asn1::context(2), WHAT)?;
    let key = asn1::single(wrapped.value, asn1::OCTET_STRING, WHAT)?;
    Ok(Responder::Key(key.value))
}

impl Responder<'_> {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => certificate.subject() == name,
            // SHA-1 says RFC 6960; GM responders are met that use SM3.
            Self::Key(hash) => key_octets(certificate).is_ok_and(|key| {
                [HashAlg::Sha1, HashAlg::Sm3]
                    .iter()
                    .any(|alg| alg.digest(key).starts_with(hash) && hash.len() >= 20)
            }),
        }
    }
}

fn parse_single(element: Element<'_>, is_fresh: bool) -> Result<(CertId, Answer)> {
    let mut fields = element.expect(asn1::SEQUENCE, WHAT)?.fields(WHAT)?;
    let id = CertId::parse(fields.next()?)?;
    let status = parse_status(fields.next()?)?;
    let this_update = instant::from_element(fields.expect(asn1::GENERALIZED_TIME)?, WHAT)?;
    let next_update = match fields.optional(asn1::context(0))? {
        Some(wrapped) => {
            let time = asn1::single(wrapped.value, asn1::GENERALIZED_TIME, WHAT)?;
            Some(instant::from_element(time, WHAT)?)
        }
        None => None,
    };
    if let Some(wrapped) = fields.optional(asn1::context(1))? {
        let all = Extension::parse_all(wrapped)?;
        if let Some(critical) = all.iter().find(|extension| extension.critical) {
            return Err(Error::unsupported("OCSP extension", critical.id));
        }
    }
    fields.finish()?;
    let answer = Answer {
        status,
        this_update,
        next_update,
        is_fresh,
    };
    Ok((id, answer))
}

fn parse_status(element: Element<'_>) -> Result<Status> {
    if element.tag == asn1::context_primitive(0) && element.value.is_empty() {
        return Ok(Status::Good);
    }
    if element.tag == asn1::context_primitive(2) && element.value.is_empty() {
        return Ok(Status::Unknown);
    }
    let mut fields = element.expect(asn1::context(1), WHAT)?.fields(WHAT)?;
    let since = instant::from_element(fields.expect(asn1::GENERALIZED_TIME)?, WHAT)?;
    let reason = match fields.optional(asn1::context(0))? {
        Some(wrapped) => match asn1::single(wrapped.value, ENUMERATED, WHAT)?.value {
            [number] => Reason::from_number(*number).unwrap_or(Reason::Unspecified),
            _ => return Err(Error::malformed(WHAT)),
        },
        None => Reason::Unspecified,
    };
    fields.finish()?;
    Ok(Status::Revoked { since, reason })
}

fn check_times(answer: &Answer, at: OffsetDateTime) -> Result<()> {
    let until = answer.next_update.unwrap_or(answer.this_update + MAX_AGE);
    match answer.this_update <= at + SKEW && at <= until + SKEW {
        true => Ok(()),
        false => Err(mismatch("OCSP response and time")),
    }
}
