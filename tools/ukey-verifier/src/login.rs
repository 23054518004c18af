//! Authentication tokens: who holds the key, proven to one site for one challenge.

use crate::trust::Trust;
use crate::{Refusal, Result, signature};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use time::OffsetDateTime;
use ukey_crypto::hash::HashAlg;
use ukey_pki::login::auth_message;
use ukey_pki::{Certificate, PublicKey};

/// What tokens of this version begin their `format` with.
const FORMAT: &str = "ukey-auth:1";
/// Longest token field that is looked at, in characters of base64.
const MAX_FIELD: usize = 64 * 1024;

/// What `ukey.authenticate` gives the page, and the page its server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AuthToken {
    /// `ukey-auth:1.0`.
    pub format: String,
    /// Signing certificate, DER in base64. Not to be believed before it was checked.
    pub unverified_certificate: String,
    /// `SM2-SM3` or `RS256`.
    pub algorithm: String,
    /// Signature in base64: SM2 r ‖ s (64 octets), RSA PKCS#1 v1.5.
    pub signature: String,
    /// Program that made it; told, not checked.
    #[serde(default)]
    pub app_version: String,
}

impl AuthToken {
    /// Checks the token for a site: `origin` is the server's own configured origin, never what the
    /// request says; `nonce` was just taken from the store for the session that the token came in.
    /// Gives the holder's certificate.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], those of [`Trust::check_signer`], [`Refusal::Signature`].
    pub fn verify(
        &self,
        origin: &str,
        nonce: &str,
        trust: &Trust,
        at: OffsetDateTime,
    ) -> Result<Certificate> {
        if !self.format.starts_with(FORMAT) {
            return Err(Refusal::Malformed("format"));
        }
        let certificate = decode(&self.unverified_certificate, "unverifiedCertificate")?;
        let certificate = Certificate::from_der(&certificate)
            .map_err(|_| Refusal::Malformed("unverifiedCertificate"))?;
        trust.check_signer(&certificate, &[], at)?;
        let key = certificate.public_key().map_err(Refusal::Certificate)?;
        let hash = match (&key, self.algorithm.as_str()) {
            (PublicKey::Sm2(_), "SM2-SM3") => HashAlg::Sm3,
            (PublicKey::Rsa(_), "RS256") => HashAlg::Sha256,
            _ => return Err(Refusal::Malformed("algorithm")),
        };
        let message = auth_message(hash, origin, nonce);
        let signature = decode(&self.signature, "signature")?;
        signature::check_bare(&key, &message, &signature)?;
        Ok(certificate)
    }
}

fn decode(text: &str, name: &'static str) -> Result<Vec<u8>> {
    if text.len() > MAX_FIELD {
        return Err(Refusal::Malformed(name));
    }
    STANDARD.decode(text).map_err(|_| Refusal::Malformed(name))
}
