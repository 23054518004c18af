//! `config show` and `config check`.

use std::path::Path;

use serde_json::json;
use ukey_host::{Config, Families};

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
        ConfigCommand::Check { file: Some(file) } => check(file),
        // What could be wrong with them would have ended the command before this.
        ConfigCommand::Check { file: None } => Ok(checked(&read_files())),
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
    let or_none = |value: Option<String>| value.unwrap_or_else(|| text::none().to_owned());
    let list = |values: &[String]| match values {
        [] => text::none().to_owned(),
        values => values.join(", "),
    };
    let rows = [
        ("files", list(&read_files())),
        ("pcsc.enabled", text::yes_no(config.pcsc_enabled).to_owned()),
        ("embedded.images", list(&images)),
        ("embedded.size_mib", config.embedded_size_mib.to_string()),
        ("embedded.delay_ms", config.embedded_delay_ms.to_string()),
        ("device.auth_key_file", or_none(path(&config.auth_key_file))),
        ("readers.families", families(config.families)),
        ("skf.families", families(config.skf_families)),
        (
            "skf.sm1_is_sm4",
            text::yes_no(config.skf_sm1_is_sm4).to_owned(),
        ),
        ("pin.pinentry", or_none(path(&config.pinentry))),
        ("pin.min_length", config.pin_policy.min_length.to_string()),
        (
            "pin.longest_run",
            or_none(config.pin_policy.longest_run.map(|run| run.to_string())),
        ),
        (
            "agent.developer",
            text::yes_no(config.agent_developer).to_owned(),
        ),
        ("vendor", list(&vendors)),
        ("log.filter", or_none(config.log_filter.clone())),
        ("log.file", or_none(path(&config.log_file))),
    ];
    let data = json!({
        "files": read_files(),
        "pcsc": { "enabled": config.pcsc_enabled },
        "embedded": {
            "images": images,
            "size_mib": config.embedded_size_mib,
            "delay_ms": config.embedded_delay_ms,
        },
        "device": { "auth_key_file": path(&config.auth_key_file) },
        "readers": { "families": families_list(config.families) },
        "skf": {
            "families": families_list(config.skf_families),
            "sm1_is_sm4": config.skf_sm1_is_sm4,
        },
        "pin": {
            "pinentry": path(&config.pinentry),
            "min_length": config.pin_policy.min_length,
            "longest_run": config.pin_policy.longest_run,
        },
        "agent": { "developer": config.agent_developer },
        "vendor": vendors,
        "log": { "filter": config.log_filter, "file": path(&config.log_file) },
    });
    Outcome::new(data, output::fields(&rows))
}

/// The files that count and are there.
fn read_files() -> Vec<String> {
    let files = Config::files().into_iter();
    files
        .filter(|file| file.exists())
        .map(|file| file.display().to_string())
        .collect()
}

fn families_list(families: Families) -> Vec<&'static str> {
    let all = [
        (families.pcsc, "pcsc"),
        (families.embedded, "embedded"),
        (families.vendor, "vendor"),
    ];
    let used = all.into_iter().filter(|(is_used, _)| *is_used);
    used.map(|(_, name)| name).collect()
}

fn families(families: Families) -> String {
    match families_list(families).as_slice() {
        [] => text::none().to_owned(),
        names => names.join(", "),
    }
}

fn check(file: &Path) -> Result<Outcome> {
    let named = file.as_os_str().to_owned();
    Config::load_with(&|name| (name == "UKEY_CONFIG").then(|| named.clone()))?;
    Ok(checked(&[file.display().to_string()]))
}

fn checked(files: &[String]) -> Outcome {
    let mut text: String = files
        .iter()
        .map(|file| format!("{}\n", text::config_is_valid(file)))
        .collect();
    if files.is_empty() {
        text = format!("{}\n", text::no_configuration());
    }
    // The first of these two is older than the list.
    let data = json!({ "file": files.first(), "valid": true, "files": files });
    Outcome::new(data, text)
}
