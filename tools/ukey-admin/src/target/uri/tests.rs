#![allow(clippy::unwrap_used)]

use super::*;
use crate::exit_code::{ExitCode, classify};

#[test]
fn reads_the_attributes_of_a_token() {
    let uri = TokenUri::parse("pkcs11:token=Bid%20desk%201;serial=25A0;model=UKEY%201.0").unwrap();
    assert_eq!(uri.token.as_deref(), Some("Bid desk 1"));
    assert_eq!(uri.serial.as_deref(), Some("25A0"));
    assert_eq!(uri.model.as_deref(), Some("UKEY 1.0"));
    assert_eq!(uri.manufacturer, None);
}

#[test]
fn reads_chinese_labels() {
    let uri = TokenUri::parse("pkcs11:token=%E6%8A%95%E6%A0%87").unwrap();
    assert_eq!(uri.token.as_deref(), Some("投标"));
}

#[test]
fn refuses_what_it_does_not_understand() {
    for text in [
        "token=x",
        "pkcs11:object=key",
        "pkcs11:token",
        "pkcs11:token=%4",
        "pkcs11:token=%zz",
        "pkcs11:token=%ff",
        "pkcs11:token=a;token=b",
    ] {
        let error = TokenUri::parse(text).unwrap_err();
        assert_eq!(classify(&error).0, ExitCode::Usage, "{text}");
    }
}

#[test]
fn a_pin_in_the_uri_is_refused_and_not_repeated() {
    let error = TokenUri::parse("pkcs11:token=x?pin-value=13579135").unwrap_err();
    assert!(!error.to_string().contains("13579135"));
}
