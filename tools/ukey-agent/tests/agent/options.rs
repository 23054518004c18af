//! What the extension's options page asks, who else asks it in vain, and tokens that stay unlocked.

use crate::bidder::{Bidder, PIN, wait_until};
use crate::native::{Browser, PAGE};
use serde_json::{Value, json};

const EXTENSION: &str = "extension";
const OTHER: &str = "https://other.example.cn";

#[test]
fn only_the_extension_manages_and_it_does_nothing_else() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    for (method, params) in [
        ("consents", json!({})),
        ("revokeConsent", json!({ "origin": PAGE })),
        ("keepUnlocked", json!({ "origin": PAGE, "minutes": 5 })),
        ("auditTail", json!({ "count": 5 })),
        ("selfTest", json!({})),
    ] {
        let code = browser.error(PAGE, method, &params);
        assert_eq!(code, "ERR_UKEY_ORIGIN_DENIED", "{method}");
        let line = bidder.last_line();
        assert!(line.contains(method) && line.contains(PAGE), "{line}");
    }
    for (method, params) in [
        ("listCertificates", json!({})),
        ("checkPin", json!({ "certId": id })),
        ("sign", json!({})),
        ("authenticate", json!({})),
        ("streamBegin", json!({})),
    ] {
        let code = browser.error(EXTENSION, method, &params);
        assert_eq!(code, "ERR_UKEY_ORIGIN_DENIED", "{method}");
    }
    let consents = browser.result(EXTENSION, "consents", &json!({}));
    assert_eq!(consents["sites"][0]["origin"], PAGE);
    assert_eq!(consents["sites"][0]["minutes"], 0);
    assert_eq!(browser.result(EXTENSION, "status", &json!({}))["tokens"], 1);
}

#[test]
fn consents_are_revoked_and_the_log_is_told_with_its_verdict() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    browser.only_certificate(PAGE);
    let test = browser.result(EXTENSION, "selfTest", &json!({}));
    let found = json!({
        "agent": env!("CARGO_PKG_VERSION"), "pinWindow": true, "tokens": 1, "certificates": 1, "valid": 1,
    });
    assert_eq!(test, found);

    let revoke = json!({ "origin": PAGE });
    assert_eq!(
        browser.result(EXTENSION, "revokeConsent", &revoke)["revoked"],
        true
    );
    assert_eq!(
        browser.result(EXTENSION, "revokeConsent", &revoke)["revoked"],
        false
    );
    assert_eq!(
        browser.result(EXTENSION, "consents", &json!({}))["sites"],
        json!([])
    );
    bidder.confirm(false);
    assert_eq!(
        browser.error(PAGE, "listCertificates", &json!({})),
        "ERR_UKEY_CONSENT_DENIED"
    );

    let tail =
        |browser: &mut Browser| browser.result(EXTENSION, "auditTail", &json!({ "count": 2 }));
    let told = tail(&mut browser);
    assert_eq!(told["lines"].as_array().unwrap().len(), 2);
    assert_eq!(told["lines"][0]["result"], "ERR_UKEY_CONSENT_DENIED");
    assert_eq!(told["lines"][1]["operation"], "revokeConsent");
    assert_eq!(told["verdict"], json!({ "whole": true, "lines": 4 }));

    let altered = bidder
        .audit()
        .replacen("listCertificates", "listCertificate5", 1);
    bidder.write("state/ukey/agent/audit.jsonl", altered);
    let broken = json!({ "whole": false, "file": "audit.jsonl", "line": 2 });
    assert_eq!(tail(&mut browser)["verdict"], broken);
    assert_eq!(
        browser.error(EXTENSION, "auditTail", &json!({ "count": 101 })),
        "ERR_UKEY_BAD_PARAMS"
    );
}

fn sign(browser: &mut Browser, origin: &str, id: &str) -> Value {
    let how = json!({ "certId": id, "format": "der" });
    browser.call_from(origin, "sign", &json!({ "data": "eA==", "how": how }))
}

