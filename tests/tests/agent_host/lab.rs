//! A browser's side of the pipe: the agent as a child, messages in and out, and the bidder behind it.

use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;
use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::{AgentPipe, Bidder, release_file};

pub(crate) const PAGE: &str = "https://bid.example.cn";
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

/// A token with both certificates, an agent, and the files by which its user is told what to do.
pub(crate) struct Lab {
    pub(crate) bidder: Bidder,
    pub(crate) pipe: AgentPipe,
    last: u32,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::of(Command::new(release_file("ukey-agent").unwrap()).arg("native-host"))
    }

    /// With an agent that is started by this command.
    pub(crate) fn of(command: &mut Command) -> Self {
        let bidder = Bidder::enrolled();
        let command = command
            .envs(bidder.environment())
            .current_dir(bidder.folder());
        let pipe = AgentPipe::start(command);
        assert_eq!(pipe.message()["event"], "hello");
        Self {
            bidder,
            pipe,
            last: 0,
        }
    }

    pub(crate) fn send(&mut self, method: &str, params: Value) -> String {
        self.last += 1;
        let id = self.last.to_string();
        let message = json!({
            "v": 1, "id": id, "method": method, "params": params, "origin": PAGE, "lang": "en",
        });
        self.pipe.send(&serde_json::to_vec(&message).unwrap());
        id
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        let answer = self.pipe.answer();
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
