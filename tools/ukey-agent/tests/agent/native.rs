//! A browser's side of the pipe, and what it must be refused.

use crate::agent_pipe::AgentPipe;
use crate::bidder::{Bidder, PIN, wait_until};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::thread;

pub(crate) const PAGE: &str = "https://bid.example.cn";
const OURS: &str = "chrome-extension://ifpaoghmfhbgikljlppljegoaoliglik/";

/// The agent as a browser started it, with what pages ask it.
pub(crate) struct Browser {
    pipe: AgentPipe,
    last: u32,
}

impl Browser {
    pub(crate) fn starts(bidder: &Bidder) -> Self {
        Self::starts_for(bidder, &[OURS])
    }

    fn starts_for(bidder: &Bidder, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ukey-agent"));
        let command = command.args(arguments).envs(bidder.environment());
        Self {
            pipe: AgentPipe::start(command),
            last: 0,
        }
    }

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        self.pipe.send(bytes);
    }

    pub(crate) fn answer(&self) -> Value {
        self.pipe.answer()
    }

    /// Asks for a page, or for the extension itself.
    pub(crate) fn call_from(&mut self, origin: &str, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last.to_string();
        let message = json!({
            "v": 1, "id": id, "method": method, "params": params, "origin": origin, "lang": "en",
        });
        self.send_raw(message.to_string().as_bytes());
        let answer = self.answer();
        assert_eq!(answer["id"], json!(id), "{answer}");
        answer
    }

    pub(crate) fn result(&mut self, origin: &str, method: &str, params: &Value) -> Value {
        let mut answer = self.call_from(origin, method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    pub(crate) fn error(&mut self, origin: &str, method: &str, params: &Value) -> String {
        let answer = self.call_from(origin, method, params);
        let code = answer["error"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{method}: {answer}"))
            .to_owned()
    }

    /// The id of the one certificate that a page sees.
    pub(crate) fn only_certificate(&mut self, origin: &str) -> String {
        let listed = self.result(origin, "listCertificates", &json!({}));
        let [one] = listed.as_array().unwrap().as_slice() else {
            panic!("{listed}");
        };
        one["id"].as_str().unwrap().to_owned()
    }
}

/// What it is, the message, and the end of its code. `id` is that of a certificate that the page may see.
fn bad_messages(id: &str) -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let ask = |method: &str, origin: &str, params: Value| {
        json!({ "v": 1, "id": "b", "method": method, "origin": origin, "params": params })
            .to_string()
            .into_bytes()
    };
    let label = "VUtFWS1BVVRILVYxAA=="; // "UKEY-AUTH-V1" and a zero octet
    let how = json!({ "certId": id, "format": "der" });
    let deep = format!(
        r#"{{"v":1,"id":"b","method":"status","params":{}"#,
        "[".repeat(50_000)
    );
    vec![
        ("a frame of no octets", Vec::new(), "BAD_PARAMS"),
        (
            "no UTF-8",
            b"{\"v\":1,\"id\":\"\xff\"}".to_vec(),
            "BAD_PARAMS",
        ),
        ("a JSON bomb", deep.into_bytes(), "BAD_PARAMS"),
        ("too long", vec![b' '; 1024 * 1024 + 1], "TOO_LARGE"),
        (
            "an unknown method",
            ask("loadLibrary", PAGE, json!({})),
            "UNSUPPORTED",
        ),
        (
            "an unknown field",
            ask("status", PAGE, json!({ "x": 1 })),
            "BAD_PARAMS",
        ),
        (
            "a PIN",
            ask("status", PAGE, json!({ "a": [{ "PassWd": "1" }] })),
            "PIN_IN_REQUEST",
        ),
        (
            "the label",
            ask("sign", PAGE, json!({ "data": label, "how": how })),
            "FORBIDDEN_DATA",
        ),
        (
            "an http page",
            ask("status", "http://bid.example.cn", json!({})),
            "ORIGIN_DENIED",
        ),
        (
            "no origin",
            ask("status", "null", json!({})),
            "ORIGIN_DENIED",
        ),
        (
            "another extension",
            ask("status", "chrome-extension://abc", json!({})),
            "ORIGIN_DENIED",
        ),
        (
            "a homograph",
            ask("status", "https://b\u{456}d.example.cn", json!({})),
            "ORIGIN_DENIED",
        ),
        (
            "bidi in the origin",
            ask("status", "https://bid.\u{202e}cn", json!({})),
            "ORIGIN_DENIED",
        ),
    ]
}

#[test]
fn bad_messages_have_their_code_and_one_line_each() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    for (what, bytes, code) in bad_messages(&id) {
        let before = bidder.audit().lines().count();
        browser.send_raw(&bytes);
        let answer = browser.answer();
        assert_eq!(
            answer["error"]["code"],
            format!("ERR_UKEY_{code}"),
            "{what}: {answer}"
        );
        assert_eq!(bidder.audit().lines().count(), before + 1, "{what}");
        let line = bidder.last_line();
        assert!(line.contains(&format!("ERR_UKEY_{code}")), "{what}: {line}");
        assert!(!line.contains('\u{202e}'), "{what}: {line}");
    }
    assert_eq!(bidder.pins_asked(), 0);
}

