//! `status` tells what is there without telling who; `deviceInfo` describes the token of a
//! certificate to a page that may see it.

use super::{Context, METHODS};
use crate::error::Result;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct None {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OfCertificate {
    cert_id: String,
}

pub(super) fn run(context: &Context<'_>) -> Result<Value> {
    let None {} = context.request.params()?;
    Ok(json!({
        "agent": env!("CARGO_PKG_VERSION"),
        "tokens": context.tokens.count(),
        "methods": METHODS,
    }))
}

pub(super) fn device_info(context: &mut Context<'_>) -> Result<Value> {
    let params: OfCertificate = context.request.params()?;
    let held = context.certificate(&params.cert_id)?;
    let device = held.application().device();
    let info = device.cached_info();
    Ok(json!({
        "label": info.label.to_text(),
        "manufacturer": info.manufacturer.to_text(),
        "model": device.model(),
        "serial": info.serial_number.to_text(),
        "hardwareVersion": info.hw_version.to_string(),
        "firmwareVersion": info.firmware_version.to_string(),
        "totalSpace": info.total_space,
        "freeSpace": info.free_space,
    }))
}
