//! A browser's side of the pipe: the agent as a child, messages in and out, and the bidder behind it.

use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::{Bidder, release_file};

pub(crate) const PAGE: &str = "https://bid.example.cn";
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

/// A token with both certificates, an agent, and the files by which its user is told what to do.
pub(crate) struct Lab {
    pub(crate) bidder: Bidder,
    pub(crate) agent: Child,
    pub(crate) input: Option<ChildStdin>,
    answers: Receiver<Value>,
    last: u32,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::of(Command::new(release_file("ukey-agent").unwrap()).arg("native-host"))
    }

    /// With an agent that is started by this command.
    pub(crate) fn of(command: &mut Command) -> Self {
        let bidder = Bidder::enrolled();
        let mut agent = command
            .envs(bidder.environment())
            .current_dir(bidder.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = agent.stdin.take();
        let mut output = agent.stdout.take().unwrap();
        let (sender, answers) = channel();
        thread::spawn(move || {
            let mut length = [0; 4];
            while output.read_exact(&mut length).is_ok() {
                let mut body = vec![0; u32::from_ne_bytes(length) as usize];
                output.read_exact(&mut body).unwrap();
                let _ = sender.send(serde_json::from_slice(&body).unwrap());
            }
        });
        let lab = Self {
            bidder,
            agent,
            input,
            answers,
            last: 0,
        };
        let hello = lab.answers.recv_timeout(ANSWER).unwrap();
        assert_eq!(hello["event"], "hello");
        lab
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input
            .write_all(&(bytes.len() as u32).to_ne_bytes())
            .unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn send(&mut self, method: &str, params: Value) -> String {
        self.last += 1;
        let id = self.last.to_string();
        let message = json!({
            "v": 1, "id": id, "method": method, "params": params, "origin": PAGE, "lang": "en",
        });
        self.send_raw(&serde_json::to_vec(&message).unwrap());
        id
    }

    /// The next answer that is no event.
    pub(crate) fn answer(&self) -> Value {
        loop {
            let message = self.answers.recv_timeout(ANSWER).unwrap();
            if message.get("event").is_none() {
                return message;
            }
        }
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        let answer = self.answer();
        assert_eq!(answer["id"], json!(id));
        answer
    }

    pub(crate) fn result(&mut self, method: &str, params: Value) -> Value {
        let answer = self.call(method, params);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    pub(crate) fn error(&mut self, method: &str, params: Value) -> String {
        let answer = self.call(method, params);
        answer["error"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer}"))
            .to_owned()
    }

    /// Id and DER of the certificate for this use.
    pub(crate) fn certificate(&mut self, usage: &str) -> (String, Vec<u8>) {
        let listed = self.result("listCertificates", json!({ "usage": usage }));
        let [one] = listed.as_array().unwrap().as_slice() else {
            panic!("{listed}");
        };
        (one["id"].as_str().unwrap().to_owned(), bytes(&one["der"]))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.input = None;
        self.agent.kill().ok();
        self.agent.wait().ok();
        // The PIN is typed into the window and is nowhere else.
        let state = fs::read_dir(self.bidder.file("state/ukey/agent"));
        for entry in state.into_iter().flatten().flatten() {
            let content = fs::read(entry.path()).unwrap_or_default();
            let found = content
                .windows(USER_PIN.len())
                .any(|window| window == USER_PIN.as_bytes());
            assert!(thread::panicking() || !found, "{:?}", entry.path());
        }
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(value.as_str().unwrap())
        .unwrap()
}

impl Lab {
    /// Pushes data through a stream; what came out, and the result.
    pub(crate) fn pump(&mut self, begin: Value, data: &[u8]) -> (Vec<u8>, Value) {
        let stream = self.result("streamBegin", begin)["stream"].clone();
        let mut out = Vec::new();
        for piece in data.chunks(512 * 1024) {
            let step = self.result(
                "streamWrite",
                json!({ "stream": stream, "data": base64(piece) }),
            );
            out.extend(bytes(&step["data"]));
        }
        loop {
            let step = self.result("streamEnd", json!({ "stream": stream }));
            out.extend(bytes(&step["data"]));
            if !step["result"].is_null() {
                return (out, step["result"].clone());
            }
        }
    }
}
