//! What an applicant sends: a bare certification request, or a request of ours, as JSON, which
//! may be signed with the applicant's present key.
//!
//! ```json
//! {"schema":"ukey-ca/1","act":"renew","id":"renew-…","csr":"-----BEGIN …","about":"SERIAL"}
//! {"schema":"ukey-ca/1","signed":"base64 of SignedData (GB/T 35275) around the line above"}
//! ```

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use ukey_crypto::sm3;
use ukey_pki::signed_data::{
    Content, SignedMessage, VerifyOptions,
    write::{Identity, SignOptions, sign_attached},
};
use ukey_pki::{Certificate, CertificationRequest, Signer};

use crate::error::{Error, Refusal, Result};

/// Name and version of the file form.
pub const SCHEMA: &str = "ukey-ca/1";

/// Longest request id.
const MAX_ID: usize = 100;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Act {
    /// First certificates (申请).
    Issue,
    /// New certificates for the same holder, with the same or a new key (延期, 更新).
    Renew,
    /// An escrowed encryption key for another token (密钥恢复).
    Recover,
    /// A new token in place of a lost or broken one (补办).
    Replace,
    /// New data about the holder (变更).
    Change,
    /// End of the certificates (注销).
    Revoke,
    /// Suspension (冻结).
    Hold,
    /// End of a suspension (解冻).
    Unhold,
}

impl Act {
    /// The word for it in files and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Renew => "renew",
            Self::Recover => "recover",
            Self::Replace => "replace",
            Self::Change => "change",
            Self::Revoke => "revoke",
            Self::Hold => "hold",
            Self::Unhold => "unhold",
        }
    }
}

/// Which certificates to issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Profile {
    /// A signing certificate over the key of the request, and an encryption certificate over a
    /// pair that the authority makes and escrows.
    #[default]
    Double,
    /// A signing certificate alone.
    Sign,
    /// An encryption certificate over the key of the request.
    Encryption,
    /// A time stamping certificate.
    Tsa,
    /// A certificate for answering OCSP requests.
    Ocsp,
}

/// Why certificates end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Why {
    /// No reason given.
    #[default]
    Unspecified,
    /// The token is lost or stolen.
    Lost,
    /// The token is broken.
    Broken,
    /// The holder's data changed.
    Changed,
    /// New certificates took their place.
    Superseded,
    /// The holder needs them no more.
    Closed,
}

impl Why {
    /// The reason for the revocation list.
    pub fn reason(self) -> ukey_pki::crl::Reason {
        use ukey_pki::crl::Reason as R;
        match self {
            Self::Unspecified => R::Unspecified,
            Self::Lost => R::KeyCompromise,
            Self::Broken | Self::Superseded => R::Superseded,
            Self::Changed => R::AffiliationChanged,
            Self::Closed => R::CessationOfOperation,
        }
    }
}

/// A request. Which fields an act needs: see the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Request {
    /// [`SCHEMA`].
    pub schema: String,
    /// What is asked for.
    pub act: Act,
    /// Chosen by the applicant; asking again under one id gives the same answer and issues nothing
    /// twice. 1 to 100 letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// Certification request (PKCS#10) as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csr: Option<String>,
    /// Which certificates to issue.
    #[serde(default)]
    pub profile: Profile,
    /// Serial number, in hexadecimal digits, of the certificate that the act is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Days of validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// Why certificates end.
    #[serde(default)]
    pub why: Why,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedFile {
    schema: String,
    signed: String,
}

impl Request {
    /// A request with nothing but act and id.
    pub fn new(act: Act, id: impl Into<String>) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            act,
            id: id.into(),
            csr: None,
            profile: Profile::Double,
            about: None,
            days: None,
            why: Why::Unspecified,
        }
    }

    /// The file without a signature around it.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_file(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self).map_err(Error::state)?;
        text.push(b'\n');
        Ok(text)
    }

    /// The file signed by `signer`, the key of `certificate`; costs one signature.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn to_signed_file(
        &self,
        certificate: &Certificate,
        signer: &dyn Signer,
    ) -> Result<Vec<u8>> {
        let payload = serde_json::to_vec(self).map_err(Error::state)?;
        let identity = Identity {
            certificate,
            signer,
        };
        let mut message = Vec::new();
        sign_attached(
            &mut Cursor::new(payload),
            &mut message,
            &[identity],
            &SignOptions::default(),
        )?;
        let file = SignedFile {
            schema: SCHEMA.to_owned(),
            signed: STANDARD.encode(message),
        };
        let mut text = serde_json::to_vec_pretty(&file).map_err(Error::state)?;
        text.push(b'\n');
        Ok(text)
    }
}

