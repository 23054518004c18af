//! `config show` and `config check`.

use std::path::Path;

use serde_json::json;
use ukey_host::Config;

use crate::{
    cli::ConfigCommand,
    context::Context,
    error::Result,
    output::{self, Outcome},
    text,
};

pub(crate) fn run(context: &Context, command: &ConfigCommand) -> Result<Outcome> {
    match command {
        ConfigCommand::Show => Ok(show(&context.config)),
        ConfigCommand::Check { file } => check(file),
    }
}

/// Nothing in it is secret: keys and PINs are in files that are only named.
fn show(config: &Config) -> Outcome {
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|p| p.display().to_string());
    let images: Vec<String> = config
        .embedded_images
        .iter()
        .map(|image| image.display().to_string())
        .collect();
    let vendors: Vec<String> = config
        .vendor_libraries
        .iter()
        .map(|library| library.path.display().to_string())
        .collect();
    let or_none = |value: Option<String>| value.unwrap_or_else(|| text::NONE.to_owned());
    let list = |values: &[String]| match values {
        [] => text::NONE.to_owned(),
        values => values.join(", "),
    };
    let rows = [
        ("pcsc.enabled", text::yes_no(config.pcsc_enabled).to_owned()),
        ("embedded.images", list(&images)),
        ("embedded.size_mib", config.embedded_size_mib.to_string()),
        ("device.auth_key_file", or_none(path(&config.auth_key_file))),
        ("pin.pinentry", or_none(path(&config.pinentry))),
        ("vendor", list(&vendors)),
        ("log.filter", or_none(config.log_filter.clone())),
        ("log.file", or_none(path(&config.log_file))),
    ];
    let data = json!({
        "pcsc": { "enabled": config.pcsc_enabled },
        "embedded": { "images": images, "size_mib": config.embedded_size_mib },
        "device": { "auth_key_file": path(&config.auth_key_file) },
        "pin": { "pinentry": path(&config.pinentry) },
        "vendor": vendors,
        "log": { "filter": config.log_filter, "file": path(&config.log_file) },
    });
    Outcome::new(data, output::fields(&rows))
}

fn check(file: &Path) -> Result<Outcome> {
    let named = file.as_os_str().to_owned();
    Config::load_with(&|name| (name == "UKEY_CONFIG").then(|| named.clone()))?;
    let name = file.display().to_string();
    let data = json!({ "file": name, "valid": true });
    Ok(Outcome::new(
        data,
        format!("{}\n", text::config_is_valid(&name)),
    ))
}
