//! `ukey-verifier serve`, the real program, over its port.

use crate::forge::{ORIGIN, list, root, signer, token};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use ukey_crypto::sm2;
use ukey_pki::Signer;
use ukey_pki::ca::Authority;
use ukey_pki::signed_data::write::{Identity, SignOptions, sign_detached};
use ukey_verifier::login::AuthToken;

/// The program with one authority, on a port of its own.
struct Service {
    child: Child,
    address: String,
    authority: Authority,
    _folder: tempfile::TempDir,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Service {
    fn start() -> Self {
        let authority = root();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("ca.pem"),
            authority.certificate().to_pem(),
        )
        .unwrap();
        let current = list(&authority, &[], 0);
        std::fs::write(folder.path().join("ca.crl"), current.as_der()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ukey-verifier"))
            .args([
                "serve",
                "--origin",
                ORIGIN,
                "--listen",
                "127.0.0.1:0",
                "--trust",
            ])
            .arg(folder.path())
            .arg("--data")
            .arg(folder.path().join("tenders"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap()
            .to_owned();
        Self {
            child,
            address,
            authority,
            _folder: folder,
        }
    }

    /// Sends one request with these headers; status, cookie and JSON of the answer.
    fn raw(
        &self,
        line: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, Option<String>, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(std::time::Duration::from_secs(20)))
            .unwrap();
        let mut request = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let cookie = head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned());
        (
            status,
            cookie,
            serde_json::from_str(body).unwrap_or(Value::Null),
        )
    }

    fn post(&self, path: &str, cookie: &str, body: &Value) -> (u16, Option<String>, Value) {
        let headers = [
            ("Host", "bid.example.cn"),
            ("Origin", ORIGIN),
            ("Content-Type", "application/json"),
            ("Cookie", cookie),
        ];
        self.raw(&format!("POST {path}"), &headers, &body.to_string())
    }

    fn challenge(&self) -> (String, String) {
        let (status, cookie, answer) = self.post("/api/challenge", "", &json!({}));
        assert_eq!(status, 200);
        (
            cookie.unwrap(),
            answer["nonce"].as_str().unwrap().to_owned(),
        )
    }
}

fn as_json(token: &AuthToken) -> Value {
    json!({ "token": {
        "format": token.format, "unverifiedCertificate": token.unverified_certificate,
        "algorithm": token.algorithm, "signature": token.signature,
    } })
}

#[test]
fn the_service_logs_in_once_per_challenge() {
    let service = Service::start();
    let holder = signer(&service.authority);
    let (cookie, nonce) = service.challenge();
    let login = as_json(&token(&holder, ORIGIN, &nonce));
    let (status, _, who) = service.post("/api/login", &cookie, &login);
    assert_eq!((status, who["commonName"].as_str()), (200, Some("bidder")));
    let (status, _, error) = service.post("/api/login", &cookie, &login);
    assert_eq!(
        (status, error["error"].as_str()),
        (403, Some("no-challenge"))
    );

    // A challenge is gone after a wrong answer too, and belongs to its session.
    let (cookie, nonce) = service.challenge();
    let evil = as_json(&token(&holder, "https://evil.example.cn", &nonce));
    assert_eq!(
        service.post("/api/login", &cookie, &evil).2["error"],
        "signature"
    );
    let right = as_json(&token(&holder, ORIGIN, &nonce));
    assert_eq!(
        service.post("/api/login", &cookie, &right).2["error"],
        "no-challenge"
    );
    let (_, nonce) = service.challenge();
    let (other, _) = service.challenge();
    let stolen = as_json(&token(&holder, ORIGIN, &nonce));
    assert_eq!(
        service.post("/api/login", &other, &stolen).2["error"],
        "signature"
    );
}

#[test]
fn the_service_answers_its_own_site_only() {
    let service = Service::start();
    let json = ("Content-Type", "application/json");
    for (headers, error) in [
        (
            vec![("Host", "evil.example.cn"), ("Origin", ORIGIN), json],
            "host",
        ),
        (
            vec![("Host", "127.0.0.1"), ("Origin", ORIGIN), json],
            "host",
        ),
        (
            vec![
                ("Host", "bid.example.cn"),
                ("Origin", "https://evil.example.cn"),
                json,
            ],
            "origin",
        ),
        (
            vec![("Host", "bid.example.cn"), ("Origin", "null"), json],
            "origin",
        ),
        (vec![("Host", "bid.example.cn"), json], "origin"),
    ] {
        let (status, cookie, answer) = service.raw("POST /api/challenge", &headers, "{}");
        assert_eq!(
            (status, cookie, &answer["error"]),
            (403, None, &json!(error)),
            "{headers:?}"
        );
    }
    let (status, _, answer) = service.raw("GET /api/session", &[("Host", "bid.example.cn")], "");
    assert_eq!((status, &answer["error"]), (401, &json!("not-logged-in")));
    assert_eq!(
        service
            .raw("GET /api/tenders", &[("Host", "bid.example.cn")], "")
            .0,
        401
    );
    for body in [
        "",
        "{",
        "[]",
        r#"{"token":{}}"#,
        r#"{"signature":"AA","extra":1}"#,
    ] {
        let headers = [("Host", "bid.example.cn"), ("Origin", ORIGIN), json];
        let status = service.raw("POST /api/verify", &headers, body).0;
        assert!((400..500).contains(&status), "{body}: {status}");
    }
}

#[test]
fn the_service_verifies_signatures() {
    let service = Service::start();
    let holder = signer(&service.authority);
    let identity = Identity {
        certificate: &holder.certificate,
        signer: &holder.key,
    };
    let message = sign_detached(&mut &b"tender"[..], &[identity], &SignOptions::default()).unwrap();
    let ask = |data: &[u8]| {
        let body = json!({ "signature": STANDARD.encode(&message), "data": STANDARD.encode(data) });
        service.post("/api/verify", "", &body).2
    };
    assert_eq!(ask(b"tender")["signers"][0]["commonName"], "bidder");
    assert_eq!(
        ask(b"other"),
        json!({ "valid": false, "refusal": "signature", "signers": [] })
    );
    let stranger = signer(&root());
    let key = stranger.key.public_key().as_sm2().unwrap();
    let digest = key.message_digest(sm2::DEFAULT_ID, b"tender").unwrap();
    let bare = stranger.key.sign_sm2_digest(&digest).unwrap().to_der();
    let body = json!({
        "signature": STANDARD.encode(bare), "data": STANDARD.encode(b"tender"),
        "certificate": STANDARD.encode(stranger.certificate.as_der()),
    });
    assert_eq!(
        service.post("/api/verify", "", &body).2["refusal"],
        "certificate"
    );
}
