use super::*;

#[test]
fn foreign_text_cannot_change_the_layout() {
    assert_eq!(clean("ACME 有限公司"), "ACME 有限公司");
    assert_eq!(
        clean("evil\nSite: https://bank\u{202E}txt\u{0}\u{7f}\u{85}"),
        "evil·Site: https://bank·txt···"
    );
    let long = clean(&"长".repeat(500));
    assert_eq!(long.chars().count(), MAX_FOREIGN + 1);
    assert!(long.ends_with('…'));
}

#[test]
fn only_readable_text_is_previewed() {
    assert_eq!(
        preview("投标\n价格: 1".as_bytes()).as_deref(),
        Some("投标 价格: 1")
    );
    assert_eq!(preview(b"\x00\x01binary"), None);
    assert_eq!(preview("a\u{202E}b".as_bytes()), None);
    assert_eq!(preview(b"\xff\xfe"), None);
    assert_eq!(preview(b""), None);
}

#[test]
fn a_digest_is_shown_by_its_ends() {
    let digest: Vec<u8> = (0..32).collect();
    assert_eq!(short_digest(&digest), "0001020304050607…18191A1B1C1D1E1F");
}

#[test]
fn a_size_is_read_at_a_glance_in_both_languages() {
    assert_eq!(size(0, Language::English), "0 bytes");
    assert_eq!(size(999, Language::English), "999 bytes");
    assert_eq!(size(209_715_200, Language::English), "209,715,200 bytes");
    assert_eq!(size(1000, Language::Chinese), "1,000 字节");
}
