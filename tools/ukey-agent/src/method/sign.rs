//! `sign`: bare signatures and signed messages over data that the agent sees, or over a digest that
//! it does not. Larger data comes in pieces (`streamBegin` with the operation `sign`).

use super::Context;
use crate::error::{Code, Error, Result};
use crate::request::{Bytes, Language, base64};
use crate::text;
use crate::token::{Held, PromptingKey};
use crate::window::{Asker, Facts};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, Read};
use time::OffsetDateTime;
use ukey_crypto::hash::{HashAlg, Hasher};
use ukey_crypto::{sm2, sm3};
use ukey_pki::login::AUTH_LABEL;
use ukey_pki::signed_data::write::{Identity, SignOptions, sign_attached, sign_detached_digest};
use ukey_pki::{Flavour, PublicKey, Signer};
use ukey_token::KeyUsage;

/// Most bytes of data in one request.
const MAX_DATA: usize = 512 * 1024;

/// What to make.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// SM2: r ‖ s. RSA: PKCS#1 v1.5 with SHA-256.
    Raw,
    /// SM2: DER SEQUENCE of r and s.
    Der,
    /// A signed message as GB/T 35275 for SM2 keys, RFC 5652 for RSA keys.
    Cms,
    /// A signed message as RFC 5652 whatever the key.
    Pkcs7,
}

/// How to sign; the part that requests and streams share.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct How {
    pub(super) cert_id: String,
    pub(super) format: Format,
    /// Leave the data out of a signed message.
    #[serde(default = "yes")]
    pub(super) detached: bool,
    /// Sign attributes with the time.
    #[serde(default = "yes")]
    pub(super) signed_attrs: bool,
    /// What the page says that it is.
    pub(super) description: Option<String>,
    /// File name, as the page says.
    pub(super) name: Option<String>,
}

impl How {
    /// Whether it is a signature alone, and no message.
    fn is_bare(&self) -> bool {
        matches!(self.format, Format::Raw | Format::Der)
    }
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Params {
    data: Option<Bytes>,
    digest: Option<Bytes>,
    digest_kind: Option<DigestKind>,
    how: How,
}

/// What a digest is of.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
enum DigestKind {
    /// SHA-256 of the data, for RSA keys.
    #[serde(rename = "sha256")]
    Sha256,
    /// SM3 of Z and the data, for SM2 keys.
    #[serde(rename = "sm3-z")]
    Sm3Z,
}

pub(super) fn run(context: &mut Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    let held = signing_certificate(context, &params.how)?;
    match (params.data, params.digest, params.digest_kind) {
        (Some(Bytes(data)), None, None) if data.len() > MAX_DATA => Err(Error::new(
            Code::TooLarge,
            "more than 512 KiB: use a stream",
        )),
        (Some(Bytes(data)), None, None) => {
            let content = shown(&data, context.asker.language);
            let mut input = io::Cursor::new(data);
            let (value, digest) = sign(
                &held,
                &context.asker,
                &params.how,
                &[(text::CONTENT, content)],
                &mut input,
            )?;
            context.record.digest = Some(digest);
            Ok(value)
        }
        (None, Some(Bytes(digest)), Some(kind)) => {
            context.record.digest = Some(text::short_digest(&digest));
            blind(&held, context, &params.how, &digest, kind)
        }
        _ => Err(Error::bad_params("data, or digest with digestKind")),
    }
}

/// The certificate, if it may sign now.
pub(super) fn signing_certificate(context: &mut Context<'_>, how: &How) -> Result<Held> {
    let held = context.certificate(&how.cert_id)?;
    if held.usage != KeyUsage::Signature {
        return Err(Error::bad_params("not a certificate for signatures"));
    }
    held.must_be_valid()?;
    if how.format == Format::Der && !matches!(held.public_key, PublicKey::Sm2(_)) {
        return Err(Error::bad_params("only SM2 signatures have a DER form"));
    }
    Ok(held)
}

fn shown(data: &[u8], language: Language) -> String {
    match text::preview(data) {
        Some(text) => format!("“{text}”"),
        None => {
            let binary = text::BINARY.in_language(language);
            let size = text::size(data.len() as u64, language);
            format!("{binary}, {size}")
        }
    }
}

/// Lines that the page had a say in, cleaned.
fn page_facts(how: &How) -> Facts {
    let mut facts = Facts::new();
    if let Some(name) = &how.name {
        facts.push((text::FILE, text::clean(name)));
    }
    if let Some(description) = &how.description {
        facts.push((text::DESCRIPTION, format!("“{}”", text::clean(description))));
    }
    facts
}

/// The digest that a signature stands on.
enum Digest {
    /// Of the content.
    Plain(Box<Hasher>),
    /// Of Z and the content, where an SM2 key signs that itself.
    WithZ(sm3::Sm3),
}

impl Digest {
    fn new(key: &PublicKey, how: &How) -> Result<Self> {
        let is_direct = how.is_bare() || !how.signed_attrs;
        Ok(match key {
            PublicKey::Sm2(key) if is_direct => Self::WithZ(
                key.message_hasher(sm2::DEFAULT_ID)
                    .map_err(|e| Error::internal(&e))?,
            ),
            PublicKey::Sm2(_) => Self::Plain(Box::new(Hasher::new(HashAlg::Sm3))),
            _ => Self::Plain(Box::new(Hasher::new(HashAlg::Sha256))),
        })
    }

    fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Plain(hasher) => hasher.update(piece),
            Self::WithZ(hasher) => hasher.update(piece),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Plain(hasher) => hasher.finish(),
            Self::WithZ(hasher) => hasher.finish().to_vec(),
        }
    }
}

const FORBIDDEN: Error = Error::new(
    Code::ForbiddenData,
    "data that looks like a login is not signed",
);

/// Signs what is in `input`; the answer, and the digest for the audit log.
pub(super) fn sign(
    held: &Held,
    asker: &Asker,
    how: &How,
    content: &[(text::Text, String)],
    input: &mut impl Read,
) -> Result<(Value, String)> {
    let (digest, kept) = take_in(&held.public_key, how, input)?;
    let mut facts = content.to_vec();
    facts.extend(page_facts(how));
    facts.push((text::DIGEST, text::short_digest(&digest)));
    let key = PromptingKey {
        held,
        asker,
        operation: text::SIGN,
        facts: &facts,
    };
    let made = match how.is_bare() {
        true => bare(&key, how.format, &digest)?,
        false => message(&key, how, &digest, kept)?,
    };
    Ok((answer(held, &made), hex(&digest)))
}

/// Reads the content to its end: its digest, and the content itself if the message is to contain it. What
/// begins like a login is refused.
fn take_in(key: &PublicKey, how: &How, input: &mut impl Read) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut digest = Digest::new(key, how)?;
    let mut start = Vec::new();
    let mut kept = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = input.read(&mut buffer).map_err(ukey_pki::Error::from)?;
        if read == 0 {
            return Ok((digest.finish(), kept));
        }
        let piece = &buffer[..read];
        let missing = AUTH_LABEL.len() - start.len();
        start.extend_from_slice(&piece[..missing.min(read)]);
        if start == AUTH_LABEL {
            return Err(FORBIDDEN);
        }
        if !how.is_bare() && !how.detached {
            kept.extend_from_slice(piece);
        }
        // It has to fit one answer.
        if kept.len() > MAX_DATA {
            let message = "more than 512 KiB: sign it detached";
            return Err(Error::new(Code::TooLarge, message));
        }
        digest.update(piece);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(held: &Held, signature: &[u8]) -> Value {
    json!({
        "signature": base64(signature),
        "certificate": base64(held.certificate.as_der()),
        "algorithm": match held.public_key {
            PublicKey::Sm2(_) => "SM2-SM3",
            _ => "RS256",
        },
    })
}

fn bare(key: &PromptingKey<'_>, format: Format, digest: &[u8]) -> Result<Vec<u8>> {
    let wrong = |_| Error::bad_params("a digest has 32 bytes");
    let digest: &[u8; 32] = digest.try_into().map_err(wrong)?;
    match key.public_key() {
        PublicKey::Sm2(_) => {
            let signature = key.sign_sm2_digest(digest)?;
            Ok(match format {
                Format::Raw => signature.to_bytes().to_vec(),
                _ => signature.to_der(),
            })
        }
        _ => {
            let info = HashAlg::Sha256.digest_info(digest);
            Ok(key.sign_rsa_pkcs1(&info.map_err(|e| Error::internal(&e))?)?)
        }
    }
}

fn message(key: &PromptingKey<'_>, how: &How, digest: &[u8], content: Vec<u8>) -> Result<Vec<u8>> {
    let mut options = SignOptions::default();
    options.flavour = match (how.format, key.public_key()) {
        (Format::Cms, PublicKey::Sm2(_)) => Flavour::Gm,
        _ => Flavour::Pkcs7,
    };
    options.attributes = how.signed_attrs;
    options.signing_time = Some(OffsetDateTime::now_utc());
    let identity = Identity {
        certificate: &key.held.certificate,
        signer: key,
    };
    if how.detached {
        return Ok(sign_detached_digest(digest, identity, &options)?);
    }
    let mut output = Vec::new();
    let mut content = io::Cursor::new(content);
    sign_attached(&mut content, &mut output, &[identity], &options)?;
    Ok(output)
}

/// Signs a digest: the window says that the content was not seen.
fn blind(
    held: &Held,
    context: &Context<'_>,
    how: &How,
    digest: &[u8],
    kind: DigestKind,
) -> Result<Value> {
    if !context.consents.may_sign_digests() {
        let message = "the administrator lets nobody sign a digest alone";
        return Err(Error::new(Code::ForbiddenData, message));
    }
    if !how.is_bare() {
        return Err(Error::bad_params("a digest gives a bare signature only"));
    }
    match (&held.public_key, kind) {
        (PublicKey::Sm2(_), DigestKind::Sm3Z) | (PublicKey::Rsa(_), DigestKind::Sha256) => {}
        _ => return Err(Error::bad_params("the digest does not fit the key")),
    }
    let unseen = text::BLIND.in_language(context.request.language);
    let mut facts = vec![(text::CONTENT, unseen.to_owned())];
    facts.extend(page_facts(how));
    facts.push((text::DIGEST, text::short_digest(digest)));
    let key = PromptingKey {
        held,
        asker: &context.asker,
        operation: text::SIGN,
        facts: &facts,
    };
    Ok(answer(held, &bare(&key, how.format, digest)?))
}
