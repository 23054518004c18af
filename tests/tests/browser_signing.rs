//! Signing in a real Chromium: extension, agent, `ukey.js`, and the demonstration platform, by the
//! scenarios in `tests/browser`. OpenSSL, Bouncy Castle and the verifier judge what comes out.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::time::Duration;

use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::{
    Bidder, Display, Program, openssl, pcsc_test, python, release_file, wait_until, workspace_root,
};
use ukey_verifier::login::AuthToken;
use ukey_verifier::trust::{Revocation, Trust};

const LIMIT: Duration = Duration::from_secs(300);

fn scenario(name: &str) -> Bidder {
    scenario_of("signing.cjs", name)
}

fn scenario_of(script: &str, name: &str) -> Bidder {
    let bidder = Bidder::enrolled();
    bidder.plays(script, name, LIMIT);
    bidder
}

#[test]
fn a_bidder_logs_in_hands_in_a_sealed_tender_and_opens_it() {
    scenario("platform");
}

#[test]
fn what_the_library_signs_other_software_verifies() {
    let bidder = scenario("library");
    let folder = bidder.folder();
    let certificate = fs::read(bidder.file("signer.der")).unwrap();
    let certificate = ukey_pki::Certificate::from_der(&certificate).unwrap();
    let message = fs::read(bidder.file("tender.txt")).unwrap();
    openssl_accepts(&bidder, "bare.sig", &message);
    let (key, bare) = (
        certificate.spki_der(),
        fs::read(bidder.file("bare.sig")).unwrap(),
    );
    assert!(!openssl::verifies_sm2(folder, key, b"other", &bare).unwrap());
    for name in ["gm.p7s", "rfc.p7s"] {
        let judge = workspace_root().join("tests/java/BcOracle.java");
        let classes =
            ["bcprov", "bcpkix", "bcutil"].map(|jar| format!("/usr/share/java/{jar}.jar"));
        let java = Program::new("java")
            .arg("-cp")
            .arg(classes.join(":"))
            .arg(judge);
        let files = [bidder.file(name), bidder.file("tender.txt")];
        let java = java.arg("verify-signed-data").args(files).limit(LIMIT);
        let said = java
            .succeed()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(said.text().starts_with("OK"), "{name}: {}", said.text());
    }
    let told = fs::read(bidder.file("token.json")).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    judged(&bidder, &told);
}

/// A DER signature in a file of the bidder's, over another file, as OpenSSL sees it.
fn openssl_accepts(bidder: &Bidder, signature: &str, content: &[u8]) {
    let certificate = fs::read(bidder.file("signer.der")).unwrap();
    let certificate = ukey_pki::Certificate::from_der(&certificate).unwrap();
    let signature = fs::read(bidder.file(signature)).unwrap();
    let key = certificate.spki_der();
    assert!(openssl::verifies_sm2(bidder.folder(), key, content, &signature).unwrap());
}

#[test]
fn a_large_file_goes_through_in_pieces_and_nobody_keeps_it() {
    let bidder = Bidder::enrolled();
    bidder.plays("large.cjs", "largeFile", LIMIT);
    let tender = fs::read(bidder.file("large.bin")).unwrap();
    openssl_accepts(&bidder, "large.sig", &tender);
}

#[test]
fn a_pin_typed_into_a_real_window_signs() {
    let bidder = Bidder::enrolled();
    let display = Display::start(bidder.folder()).unwrap();
    let bidder = bidder.at_display(display.name());
    bidder.plays("window.cjs", "typed", LIMIT);
    let typed = fs::read(bidder.file("typed.txt")).unwrap();
    openssl_accepts(&bidder, "typed.sig", &typed);
}

#[test]
fn an_extension_that_a_policy_installs_is_there() {
    let bidder = Bidder::enrolled();
    bidder.plays("policy.cjs", "installed", LIMIT);
}

#[test]
fn two_tabs_sign_one_after_the_other() {
    let bidder = Bidder::enrolled();
    bidder.plays("together.cjs", "twoTabs", LIMIT);
}

#[test]
fn a_token_pulled_under_an_open_window_signs_nothing() {
    pcsc_test(
        "a_token_pulled_under_an_open_window_signs_nothing",
        LIMIT,
        |lab| {
            let bidder = Bidder::enrolled().with_reader();
            lab.insert(0, &bidder.image()).unwrap();
            std::thread::scope(|scope| {
                let page = scope.spawn(|| bidder.plays("together.cjs", "pulledToken", LIMIT));
                let asked = |name| {
                    let path = bidder.file(name);
                    wait_until(name, LIMIT, || path.exists() || page.is_finished());
                };
                asked("pull");
                lab.pull(0).unwrap();
                fs::write(bidder.file("pulled"), "").unwrap();
                asked("insert");
                lab.insert(0, &bidder.image()).unwrap();
                fs::write(bidder.file("inserted"), "").unwrap();
                page.join().unwrap();
            });
        },
    );
}

