//! The vendor's messages and the door of the loopback channel, by a WebSocket client that is not ours.

use crate::bidder::{PIN, openssl_verifies, wait_until};
use crate::page::{Agent, PAGE, Page, connect};
use serde_json::{Value, json};
use ukey_crypto::sm2::Signature;
use ukey_pki::Certificate;

fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

/// The id of the one certificate on the vendor's list.
fn only_certificate(page: &mut Page) -> String {
    let list = page.call("SOF_GetUserList", json!([]));
    let (name, id) = list.split_once("||").unwrap_or_else(|| panic!("{list}"));
    assert_eq!(name, "ACME tenders");
    id.to_owned()
}

#[test]
fn a_page_that_speaks_the_vendors_messages_logs_in_and_signs() {
    let agent = Agent::new();
    let mut page = agent.vendor_page();
    let id = only_certificate(&mut page);
    assert_eq!(agent.bidder.windows().matches("CONFIRM").count(), 1);
    let certificate = page.call("SOF_ExportUserCert", json!([id]));
    let parsed = Certificate::from_der(&decode(&certificate)).unwrap();
    assert_eq!(parsed, agent.bidder.certificate);
    for (kind, expected) in [
        (2, parsed.serial_hex()),
        (7, parsed.subject().to_string()),
        (14, "ACME".to_owned()),
        (17, "ACME tenders".to_owned()),
    ] {
        assert_eq!(
            page.call("SOF_GetCertInfo", json!([certificate, kind])),
            expected
        );
    }
    assert_eq!(
        page.call("SOF_GetCertInfo", json!([certificate, "12"]))
            .len(),
        14
    );

    // The PIN that the page passes is not the one that counts, and is seen nowhere.
    agent.bidder.type_pins(&[PIN, PIN, PIN]);
    assert_eq!(page.call("SOF_IsLogin", json!([id])), "false");
    assert_eq!(page.call("SOF_Login", json!([id, "13572468"])), "true");
    assert_eq!(page.call("SOF_IsLogin", json!([id])), "true");
    assert_eq!(page.call("SOF_GetPinRetryCount", json!([id])), "10");
    let signature = decode(&page.call("SOF_SignData", json!([id, "登录 random"])));
    let signature = Signature::from_bytes(&signature).unwrap().to_der();
    let folder = agent.bidder.folder();
    let message = "登录 random".as_bytes();
    assert!(openssl_verifies(folder, &parsed, message, &signature));
    assert!(!openssl_verifies(folder, &parsed, b"another", &signature));

    let message = page.call("SOF_SignMessage", json!([0, id, "the tender"]));
    assert_eq!(
        page.call("SOF_VerifySignedMessage", json!([message, ""])),
        "true"
    );
    let original = page.call("SOF_GetInfoFromSignedMessage", json!([message, 1]));
    assert_eq!(original, "the tender");
    let signer = page.call("SOF_GetInfoFromSignedMessage", json!([message, 2]));
    assert_eq!(signer, certificate);
    assert_eq!(agent.bidder.windows().matches("GETPIN").count(), 3);
    assert_eq!(page.call("SOF_Logout", json!([id])), "true");

    assert!(!agent.bidder.windows().contains("13572468"));
    let audit = agent.bidder.audit();
    assert!(
        !audit.contains("13572468") && !audit.contains(PIN),
        "{audit}"
    );
    let lines = audit
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    for line in lines {
        assert_eq!(
            (&line["channel"], &line["origin"]),
            (&json!("xtx"), &json!(PAGE))
        );
    }
}

#[test]
fn devices_random_bytes_and_text_as_vendors_give_them() {
    let agent = Agent::new();
    let mut page = agent.vendor_page();
    assert_eq!(page.call("GetDeviceCount", json!([])), "1");
    assert_eq!(page.call("GetDeviceCountEx", json!([])), "1");
    let serial = page.call("GetAllDeviceSN", json!([]));
    assert!(!serial.is_empty());
    assert_eq!(page.call("GetDeviceInfo", json!([serial, 7])), "HARD");
    assert_eq!(page.call("GetDeviceInfo", json!([serial, 0x208])), serial);
    assert_eq!(page.call("GetDeviceInfo", json!(["another", 7])), "");
    assert_eq!(decode(&page.call("SOF_GenRandom", json!(["24"]))).len(), 24);
    let encoded = page.call("Base64Encode", json!(["投标"]));
    assert_eq!(page.call("Base64Decode", json!([encoded])), "投标");
    assert_eq!(
        page.call("SOF_GetVersion", json!([])),
        env!("CARGO_PKG_VERSION")
    );
}

