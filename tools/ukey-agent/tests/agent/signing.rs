//! What is signed unseen, what windows say in Chinese, and files in pieces.

use crate::bidder::{Bidder, PIN, openssl_verifies};
use crate::native::{Browser, PAGE};
use serde_json::{Value, json};
use ukey_pki::PublicKey;

const OTHER: &str = "https://other.example.cn";

fn base64(bytes: &[u8]) -> String {
    ukey_agent::request::base64(bytes)
}

fn decode(value: &Value) -> Vec<u8> {
    use base64::Engine;
    let text = value.as_str().unwrap();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

#[test]
fn a_digest_is_signed_and_the_window_says_that_nobody_saw_its_content() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    let PublicKey::Sm2(key) = bidder.certificate.public_key().unwrap() else {
        panic!("an SM2 key");
    };
    let digest = key
        .message_digest(ukey_crypto::sm2::DEFAULT_ID, b"tender")
        .unwrap();
    let how = |format: &str| json!({ "certId": id, "format": format });
    let ask = |digest: &[u8], kind: &str, format: &str| json!({ "digest": base64(digest), "digestKind": kind, "how": how(format) });
    for wrong in [
        ask(&digest, "sha256", "der"),
        ask(&digest, "sm3", "der"),
        ask(&digest, "sm3-z", "cms"),
        ask(&digest[1..], "sm3-z", "der"),
        json!({ "digest": base64(&digest), "how": how("der") }),
        json!({ "digest": base64(&digest), "digestKind": "sm3-z", "data": "eA==", "how": how("der") }),
    ] {
        let code = browser.error(PAGE, "sign", &wrong);
        assert_eq!(code, "ERR_UKEY_BAD_PARAMS", "{wrong}");
    }
    assert_eq!(bidder.pins_asked(), 0);

    bidder.type_pins(&[PIN]);
    let signed = browser.result(PAGE, "sign", &ask(&digest, "sm3-z", "der"));
    let signature = decode(&signed["signature"]);
    let verifies =
        |message| openssl_verifies(bidder.folder(), &bidder.certificate, message, &signature);
    assert!(verifies(b"tender") && !verifies(b"other"));
    let windows = bidder.windows();
    let said = "Content: a digest only: the agent has not seen the content";
    assert!(windows.contains(said), "{windows}");
    let ends: String = digest[..8].iter().map(|b| format!("{b:02X}")).collect();
    assert!(windows.contains(&format!("Digest: {ends}…")), "{windows}");
}

#[test]
fn windows_speak_chinese_to_pages_in_chinese() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    bidder.type_pins(&[PIN]);
    let how =
        json!({ "certId": id, "format": "der", "name": "标书.pdf", "description": "第一标段" });
    let params = json!({ "data": base64(&[0; 1234]), "how": how });
    let message = json!({
        "v": 1, "id": "zh", "method": "sign", "params": params, "origin": PAGE, "lang": "zh-CN",
    });
    browser.send_raw(message.to_string().as_bytes());
    assert!(browser.answer().get("error").is_none());
    let windows = bidder.windows();
    let asked = windows
        .lines()
        .rfind(|line| line.starts_with("SETDESC"))
        .unwrap();
    for said in [
        "SETDESC 网站: https://bid.example.cn%0A操作: 签名%0A证书: ACME tenders",
        "%0A内容: 二进制数据, 1,234 字节%0A文件: 标书.pdf%0A网站提供的说明: “第一标段”%0A摘要: ",
    ] {
        assert!(asked.contains(said), "{asked}");
    }
    assert!(windows.contains("SETTITLE USBKEY 签名助手"), "{windows}");
    assert!(windows.contains("SETCANCEL 取消"), "{windows}");
}

#[test]
fn files_on_their_way_are_few_and_each_is_its_own_pages() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    let how = json!({ "certId": id, "format": "der" });
    let begin = json!({ "operation": "sign", "size": 3, "how": how });
    let mut streams: Vec<Value> = (0..4)
        .map(|_| browser.result(PAGE, "streamBegin", &begin)["stream"].take())
        .collect();
    assert_eq!(
        browser.error(PAGE, "streamBegin", &begin),
        "ERR_UKEY_BUSY",
        "four at once"
    );
    let first = json!({ "stream": streams.remove(0) });
    let piece = json!({ "stream": first["stream"], "data": "eA==" });
    for (method, params) in [
        ("streamWrite", &piece),
        ("streamEnd", &first),
        ("streamAbort", &first),
    ] {
        let code = browser.error(OTHER, method, params);
        assert_eq!(code, "ERR_UKEY_BAD_PARAMS", "{method} of another page's");
    }
    browser.result(PAGE, "streamWrite", &piece);
    browser.result(PAGE, "streamAbort", &first);
    for (method, params) in [("streamWrite", &piece), ("streamAbort", &first)] {
        let code = browser.error(PAGE, method, params);
        assert_eq!(code, "ERR_UKEY_BAD_PARAMS", "{method} of one that is gone");
    }
    browser.result(PAGE, "streamBegin", &begin);
    assert_eq!(bidder.pins_asked(), 0, "none came to its end");
}
