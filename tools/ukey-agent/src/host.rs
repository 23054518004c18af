//! The native messaging host: reads messages, does one operation after the other, answers.
//!
//! Two threads: one reads, so that a cancel is seen while a window is open; one works. A third watches
//! the readers and tells the page when a token comes or goes. When the browser closes the pipe,
//! windows close and nothing is signed any more.

use crate::PROTOCOL;
use crate::audit::{AuditLog, Entry};
use crate::consent::Consents;
use crate::error::{Code, Error};
use crate::frame::{self, Frame};
use crate::method::{self, CancelList, Context, METHODS, Record, Streams};
use crate::origin::Origin;
use crate::pulled::OpenWindows;
use crate::request::{self, Message, Request};
use crate::token::Tokens;
use crate::unlock::Unlocked;
use crate::window::{Asker, PinUi};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use ukey_host::pinentry::Cancellation;
use ukey_token::{CancelToken, Registry};

/// Most requests that wait behind the one that is done.
const MAX_WAITING: usize = 4;
/// Most pieces of files that wait: what pages (`WINDOW` of `ukey.js`) or the extension (`AHEAD` of
/// `background.js`) send ahead in all streams.
const MAX_PIECES: usize = 32;
/// How long a page has to wait after the user's no.
const AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// At most one line a second about those who come again and again, lest they push the rest out of the log.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// What the host works with.
#[derive(Clone)]
pub struct Host {
    /// All tokens.
    pub registry: Arc<Registry>,
    /// Who may see certificates.
    pub consents: Consents,
    /// What was done.
    pub audit: AuditLog,
    /// Windows.
    pub ui: Arc<dyn PinUi>,
    /// Whether pages of `http://localhost` are served.
    pub developer: bool,
    /// Name of the channel in the audit log.
    pub channel: &'static str,
}

/// A request with what cancels it.
struct Job {
    request: Request,
    cancellation: Arc<Cancellation>,
    cancels: Arc<CancelList>,
}

