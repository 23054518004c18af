//! `decrypt`: opens an envelope. The page gets the content only when all of it was checked.

use super::Context;
use crate::error::{Code, Error, Result};
use crate::request::{Bytes, base64};
use crate::text;
use crate::token::{Held, PromptingKey};
use crate::window::{Asker, Facts};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{Read, Write};
use ukey_pki::envelope::{Candidate, EnvelopeReader, Integrity, OpenOptions};
use zeroize::Zeroizing;

/// Most bytes of an envelope in one request.
const MAX_DATA: usize = 640 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Params {
    data: Bytes,
    /// The certificate; without it, whichever on the tokens the envelope is for.
    cert_id: Option<String>,
}

pub(super) fn run(context: &mut Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    if params.data.0.len() > MAX_DATA {
        return Err(Error::new(
            Code::TooLarge,
            "more than 640 KiB: use a stream",
        ));
    }
    let candidates = candidates(context, params.cert_id.as_deref())?;
    let mut output = Zeroizing::new(Vec::new());
    let opened = open(
        &candidates,
        &context.asker,
        &Facts::new(),
        params.data.0.as_slice(),
        &mut *output,
    )?;
    context.record.cert = Some(opened.cert_id.clone());
    Ok(json!({
        "data": base64(&output),
        "certId": opened.cert_id,
        "integrity": opened.integrity,
    }))
}

/// Certificates whose keys may be tried.
pub(super) fn candidates(context: &mut Context<'_>, cert_id: Option<&str>) -> Result<Vec<Held>> {
    match cert_id {
        Some(id) => Ok(vec![context.certificate(id)?]),
        None => {
            context.consent()?;
            context.tokens.certificates()
        }
    }
}

/// How an envelope was opened.
pub(super) struct Opened {
    pub(super) cert_id: String,
    pub(super) integrity: &'static str,
}

/// Opens an envelope with the first of `held` that it is for. Asks for one PIN.
pub(super) fn open(
    held: &[Held],
    asker: &Asker,
    facts: &Facts,
    input: impl Read,
    output: &mut dyn Write,
) -> Result<Opened> {
    let envelope = EnvelopeReader::new(input)?;
    let keys: Vec<PromptingKey<'_>> = held
        .iter()
        .filter(|held| {
            envelope
                .recipients()
                .any(|recipient| recipient.names(&held.certificate))
        })
        .map(|held| PromptingKey {
            held,
            asker,
            operation: text::DECRYPT,
            facts,
        })
        .collect();
    let candidates: Vec<Candidate<'_>> = keys
        .iter()
        .map(|key| Candidate {
            certificate: &key.held.certificate,
            decryptor: key,
        })
        .collect();
    let opened = envelope.decrypt(&candidates, output, &OpenOptions::default())?;
    Ok(Opened {
        cert_id: keys[opened.candidate].held.id.clone(),
        integrity: match opened.integrity {
            Integrity::Verified => "verified",
            _ => "notProtected",
        },
    })
}