#[test]
fn what_the_vendor_profile_does_not_do_is_said_and_written_down() {
    let agent = Agent::new();
    let mut page = agent.vendor_page();
    let id = only_certificate(&mut page);
    for (function, arguments, code, told) in [
        (
            "SOF_SignFile",
            json!([id, "/etc/passwd"]),
            0x0B00_0002,
            "ERR_UKEY_UNSUPPORTED",
        ),
        (
            "SOF_LoadLibrary",
            json!(["/tmp/x.so"]),
            0x0B00_0002,
            "ERR_UKEY_UNSUPPORTED",
        ),
        (
            "SOF_EncryptData",
            json!([id, "x"]),
            0x0B00_0002,
            "ERR_UKEY_UNSUPPORTED",
        ),
        (
            "SOF_SignData",
            json!([id]),
            0x0B00_0201,
            "ERR_UKEY_BAD_PARAMS",
        ),
        (
            "SOF_ExportUserCert",
            json!(["0".repeat(32)]),
            0x0B00_0310,
            "ERR_UKEY_NO_CERT",
        ),
        (
            "SOF_SignData",
            json!([id, "UKEY-AUTH-V1\0x"]),
            0x0B00_0409,
            "ERR_UKEY_FORBIDDEN_DATA",
        ),
        (
            "SOF_SignData",
            json!([id, "x"]),
            0x0B00_0409,
            "ERR_UKEY_USER_CANCELLED",
        ),
    ] {
        let refused = |audit: &str| audit.matches(r#""result":"ERR_UKEY_"#).count();
        let before = refused(&agent.bidder.audit());
        assert_eq!(page.call(function, arguments), "", "{function}");
        assert_eq!(
            page.call("SOF_GetLastError", json!([])),
            code.to_string(),
            "{function}"
        );
        assert_eq!(
            page.call("SOF_GetLastErrMsg", json!([])),
            told,
            "{function}"
        );
        let audit = agent.bidder.audit();
        assert_eq!(refused(&audit), before + 1, "{audit}");
        assert!(audit.lines().last().unwrap().contains(told), "{audit}");
    }
    assert!(
        !agent.bidder.audit().contains("secret"),
        "a cookie was written down"
    );
}

#[test]
fn messages_that_are_none_are_answered_and_written_down() {
    let agent = Agent::new();
    let mut page = agent.vendor_page();
    page.call("SOF_GetVersion", json!([]));
    for (message, code) in [
        ("", "ERR_UKEY_BAD_PARAMS"),
        ("{", "ERR_UKEY_BAD_PARAMS"),
        (
            r#"{"v":1,"id":"1","method":"status"}"#,
            "ERR_UKEY_BAD_PARAMS",
        ),
        (
            r#"{"xtx_func_name":"SOF_Login","param":["x"],"PassWd":"12345678"}"#,
            "ERR_UKEY_PIN_IN_REQUEST",
        ),
        (
            r#"{"xtx_func_name":"SOF_GetVersion","origin":"https://evil.example.cn"}"#,
            "ERR_UKEY_BAD_PARAMS",
        ),
    ] {
        page.send(message);
        assert_eq!(page.answer(), json!({ "call_cmd_id": "", "retVal": "" }));
        let audit = agent.bidder.audit();
        assert!(
            audit.lines().last().unwrap().contains(code),
            "{message}: {audit}"
        );
    }
}

#[test]
fn a_flood_is_answered_and_a_page_that_leaves_gets_no_signature() {
    let agent = Agent::new();
    let mut page = agent.vendor_page();
    let id = only_certificate(&mut page);
    agent.bidder.type_pins(&["HANG", PIN]);
    page.begin("SOF_SignData", json!([id, "x"]));
    wait_until("the PIN window is open", || {
        agent.bidder.windows().contains("GETPIN")
    });
    let waiting: Vec<String> = (0..5)
        .map(|_| page.begin("SOF_GetVersion", json!([])))
        .collect();
    // Four wait behind the window; the fifth is told at once that there is no room.
    let answer = page.answer();
    assert_eq!(answer, json!({ "call_cmd_id": waiting[4], "retVal": "" }));
    assert!(agent.bidder.audit().contains("ERR_UKEY_BUSY"));
    drop(page);
    wait_until("the signature is given up", || {
        let audit = agent.bidder.audit();
        let signed = |line: &&str| line.contains(r#""operation":"sign""#);
        audit
            .lines()
            .find(signed)
            .is_some_and(|line| line.contains("ERR_UKEY_USER_CANCELLED"))
    });
}

#[test]
fn only_the_listed_site_at_our_own_address_gets_through_the_door() {
    let agent = Agent::new();
    let vendor = format!("ws://{}/xtxapp/", agent.vendor);
    let own = format!("ws://{}/", agent.own);
    let site = ("origin", PAGE);
    assert_eq!(
        connect(agent.vendor, &vendor, &[]).err(),
        Some(403),
        "no origin"
    );
    let audit = agent.bidder.audit();
    assert!(audit.contains(r#""operation":"connect""#), "{audit}");
    assert!(audit.contains("ERR_UKEY_ORIGIN_DENIED"), "{audit}");
    for (address, url) in [(agent.vendor, &vendor), (agent.own, &own)] {
        for origin in ["null", "https://evil.example.cn", "http://bid.example.cn"] {
            let refused = connect(address, url, &[("origin", origin)]);
            assert_eq!(refused.err(), Some(403), "{origin}");
        }
        let rebound = [site, ("host", "evil.example.cn")];
        assert_eq!(connect(address, url, &rebound).err(), Some(421));
        assert!(connect(address, url, &[site]).is_ok());
    }
    let elsewhere = format!("ws://{}/websign/", agent.vendor);
    assert_eq!(connect(agent.vendor, &elsewhere, &[site]).err(), Some(404));

    let named = [site, ("sec-websocket-protocol", "cryptokit-kdets-protocol")];
    let (_, response) = connect(agent.vendor, &vendor, &named).unwrap();
    let chosen = response.headers().get("sec-websocket-protocol").unwrap();
    assert_eq!(chosen, "cryptokit-kdets-protocol");
}
