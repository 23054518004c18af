//! `skf probe`: the report.

use serde_json::Value;
use std::{ffi::OsStr, path::Path, time::Duration};

use super::process::{Event, Process};
use crate::{
    cli::SkfProbeArgs,
    error::{Error, Result},
    output::{self, Outcome},
    text,
};

pub(super) fn run(args: &SkfProbeArgs) -> Result<Outcome> {
    let data = look(&args.library, args.deadline)?;
    let text = render(&data);
    Ok(Outcome::new(data, text))
}

/// What the library shows of itself.
pub(super) fn look(library: &Path, deadline: u64) -> Result<Value> {
    let arguments = ["skf", "probe", "--inner"].map(OsStr::new);
    let arguments = [&arguments[..], &[library.as_os_str()]].concat();
    let mut process = Process::start(&arguments, b"", Duration::from_secs(deadline))?;
    match process.next() {
        Event::Said(said) => match said["unloadable"].as_str() {
            Some(why) => Err(Error::Unfit(text::skf::unloadable(library, why))),
            None => Ok(said),
        },
        Event::Ended(how) => Err(Error::Unfit(text::skf::crashed(library, &how))),
        Event::Hangs => Err(Error::Unfit(text::skf::hangs(library, deadline))),
    }
}

fn render(data: &Value) -> String {
    let mut rows = vec![
        (
            text::skf::standard(),
            text::skf::of_78(count(&data["exported"])),
        ),
        (text::skf::missing(), names(&data["missing"])),
        (text::skf::extensions(), names(&data["extensions"])),
        ("ULONG", text::skf::ulong(data["ulong_bits"].as_u64())),
        (
            text::skf::packing_label(),
            text::skf::packing(data["packing"].as_str()).to_owned(),
        ),
        (
            text::skf::lengths_label(),
            text::skf::lengths(&data["lengths"]),
        ),
    ];
    for device in data["devices"].as_array().into_iter().flatten() {
        rows.push((text::skf::device_label(), describe(device)));
    }
    output::fields(&rows)
}

fn count(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn names(list: &Value) -> String {
    let names: Vec<&str> = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match names.is_empty() {
        true => text::none().to_owned(),
        false => names.join(", "),
    }
}

fn describe(device: &Value) -> String {
    let name = device["name"].as_str().unwrap_or_default();
    let info = &device["info"];
    if info.is_null() {
        let why = device["error"].as_str().unwrap_or_default();
        return format!("{name}: {why}");
    }
    let field = |key: &str| info[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| info[key].as_u64().unwrap_or_default();
    text::skf::device(
        name,
        &[field("manufacturer"), field("label"), field("serial")],
        [
            number("asym"),
            number("sym"),
            number("hash"),
            number("auth"),
        ],
        &names(&device["applications"]),
    )
}
