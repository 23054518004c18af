use super::*;

#[test]
fn length_and_content_are_checked_before_anything_is_sent() {
    let range = || Error::PinLength { min: 6, max: 16 };
    assert_eq!(Pin::new(b"").map(drop), Err(range()));
    assert_eq!(Pin::new(b"12345").map(drop), Err(range()));
    assert_eq!(Pin::new(&[b'1'; 17]).map(drop), Err(range()));
    assert_eq!(Pin::new(b"123\x00456").map(drop), Err(Error::PinInvalid));
    assert!(Pin::new("密码钥匙".as_bytes()).is_ok());
    assert!(Pin::new(b"1234567890123456").is_ok());
}

#[test]
fn a_pin_does_not_print() {
    let pin = Pin::new(b"314159").expect("a PIN");
    assert_eq!(format!("{pin:?}"), "Pin(..)");
}