/// Lets something through once a second.
#[derive(Default)]
pub(crate) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    pub(crate) fn is_due(&self) -> bool {
        let mut last = lock(&self.0);
        let due = last.is_none_or(|at| at.elapsed() >= BETWEEN_LINES);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

/// Requests that wait or are done, by id.
type Pending = Mutex<HashMap<String, Waiting>>;

/// What is kept of a request until it is answered.
struct Waiting {
    cancels: Arc<CancelList>,
    is_piece: bool,
}

impl Host {
    /// Serves one browser until it closes the pipe.
    ///
    /// # Errors
    /// A frame that is cut short or absurdly long; those of the streams.
    pub fn run(&self, mut input: impl Read, output: impl Write + Send) -> io::Result<()> {
        let output = Mutex::new(output);
        send(&output, &hello())?;
        let pending = Pending::default();
        let stop = CancelToken::new();
        let windows = Arc::new(OpenWindows::default());
        thread::scope(|scope| {
            let (jobs, queue) = channel();
            let worker = scope.spawn(|| self.work(queue, &pending, &windows, &output));
            scope.spawn(|| self.watch(&stop, &windows, &output));
            let result = self.read(&mut input, &pending, &output, |job| {
                jobs.send(job).ok();
            });
            // The page is gone: no window stays, no signature is made.
            lock(&pending)
                .values()
                .for_each(|waiting| waiting.cancels.cancel());
            drop(jobs);
            worker.join().ok();
            self.registry.cancel(&stop);
            result
        })
    }

    fn read(
        &self,
        input: &mut impl Read,
        pending: &Pending,
        output: &Mutex<impl Write>,
        submit: impl Fn(Job),
    ) -> io::Result<()> {
        let crowd = Seldom::default();
        loop {
            let frame = frame::read(input).inspect_err(|error| self.refuse_frame(error, output));
            let message = match frame? {
                Frame::End => return Ok(()),
                Frame::TooLong => {
                    let error = Error::new(Code::TooLarge, "a message has at most 1 MiB");
                    self.note(None, "?", &Record::default(), Some(&error));
                    send(output, &failure(None, &error))?;
                    continue;
                }
                Frame::Message(bytes) => request::parse(&bytes, self.developer),
            };
            match message {
                Err(refusal) => {
                    let origin = refusal.origin.as_deref();
                    self.note(origin, "?", &Record::default(), Some(&refusal.error));
                    send(output, &failure(refusal.id.as_deref(), &refusal.error))?;
                }
                Ok(Message::Cancel { id }) => {
                    if let Some(waiting) = lock(pending).get(&id) {
                        waiting.cancels.cancel();
                    }
                }
                Ok(Message::Request(request)) => match admit(pending, &request) {
                    Err(error) => {
                        if error.code != Code::Busy || crowd.is_due() {
                            let origin = Some(request.origin.as_str());
                            self.note(origin, &request.method, &Record::default(), Some(&error));
                        }
                        send(output, &failure(Some(&request.id), &error))?;
                    }
                    Ok((cancellation, cancels)) => submit(Job {
                        request,
                        cancellation,
                        cancels,
                    }),
                },
            }
        }
    }

    /// Says that the stream ended inside a frame, or announced one beyond all reason.
    fn refuse_frame(&self, error: &io::Error, output: &Mutex<impl Write>) {
        let error = match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::bad_params("a message was cut short"),
            io::ErrorKind::InvalidData => Error::new(Code::TooLarge, "a message has at most 1 MiB"),
            _ => return,
        };
        self.note(None, "?", &Record::default(), Some(&error));
        // Whoever cut it short is probably gone.
        send(output, &failure(None, &error)).ok();
    }

    fn work(
        &self,
        jobs: Receiver<Job>,
        pending: &Pending,
        windows: &Arc<OpenWindows>,
        output: &Mutex<impl Write>,
    ) {
        let tokens = Tokens(Arc::clone(&self.registry));
        let mut desk = Desk {
            streams: Streams::default(),
            refused: HashMap::new(),
            crowd: Seldom::default(),
            unlocked: Arc::new(Unlocked::new(self.consents.clone())),
            windows: Arc::clone(windows),
        };
        while let Some(job) = desk.unlocked.next(&jobs) {
            let id = job.request.id.clone();
            let answer = self.answer(job, &tokens, &mut desk);
            lock(pending).remove(&id);
            if send(output, &answer).is_err() {
                // The reader notices the closed pipe too and ends the jobs.
                break;
            }
        }
        drop(desk.streams);
        desk.unlocked.end_all();
    }

    fn answer(&self, job: Job, tokens: &Tokens, desk: &mut Desk) -> Value {
        let Desk {
            streams,
            refused,
            crowd,
            unlocked,
            windows,
        } = desk;
        let request = &job.request;
        refused.retain(|_, at| at.elapsed() < AFTER_REFUSAL);
        let may_open_windows = method::is_audited(&request.method);
        if may_open_windows && refused.contains_key(&request.origin) {
            let error = Error::new(Code::Rate, "too soon after a refusal");
            if crowd.is_due() {
                let origin = Some(request.origin.as_str());
                self.note(origin, &request.method, &Record::default(), Some(&error));
            }
            return failure(Some(&request.id), &error);
        }
        let mut context = Context {
            request,
            tokens,
            consents: &self.consents,
            asker: Asker {
                ui: Arc::clone(&self.ui),
                origin: request.origin.clone(),
                language: request.language,
                cancellation: Arc::clone(&job.cancellation),
                unlocked: Arc::clone(unlocked),
                windows: Arc::clone(windows),
            },
            audit: &self.audit,
            streams,
            cancelled_with: &job.cancels,
            record: Record::default(),
        };
        let result = if job.cancellation.is_cancelled() {
            Err(Error::new(Code::UserCancelled, "cancelled"))
        } else {
            method::call(&mut context)
        };
        let record = context.record;
        let origin = Some(request.origin.as_str());
        match result {
            Err(error) => {
                // A page that went away is no user who said no.
                if error.code.is_refusal() && !job.cancellation.is_cancelled() {
                    refused.insert(request.origin.clone(), Instant::now());
                }
                self.note(origin, &request.method, &record, Some(&error));
                failure(Some(&request.id), &error)
            }
            // What cannot be written down is not given out.
            Ok(result) => {
                if may_open_windows && !self.note(origin, &request.method, &record, None) {
                    let error = Error::new(Code::Internal, "the audit log cannot be written");
                    return failure(Some(&request.id), &error);
                }
                success(&request.id, result)
            }
        }
    }

    /// Writes a line of the audit log; whether that worked.
    pub(crate) fn note(
        &self,
        origin: Option<&str>,
        operation: &str,
        record: &Record,
        error: Option<&Error>,
    ) -> bool {
        // A refused message's origin and method are whatever somebody sent.
        let origin = crate::text::clean(origin.unwrap_or("?"));
        let operation = crate::text::clean(operation);
        let written = self.audit.add(&Entry {
            channel: self.channel,
            origin: &origin,
            operation: &operation,
            cert: record.cert.as_deref(),
            digest: record.digest.as_deref(),
            result: error.map_or("ok", |error| error.code.as_str()),
        });
        if let Err(error) = &written {
            tracing::error!(%error, "the audit log cannot be written");
        }
        written.is_ok()
    }

    /// Tells the page when tokens come and go, and closes windows about those that went.
    fn watch(&self, stop: &CancelToken, windows: &OpenWindows, output: &Mutex<impl Write>) {
        // A provider that fails now is looked at again with every wait.
        self.registry.refresh().ok();
        let mut seen = self.registry.snapshot();
        let event = json!({ "v": PROTOCOL, "event": "token-change" });
        while self.registry.wait_event(&mut seen, None, stop).is_ok() {
            windows.close_pulled();
            if send(output, &event).is_err() {
                return;
            }
        }
    }
}

