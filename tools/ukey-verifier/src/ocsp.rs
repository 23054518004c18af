//! Asking responders whether a certificate is still good (RFC 6960), over HTTP as RFC 6960 appendix A says.
//!
//! Only certificates whose path to a trusted root was checked are asked about, so the address in one is the
//! word of an authority that the server trusts. What a response is worth is [`ukey_pki::ocsp`]'s business.

use std::time::Duration;
use time::OffsetDateTime;
use ukey_pki::Certificate;
use ukey_pki::ocsp::{Request, Status};

/// How long a responder may take, connecting included.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest response that is read, in bytes.
const MAX_RESPONSE: u64 = 64 * 1024;
/// Octets of a nonce.
const NONCE_LEN: usize = 32;

/// Whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Responder {
    /// Whom the certificate names (authorityInfoAccess).
    #[default]
    Named,
    /// Always this address, `http://…`.
    At(String),
}

/// What to think of an answer without the question's nonce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nonce {
    /// It is none: somebody may have kept it from earlier.
    #[default]
    Required,
    /// It counts while it is current. Many responders sign their answers in advance.
    IfSent,
}

/// A client of OCSP responders.
#[derive(Clone)]
pub struct Ocsp {
    responder: Responder,
    nonce: Nonce,
    agent: ureq::Agent,
}

/// What a responder said. Everything that is no genuine answer is `Nothing`, with the reason for the log.
#[derive(Debug)]
pub(crate) enum Said {
    /// Not revoked.
    Good,
    /// Revoked or on hold.
    Revoked(OffsetDateTime),
    /// Nothing that counts.
    Nothing(String),
}

impl Ocsp {
    /// Asks `responder`.
    #[must_use]
    pub fn new(responder: Responder, nonce: Nonce) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .build();
        Self {
            responder,
            nonce,
            agent: config.new_agent(),
        }
    }

    /// Asks about `certificate`, which `issuer` made. Blocks for a few seconds at most.
    pub(crate) fn ask(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> Said {
        let address = match &self.responder {
            Responder::At(address) => Some(address.as_str()),
            Responder::Named => certificate
                .ocsp_responders()
                .into_iter()
                .find(|address| address.starts_with("http://")),
        };
        let Some(address) = address else {
            return Said::Nothing("the certificate names no responder".to_owned());
        };
        self.question(address, certificate, issuer, at)
            .unwrap_or_else(Said::Nothing)
    }

    fn question(
        &self,
        address: &str,
        certificate: &Certificate,
        issuer: &Certificate,
        at: OffsetDateTime,
    ) -> Result<Said, String> {
        let mut nonce = [0; NONCE_LEN];
        ukey_crypto::rng::fill(&mut nonce).map_err(|e| e.to_string())?;
        let request = Request::new(certificate, issuer, Some(&nonce)).map_err(|e| e.to_string())?;
        let response = self
            .post(address, request.as_der())
            .map_err(|e| format!("{address}: {e}"))?;
        let answer = request
            .check(&response, issuer, at)
            .map_err(|e| format!("{address}: {e}"))?;
        if !answer.is_fresh && self.nonce == Nonce::Required {
            return Err(format!("{address}: an answer without our nonce"));
        }
        match answer.status {
            Status::Good => Ok(Said::Good),
            Status::Revoked { since, .. } => Ok(Said::Revoked(since)),
            Status::Unknown => Err(format!("{address}: the certificate is not known there")),
        }
    }

    fn post(&self, address: &str, request: &[u8]) -> Result<Vec<u8>, ureq::Error> {
        let mut response = self
            .agent
            .post(address)
            .header("content-type", "application/ocsp-request")
            .send(request)?;
        let body = response.body_mut().with_config().limit(MAX_RESPONSE);
        body.read_to_vec()
    }
}
