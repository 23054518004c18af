//! What happens in PIN windows.

use super::lab::Lab;
use serde_json::json;
use ukey_tests::pkcs11::USER_PIN;

#[test]
fn a_pin_is_changed_in_windows_of_the_agent() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    let device = lab.result("deviceInfo", json!({ "certId": id }));
    assert!(
        device["serial"]
            .as_str()
            .is_some_and(|serial| !serial.is_empty()),
        "{device}"
    );

    // Typed differently the second time, then twice the same.
    lab.bidder
        .type_pins(&[USER_PIN, "new-pin-1", "new-pin-2", "new-pin-3", "new-pin-3"]);
    lab.result("changePin", json!({ "certId": id }));
    assert!(
        lab.bidder.windows().contains("SETERROR "),
        "the difference is told"
    );
    lab.bidder.type_pins(&["new-pin-3"]);
    lab.result("checkPin", json!({ "certId": id }));
    lab.bidder.type_pins(&[USER_PIN, USER_PIN, USER_PIN]);
    assert_eq!(
        lab.error("checkPin", json!({ "certId": id })),
        "ERR_UKEY_PIN_INCORRECT"
    );
}

#[test]
fn a_window_that_nobody_answers_gives_no_signature() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    lab.bidder.type_pins(&["EXPIRE"]);
    let how = json!({ "certId": id, "format": "der" });
    let answer = lab.call("sign", json!({ "data": "", "how": how }));
    assert_eq!(answer["error"]["code"], "ERR_UKEY_TIMEOUT", "{answer}");
    assert!(
        lab.bidder.windows().contains("SETTIMEOUT 120"),
        "windows have an end"
    );
    let last = lab.bidder.audit().lines().last().map(str::to_owned);
    assert!(last.is_some_and(|line| line.contains("ERR_UKEY_TIMEOUT")));
}

#[test]
fn a_locked_pin_opens_no_window() {
    let mut lab = Lab::new();
    let (id, _) = lab.certificate("sign");
    let mut left = 10;
    while left > 1 {
        lab.bidder.type_pins(&["11111111"; 3]);
        let answer = lab.call("checkPin", json!({ "certId": id }));
        left -= 3;
        assert_eq!(answer["error"]["data"]["retriesLeft"], left, "{answer}");
    }
    lab.bidder.type_pins(&["11111111"]);
    assert_eq!(
        lab.error("checkPin", json!({ "certId": id })),
        "ERR_UKEY_PIN_LOCKED"
    );
    let windows = lab.bidder.windows().matches("GETPIN").count();
    assert_eq!(windows, 10, "no window for a PIN that cannot be right");
    lab.bidder.type_pins(&[USER_PIN]);
    assert_eq!(
        lab.error("checkPin", json!({ "certId": id })),
        "ERR_UKEY_PIN_LOCKED"
    );
    let how = json!({ "certId": id, "format": "der" });
    let refused = lab.error("sign", json!({ "data": "", "how": how }));
    assert_eq!(refused, "ERR_UKEY_PIN_LOCKED");
    assert_eq!(lab.bidder.windows().matches("GETPIN").count(), windows);
}