/// A request as it came in: read, its signatures checked, nothing looked up.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The request.
    pub request: Request,
    /// The certification request in it, proof of possession checked.
    pub csr: Option<CertificationRequest>,
    /// Certificate of whoever signed the request, signature checked; whether the certificate is
    /// one of ours is not.
    pub signer: Option<Certificate>,
}

impl Submission {
    /// Reads a file.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub fn read(file: &[u8]) -> Result<Self, Refusal> {
        if file.trim_ascii_start().first() != Some(&b'{') {
            return Self::of_bare_csr(file);
        }
        let malformed = |e: serde_json::Error| Refusal::Malformed(e.to_string());
        if let Ok(signed) = serde_json::from_slice::<SignedFile>(file) {
            check_schema(&signed.schema)?;
            let (payload, signer) = open(&signed.signed)?;
            let request = serde_json::from_slice(&payload).map_err(malformed)?;
            return Self::new(request, Some(signer));
        }
        Self::new(serde_json::from_slice(file).map_err(malformed)?, None)
    }

    /// The request id that `file` states, for the log, even where the rest is unreadable.
    pub fn claimed_id(file: &[u8]) -> String {
        let stated = serde_json::from_slice::<serde_json::Value>(file)
            .ok()
            .and_then(|value| Some(value.get("id")?.as_str()?.to_owned()))
            .filter(|id| check_id(id).is_ok());
        stated.unwrap_or_else(|| file_id(file))
    }

    /// Checks a request that did not come as a file.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub fn new(request: Request, signer: Option<Certificate>) -> Result<Self, Refusal> {
        check_schema(&request.schema)?;
        check_id(&request.id)?;
        let csr = match &request.csr {
            Some(text) => Some(read_csr(text.as_bytes())?),
            None => None,
        };
        Ok(Self {
            request,
            csr,
            signer,
        })
    }

    fn of_bare_csr(file: &[u8]) -> Result<Self, Refusal> {
        let csr = read_csr(file)?;
        let mut request = Request::new(Act::Issue, file_id(csr.as_der()));
        request.csr = Some(csr.to_pem());
        Ok(Self {
            request,
            csr: Some(csr),
            signer: None,
        })
    }

    /// Digest of what is asked for. A certification request made anew for the same key and name
    /// means the same.
    pub fn meaning(&self) -> [u8; 32] {
        let mut request = self.request.clone();
        request.csr = None;
        let mut text = format!("{request:?}").into_bytes();
        if let Some(csr) = &self.csr {
            text.extend_from_slice(csr.subject().as_der());
            text.extend_from_slice(&csr.public_key().to_spki_der());
        }
        sm3::digest(&text)
    }
}

fn file_id(bytes: &[u8]) -> String {
    let digest = sm3::digest(bytes);
    let digits: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    format!("file-{digits}")
}

fn read_csr(bytes: &[u8]) -> Result<CertificationRequest, Refusal> {
    let csr = CertificationRequest::from_file_bytes(bytes)
        .map_err(|e| Refusal::Malformed(e.to_string()))?;
    csr.verify().map_err(|_| Refusal::ProofOfPossession)?;
    Ok(csr)
}

fn check_schema(schema: &str) -> Result<(), Refusal> {
    match schema == SCHEMA {
        true => Ok(()),
        false => Err(Refusal::Malformed(format!("schema {schema:?}"))),
    }
}

fn check_id(id: &str) -> Result<(), Refusal> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match !id.is_empty() && id.len() <= MAX_ID && id.chars().all(allowed) && !id.starts_with('.') {
        true => Ok(()),
        false => Err(Refusal::Malformed("the id".to_owned())),
    }
}

/// Content and signer of a signed request.
fn open(signed: &str) -> Result<(Vec<u8>, Certificate), Refusal> {
    let malformed = |e: ukey_pki::Error| Refusal::Malformed(e.to_string());
    let message = STANDARD
        .decode(signed)
        .map_err(|e| Refusal::Malformed(e.to_string()))?;
    let mut message = SignedMessage::read(Cursor::new(message)).map_err(malformed)?;
    let mut payload = Vec::new();
    let found = message
        .verify(Content::EmbeddedTo(&mut payload), &VerifyOptions::default())
        .map_err(malformed)?;
    match found.signers.as_slice() {
        [signer] if signer.is_intact() => match &signer.certificate {
            Some(certificate) => Ok((payload, certificate.clone())),
            None => Err(Refusal::Signature),
        },
        _ => Err(Refusal::Signature),
    }
}
