//! `version`.

use serde_json::json;

use crate::{
    context::Context,
    error::Result,
    output::{self, Outcome},
    text,
};

pub(crate) fn run(context: &Context) -> Result<Outcome> {
    let version = env!("CARGO_PKG_VERSION");
    let target = format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS);
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let images: Vec<String> = context
        .config
        .embedded_images
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let data = json!({
        "version": version,
        "target": target,
        "build": build,
        "wire": text::WIRE,
        "schema": output::SCHEMA,
        "transports": { "pcsc": context.config.pcsc_enabled, "embedded": images },
    });
    let text = output::fields(&[
        (text::label::version(), format!("ukey-admin {version}")),
        (text::label::built_for(), format!("{target} ({build})")),
        (text::label::speaks(), text::WIRE.to_owned()),
        (
            "PC/SC",
            text::yes_no(context.config.pcsc_enabled).to_owned(),
        ),
        (
            text::label::embedded(),
            if images.is_empty() {
                text::none().to_owned()
            } else {
                images.join(", ")
            },
        ),
    ]);
    Ok(Outcome::new(data, text))
}
