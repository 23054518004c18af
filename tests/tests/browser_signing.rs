//! Signing in a real Chromium: extension, agent, `ukey.js`, and the demonstration platform, by the
//! scenarios in `tests/browser`. OpenSSL, Bouncy Castle and the verifier judge what comes out.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::time::Duration;

use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::{Bidder, Program, client_file, openssl, python, release_file, workspace_root};
use ukey_verifier::login::AuthToken;
use ukey_verifier::trust::{Revocation, Trust};

const LIMIT: Duration = Duration::from_secs(300);

/// The platform's folder of trusted authorities.
fn trusts_its_ca(bidder: &Bidder) {
    fs::create_dir(bidder.file("trust")).unwrap();
    fs::copy(bidder.file("ca/ca.pem"), bidder.file("trust/ca.pem")).unwrap();
}

/// Runs one scenario on a bidder's machine.
fn plays(bidder: &Bidder, script: &str, scenario: &str) {
    let folder = bidder.folder();
    let release = release_file("ukey-agent").unwrap_or_else(|error| panic!("{error}"));
    release_file("ukey-verifier").unwrap_or_else(|error| panic!("{error}"));
    trusts_its_ca(bidder);
    let key = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ];
    let (tls_key, tls) = (bidder.file("tls.key"), bidder.file("tls.pem"));
    let files = [
        "-keyout",
        tls_key.to_str().unwrap(),
        "-out",
        tls.to_str().unwrap(),
    ];
    let name = ["-days", "2", "-subj", "/CN=bid.example.cn"];
    openssl::openssl(&[&key[..], &files, &name].concat())
        .succeed()
        .unwrap();

    let script = workspace_root().join("tests/browser").join(script);
    let node = Program::new("node").arg(script).arg(scenario).limit(LIMIT);
    let node = bidder
        .environment()
        .into_iter()
        .fold(node, |node, (name, value)| node.env(name, value))
        .env(
            "NODE_PATH",
            client_file("node/node_modules").unwrap_or_else(|e| panic!("{e}")),
        )
        .env("STAGE_FOLDER", folder)
        .env("STAGE_CHECKOUT", workspace_root())
        .env("STAGE_RELEASE", release.parent().unwrap())
        .env("TEST_PIN", USER_PIN)
        .env("TMPDIR", folder);
    let finished = node.succeed().unwrap_or_else(|error| panic!("{error}"));
    assert!(finished.text().ends_with("done\n"), "{}", finished.text());
}

fn scenario(name: &str) -> Bidder {
    let bidder = Bidder::enrolled();
    plays(&bidder, "signing.cjs", name);
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
    let bare = fs::read(bidder.file("bare.sig")).unwrap();
    let key = certificate.spki_der();
    assert!(openssl::verifies_sm2(folder, key, &message, &bare).unwrap());
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

#[test]
fn a_large_file_goes_through_in_pieces() {
    scenario("largeFile");
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
fn the_options_page_tests_itself() {
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

#[test]
fn firefox_logs_in_with_the_same_extension() {
    let bidder = Bidder::enrolled();
    trusts_its_ca(&bidder);
    let hosts = bidder.file(".mozilla/native-messaging-hosts");
    let install = ["install", "--only-given", "--firefox-folder"];
    let agent = release_file("ukey-agent").unwrap_or_else(|error| panic!("{error}"));
    Program::new(&agent)
        .args(install)
        .arg(&hosts)
        .succeed()
        .unwrap_or_else(|e| panic!("{e}"));
    let (profile, site) = (bidder.file("firefox"), bidder.file("site"));
    fs::create_dir(&profile).unwrap();
    fs::create_dir(&site).unwrap();
    let tool = workspace_root().join("tools/ukey-agent");
    fs::copy(tool.join("web/ukey.js"), site.join("ukey.js")).unwrap();
    bidder.type_pins(&[USER_PIN]);

    let python = Program::new(python().unwrap()).limit(LIMIT);
    let python = python.arg(workspace_root().join("tests/python/firefox_signing.py"));
    let python = python.args([&profile, &tool.join("extension"), &site]);
    let environment = bidder.environment().into_iter();
    let python = environment.fold(python, |python, (name, value)| python.env(name, value));
    let python = python
        .env("UKEY_AGENT_DEVELOPER", "on")
        .env("TMPDIR", bidder.folder());
    let said = python
        .succeed()
        .unwrap_or_else(|error| panic!("{error}"))
        .text();
    let told: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(told["tokens"], 1, "{told}");
    assert_eq!(told["wrong"], "ERR_UKEY_NO_CERT");
    judged(&bidder, &told);
}

#[test]
fn a_listed_site_signs_over_loopback_and_another_does_not() {
    scenario("loopback");
}
