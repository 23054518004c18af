//! Large contents in pieces of up to 512 KiB: `streamBegin` names the operation, `streamWrite` brings
//! a piece and takes what came out, `streamEnd` is repeated until it brings the result. What came out
//! of a decryption counts only when the result says so.

use super::sign::{How, sign, signing_certificate};
use super::{Context, Record, decrypt, encrypt};
use crate::error::{Code, Error, Result};
use crate::request::{Bytes, base64};
use crate::stream::{Progress, Stream};
use crate::text;
use crate::window::{Asker, Facts};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use ukey_host::pinentry::Cancellation;

/// Most streams at once, of all pages.
const MAX_STREAMS: usize = 4;
/// Most bytes of a piece.
const MAX_PIECE: usize = 512 * 1024;

/// A stream and whose it is.
pub(super) struct Open {
    origin: String,
    stream: Stream,
    record: Arc<Mutex<Record>>,
}

impl Open {
    pub(super) fn is_cancelled(&self) -> bool {
        self.stream.cancellation.is_cancelled()
    }
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    tag = "operation",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
enum Begin {
    Sign {
        /// Bytes to come, as the page says.
        size: u64,
        how: How,
    },
    Encrypt {
        recipients: Vec<Bytes>,
        /// Bytes to come, exactly.
        size: u64,
    },
    Decrypt {
        cert_id: Option<String>,
        name: Option<String>,
        size: u64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    stream: u64,
    data: Bytes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    stream: u64,
}

pub(super) fn begin(context: &mut Context<'_>) -> Result<Value> {
    context.streams.drop_cancelled();
    if context.streams.open.len() >= MAX_STREAMS {
        return Err(Error::new(Code::Busy, "too many streams"));
    }
    let begin: Begin = context.request.params()?;
    // The stream's windows outlive this request.
    let cancellation = Arc::new(Cancellation::new());
    let asker = Asker {
        cancellation: Arc::clone(&cancellation),
        ..context.asker.clone()
    };
    let record = Arc::new(Mutex::new(Record::default()));
    let noted = Arc::clone(&record);
    let stream = match begin {
        Begin::Sign { size, how } => {
            let held = signing_certificate(context, &how)?;
            *lock(&record) = context.record.clone();
            Stream::start(cancellation, move |source, _| {
                let content = [size_fact(size, &asker)];
                let (value, digest) = sign(&held, &asker, &how, &content, source)?;
                lock(&noted).digest = Some(digest);
                Ok(value)
            })?
        }
        Begin::Encrypt { recipients, size } => {
            let recipients = encrypt::recipients(&recipients)?;
            Stream::start(cancellation, move |source, sink| {
                encrypt::envelope(&recipients, source, sink, Some(size)).map(|()| json!({}))
            })?
        }
        Begin::Decrypt {
            cert_id,
            name,
            size,
        } => {
            let held = decrypt::candidates(context, cert_id.as_deref())?;
            Stream::start(cancellation, move |source, sink| {
                let mut facts: Facts = vec![size_fact(size, &asker)];
                facts.extend(name.map(|name| (text::FILE, text::clean(&name))));
                let opened = decrypt::open(&held, &asker, &facts, source, sink)?;
                lock(&noted).cert = Some(opened.cert_id.clone());
                Ok(json!({ "certId": opened.cert_id, "integrity": opened.integrity }))
            })?
        }
    };
    context.streams.last += 1;
    let number = context.streams.last;
    let open = Open {
        origin: context.request.origin.as_str().to_owned(),
        stream,
        record,
    };
    context.streams.open.insert(number, open);
    Ok(json!({ "stream": number }))
}

fn size_fact(size: u64, asker: &Asker) -> (text::Text, String) {
    (text::CONTENT, text::size(size, asker.language))
}

fn lock(record: &Mutex<Record>) -> std::sync::MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn write(context: &mut Context<'_>) -> Result<Value> {
    let Write { stream, data } = context.request.params()?;
    if data.0.len() > MAX_PIECE {
        return Err(Error::new(Code::TooLarge, "a piece has at most 512 KiB"));
    }
    advance(context, stream, |stream| stream.write(data.0))
}

pub(super) fn end(context: &mut Context<'_>) -> Result<Value> {
    let Which { stream } = context.request.params()?;
    advance(context, stream, Stream::finish)
}

pub(super) fn abort(context: &mut Context<'_>) -> Result<Value> {
    let Which { stream } = context.request.params()?;
    own(context, stream)?;
    context.streams.open.remove(&stream);
    Ok(json!({}))
}

/// Moves a stream on; it is gone when it fails or brings its result.
fn advance(
    context: &mut Context<'_>,
    number: u64,
    step: impl FnOnce(&mut Stream) -> Result<Progress>,
) -> Result<Value> {
    let cancelled_with = context.cancelled_with;
    let asked = Arc::clone(&context.asker.cancellation);
    let open = own(context, number)?;
    // Cancelling this message cancels the stream, whose window may be what keeps it waiting.
    cancelled_with.add(&open.stream.cancellation);
    if asked.is_cancelled() {
        open.stream.cancellation.cancel();
    }
    let progress = step(&mut open.stream);
    let record = lock(&open.record).clone();
    let over = !matches!(&progress, Ok(Progress { result: None, .. }));
    if over {
        context.streams.open.remove(&number);
        context.record = record;
    }
    let progress = progress?;
    Ok(json!({
        "data": base64(&progress.data),
        "result": progress.result,
    }))
}

/// The stream, if it is this page's. Another page's does not exist for it.
fn own<'a>(context: &'a mut Context<'_>, number: u64) -> Result<&'a mut Open> {
    let origin = context.request.origin.as_str();
    context
        .streams
        .open
        .get_mut(&number)
        .filter(|open| open.origin == origin)
        .ok_or_else(|| Error::bad_params("no such stream"))
}
