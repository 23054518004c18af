#![allow(clippy::unwrap_used)]
use super::*;

fn refused(text: &str) -> Error {
    parse(text.as_bytes(), false).unwrap_err().error
}

#[test]
fn a_request_and_a_cancel_are_read() {
    let text = r#"{"v":1,"id":"7","method":"random","params":{"length":3},"origin":"https://a.cn","lang":"en-GB"}"#;
    let Message::Request(request) = parse(text.as_bytes(), false).unwrap() else {
        panic!("not a request");
    };
    assert_eq!(
        (request.id.as_str(), request.method.as_str()),
        ("7", "random")
    );
    assert_eq!(request.origin.as_str(), "https://a.cn");
    assert_eq!(request.language, Language::English);
    let cancel = parse(br#"{"v":1,"id":"7","method":"cancel"}"#, false).unwrap();
    assert!(matches!(cancel, Message::Cancel { id } if id == "7"));
}

#[test]
fn a_pin_is_refused_wherever_it_stands() {
    for member in [
        r#""pin":"123456""#,
        r#""params":{"PassWd":"x"}"#,
        r#""params":{"a":[{"b":{"Password":1}}]}"#,
    ] {
        let text =
            format!(r#"{{"v":1,"id":"1","method":"sign","origin":"https://a.cn",{member}}}"#);
        assert_eq!(refused(&text).code, Code::PinInRequest, "{member}");
    }
}

#[test]
fn what_is_not_a_message_is_refused_with_its_id_if_it_has_one() {
    let unknown = r#"{"v":1,"id":"9","method":"m","origin":"https://a.cn","extra":1}"#;
    let refusal = parse(unknown.as_bytes(), false).unwrap_err();
    assert_eq!(refusal.error.code, Code::BadParams);
    assert_eq!(refusal.id.as_deref(), Some("9"));
    assert_eq!(
        refused(r#"{"v":2,"id":"1","method":"m","origin":"https://a.cn"}"#).code,
        Code::Version
    );
    assert_eq!(
        refused(r#"{"v":1,"id":"1","method":"m"}"#).code,
        Code::OriginDenied
    );
    assert_eq!(
        refused(r#"{"v":1,"id":"1","method":"m","origin":"http://a.cn"}"#).code,
        Code::OriginDenied
    );
    assert_eq!(
        refused(&format!(
            r#"{{"v":1,"id":"{}","method":"m"}}"#,
            "x".repeat(65)
        ))
        .code,
        Code::BadParams
    );
    for text in ["", "[]", "7", "{", "\u{feff}{}", "null"] {
        assert_eq!(refused(text).code, Code::BadParams, "{text:?}");
    }
    assert!(parse(b"{\"v\":1,\"id\":\"\xff\"}", false).is_err());
    let bomb = "[".repeat(100_000);
    assert_eq!(refused(&bomb).code, Code::BadParams);
}
