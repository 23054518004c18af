//! `random`: bytes from the operating system's generator.

use super::Context;
use crate::error::{Error, Result};
use crate::request::base64;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most bytes of one answer.
const MAX_LEN: usize = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    length: usize,
}

pub(super) fn run(context: &Context<'_>) -> Result<Value> {
    let Params { length } = context.request.params()?;
    if !(1..=MAX_LEN).contains(&length) {
        return Err(Error::bad_params("length is 1 to 4096"));
    }
    let mut bytes = vec![0; length];
    ukey_crypto::rng::fill(&mut bytes).map_err(|e| Error::internal(&e))?;
    Ok(json!({ "data": base64(&bytes) }))
}
