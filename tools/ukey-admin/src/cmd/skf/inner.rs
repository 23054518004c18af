//! The process in which the library runs, from inside: it says what it does, a line at a time.

use serde_json::{Value, json};
use std::{
    io::{self, Read, Write},
    path::Path,
};
use ukey_token::vendor::{
    Layout, Packing, UlongWidth,
    conformance::{self, Access, Subject, Verdict},
    probe::{self, Device, Lengths, Probe},
};
use zeroize::Zeroizing;

use super::process::MARK;
use crate::{
    cli::{PackingArg, SkfTestArgs, UlongBits},
    error::{Error, Result},
    output::Outcome,
};

fn say(what: &Value) {
    let mut out = io::stdout().lock();
    // Nobody listens any more: the end is near.
    writeln!(out, "\n{MARK}{what}")
        .and_then(|()| out.flush())
        .ok();
}

fn unloadable(e: &ukey_token::vendor::LoadError) -> Error {
    say(&json!({ "unloadable": e.to_string() }));
    Error::Unfit(e.to_string())
}

pub(super) fn probe(library: &Path) -> Result<Outcome> {
    let seen = probe::probe(library).map_err(|e| unloadable(&e))?;
    say(&data(&seen));
    Ok(Outcome::default())
}

fn data(seen: &Probe) -> Value {
    let (answers, told, written, code) = match seen.lengths {
        Lengths::Exact => ("exact", None, None, None),
        Lengths::Wrong { told, written } => ("wrong", Some(told), Some(written), None),
        Lengths::Refused(code) => ("refused", None, None, Some(code)),
        Lengths::Unknown(code) => ("unknown", None, None, Some(code)),
    };
    json!({
        "exported": seen.exported,
        "missing": seen.missing,
        "extensions": seen.extensions,
        "ulong_bits": seen.ulong.map(bits),
        "packing": seen.packing.map(packing),
        "lengths": { "answers": answers, "told": told, "written": written, "code": code },
        "devices": seen.devices.iter().map(device).collect::<Vec<_>>(),
    })
}

fn bits(ulong: UlongWidth) -> u8 {
    match ulong {
        UlongWidth::Bits32 => 32,
        UlongWidth::Bits64 => 64,
    }
}

fn packing(packing: Packing) -> &'static str {
    match packing {
        Packing::One => "one",
        Packing::Natural => "natural",
    }
}

fn device(device: &Device) -> Value {
    let facts = device.info.as_ref().map(|facts| {
        json!({
            "manufacturer": facts.manufacturer,
            "label": facts.label,
            "serial": facts.serial_number,
            "sym": facts.sym,
            "asym": facts.asym,
            "hash": facts.hash,
            "auth": facts.auth,
            "total": facts.space.0,
            "free": facts.space.1,
        })
    });
    json!({
        "name": device.name,
        "info": facts.ok(),
        "error": device.info.as_ref().err().map(ToString::to_string),
        "applications": device.applications.as_ref().ok(),
    })
}

pub(super) fn test(args: &SkfTestArgs, first: &str) -> Result<Outcome> {
    let layout = Layout {
        ulong: match args.ulong_bits {
            Some(UlongBits::Wide) => UlongWidth::Bits64,
            _ => UlongWidth::Bits32,
        },
        packing: match args.packing {
            Some(PackingArg::Natural) => Packing::Natural,
            _ => Packing::One,
        },
        ..Layout::default()
    };
    let progress = |function: &str| say(&json!({ "at": function }));
    let (library, device) = (&args.library, args.device.as_deref());
    let subject = Subject::load(library, layout, access()?, device, &progress);
    let subject = subject.map_err(|e| unloadable(&e))?;
    let cases = conformance::cases();
    for case in cases.iter().skip_while(|case| case.id != first) {
        say(&json!({ "case": case.id }));
        let (verdict, detail) = match subject.run(case) {
            Verdict::Passed => ("passed", String::new()),
            Verdict::Failed(text) => ("failed", text),
            Verdict::Skipped(text) => ("skipped", text),
        };
        say(&json!({ "case": case.id, "verdict": verdict, "detail": detail }));
    }
    Ok(Outcome::default())
}

/// How far the cases may go, as the other process says on standard input: `key` and 16 bytes, or `pin`, the length of the
/// application's name in one byte, the name, and the PIN.
fn access() -> Result<Access> {
    let mut said = Zeroizing::new(Vec::with_capacity(512));
    let failed = |source| Error::read("-", source);
    io::stdin().read_to_end(&mut said).map_err(failed)?;
    let (kind, rest) = said.split_at_checked(3).unwrap_or_default();
    Ok(match (kind, rest) {
        (b"key", key) if key.len() == 16 => {
            let mut bytes = Zeroizing::new([0; 16]);
            bytes.copy_from_slice(key);
            Access::Device { key: bytes }
        }
        (b"pin", [length, rest @ ..]) => {
            let (name, pin) = rest.split_at(usize::from(*length).min(rest.len()));
            Access::Application {
                name: String::from_utf8_lossy(name).into_owned(),
                pin: Zeroizing::new(pin.to_vec()),
            }
        }
        _ => Access::Reading,
    })
}
