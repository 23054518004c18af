//! Firefox, without a window: its certificate manager knows the token and what is on it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, module, succeeds};
use ukey_tests::tls::Authority;
use ukey_tests::{pcsc_test, python, workspace_root};

const LIMIT: Duration = Duration::from_secs(400);

fn firefox_lists_the_certificate(token: &ClientToken) {
    token.generate(Pair::Rsa);
    let authority = Authority::new(token.folder());
    authority.certify(token, Pair::Rsa);
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
    assert_eq!(said, "token test token\ncertificate rsa\n");
}

#[test]
fn firefox_lists_the_certificate_of_the_token() {
    firefox_lists_the_certificate(&ClientToken::embedded());
}

#[test]
fn firefox_lists_the_certificate_over_pcsc() {
    pcsc_test("firefox_lists_the_certificate_over_pcsc", LIMIT, |lab| {
        firefox_lists_the_certificate(&ClientToken::in_reader(lab));
    });
}
