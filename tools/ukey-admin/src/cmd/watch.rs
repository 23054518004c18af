//! `watch`: USBKEYs coming and going, one line each as it happens.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use serde_json::json;
use ukey_token::{CancelToken, Event, EventKind};

use crate::{
    cli::WatchArgs,
    context::Context,
    error::{Error, Result},
    output::{self, Outcome},
    text,
};

pub(crate) fn run(context: &Context, args: WatchArgs) -> Result<Outcome> {
    let registry = context.registry();
    registry.refresh()?;
    let mut seen = registry.snapshot();
    context.talk.say(text::watching());
    let deadline = args
        .timeout
        .map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut events = 0;
    while args.count.is_none_or(|count| events < count) {
        let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
        // A reader family that comes up late is found by looking again now and then.
        let slice = left.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN);
        if left.is_some_and(|left| left.is_zero()) {
            break;
        }
        registry.refresh()?;
        match registry.wait_event(&mut seen, Some(slice), &CancelToken::new()) {
            Ok(event) => {
                tell(context, &event)?;
                events += 1;
            }
            Err(ukey_token::Error::Timeout) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(Outcome::new(
        json!({ "event": "end", "events": events }),
        "",
    ))
}

/// How long to wait before the readers are asked for anew.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

fn tell(context: &Context, event: &Event) -> Result<()> {
    let reader = event.reader.name();
    let serial = match event.kind {
        EventKind::Inserted => event.reader.device().ok(),
        EventKind::Removed => None,
    }
    .map(|device| device.cached_info().serial_number.to_text());
    let word = match event.kind {
        EventKind::Inserted => "inserted",
        EventKind::Removed => "removed",
    };
    let line = match context.global.json {
        true => {
            let data = json!({ "event": word, "reader": reader, "serial": serial });
            json!({ "schema": output::SCHEMA, "ok": true, "data": data, "error": null }).to_string()
        }
        false => text::reader_event(word, reader, serial.as_deref()),
    };
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.map_err(|e| Error::write("-", e))
}
