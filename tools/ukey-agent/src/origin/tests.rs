use super::*;

#[test]
fn https_origins_are_taken_as_they_are_written_by_browsers() {
    for origin in [
        "https://bid.example.cn",
        "https://bid.example.cn:8443",
        "https://[2001:db8::1]",
        "https://xn--fiq228c.example",
    ] {
        assert!(
            Origin::parse(origin, false).is_ok_and(|o| o.as_str() == origin),
            "{origin}"
        );
    }
}

#[test]
fn everything_else_is_denied() {
    for origin in [
        "",
        "null",
        "http://bid.example.cn",
        "http://localhost",
        "https://",
        "https://bid.example.cn/",
        "https://bid.example.cn/path",
        "https://bid.example.cn:443",
        "https://Bid.example.cn",
        "https://user@bid.example.cn",
        "https://bid.example.cn#x",
        "https://中文.example",
        " https://bid.example.cn",
        "https://bid.example.cn\n",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:alert(1)",
    ] {
        assert!(
            Origin::parse(origin, false).is_err_and(|e| e.code == Code::OriginDenied),
            "{origin:?}"
        );
    }
    assert!(Origin::parse(&format!("https://{}.cn", "a".repeat(400)), false).is_err());
}

#[test]
fn developers_may_use_http_of_this_machine_only() {
    for origin in [
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
    ] {
        assert!(Origin::parse(origin, true).is_ok(), "{origin}");
        assert!(Origin::parse(origin, false).is_err(), "{origin}");
    }
    for origin in [
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://example.com",
    ] {
        assert!(Origin::parse(origin, true).is_err(), "{origin}");
    }
}
