//! `checkPin`, `changePin`, `pinTries`: what SOF_Login, SOF_ChangePassWd and SOF_GetPinRetryCount
//! stand on. The PIN is typed into the agent's windows.

use super::Context;
use crate::error::Result;
use crate::serial;
use crate::text;
use serde::Deserialize;
use serde_json::{Value, json};
use ukey_token::PinType;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Params {
    cert_id: String,
}

pub(super) fn check(context: &mut Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    let held = context.certificate(&params.cert_id)?;
    let _turn = serial::take_turn(&context.asker.cancellation)?;
    let application = held.application();
    context
        .asker
        .log_in(application, text::CHECK_PIN, &held.facts())?;
    context.asker.lock(application, true);
    Ok(json!({}))
}

pub(super) fn change(context: &mut Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    let held = context.certificate(&params.cert_id)?;
    let _turn = serial::take_turn(&context.asker.cancellation)?;
    let application = held.application();
    let old = context
        .asker
        .log_in(application, text::CHANGE_PIN, &held.facts())?;
    let changed = context
        .asker
        .new_pin(application)
        .and_then(|new| Ok(application.change_pin(PinType::User, &old, &new)?));
    context.asker.unlocked.end(application);
    changed.map(|()| json!({}))
}

pub(super) fn tries(context: &mut Context<'_>) -> Result<Value> {
    let params: Params = context.request.params()?;
    let held = context.certificate(&params.cert_id)?;
    let info = held.application().pin_info(PinType::User)?;
    Ok(json!({ "triesLeft": info.tries_left, "maxTries": info.max_tries }))
}
