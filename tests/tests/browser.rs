//! Firefox, without a window: its certificate manager knows the token and what is on it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, module, succeeds};
use ukey_tests::tls::Authority;
use ukey_tests::{pcsc_test, python, workspace_root};

const LIMIT: Duration = Duration::from_secs(400);

fn firefox_lists_certificates(token: &ClientToken, pairs: &[Pair]) {
    let authority = Authority::new(token.folder());
    for pair in pairs {
        token.generate(*pair);
        authority.certify(token, *pair);
    }
    // A profile whose NSS database has our module in it, as its settings would put it there.
    let profile = token.path("profile");
    std::fs::create_dir(&profile).unwrap();
    let database = format!("sql:{profile}");
    let create = ["-N", "--empty-password", "-d", &database];
    succeeds(token.program("certutil").args(create));
    let add = ["-force", "-dbdir", &database, "-add", "ukey", "-libfile"];
    succeeds(token.program("modutil").args(add).arg(module()));

    let script = workspace_root().join("tests/python/firefox_certificates.py");
    let firefox = token.program(python().unwrap()).arg(script);
    let firefox = firefox.args([&profile, "ukey"]).limit(LIMIT);
    let said = succeeds(firefox.env("TMPDIR", token.folder())).text();
    let mut listed: Vec<&str> = said.lines().collect();
    assert_eq!(listed.remove(0), "token test token");
    listed.sort_unstable();
    let mut expected: Vec<String> = pairs.iter().map(certificate).collect();
    expected.sort_unstable();
    assert_eq!(listed, expected);
}

fn certificate(pair: &Pair) -> String {
    format!("certificate {}", pair.label())
}

#[test]
fn firefox_lists_the_certificates_of_the_token() {
    firefox_lists_certificates(&ClientToken::embedded(), &[Pair::Rsa, Pair::P256]);
}

#[test]
fn firefox_lists_the_certificate_over_pcsc() {
    pcsc_test("firefox_lists_the_certificate_over_pcsc", LIMIT, |lab| {
        firefox_lists_certificates(&ClientToken::in_reader(lab), &[Pair::Rsa]);
    });
}
