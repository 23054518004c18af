//! The `xtx` profile of the loopback channel: the messages of a vendor's certificate helper (证书助手),
//! so that pages which talk to its port 21051 work without being changed.
//!
//! Off unless somebody asks for it. What it does to a token goes through the same host as every other
//! request: listed origins, consent, windows, one operation at a time, audit. A PIN that a page passes is
//! dropped unread, and the agent's own window asks.
//!
//! Field names and functions are those met in the field, not those of a published standard; what is not
//! known is not guessed but answered as unsupported.

mod certificate;
mod function;
mod message;

use crate::error::{Code, Error};
use crate::frame;
use crate::host::Host;
use crate::method::Record;
use crate::origin::Origin;
use crate::serve::{Answers, carry};
use message::{Call, reply};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{self, PipeWriter};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use tungstenite::WebSocket;

/// Path of the WebSocket, the only one that is served.
pub(crate) const PATH: &str = "/xtxapp/";
/// Sub-protocol that some pages insist on.
pub(crate) const SUB_PROTOCOL: &str = "cryptokit-kdets-protocol";
/// Most calls that wait behind the one that is done.
const MAX_WAITING: usize = 4;
/// Name of the message that tells of a token that came or went.
const TOKEN_CHANGE: &str = "onUsbkeyChange";

/// Serves one page until it goes away.
pub(crate) fn serve(socket: WebSocket<TcpStream>, origin: &Origin, host: &Host) -> io::Result<()> {
    let (input, to_host) = io::pipe()?;
    let to_host = Mutex::new(Some(to_host));
    let (to_page, outgoing) = channel();
    let (to_session, answers) = channel();
    let (calls, queue) = sync_channel(MAX_WAITING);
    thread::scope(|scope| {
        let events = to_page.clone();
        scope.spawn(move || host.run(input, Answers::new(|said| sort(said, &to_session, &events))));
        let session = Session::new(origin, host, &to_host, answers);
        let results = to_page.clone();
        scope.spawn(move || session.work(&queue, &results));

        let result = carry(socket, &outgoing, |text| {
            let refused = match message::parse(text) {
                Ok(call) => match calls.try_send(call) {
                    Ok(()) => return Ok(()),
                    Err(full) => message::Refusal {
                        id: into_call(full).id,
                        error: Error::new(Code::Busy, "too many calls wait"),
                    },
                },
                Err(refused) => refused,
            };
            note(host, origin, "?", &refused.error);
            to_page.send(reply(&refused.id, "")).map_err(|_| gone())
        });
        // The page is gone: the pipe's end closes windows, and the host's end ends the session.
        drop(calls);
        lock(&to_host).take();
        result
    })
}

/// Answers of the host go to the session, events to the page.
fn sort(said: Vec<u8>, session: &Sender<Value>, page: &Sender<Vec<u8>>) -> io::Result<()> {
    let said: Value = serde_json::from_slice(&said)?;
    match said.get("event").and_then(Value::as_str) {
        Some("token-change") => page.send(reply(TOKEN_CHANGE, "")).map_err(|_| gone()),
        Some(_) => Ok(()),
        None => session.send(said).map_err(|_| gone()),
    }
}

fn into_call(full: std::sync::mpsc::TrySendError<Call>) -> Call {
    match full {
        std::sync::mpsc::TrySendError::Full(call)
        | std::sync::mpsc::TrySendError::Disconnected(call) => call,
    }
}

fn gone() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(host: &Host, origin: &Origin, operation: &str, error: &Error) {
    host.note(
        Some(origin.as_str()),
        operation,
        &Record::default(),
        Some(error),
    );
}

/// Why a call failed.
#[derive(Debug)]
enum Failure {
    /// It never reached the host, which therefore wrote nothing down.
    Here(Error),
    /// The host refused it with this code, and wrote that down.
    Host(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

impl Failure {
    fn code(&self) -> &str {
        match self {
            Self::Here(error) => error.code.as_str(),
            Self::Host(code) => code,
        }
    }
}

/// One page's calls, done one after the other.
struct Session<'a> {
    origin: &'a Origin,
    host: &'a Host,
    to_host: &'a Mutex<Option<PipeWriter>>,
    answers: Receiver<Value>,
    last_id: u64,
    /// Certificates whose PIN was checked; what `SOF_IsLogin` tells. It allows nothing.
    logged_in: HashSet<String>,
    last_error: u32,
    last_message: String,
}

impl<'a> Session<'a> {
    fn new(
        origin: &'a Origin,
        host: &'a Host,
        to_host: &'a Mutex<Option<PipeWriter>>,
        answers: Receiver<Value>,
    ) -> Self {
        Self {
            origin,
            host,
            to_host,
            answers,
            last_id: 0,
            logged_in: HashSet::new(),
            last_error: 0,
            last_message: String::new(),
        }
    }

    fn work(mut self, calls: &Receiver<Call>, to_page: &Sender<Vec<u8>>) {
        while let Ok(call) = calls.recv() {
            let told = self.answer(&call);
            if to_page.send(reply(&call.id, &told)).is_err() {
                return;
            }
        }
    }

    /// The value that a call gives, as text; what it gives when it fails, with the reason kept for
    /// `SOF_GetLastError`.
    fn answer(&mut self, call: &Call) -> String {
        match call.function.as_str() {
            "SOF_GetLastError" => return self.last_error.to_string(),
            "SOF_GetLastErrMsg" => return self.last_message.clone(),
            _ => {}
        }
        let Some(function) = function::find(&call.function) else {
            let error = Error::new(Code::Unsupported, "no such function");
            note(self.host, self.origin, &call.function, &error);
            self.fail(function::NOT_SUPPORTED, error.code.as_str());
            return String::new();
        };
        match (function.run)(self, &call.arguments) {
            Ok(value) => {
                self.fail(0, "");
                value
            }
            Err(failure) => {
                if let Failure::Here(error) = &failure {
                    note(self.host, self.origin, &call.function, error);
                }
                self.fail(function.error_code(failure.code()), failure.code());
                function.failed.to_owned()
            }
        }
    }

    fn fail(&mut self, code: u32, message: &str) {
        self.last_error = code;
        message.clone_into(&mut self.last_message);
    }

    /// Asks the host, as a page of the own channel would.
    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        self.last_id += 1;
        let id = self.last_id.to_string();
        let request = json!({
            "v": crate::PROTOCOL, "id": id, "method": method, "params": params,
            "origin": self.origin.as_str(), "lang": "zh-CN",
        });
        let away = || Error::new(Code::UserCancelled, "the page went away");
        let bytes = serde_json::to_vec(&request).map_err(|e| Error::internal(&e))?;
        if bytes.len() > frame::MAX_FRAME {
            return Err(Error::new(Code::TooLarge, "a message has at most 1 MiB").into());
        }
        {
            let mut pipe = lock(self.to_host);
            let pipe = pipe.as_mut().ok_or_else(away)?;
            frame::write(pipe, &bytes).map_err(|_| away())?;
        }
        let mut answer = self.answers.recv().map_err(|_| away())?;
        match answer.get("error") {
            None => Ok(answer["result"].take()),
            Some(error) => Err(Failure::Host(
                error["code"].as_str().unwrap_or_default().to_owned(),
            )),
        }
    }
}
