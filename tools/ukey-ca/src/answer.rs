//! What the authority answers, as an object and as a file.
//!
//! Certificates travel as the CSRResponse of GM/T 0092 in PEM, inside a JSON object that also says
//! what the answer is to and whether the request was granted.

use serde::{Deserialize, Serialize};
use ukey_pki::Certificate;
use ukey_pki::csr_response::CsrResponse;

use crate::error::{Error, Refusal, Result};
use crate::request::{Act, SCHEMA};

/// The state of a certificate as an answer tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusLine {
    /// Serial number in hexadecimal digits.
    pub serial: String,
    /// `active`, `held`, or `revoked`.
    pub state: String,
    /// Since when, in seconds since 1970; may be to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalLine {
    /// See [`Refusal::code`].
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was asked for; absent when the request could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Act>,
    /// The request's id.
    pub id: String,
    /// Whether it was granted.
    pub ok: bool,
    /// Whether it had been granted before, and this is the same answer again.
    #[serde(default)]
    pub repeated: bool,
    /// CSRResponse (GM/T 0092) as PEM, where certificates are handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<String>,
    /// Certificates of the authority, issuing one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// Certificates whose state the act changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<StatusLine>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RefusalLine>,
}

impl Answer {
    /// A grant with nothing in it yet.
    pub(crate) fn granted(act: Act, id: &str) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            act: Some(act),
            id: id.to_owned(),
            ok: true,
            repeated: false,
            response: None,
            chain: Vec::new(),
            changed: Vec::new(),
            error: None,
        }
    }

    /// A refusal.
    pub fn refused(act: Option<Act>, id: &str, refusal: &Refusal) -> Self {
        Self {
            act,
            ok: false,
            error: Some(RefusalLine {
                code: refusal.code().to_owned(),
                message: refusal.to_string(),
            }),
            ..Self::granted(Act::Issue, id)
        }
    }

    /// The certificates handed out, if any.
    ///
    /// # Errors
    /// Those of [`CsrResponse::from_file_bytes`].
    pub fn csr_response(&self) -> Result<Option<CsrResponse>> {
        self.response
            .as_ref()
            .map(|pem| CsrResponse::from_file_bytes(pem.as_bytes()))
            .transpose()
            .map_err(Error::from)
    }

    /// The authority's certificates.
    ///
    /// # Errors
    /// Those of [`Certificate::from_file_bytes`].
    pub fn chain(&self) -> Result<Vec<Certificate>> {
        self.chain
            .iter()
            .map(|pem| Certificate::from_file_bytes(pem.as_bytes()).map_err(Error::from))
            .collect()
    }

    /// The answer as a file.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_file(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(Error::state)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn from_file(file: &[u8]) -> Result<Self> {
        let malformed = |reason: String| Error::Refused(Refusal::Malformed(reason));
        let answer: Self = serde_json::from_slice(file).map_err(|e| malformed(e.to_string()))?;
        match answer.schema == SCHEMA {
            true => Ok(answer),
            false => Err(malformed(format!("schema {:?}", answer.schema))),
        }
    }
}
