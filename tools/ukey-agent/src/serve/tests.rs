#![allow(clippy::unwrap_used)]
use super::*;

fn handshake(headers: &[(&str, &str)]) -> Result<Origin, StatusCode> {
    let mut request = Request::builder().uri("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let listed = ["https://bid.example.cn"].map(|text| Origin::parse(text, false).unwrap());
    let address = SocketAddr::from(([127, 0, 0, 1], 21188));
    admit(&request.body(()).unwrap(), &BTreeSet::from(listed), address)
}

#[test]
fn only_listed_origins_at_our_own_address_are_let_in() {
    const SITE: (&str, &str) = ("Origin", "https://bid.example.cn");
    for host in ["127.0.0.1:21188", "localhost:21188"] {
        let origin = handshake(&[("Host", host), SITE]).unwrap();
        assert_eq!(origin.as_str(), "https://bid.example.cn");
    }
    for host in [
        "127.0.0.1",
        "localhost:21189",
        "evil.example.cn:21188",
        "127.0.0.1:21188.",
    ] {
        let refused = handshake(&[("Host", host), SITE]);
        assert_eq!(refused, Err(StatusCode::MISDIRECTED_REQUEST), "{host}");
    }
    let host = ("Host", "127.0.0.1:21188");
    assert_eq!(handshake(&[host]), Err(StatusCode::FORBIDDEN));
    for origin in [
        "null",
        "",
        "http://bid.example.cn",
        "https://bid.example.cn.evil.com",
        "https://bid.example.cn:443",
        "https://BID.example.cn",
        "https://bid.example.cn/",
    ] {
        let refused = handshake(&[host, ("Origin", origin)]);
        assert_eq!(refused, Err(StatusCode::FORBIDDEN), "{origin}");
    }
    let twice = [host, SITE, ("Origin", "https://evil.example.cn")];
    assert_eq!(handshake(&twice), Err(StatusCode::FORBIDDEN));
}

#[test]
fn the_handshakes_origin_replaces_what_a_message_says() {
    let origin = Origin::parse("https://bid.example.cn", false).unwrap();
    let told = with_origin(
        r#"{"id":"1","method":"status","origin":"https://evil.example.cn"}"#,
        &origin,
    );
    let told: Value = serde_json::from_slice(&told.unwrap()).unwrap();
    assert_eq!(told["origin"], "https://bid.example.cn");
    assert_eq!(with_origin("[1]", &origin).unwrap(), b"[1]");
}
