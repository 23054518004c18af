//! Channel B: a WebSocket on loopback, for browsers in which the extension cannot be installed. Off unless
//! somebody runs `ukey-agent serve` and names the sites that may come. It speaks the messages of the
//! extension's channel, or those of [`crate::xtx`].
//!
//! What the extension's channel gets from the browser, this one has to check: the `Origin` of the
//! handshake must be one of the list, letter by letter; `Host` must be this machine's own address (DNS
//! rebinding); the other end must be a process of the same user. After that a message is the same as in
//! the extension's channel, with the origin of the handshake put in: what a message says of its own is
//! overwritten.

use crate::error::{Code, Error as Refused};
use crate::frame;
use crate::host::{Host, Seldom};
use crate::method::Record;
use crate::origin::Origin;
use crate::{PROTOCOL, peer, xtx};
use seats::{Seat, Seats};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::http::{HeaderValue, StatusCode, header};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};

mod seats;

/// Most pages at one time.
const MAX_PAGES: usize = 16;
/// Most connections at one time, with those that have not said yet who they are.
const MAX_CALLERS: usize = 64;
/// How long a page may take over its handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a listed page waits for a seat: one that goes away may still be on its way out when the next one comes.
const FOR_A_SEAT: Duration = Duration::from_secs(2);
/// How often answers are looked for while a page is silent.
const TURN: Duration = Duration::from_millis(5);

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The messages of the extension's channel.
    Own,
    /// A vendor's, see [`crate::xtx`].
    Xtx,
}

/// A listener and who may come.
pub struct Server {
    listener: TcpListener,
    callers: Arc<Seats>,
    door: Arc<Door>,
}

/// What every page is checked against and served with.
struct Door {
    address: SocketAddr,
    protocol: Protocol,
    origins: BTreeSet<Origin>,
    host: Host,
    pages: Arc<Seats>,
    /// Lets through one line about refused pages at a time.
    refusals: Seldom,
}

impl Server {
    /// Listens at an address of this machine alone.
    ///
    /// # Errors
    /// `InvalidInput` for an address that others can reach and for an empty list; those of the socket.
    pub fn bind(
        address: SocketAddr,
        protocol: Protocol,
        origins: BTreeSet<Origin>,
        host: Host,
    ) -> io::Result<Self> {
        let invalid = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        if !address.ip().is_loopback() {
            return invalid("the agent listens on this machine only");
        }
        if origins.is_empty() {
            return invalid("name the sites that may come with --origin");
        }
        let listener = TcpListener::bind(address)?;
        Ok(Self {
            door: Arc::new(Door {
                address: listener.local_addr()?,
                protocol,
                origins,
                host,
                pages: Arc::new(Seats::new(MAX_PAGES)),
                refusals: Seldom::default(),
            }),
            listener,
            callers: Arc::new(Seats::new(MAX_CALLERS)),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.door.address
    }

    /// Serves pages until the listener fails.
    ///
    /// # Errors
    /// Those of the listener.
    pub fn run(&self) -> io::Result<()> {
        loop {
            let (stream, from) = self.listener.accept()?;
            if !peer::is_own(from, self.door.address) {
                continue;
            }
            let Some(caller) = self.callers.take(Duration::ZERO) else {
                continue;
            };
            let door = Arc::clone(&self.door);
            thread::spawn(move || {
                if let Err(error) = door.serve_page(stream) {
                    tracing::info!(%error, "a page was not served to the end");
                }
                drop(caller);
            });
        }
    }
}

impl Door {
    fn serve_page(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(HANDSHAKE))?;
        let mut admitted = None;
        #[allow(clippy::result_large_err)] // the type is the handshake's
        let check = |request: &Request, mut response: Response| match self.admit(request) {
            Ok(page) => {
                if self.protocol == Protocol::Xtx && asks_for(request, xtx::SUB_PROTOCOL) {
                    let name = HeaderValue::from_static(xtx::SUB_PROTOCOL);
                    let headers = response.headers_mut();
                    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, name);
                }
                admitted = Some(page);
                Ok(response)
            }
            Err(status) => {
                self.note_refusal(request, status);
                Err(refusal(status))
            }
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(frame::MAX_FRAME))
            .max_frame_size(Some(frame::MAX_FRAME));
        let socket = tungstenite::accept_hdr_with_config(stream, check, Some(config))
            .map_err(|error| io::Error::other(error.to_string()))?;
        let (origin, _seat) = admitted.ok_or(io::ErrorKind::PermissionDenied)?;
        socket.get_ref().set_read_timeout(Some(TURN))?;
        match self.protocol {
            Protocol::Own => serve_own(socket, &origin, &self.host),
            Protocol::Xtx => xtx::serve(socket, &origin, &self.host),
        }
    }