#[test]
fn a_broken_frame_is_written_down_and_ends_the_agent() {
    for (bytes, code) in [
        (&[9, 0, 0, 0, b'{'][..], "ERR_UKEY_BAD_PARAMS"),
        (&[9, 0][..], "ERR_UKEY_BAD_PARAMS"),
        (&[0xFF, 0xFF, 0xFF, 0xFF][..], "ERR_UKEY_TOO_LARGE"),
    ] {
        let bidder = Bidder::new();
        let mut browser = Browser::starts(&bidder);
        let status = browser.pipe.end_with(bytes);
        assert_eq!(status.code(), Some(1), "{bytes:?}");
        assert_eq!(bidder.audit().lines().count(), 1);
        assert!(bidder.last_line().contains(code), "{}", bidder.last_line());
    }
}

#[test]
fn another_extension_is_told_no_and_written_down() {
    for arguments in [
        &["chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"][..],
        &[
            "/home/x/.mozilla/native-messaging-hosts/org.ukey.agent.json",
            "evil@example.org",
        ][..],
    ] {
        let bidder = Bidder::new();
        let mut browser = Browser::starts_for(&bidder, arguments);
        assert_eq!(browser.answer()["error"]["code"], "ERR_UKEY_ORIGIN_DENIED");
        assert_eq!(browser.pipe.end_with(b"").code(), Some(1));
        let line = bidder.last_line();
        assert!(line.contains("ERR_UKEY_ORIGIN_DENIED"), "{line}");
        assert!(line.contains(arguments[arguments.len() - 1]), "{line}");
    }
}

#[test]
fn a_pulled_token_closes_its_window() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    // Nobody types: what ends the window is the token.
    bidder.type_pins(&["HANG", PIN]);
    let how = json!({ "certId": id, "format": "der" });
    let params = json!({ "data": "eA==", "how": how });
    let pulled = bidder.file("pulled.img");
    let code = thread::scope(|scope| {
        let asked = scope.spawn(|| browser.error(PAGE, "sign", &params));
        wait_until("the window is open", || bidder.pins_asked() == 1);
        fs::rename(bidder.file("token.img"), &pulled).unwrap();
        asked.join().unwrap()
    });
    assert_eq!(code, "ERR_UKEY_TOKEN_REMOVED");
    assert!(bidder.last_line().contains(r#""ERR_UKEY_TOKEN_REMOVED""#));
    assert_eq!(
        browser.error(PAGE, "sign", &params),
        "ERR_UKEY_NO_TOKEN",
        "and this is no refusal by the user, after which a page has to wait"
    );
    fs::rename(&pulled, bidder.file("token.img")).unwrap();
    browser.result(PAGE, "sign", &params);
}

#[test]
fn a_certificates_name_cannot_forge_a_window() {
    let bidder = Bidder::called("C=CN,CN=ACME\nSite: https://bank.example\u{202e}\u{2066}");
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    bidder.type_pins(&[PIN]);
    browser.result(PAGE, "checkPin", &json!({ "certId": id }));
    let windows = bidder.windows();
    let asked = windows
        .lines()
        .rfind(|line| line.starts_with("SETDESC"))
        .unwrap();
    assert!(
        asked.contains("ACME·Site: https://bank.example··"),
        "{asked}"
    );
    // The only line that begins with the site is the agent's own.
    assert_eq!(asked.matches("%0ASite:").count(), 0, "{asked}");
    assert!(
        asked.starts_with("SETDESC Site: https://bid.example.cn"),
        "{asked}"
    );
}
