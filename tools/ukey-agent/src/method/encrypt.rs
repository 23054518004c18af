//! `encrypt`: an envelope to certificates. Public keys only, so nobody is asked.

use super::Context;
use crate::error::{Code, Error, Result};
use crate::request::{Bytes, base64};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{Read, Write};
use ukey_pki::Certificate;
use ukey_pki::envelope::{SealOptions, seal};

/// Most bytes of data in one request.
const MAX_DATA: usize = 512 * 1024;
/// Most recipients.
const MAX_RECIPIENTS: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    data: Bytes,
    recipients: Vec<Bytes>,
}

pub(super) fn run(context: &Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    if params.data.0.len() > MAX_DATA {
        return Err(Error::new(
            Code::TooLarge,
            "more than 512 KiB: use a stream",
        ));
    }
    let recipients = recipients(&params.recipients)?;
    let mut output = Vec::new();
    let length = params.data.0.len() as u64;
    envelope(
        &recipients,
        &mut params.data.0.as_slice(),
        &mut output,
        Some(length),
    )?;
    Ok(json!({ "data": base64(&output) }))
}

/// The certificates that a page gave, DER or PEM.
pub(super) fn recipients(given: &[Bytes]) -> Result<Vec<Certificate>> {
    if !(1..=MAX_RECIPIENTS).contains(&given.len()) {
        return Err(Error::bad_params("1 to 100 recipients"));
    }
    given
        .iter()
        .map(|Bytes(bytes)| {
            Certificate::from_file_bytes(bytes)
                .map_err(|_| Error::bad_params("a recipient is no certificate"))
        })
        .collect()
}

/// Writes an envelope; `length` is that of the content, if known.
pub(super) fn envelope(
    recipients: &[Certificate],
    content: &mut dyn Read,
    output: &mut dyn Write,
    length: Option<u64>,
) -> Result<()> {
    let recipients: Vec<&Certificate> = recipients.iter().collect();
    let mut options = SealOptions::default();
    options.content_len = length;
    seal(&recipients, content, output, &options)?;
    Ok(())
}