#[test]
fn a_token_is_locked_after_each_operation_unless_the_user_chose_otherwise() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    browser.only_certificate(OTHER);
    bidder.type_pins(&[PIN, PIN, PIN, PIN]);
    for count in 1..=2 {
        assert!(sign(&mut browser, PAGE, &id).get("error").is_none());
        assert_eq!(bidder.pins_asked(), count, "a PIN each time");
    }

    let keep = |browser: &mut Browser, minutes: u32| {
        let params = json!({ "origin": PAGE, "minutes": minutes });
        browser.result(EXTENSION, "keepUnlocked", &params);
    };
    keep(&mut browser, 30);
    assert!(sign(&mut browser, PAGE, &id).get("error").is_none());
    assert_eq!(bidder.pins_asked(), 3, "the PIN from which the time runs");
    let asked = bidder.windows().matches("CONFIRM").count();
    assert!(sign(&mut browser, PAGE, &id).get("error").is_none());
    assert_eq!(bidder.pins_asked(), 3, "no PIN");
    assert_eq!(
        bidder.windows().matches("CONFIRM").count(),
        asked + 1,
        "but a yes"
    );
    assert!(
        bidder
            .windows()
            .contains("You keep the USBKEY unlocked for this site")
    );

    // Another site has to ask for the PIN, and locks the token for all behind it.
    assert!(sign(&mut browser, OTHER, &id).get("error").is_none());
    assert_eq!(bidder.pins_asked(), 4);
    let refused = sign(&mut browser, PAGE, &id);
    assert_eq!(
        refused["error"]["code"], "ERR_UKEY_USER_CANCELLED",
        "no PIN is left"
    );
    assert_eq!(bidder.pins_asked(), 5);
}

#[test]
fn a_no_or_the_end_of_the_choice_locks_the_token() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    let id = browser.only_certificate(PAGE);
    let keep = |browser: &mut Browser, minutes: u32| {
        let params = json!({ "origin": PAGE, "minutes": minutes });
        browser.result(EXTENSION, "keepUnlocked", &params);
    };
    keep(&mut browser, 30);
    bidder.type_pins(&[PIN, PIN]);
    assert!(sign(&mut browser, PAGE, &id).get("error").is_none());
    bidder.confirm(false);
    let refused = sign(&mut browser, PAGE, &id);
    assert_eq!(refused["error"]["code"], "ERR_UKEY_USER_CANCELLED");
    bidder.confirm(true);
    wait_until("the second after a no is over", || {
        sign(&mut browser, PAGE, &id).get("error").is_none()
    });
    assert_eq!(bidder.pins_asked(), 2, "the no locked the token");
    keep(&mut browser, 0);
    let refused = sign(&mut browser, PAGE, &id);
    assert_eq!(
        refused["error"]["code"], "ERR_UKEY_USER_CANCELLED",
        "no PIN is left"
    );
    assert_eq!(bidder.pins_asked(), 3, "the choice is taken back");
}

#[test]
fn what_the_choice_cannot_be() {
    let bidder = Bidder::new();
    let mut browser = Browser::starts(&bidder);
    browser.only_certificate(PAGE);
    for (origin, minutes, code) in [
        (OTHER, 5, "ERR_UKEY_ORIGIN_DENIED"),
        (PAGE, 61, "ERR_UKEY_BAD_PARAMS"),
        ("http://bid.example.cn", 5, "ERR_UKEY_ORIGIN_DENIED"),
    ] {
        let params = json!({ "origin": origin, "minutes": minutes });
        assert_eq!(
            browser.error(EXTENSION, "keepUnlocked", &params),
            code,
            "{origin}"
        );
    }
}

/// The page's texts name every code that the agent has.
#[test]
fn there_is_advice_for_every_code() {
    let advice = include_str!("../../extension/advice.js");
    let source = include_str!("../../src/error.rs");
    let codes: Vec<&str> = source
        .split('"')
        .filter(|text| text.starts_with("ERR_UKEY_") && text.len() > 9)
        .collect();
    assert!(codes.len() >= 21, "{codes:?}");
    for code in codes {
        assert!(advice.contains(&format!("[\"{code}\", \"")), "{code}");
    }
}
