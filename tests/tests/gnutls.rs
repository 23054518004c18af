//! GnuTLS: `p11tool` finds, makes and tries keys by their URIs, and `gnutls-cli` shows a server of
//! OpenSSL a certificate whose key is in the token.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, module, succeeds};
use ukey_tests::pkcs11::{SO_PIN, USER_PIN};
use ukey_tests::tls::{Authority, accepted};
use ukey_tests::{Program, pcsc_test};

const LIMIT: Duration = Duration::from_secs(400);
const TOKEN: &str = "pkcs11:token=test%20token";

/// A program of GnuTLS on our module, with the PINs where they are looked for.
fn gnutls(token: &ClientToken, program: &str, arguments: &[&str]) -> Program {
    token
        .program(program)
        .arg(format!("--provider={}", module().display()))
        .args(arguments)
        .env("GNUTLS_PIN", USER_PIN)
        .env("GNUTLS_SO_PIN", SO_PIN)
}

fn lists_and_tries(token: &ClientToken, pair: Pair, kind: &str) {
    token.generate(pair);
    let authority = Authority::new(token.folder());
    let certificate = authority.certify(token, pair);

    let tokens = succeeds(gnutls(token, "p11tool", &["--list-tokens"])).text();
    assert!(tokens.contains("token=test%20token"), "{tokens}");
    assert!(tokens.contains("Flags: RNG, Requires login"), "{tokens}");

    let all = ["--login", "--list-all", TOKEN];
    let all = succeeds(gnutls(token, "p11tool", &all)).text();
    for object in [
        format!("Type: Private key ({kind}"),
        format!("Type: Public key ({kind}"),
        "Type: X.509 Certificate".to_owned(),
    ] {
        assert!(all.contains(&object), "{object} in:\n{all}");
    }
    // One object by its whole URI, as the list shows it.
    let line = |part: &str| {
        let found = all.lines().find(|line| line.contains(part));
        found.unwrap().trim().trim_start_matches("URL: ").to_owned()
    };
    let exported = gnutls(token, "p11tool", &["--export", &line("type=cert")]);
    let exported = succeeds(exported).text();
    let theirs = std::fs::read_to_string(certificate).unwrap();
    let pem = |text: &str| text[text.find("-----BEGIN").unwrap()..].trim().to_owned();
    assert_eq!(pem(&exported), pem(&theirs));

    let test = ["--login", "--test-sign", &line("type=private")];
    let said = succeeds(gnutls(token, "p11tool", &test)).all_text();
    assert_eq!(said.matches("... ok").count(), 3, "{said}");
}

#[test]
fn p11tool_finds_and_tries_an_rsa_key() {
    lists_and_tries(&ClientToken::embedded(), Pair::Rsa, "RSA-2048");
}

#[test]
fn p11tool_finds_and_tries_a_p256_key() {
    lists_and_tries(&ClientToken::embedded(), Pair::P256, "EC/ECDSA");
}

fn makes_a_key(token: &ClientToken, options: &[&str], label: &str) {
    let name = ["--login", "--label", label, "--outfile", "made.pem", TOKEN];
    succeeds(gnutls(token, "p11tool", options).args(name));
    let url = format!("{TOKEN};object={label};type=private");
    let test = ["--login", "--test-sign", &url];
    let said = succeeds(gnutls(token, "p11tool", &test)).all_text();
    assert!(said.contains("... ok"), "{said}");
    let key = std::fs::read_to_string(token.path("made.pem")).unwrap();
    assert!(key.contains("BEGIN PUBLIC KEY"), "{key}");
    // Both halves go.
    for kind in ["private", "public"] {
        let url = format!("{TOKEN};object={label};type={kind}");
        let delete = ["--login", "--batch", "--delete", &url];
        succeeds(gnutls(token, "p11tool", &delete));
    }
    let left = gnutls(token, "p11tool", &["--login", "--list-all", TOKEN]);
    let left = left.exits_with(2).unwrap().all_text();
    assert!(left.contains("No matching objects found"), "{left}");
}

#[test]
fn p11tool_makes_an_rsa_key() {
    let token = ClientToken::embedded();
    makes_a_key(&token, &["--generate-rsa", "--bits", "2048"], "made");
}

#[test]
fn p11tool_makes_a_p256_key() {
    let token = ClientToken::embedded();
    let generate = ["--generate-ecc", "--curve", "secp256r1"];
    makes_a_key(&token, &generate, "made");
}

/// TLS in both versions, the client's certificate and key by URI.
fn shakes_hands(token: &ClientToken, pair: Pair) {
    token.generate(pair);
    let authority = Authority::new(token.folder());
    authority.certify(token, pair);
    let (server, port) = authority.demanding_server();
    for version in ["TLS1.2", "TLS1.3"] {
        let to = ["--port", &port.to_string(), "127.0.0.1"];
        let trust = format!("--x509cafile={}", authority.certificate());
        let priority = format!("--priority=NORMAL:-VERS-ALL:+VERS-{version}");
        let client = gnutls(token, "gnutls-cli", &[&trust, &priority])
            .arg(format!("--x509keyfile={}", token.uri(pair, "private")))
            .arg(format!("--x509certfile={}", token.uri(pair, "cert")))
            .args(to)
            .input("GET / HTTP/1.0\r\n\r\n");
        let page = succeeds(client).all_text();
        assert!(page.contains("Verify return code: 0 (ok)"), "{page}");
    }
    assert_eq!(accepted(&server, pair.label()), 2, "{}", server.log());
}

#[test]
fn gnutls_shows_an_rsa_certificate() {
    shakes_hands(&ClientToken::embedded(), Pair::Rsa);
}

#[test]
fn gnutls_shows_a_p256_certificate() {
    shakes_hands(&ClientToken::embedded(), Pair::P256);
}

#[test]
fn gnutls_works_over_pcsc() {
    pcsc_test("gnutls_works_over_pcsc", LIMIT, |lab| {
        let token = ClientToken::in_reader(lab);
        lists_and_tries(&token, Pair::Rsa, "RSA-2048");
    });
}
