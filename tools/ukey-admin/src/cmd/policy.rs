//! `policy show`, `policy set` and `pin policy`: what the token allows, which is fixed when an
//! application is made, and what this computer asks of new PINs, which is in its configuration.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use toml_edit::{DocumentMut, Item as TomlItem, Table, value};
use ukey_host::{Config, PinPolicy};
use ukey_token::{Application, pin};

use super::{app::Room, device::ApplicationPins};
use crate::{
    cli::{LongestRun, PinRole, PolicyCommand, PolicySetArgs, RuleArgs},
    context::Context,
    error::{Error, Result},
    files::{self, Readers},
    output::{self, Outcome},
    target, text,
};

pub(crate) fn run(context: &Context, command: &PolicyCommand) -> Result<Outcome> {
    match command {
        PolicyCommand::Show => show(context),
        PolicyCommand::Set(args) => set(context, args),
    }
}

/// Rows for people under names, and the same for `--json`.
type Part = (Vec<(&'static str, String)>, Value);

/// `pin policy`: the part about PINs.
pub(crate) fn of_pins(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let (rows, mut data) = pin_part(context, &application)?;
    data["serial"] = json!(serial(&application));
    data["application"] = json!(application.name());
    Ok(Outcome::new(data, output::fields(&rows)))
}

fn serial(application: &Application) -> String {
    application.device().cached_info().serial_number.to_text()
}

fn pin_part(context: &Context, application: &Application) -> Result<Part> {
    let pins = ApplicationPins::read(application.device(), application.name().to_owned())?;
    let policy = context.config.pin_policy;
    let rows = vec![
        (
            text::policy::length_label(),
            text::policy::pin_length(pin::MIN_LEN, pin::MAX_LEN, policy),
        ),
        (
            text::policy::characters_label(),
            text::policy::longest_run(policy),
        ),
        (
            text::role_capital(PinRole::User),
            text::policy::tries(pins.user.max_tries),
        ),
        (
            text::role_capital(PinRole::So),
            text::policy::tries(pins.so.max_tries),
        ),
    ];
    let data = json!({
        "pin": {
            "min_length": pin::MIN_LEN,
            "max_length": pin::MAX_LEN,
            "user_max_tries": pins.user.max_tries,
            "so_max_tries": pins.so.max_tries,
        },
        "computer": computer(policy),
    });
    Ok((rows, data))
}

/// This computer's policy for `--json`.
pub(crate) fn computer(policy: PinPolicy) -> Value {
    json!({ "pin_min_length": policy.min_length, "pin_longest_run": policy.longest_run })
}

fn show(context: &Context) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let (pin_rows, mut data) = pin_part(context, &application)?;
    let device = application.device();
    let room = Room::read(device, application.name())?;
    let features = device.features();
    let abilities = text::policy::ABILITIES.iter();
    let abilities: Vec<&str> = abilities
        .filter(|(feature, _)| features.contains(*feature))
        .map(|(_, word)| *word)
        .collect();
    let rights = room.create_rights.map(text::app::rights_word);
    let mut rows = vec![(text::label::application(), application.name().to_owned())];
    rows.extend(pin_rows);
    rows.extend([
        (text::app::containers(), room.containers.cell()),
        (text::app::certificates(), room.certificates.cell()),
        (text::app::files(), room.files.cell()),
        (
            text::policy::creators_label(),
            rights.unwrap_or(text::policy::not_told()).to_owned(),
        ),
        (
            text::policy::beyond_label(),
            match abilities.as_slice() {
                [] => text::none().to_owned(),
                words => words.join(", "),
            },
        ),
    ]);
    data["serial"] = json!(serial(&application));
    data["application"] = json!(application.name());
    data["room"] = room.data();
    data["abilities"] = json!(abilities);
    Ok(Outcome::new(data, output::fields(&rows)))
}

fn set(context: &Context, args: &PolicySetArgs) -> Result<Outcome> {
    let path = args.file.clone().or_else(|| Config::files().pop());
    let path = path.unwrap_or_else(|| PathBuf::from("ukey.toml"));
    let name = path.display().to_string();
    let before = match path.exists() {
        true => files::read_small(&path)?,
        false => Vec::new(),
    };
    let after = edited(&path, &before, args.rules)?;
    let data = |policy: PinPolicy, changed: bool| {
        let mut data = computer(policy);
        data["file"] = json!(name);
        data["changed"] = json!(changed);
        data
    };
    // Read as it would be, before a file is made that cannot be read.
    let holds = Config::load_as_if(&path, &after)?.pin_policy;
    if !Config::counts(&path) {
        context.talk.warn(&text::policy::does_not_count(&name));
    } else if !is_as_asked(holds, args.rules) {
        context.talk.warn(text::policy::stricter_elsewhere());
    }
    if args.dry_run {
        context.talk.say(&text::policy::would_write(&name));
        context.talk.say(text::nothing_changed());
        return Ok(Outcome::new(data(holds, false), after));
    }
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|e| Error::create(folder, e))?;
    }
    files::write_whole(&path, true, Readers::AsUsual, after.as_bytes())?;
    let text = text::policy::written(&name);
    Ok(Outcome::new(data(holds, true), format!("{text}\n")))
}

fn is_as_asked(policy: PinPolicy, rules: RuleArgs) -> bool {
    let length = rules.pin_min_length.map(usize::from);
    let run = rules
        .pin_longest_run
        .map(|LongestRun(run)| run.map(usize::from));
    length.is_none_or(|length| length == policy.min_length)
        && run.is_none_or(|run| run == policy.longest_run)
}

/// The file with the rules in it; everything else stays as it is, remarks too.
fn edited(path: &Path, before: &[u8], rules: RuleArgs) -> Result<String> {
    let name = path.display().to_string();
    let unfit =
        |why: &dyn std::fmt::Display| Error::Unfit(text::batch::in_file(&name, &why.to_string()));
    let before = std::str::from_utf8(before).map_err(|e| unfit(&e))?;
    let mut document: DocumentMut = before.parse().map_err(|e| unfit(&e))?;
    let section = document
        .entry("pin")
        .or_insert(TomlItem::Table(Table::new()));
    let section = section
        .as_table_like_mut()
        .ok_or_else(|| Error::Unfit(text::policy::not_a_table(&name)))?;
    if let Some(length) = rules.pin_min_length {
        section.insert("min_length", value(i64::from(length)));
    }
    match rules.pin_longest_run {
        Some(LongestRun(Some(run))) => {
            section.insert("longest_run", value(i64::from(run)));
        }
        Some(LongestRun(None)) => {
            section.remove("longest_run");
        }
        None => {}
    }
    Ok(document.to_string())
}
