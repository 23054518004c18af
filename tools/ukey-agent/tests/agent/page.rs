//! A page's side of the loopback channel: handshakes with any headers, calls in the vendor's form.

use crate::bidder::{Bidder, LIMIT};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Response;
use tungstenite::http::HeaderValue;
use tungstenite::{Error, HandshakeError, Message, WebSocket};

pub(crate) use crate::native::PAGE;

/// `ukey-agent serve --xtx` for one site, with a bidder behind it.
pub(crate) struct Agent {
    pub(crate) bidder: Bidder,
    child: Child,
    pub(crate) own: SocketAddr,
    pub(crate) vendor: SocketAddr,
}

impl Agent {
    pub(crate) fn new() -> Self {
        let bidder = Bidder::new();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ukey-agent"))
            .args(["serve", "--origin", PAGE, "--listen", "127.0.0.1:0"])
            .args(["--xtx", "--xtx-listen", "127.0.0.1:0"])
            .envs(bidder.environment())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || -> SocketAddr {
            let line = said.next().unwrap().unwrap();
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        let (own, vendor) = (address(), address());
        Self {
            bidder,
            child,
            own,
            vendor,
        }
    }

    /// A page of the listed site that speaks the vendor's messages.
    pub(crate) fn vendor_page(&self) -> Page {
        let url = format!("ws://{}/xtxapp/", self.vendor);
        let (socket, _) = connect(self.vendor, &url, &[("origin", PAGE)]).unwrap();
        Page { socket, last: 0 }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A handshake with these headers on top of the usual ones, or in their place; the status of a refusal.
pub(crate) fn connect(
    address: SocketAddr,
    url: &str,
    headers: &[(&'static str, &str)],
) -> Result<(WebSocket<TcpStream>, Response), u16> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(*name, value);
        }
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        match tungstenite::client(request, stream) {
            Ok(open) => return Ok(open),
            Err(HandshakeError::Failure(Error::Http(refused))) => {
                return Err(refused.status().as_u16());
            }
            // Earlier pages' places may not be free yet.
            Err(HandshakeError::Failure(_)) if Instant::now() < deadline => {}
            Err(other) => panic!("{other}"),
        }
    }
}

pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
    last: u32,
}

impl Page {
    pub(crate) fn send(&mut self, message: &str) {
        self.socket.send(Message::text(message)).unwrap();
    }

    /// The next answer that is no event.
    pub(crate) fn answer(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().unwrap() {
                let answer: Value = serde_json::from_str(&text).unwrap();
                if answer["call_cmd_id"] != "onUsbkeyChange" {
                    return answer;
                }
            }
        }
    }

    /// Begins a call; its id.
    pub(crate) fn begin(&mut self, function: &str, arguments: Value) -> String {
        self.last += 1;
        let id = format!("i_{}", self.last);
        let message = json!({
            "xtx_func_name": function, "call_cmd_id": id, "param": arguments,
            "URL": "https://evil.example.cn/", "cookie": "session=secret",
        });
        self.send(&message.to_string());
        id
    }

    /// What a call gives.
    pub(crate) fn call(&mut self, function: &str, arguments: Value) -> String {
        let id = self.begin(function, arguments);
        let answer = self.answer();
        assert_eq!(answer["call_cmd_id"], json!(id), "{answer}");
        answer["retVal"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }
}
