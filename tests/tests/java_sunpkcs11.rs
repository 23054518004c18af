//! Java's provider SunPKCS11: `keytool` makes a key on the token and has it certified, `jarsigner`
//! signs with it, and both ends of a TLS connection use it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, module, succeeds};
use ukey_tests::tls::Authority;
use ukey_tests::{Program, pcsc_test, workspace_root};

const LIMIT: Duration = Duration::from_secs(400);
const PROVIDER: [&str; 2] = ["-providerClass", "sun.security.pkcs11.SunPKCS11"];
const STORE: [&str; 6] = [
    "-keystore",
    "NONE",
    "-storetype",
    "PKCS11",
    "-storepass:env",
    "TEST_PIN",
];

/// A program of Java on the token. Java starts threads and memory for many cores unless told.
fn java(token: &ClientToken, name: &str) -> Program {
    let options = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.language=en";
    token.program(name).env("JAVA_TOOL_OPTIONS", options)
}

/// A command on the key store that the token is.
fn on_store(token: &ClientToken, name: &str, arguments: &[&str]) -> Program {
    let program = java(token, name).args(STORE).args(PROVIDER);
    program.args(["-providerArg", "java.cfg"]).args(arguments)
}

fn keytool(token: &ClientToken, arguments: &[&str]) -> String {
    succeeds(on_store(token, "keytool", arguments)).all_text()
}

/// A key made by `keytool`, with the certificate of an authority in place of its own.
fn enrolls(token: &ClientToken, authority: &Authority, key: &[&str]) {
    let module = module();
    let configuration = format!(
        "name = ukey\nlibrary = {}\nslotListIndex = 0\n",
        module.display()
    );
    token.file("java.cfg", configuration);
    let subject = ["-dname", "CN=java, O=ukey tests", "-validity", "30"];
    let generate = ["-genkeypair", "-alias", "bidder"];
    keytool(token, &[&generate, &subject[..], key].concat());
    let request = token.path("java.csr");
    keytool(token, &["-certreq", "-alias", "bidder", "-file", &request]);
    let certificate = authority.answer(&request, "java");
    let root = std::fs::read_to_string(authority.certificate()).unwrap();
    let chain = std::fs::read_to_string(certificate).unwrap() + &root;
    let chain = token.file("chain.pem", chain);
    let import = ["-importcert", "-noprompt", "-alias", "bidder"];
    keytool(token, &[&import[..], &["-file", &chain]].concat());
    let listed = keytool(token, &["-list", "-v"]);
    assert!(listed.contains("PrivateKeyEntry"), "{listed}");
    assert!(listed.contains("Issuer: CN=test CA"), "{listed}");
}

fn signs_an_archive(token: &ClientToken) {
    token.file("tender.txt", "the tender of the demo bidder\n");
    succeeds(java(token, "jar").args(["--create", "--file", "tender.jar", "tender.txt"]));
    let sign = ["tender.jar", "bidder"];
    let said = succeeds(on_store(token, "jarsigner", &sign)).all_text();
    assert!(said.contains("jar signed."), "{said}");
    let verified = succeeds(java(token, "jarsigner").args(["-verify", "tender.jar"])).all_text();
    assert!(verified.contains("jar verified."), "{verified}");
}

fn shakes_hands(token: &ClientToken, authority: &Authority) {
    let source = workspace_root().join("tests/java/TokenTls.java");
    let run = java(token, "java").arg(source).arg("java.cfg");
    let said = succeeds(run.arg(authority.certificate())).text();
    for version in ["TLSv1.2", "TLSv1.3"] {
        let line = format!(
            "{version}: olleh, client saw CN=java,O=ukey tests, server saw CN=java,O=ukey tests"
        );
        assert!(said.contains(&line), "{line} in:\n{said}");
    }
}

fn works(token: &ClientToken, key: &[&str]) {
    let authority = Authority::new(token.folder());
    enrolls(token, &authority, key);
    signs_an_archive(token);
    shakes_hands(token, &authority);
    keytool(
        token,
        &["-changealias", "-alias", "bidder", "-destalias", "renamed"],
    );
    let listed = keytool(token, &["-list"]);
    assert!(
        listed.contains("renamed") && !listed.contains("bidder"),
        "{listed}"
    );
    keytool(token, &["-delete", "-alias", "renamed"]);
    let left = keytool(token, &["-list"]);
    assert!(left.contains("contains 0 entries"), "{left}");
}

#[test]
fn java_works_with_an_rsa_key() {
    works(
        &ClientToken::embedded(),
        &["-keyalg", "RSA", "-keysize", "2048"],
    );
}

#[test]
fn java_works_with_a_p256_key() {
    works(
        &ClientToken::embedded(),
        &["-keyalg", "EC", "-groupname", "secp256r1"],
    );
}

#[test]
fn java_works_over_pcsc() {
    pcsc_test("java_works_over_pcsc", LIMIT, |lab| {
        let token = ClientToken::in_reader(lab);
        let authority = Authority::new(token.folder());
        enrolls(&token, &authority, &["-keyalg", "RSA", "-keysize", "2048"]);
        shakes_hands(&token, &authority);
    });
}
