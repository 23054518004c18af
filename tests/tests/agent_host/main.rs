//! The signing agent over its pipe, as a browser drives it: real binary, embedded token, and a pinentry
//! whose user is a script. OpenSSL and `ukey-admin` judge what comes out.
#![allow(clippy::unwrap_used)]

mod lab;
mod pins;
mod secrecy;

use lab::{ANSWER, Lab, PAGE, base64, bytes};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;
use ukey_pki::Certificate;
use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::{admin, openssl, wait_until};

fn key_of(folder: &Path, certificate: &[u8]) -> PathBuf {
    let path = folder.join("key.der");
    fs::write(
        &path,
        Certificate::from_der(certificate).unwrap().spki_der(),
    )
    .unwrap();
    path
}

#[test]
fn a_page_asks_once_for_certificates_and_signs_with_a_pin_each_time() {
    let mut lab = Lab::new();
    assert_eq!(lab.result("status", json!({}))["tokens"], 1);
    let (id, der) = lab.certificate("sign");
    assert_eq!(lab.bidder.windows().matches("CONFIRM").count(), 1);
    lab.certificate("encrypt");
    assert_eq!(lab.bidder.windows().matches("CONFIRM").count(), 1);

    let message = b"the tender\n";
    let how = json!({ "certId": id, "format": "der", "description": "lot 7\nSite: https://bank" });
    lab.bidder.type_pins(&[USER_PIN]);
    let signed = lab.result("sign", json!({ "data": base64(message), "how": how }));
    let folder = lab.bidder.folder().to_owned();
    let key = fs::read(key_of(&folder, &der)).unwrap();
    assert!(openssl::verifies_sm2(&folder, &key, message, &bytes(&signed["signature"])).unwrap());
    let windows = lab.bidder.windows();
    assert!(
        windows.contains("Site: https://bid.example.cn%0AOperation: sign"),
        "{windows}"
    );
    assert!(
        windows.contains("The site says: “lot 7·Site: https://bank”"),
        "{windows}"
    );
    assert!(windows.contains("Content: “the tender"), "{windows}");

    // Without a PIN there is no second signature.
    assert_eq!(
        lab.error("sign", json!({ "data": base64(message), "how": how })),
        "ERR_UKEY_USER_CANCELLED"
    );
    let audit = lab.bidder.audit();
    assert!(audit.contains(r#""operation":"sign","cert":""#), "{audit}");
    assert!(
        audit.contains(r#""result":"ERR_UKEY_USER_CANCELLED""#),
        "{audit}"
    );
}

#[test]
fn a_login_is_bound_to_the_origin_and_cannot_be_made_by_sign() {
    let mut lab = Lab::new();
    let (id, der) = lab.certificate("sign");
    let nonce = base64(&[7; 33]);
    lab.bidder.type_pins(&[USER_PIN]);
    let token = lab.result("authenticate", json!({ "nonce": nonce, "certId": id }));
    assert_eq!(token["format"], "ukey-auth:1.0");
    assert_eq!(bytes(&token["unverifiedCertificate"]), der);

    // Rebuilt from the published description, not with the agent's code.
    let sm3 = |data: &[u8]| ukey_crypto::hash::HashAlg::Sm3.digest(data);
    let message = |origin: &str| {
        [
            &b"UKEY-AUTH-V1\0"[..],
            &sm3(origin.as_bytes()),
            &sm3(nonce.as_bytes()),
        ]
        .concat()
    };
    let folder = lab.bidder.folder().to_owned();
    let key = fs::read(key_of(&folder, &der)).unwrap();
    let signature = ukey_crypto::sm2::Signature::from_bytes(&bytes(&token["signature"])).unwrap();
    let verifies = |message: &[u8]| {
        openssl::verifies_sm2(&folder, &key, message, &signature.to_der()).unwrap()
    };
    assert!(verifies(&message(PAGE)));
    assert!(!verifies(&message("https://evil.example.cn")));

    let how = json!({ "certId": id, "format": "der" });
    let data = base64(&message(PAGE));
    assert_eq!(
        lab.error("sign", json!({ "data": data, "how": how })),
        "ERR_UKEY_FORBIDDEN_DATA"
    );
    for short in ["", "AAAA", &"!".repeat(44)] {
        let code = lab.error("authenticate", json!({ "nonce": short, "certId": id }));
        assert_eq!(code, "ERR_UKEY_BAD_PARAMS");
    }
}

#[test]
fn wrong_pins_are_counted_and_the_last_try_is_not_spent_unasked() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    lab.bidder.type_pins(&["11111111", "short", "22222222"]);
    let answer = lab.call("checkPin", json!({ "certId": id }));
    assert_eq!(answer["error"]["code"], "ERR_UKEY_PIN_INCORRECT");
    assert_eq!(answer["error"]["data"]["retriesLeft"], 8);
    assert!(
        lab.bidder
            .windows()
            .contains("SETERROR Wrong PIN. Tries left: 9")
    );
    for _ in 0..7 {
        lab.bidder.type_pins(&["11111111"]);
        lab.call("checkPin", json!({ "certId": id }));
        thread::sleep(Duration::from_millis(1050));
    }
    assert_eq!(
        lab.result("pinTries", json!({ "certId": id }))["triesLeft"],
        1
    );
    lab.bidder.confirm(false);
    lab.bidder.type_pins(&["11111111"]);
    assert_eq!(
        lab.error("checkPin", json!({ "certId": id })),
        "ERR_UKEY_USER_CANCELLED"
    );
    assert_eq!(
        lab.error("checkPin", json!({ "certId": id })),
        "ERR_UKEY_RATE"
    );
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(
        lab.result("pinTries", json!({ "certId": id }))["triesLeft"],
        1
    );
    lab.bidder.confirm(true);
    lab.bidder.type_pins(&[USER_PIN]);
    lab.result("checkPin", json!({ "certId": id }));
    assert_eq!(
        lab.result("pinTries", json!({ "certId": id }))["triesLeft"],
        10
    );
}

#[test]
fn a_large_file_is_sealed_opened_and_signed_in_pieces() {
    let mut lab = Lab::new();
    let (sign_id, _) = lab.certificate("sign");
    let (_, recipient) = lab.certificate("encrypt");
    let file: Vec<u8> = (0..3_000_000u32)
        .flat_map(|n| n.to_le_bytes())
        .take(5_000_000)
        .collect();

    let sealed = {
        let begin = json!({ "operation": "encrypt", "recipients": [base64(&recipient)], "size": file.len() });
        lab.pump(begin, &file).0
    };
    assert!(sealed.len() > file.len());
    lab.bidder.type_pins(&[USER_PIN]);
    let (opened, result) = lab.pump(
        json!({ "operation": "decrypt", "name": "t.enc", "size": sealed.len() }),
        &sealed,
    );
    assert!(opened == file);
    assert_eq!(result["integrity"], "verified");

    lab.bidder.type_pins(&[USER_PIN]);
    let how = json!({ "certId": sign_id, "format": "cms", "name": "tender.pdf" });
    let (_, signed) = lab.pump(
        json!({ "operation": "sign", "size": file.len(), "how": how }),
        &file,
    );
    fs::write(lab.bidder.file("tender.pdf"), &file).unwrap();
    fs::write(
        lab.bidder.file("tender.pdf.p7s"),
        bytes(&signed["signature"]),
    )
    .unwrap();
    let (tender, ca) = (lab.bidder.file("tender.pdf"), lab.bidder.file("ca/ca.pem"));
    let verify = [
        "verify",
        tender.to_str().unwrap(),
        "--ca",
        ca.to_str().unwrap(),
    ];
    admin(&verify).unwrap().succeed().unwrap();
}

#[test]
fn an_altered_envelope_gives_no_result() {
    let mut lab = Lab::new();
    let (_, recipient) = lab.certificate("encrypt");
    let begin =
        json!({ "operation": "encrypt", "recipients": [base64(&recipient)], "size": 1_500_000 });
    let mut altered = lab.pump(begin, &vec![7; 1_500_000]).0;
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    lab.bidder.type_pins(&[USER_PIN]);
    let stream = lab.result(
        "streamBegin",
        json!({ "operation": "decrypt", "size": altered.len() }),
    )["stream"]
        .clone();
    let mut failed = false;
    for piece in altered.chunks(512 * 1024) {
        let answer = lab.call(
            "streamWrite",
            json!({ "stream": stream, "data": base64(piece) }),
        );
        failed |= answer.get("error").is_some();
    }
    while !failed {
        let answer = lab.call("streamEnd", json!({ "stream": stream }));
        assert!(
            answer["result"]["result"].is_null(),
            "an altered file was opened"
        );
        failed = answer.get("error").is_some();
    }
    assert_eq!(
        lab.error("streamEnd", json!({ "stream": stream })),
        "ERR_UKEY_BAD_PARAMS"
    );
}

#[test]
fn a_page_that_goes_away_closes_the_window_and_nothing_is_signed() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    lab.bidder.type_pins(&["HANG", USER_PIN]);
    let how = json!({ "certId": id, "format": "der" });
    let asked = lab.send("sign", json!({ "data": base64(b"x"), "how": how }));
    wait_until("the window is open", ANSWER, || {
        lab.bidder.windows().contains("GETPIN")
    });
    let cancel = json!({ "v": 1, "id": asked, "method": "cancel" });
    lab.pipe.send(&serde_json::to_vec(&cancel).unwrap());
    let answer = lab.pipe.answer();
    assert_eq!(answer["error"]["code"], "ERR_UKEY_USER_CANCELLED");

    // The browser closes the pipe with a window open: the agent ends, and soon.
    thread::sleep(Duration::from_millis(1100));
    lab.bidder.type_pins(&["HANG"]);
    fs::write(lab.bidder.file("windows"), "").unwrap();
    lab.send("sign", json!({ "data": base64(b"x"), "how": how }));
    wait_until("the window is open", ANSWER, || {
        lab.bidder.windows().contains("GETPIN")
    });
    lab.pipe.end_with(b"");
    let audit = lab.bidder.audit();
    let signed = audit
        .lines()
        .filter(|line| line.contains(r#""operation":"sign""#));
    let cancelled = signed.map(|line| line.contains(r#""result":"ERR_UKEY_USER_CANCELLED""#));
    assert_eq!(cancelled.collect::<Vec<_>>(), [true, true], "{audit}");
    let audit = lab.bidder.audit();
    let signed = audit
        .lines()
        .filter(|line| line.contains(r#""operation":"sign""#));
    assert!(signed.clone().count() >= 2, "{audit}");
    assert!(
        signed
            .into_iter()
            .all(|line| !line.contains(r#""result":"ok""#)),
        "{audit}"
    );
}

#[test]
fn hostile_messages_are_refused_one_by_one() {
    let mut lab = Lab::new();
    lab.certificate("sign");
    let message = |change: &dyn Fn(&mut Value)| {
        let mut message = json!({
            "v": 1, "id": "h", "method": "status", "params": {}, "origin": PAGE,
        });
        change(&mut message);
        serde_json::to_vec(&message).unwrap()
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "ERR_UKEY_BAD_PARAMS"),
        (b"\xff\xfe".to_vec(), "ERR_UKEY_BAD_PARAMS"),
        ("[".repeat(100_000).into_bytes(), "ERR_UKEY_BAD_PARAMS"),
        (message(&|m| m["extra"] = json!(1)), "ERR_UKEY_BAD_PARAMS"),
        (
            message(&|m| m["params"]["extra"] = json!(1)),
            "ERR_UKEY_BAD_PARAMS",
        ),
        (
            message(&|m| m["params"]["pin"] = json!("12345678")),
            "ERR_UKEY_PIN_IN_REQUEST",
        ),
        (message(&|m| m["v"] = json!(2)), "ERR_UKEY_VERSION"),
        (
            message(&|m| m["origin"] = json!("http://bid.example.cn")),
            "ERR_UKEY_ORIGIN_DENIED",
        ),
        (
            message(&|m| m["origin"] = json!("null")),
            "ERR_UKEY_ORIGIN_DENIED",
        ),
        (
            message(&|m| m["method"] = json!("loadLibrary")),
            "ERR_UKEY_UNSUPPORTED",
        ),
        (vec![b' '; 1024 * 1024 + 1], "ERR_UKEY_TOO_LARGE"),
    ];
    let lines = lab.bidder.audit().lines().count();
    let count = cases.len();
    for (bytes, code) in cases {
        lab.pipe.send(&bytes);
        let answer = lab.pipe.answer();
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    assert_eq!(lab.bidder.audit().lines().count(), lines + count);
}

#[test]
fn parameters_are_checked_and_a_cut_frame_ends_the_agent() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    assert_eq!(
        lab.error("sign", json!({ "how": { "certId": id, "format": "der" } })),
        "ERR_UKEY_BAD_PARAMS"
    );
    assert_eq!(
        lab.error("random", json!({ "length": 0 })),
        "ERR_UKEY_BAD_PARAMS"
    );
    assert_eq!(
        bytes(&lab.result("random", json!({ "length": 16 }))["data"]).len(),
        16
    );

    // A frame that is cut short ends the agent without a crash.
    let status = lab.pipe.end_with(&[9, 0, 0, 0, b'{']);
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_site_without_consent_learns_nothing() {
    let mut lab = Lab::new();
    lab.bidder.confirm(false);
    assert_eq!(
        lab.error("listCertificates", json!({})),
        "ERR_UKEY_CONSENT_DENIED"
    );
    thread::sleep(Duration::from_millis(1100));
    let how = json!({ "certId": "00112233445566778899aabbccddeeff", "format": "der" });
    assert_eq!(
        lab.error("sign", json!({ "data": "", "how": how })),
        "ERR_UKEY_CONSENT_DENIED"
    );
}
