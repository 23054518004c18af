//! Channel B: a WebSocket on loopback, for browsers in which the extension cannot be installed. Off unless
//! somebody runs `ukey-agent serve` and names the sites that may come.
//!
//! What the extension's channel gets from the browser, this one has to check: the `Origin` of the
//! handshake must be one of the list, letter by letter; `Host` must be this machine's own address (DNS
//! rebinding); the other end must be a process of the same user. After that a message is the same as in
//! the extension's channel, with the origin of the handshake put in: what a message says of its own is
//! overwritten.

use crate::PROTOCOL;
use crate::frame;
use crate::host::Host;
use crate::origin::Origin;
use crate::peer;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, PipeWriter, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;
use tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tungstenite::http::{HeaderValue, StatusCode, header};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Error, Message, WebSocket};

/// Most pages at one time.
const MAX_CONNECTIONS: usize = 4;
/// How long a page may take over its handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How often answers are looked for while a page is silent.
const TURN: Duration = Duration::from_millis(5);

/// A listener and who may come.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    origins: BTreeSet<Origin>,
    host: Arc<Host>,
    open: Arc<AtomicUsize>,
}

impl Server {
    /// Listens at an address of this machine alone.
    ///
    /// # Errors
    /// `InvalidInput` for an address that others can reach and for an empty list; those of the socket.
    pub fn bind(address: SocketAddr, origins: BTreeSet<Origin>, host: Host) -> io::Result<Self> {
        let invalid = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        if !address.ip().is_loopback() {
            return invalid("the agent listens on this machine only");
        }
        if origins.is_empty() {
            return invalid("name the sites that may come with --origin");
        }
        let listener = TcpListener::bind(address)?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            origins,
            host: Arc::new(host),
            open: Arc::default(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves pages until the listener fails.
    ///
    /// # Errors
    /// Those of the listener.
    pub fn run(&self) -> io::Result<()> {
        loop {
            let (stream, from) = self.listener.accept()?;
            if !peer::is_own(from, self.address)
                || self.open.load(Ordering::Relaxed) >= MAX_CONNECTIONS
            {
                continue;
            }
            self.open.fetch_add(1, Ordering::Relaxed);
            let (host, open) = (Arc::clone(&self.host), Arc::clone(&self.open));
            let (origins, address) = (self.origins.clone(), self.address);
            thread::spawn(move || {
                if let Err(error) = serve_page(stream, &origins, address, &host) {
                    tracing::info!(%error, "a page was not served to the end");
                }
                open.fetch_sub(1, Ordering::Relaxed);
            });
        }
    }
}

fn serve_page(
    stream: TcpStream,
    origins: &BTreeSet<Origin>,
    address: SocketAddr,
    host: &Host,
) -> io::Result<()> {
    stream.set_read_timeout(Some(HANDSHAKE))?;
    let mut origin = None;
    #[allow(clippy::result_large_err)] // the type is the handshake's
    let check = |request: &Request, response: Response| match admit(request, origins, address) {
        Ok(found) => {
            origin = Some(found);
            Ok(response)
        }
        Err(status) => Err(refusal(status)),
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(frame::MAX_FRAME))
        .max_frame_size(Some(frame::MAX_FRAME));
    let socket = tungstenite::accept_hdr_with_config(stream, check, Some(config))
        .map_err(|error| io::Error::other(error.to_string()))?;
    let origin = origin.ok_or(io::ErrorKind::PermissionDenied)?;
    socket.get_ref().set_read_timeout(Some(TURN))?;

    let (input, to_host) = io::pipe()?;
    let (sender, answers) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            host.run(
                input,
                Answers {
                    sender,
                    partial: Vec::new(),
                },
            )
        });
        // The pipe's end, when this returns, is the page's end for the host.
        carry(socket, &origin, to_host, &answers)
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

/// Carries messages both ways until either side ends.
fn carry(
    mut socket: WebSocket<TcpStream>,
    origin: &Origin,
    mut to_host: PipeWriter,
    answers: &Receiver<Vec<u8>>,
) -> io::Result<()> {
    loop {
        while let Ok(answer) = answers.try_recv() {
            let text = String::from_utf8(answer).map_err(io::Error::other)?;
            socket.send(Message::text(text)).map_err(io::Error::other)?;
        }
        match socket.read() {
            Ok(Message::Text(text)) => frame::write(&mut to_host, &with_origin(&text, origin)?)?,
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
struct Answers {
    sender: Sender<Vec<u8>>,
    partial: Vec<u8>,
}

impl Write for Answers {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        while let Some((length, rest)) = self.partial.split_first_chunk::<4>() {
            let length = u32::from_ne_bytes(*length) as usize;
            if rest.len() < length {
                break;
            }
            let message = rest[..length].to_vec();
            self.partial.drain(..4 + length);
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            self.sender.send(message).map_err(gone)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