    /// Who comes, and the seat that is kept for it until it goes.
    fn admit(&self, request: &Request) -> Result<(Origin, Seat), StatusCode> {
        if self.protocol == Protocol::Xtx && request.uri().path() != xtx::PATH {
            return Err(StatusCode::NOT_FOUND);
        }
        let origin = admit(request, &self.origins, self.address)?;
        let seat = self.pages.take(FOR_A_SEAT);
        Ok((origin, seat.ok_or(StatusCode::SERVICE_UNAVAILABLE)?))
    }

    /// Writes a line about a page that was turned away; not one for each of a crowd.
    fn note_refusal(&self, request: &Request, status: StatusCode) {
        if self.refusals.is_due() {
            let origin = request.headers().get(header::ORIGIN);
            let origin = origin.and_then(|origin| origin.to_str().ok());
            let error = if status == StatusCode::SERVICE_UNAVAILABLE {
                Refused::new(Code::Busy, "too many pages use the USBKEY")
            } else {
                Refused::new(Code::OriginDenied, "this page may not use the USBKEY")
            };
            self.host
                .note(origin, "connect", &Record::default(), Some(&error));
        }
    }
}

/// Whether a page names this sub-protocol among those that it speaks.
fn asks_for(request: &Request, name: &str) -> bool {
    let named = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    named
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim() == name)
}

fn serve_own(socket: WebSocket<TcpStream>, origin: &Origin, host: &Host) -> io::Result<()> {
    let (input, mut to_host) = io::pipe()?;
    let (sender, answers) = channel();
    thread::scope(|scope| {
        let deliver = move |answer| {
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            sender.send(answer).map_err(gone)
        };
        scope.spawn(move || host.run(input, Answers::new(deliver)));
        // The pipe's end, when this returns, is the page's end for the host.
        carry(socket, &answers, move |text| {
            frame::write(&mut to_host, &with_origin(text, origin)?)
        })
    })
}

/// The origin of a handshake that may go on.
fn admit(
    request: &Request,
    origins: &BTreeSet<Origin>,
    address: SocketAddr,
) -> Result<Origin, StatusCode> {
    let text = |name| {
        let mut values = request.headers().get_all(name).iter();
        let value = values.next().and_then(|value| value.to_str().ok());
        value.filter(|_| values.next().is_none())
    };
    let port = address.port();
    let own = [format!("{address}"), format!("localhost:{port}")];
    if !text(header::HOST).is_some_and(|host| own.iter().any(|own| own == host)) {
        return Err(StatusCode::MISDIRECTED_REQUEST);
    }
    let said = text(header::ORIGIN).ok_or(StatusCode::FORBIDDEN)?;
    let named = origins.iter().find(|origin| origin.as_str() == said);
    named.cloned().ok_or(StatusCode::FORBIDDEN)
}

fn refusal(status: StatusCode) -> ErrorResponse {
    let mut response = ErrorResponse::new(None);
    *response.status_mut() = status;
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// Carries messages both ways until either side ends: what comes from the page is taken by `take`.
pub(crate) fn carry(
    mut socket: WebSocket<TcpStream>,
    outgoing: &Receiver<Vec<u8>>,
    mut take: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        while let Ok(message) = outgoing.try_recv() {
            let text = String::from_utf8(message).map_err(io::Error::other)?;
            socket.send(Message::text(text)).map_err(io::Error::other)?;
        }
        match socket.read() {
            Ok(Message::Text(text)) => take(&text)?,
            Ok(Message::Binary(_)) => return Err(io::ErrorKind::InvalidData.into()),
            Ok(_) => {}
            Err(Error::Io(error)) if is_silence(&error) => {}
            Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Ok(()),
            Err(error) => return Err(io::Error::other(error.to_string())),
        }
    }
}

fn is_silence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// The message with the origin of the handshake. What is no object is passed on, to be refused.
fn with_origin(text: &str, origin: &Origin) -> io::Result<Vec<u8>> {
    let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
        return Ok(text.as_bytes().to_vec());
    };
    if message.get("method").and_then(Value::as_str) != Some("cancel") {
        message.insert("origin".to_owned(), origin.as_str().into());
    }
    message.entry("v").or_insert(PROTOCOL.into());
    Ok(serde_json::to_vec(&message)?)
}

/// Takes frames apart again: each is one message of the WebSocket.
pub(crate) struct Answers<F> {
    deliver: F,
    partial: Vec<u8>,
}

impl<F: FnMut(Vec<u8>) -> io::Result<()>> Answers<F> {
    pub(crate) fn new(deliver: F) -> Self {
        Self {
            deliver,
            partial: Vec::new(),
        }
    }
}

impl<F: FnMut(Vec<u8>) -> io::Result<()>> Write for Answers<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        while let Some((length, rest)) = self.partial.split_first_chunk::<4>() {
            let length = u32::from_ne_bytes(*length) as usize;
            if rest.len() < length {
                break;
            }
            let message = rest[..length].to_vec();
            self.partial.drain(..4 + length);
            (self.deliver)(message)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