/// What the worker remembers from one request to the next.
struct Desk {
    streams: Streams,
    /// When a page's user said no.
    refused: HashMap<Origin, Instant>,
    /// Lets through one line about refused requests at a time.
    crowd: Seldom,
    unlocked: Arc<Unlocked>,
    windows: Arc<OpenWindows>,
}

/// Takes a request into the queue, if there is room.
fn admit(
    pending: &Pending,
    request: &Request,
) -> Result<(Arc<Cancellation>, Arc<CancelList>), Error> {
    let mut pending = lock(pending);
    let is_piece = request.method == "streamWrite";
    let ahead = pending.values().filter(|other| other.is_piece == is_piece);
    if ahead.count() > if is_piece { MAX_PIECES } else { MAX_WAITING } {
        return Err(Error::new(Code::Busy, "too many requests wait"));
    }
    if pending.contains_key(&request.id) {
        return Err(Error::bad_params("this id is in use"));
    }
    let cancellation = Arc::new(Cancellation::new());
    let cancels = Arc::new(CancelList::default());
    cancels.add(&cancellation);
    let waiting = Waiting {
        cancels: Arc::clone(&cancels),
        is_piece,
    };
    pending.insert(request.id.clone(), waiting);
    Ok((cancellation, cancels))
}

fn hello() -> Value {
    json!({
        "v": PROTOCOL,
        "event": "hello",
        "version": env!("CARGO_PKG_VERSION"),
        "methods": METHODS,
    })
}

fn success(id: &str, result: Value) -> Value {
    json!({ "v": PROTOCOL, "id": id, "result": result })
}

/// The answer that says why not; without an id where none could be read.
#[must_use]
pub fn failure(id: Option<&str>, error: &Error) -> Value {
    let mut told = json!({ "code": error.code.as_str(), "message": error.message });
    if let Some(tries_left) = error.tries_left {
        told["data"] = json!({ "retriesLeft": tries_left });
    }
    json!({ "v": PROTOCOL, "id": id, "error": told })
}

/// Sends one message; one that is too long for a frame becomes the error that says so.
fn send(output: &Mutex<impl Write>, message: &Value) -> io::Result<()> {
    let mut bytes = serde_json::to_vec(message)?;
    if bytes.len() > frame::MAX_FRAME {
        let id = message.get("id").and_then(Value::as_str);
        let error = Error::new(Code::TooLarge, "the result is too large for one message");
        bytes = serde_json::to_vec(&failure(id, &error))?;
    }
    frame::write(&mut *lock(output), &bytes)
}

/// The lock, even if somebody panicked who held it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