#[test]
fn two_browsers_share_a_token() {
    const ROUNDS: usize = 4;
    let bidder = Bidder::enrolled();
    bidder.type_pins(&[&format!("SLOW:{USER_PIN}")[..]; 2 * ROUNDS]);
    std::thread::scope(|scope| {
        let firefox = scope.spawn(|| in_firefox(&bidder, "beside"));
        bidder.plays("together.cjs", "besideFirefox", LIMIT);
        firefox.join().unwrap();
    });
    for browser in ["chromium", "firefox"] {
        for round in 0..ROUNDS {
            let message = format!("{browser} {round}");
            openssl_accepts(
                &bidder,
                &format!("{browser}-{round}.sig"),
                message.as_bytes(),
            );
        }
    }
    let audit = bidder.audit();
    let signed = audit
        .lines()
        .filter(|line| line.contains(r#""operation":"sign""#));
    let (good, bad): (Vec<_>, Vec<_>) = signed.partition(|line| line.contains(r#""result":"ok""#));
    assert_eq!((good.len(), bad.len()), (2 * ROUNDS, 0), "{audit}");
    let windows = bidder.windows();
    assert_eq!(windows.matches("GETPIN").count(), 2 * ROUNDS);
    assert!(!windows.contains("OVERLAP"), "{windows}");
}

#[test]
fn what_pages_must_not_do_is_refused() {
    scenario("refusals");
}

#[test]
fn a_page_that_goes_away_gets_no_signature() {
    scenario("navigation");
}

#[test]
fn what_is_missing_has_its_own_code() {
    scenario("absences");
}

#[test]
fn a_killed_agent_is_told_and_replaced() {
    scenario("killedAgent");
}

#[test]
fn the_options_page_tests_consents_and_logs() {
    scenario("optionsPage");
}

#[test]
fn a_page_of_todays_platforms_works_unchanged() {
    scenario("sofCallbacks");
}

#[test]
fn the_sof_functions_work_with_promises() {
    scenario("sofPromises");
}

/// The token that a page got, judged by the verifier.
fn judged(bidder: &Bidder, told: &serde_json::Value) {
    let token: AuthToken = serde_json::from_value(told["token"].clone()).unwrap();
    let trust = Trust::read(&bidder.file("trust"), Revocation::IfKnown).unwrap();
    let now = time::OffsetDateTime::now_utc();
    let verify = |origin: &str, nonce: &str| token.verify(origin, nonce, &trust, now);
    let (origin, nonce) = (
        told["origin"].as_str().unwrap(),
        told["nonce"].as_str().unwrap(),
    );
    let holder = verify(origin, nonce).unwrap();
    assert_eq!(holder.subject().common_name(), Some("ACME tenders"));
    assert!(verify("https://evil.example.cn", nonce).is_err());
    assert!(verify(origin, "another").is_err());
}

/// Runs a part of `firefox_signing.py`; what it printed.
fn in_firefox(bidder: &Bidder, part: &str) -> String {
    let hosts = bidder.file(".mozilla/native-messaging-hosts");
    let agent = release_file("ukey-agent").unwrap_or_else(|error| panic!("{error}"));
    Program::new(&agent)
        .args(["install", "--only-given", "--firefox-folder"])
        .arg(&hosts)
        .succeed()
        .unwrap_or_else(|e| panic!("{e}"));
    let (profile, site) = (bidder.file("firefox"), bidder.file("firefox-site"));
    fs::create_dir(&profile).unwrap();
    fs::create_dir(&site).unwrap();
    let tool = workspace_root().join("tools/ukey-agent");
    fs::copy(tool.join("web/ukey.js"), site.join("ukey.js")).unwrap();
    let python = Program::new(python().unwrap()).limit(LIMIT);
    let python = python.arg(workspace_root().join("tests/python/firefox_signing.py"));
    let folders = [&profile, &tool.join("extension"), &site];
    let python = python.arg(part).args(folders).arg(bidder.folder());
    let python = python
        .envs(bidder.environment())
        .env("UKEY_AGENT_DEVELOPER", "on")
        .env("TMPDIR", bidder.folder());
    let finished = python.succeed().unwrap_or_else(|error| panic!("{error}"));
    finished.text()
}

#[test]
fn firefox_logs_in_with_the_same_extension() {
    let bidder = Bidder::enrolled();
    bidder.trusts_its_ca();
    bidder.type_pins(&[USER_PIN, USER_PIN]);
    let said = in_firefox(&bidder, "login");
    let told: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(told["tokens"], 1, "{told}");
    assert_eq!(told["wrong"], "ERR_UKEY_NO_CERT");
    assert_eq!(told["valid"], true, "{told}");
    assert!(told["sealed"].as_u64().unwrap() > 700_001, "{told}");
    judged(&bidder, &told);
}

#[test]
fn a_listed_site_signs_over_loopback_and_another_does_not() {
    scenario_of("loopback.cjs", "loopback");
}

#[test]
fn many_pages_share_the_loopback_channel() {
    scenario_of("loopback.cjs", "crowd");
}
