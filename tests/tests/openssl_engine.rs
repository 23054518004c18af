//! OpenSSL's engine `pkcs11` (libp11): requests, CMS and a TLS server with a key in the token. What
//! comes out is checked by OpenSSL without the engine.
#![allow(clippy::unwrap_used)]

use std::process::Command;
use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, module, succeeds};
use ukey_tests::openssl::openssl;
use ukey_tests::pkcs11::USER_PIN;
use ukey_tests::tls::{Authority, serve};
use ukey_tests::{Program, pcsc_test};

const LIMIT: Duration = Duration::from_secs(400);
const MESSAGE: &[u8] = b"the tender of the demo bidder\n";

/// Tells OpenSSL of the engine, and the engine of our module.
fn configure(token: &ClientToken) {
    let configuration = format!(
        "openssl_conf = init\n[init]\nengines = engines\n[engines]\npkcs11 = pkcs11\n\
         [pkcs11]\nengine_id = pkcs11\nMODULE_PATH = {}\nPIN = {USER_PIN}\ninit = 0\n\
         [req]\ndistinguished_name = name\n[name]\n",
        module().display()
    );
    token.file("engine.cnf", configuration);
}

/// `openssl` with the engine loaded.
fn with_engine(token: &ClientToken, arguments: &[&str]) -> Program {
    let program = token.program("openssl").args(arguments);
    let program = program.args(["-engine", "pkcs11", "-keyform", "engine"]);
    program.env("OPENSSL_CONF", token.path("engine.cnf"))
}

/// A request signed by the key, and the certificate that answers it.
fn certificate(token: &ClientToken, authority: &Authority, pair: Pair) -> String {
    let request = token.path("request.pem");
    let subject = format!("/O=ukey tests/CN={}", pair.label());
    let make = ["req", "-new", "-subj", &subject, "-out", &request];
    let make = with_engine(token, &make);
    succeeds(make.args(["-key", &token.uri(pair, "private")]));
    authority.answer(&request, pair.label())
}

fn signs_cms(token: &ClientToken, authority: &Authority, pair: Pair, certificate: &str) {
    let message = token.file("message", MESSAGE);
    let signed = token.path("message.p7s");
    let sign = ["cms", "-sign", "-binary", "-outform", "DER"];
    let files = ["-in", &message, "-out", &signed, "-signer", certificate];
    let sign = with_engine(token, &sign).args(files);
    succeeds(sign.args(["-inkey", &token.uri(pair, "private")]));
    let root = authority.certificate();
    let verify = |content: &str| {
        let verify = ["cms", "-verify", "-binary", "-purpose", "any"];
        let files = ["-inform", "DER", "-in", &signed, "-content", content];
        let verify = openssl(&verify).args(files).args(["-CAfile", &root]);
        verify.run().unwrap()
    };
    let good = verify(&message);
    assert!(good.status.success(), "{}", good.all_text());
    let another = token.file("another", b"another");
    assert!(!verify(&another).status.success());
}

fn serves_tls(token: &ClientToken, authority: &Authority, pair: Pair, certificate: &str) {
    let mut command: Command = token.command("openssl");
    command.env("OPENSSL_CONF", token.path("engine.cnf"));
    command.args(["s_server", "-www", "-engine", "pkcs11"]);
    command.args(["-keyform", "engine", "-key", &token.uri(pair, "private")]);
    command.args(["-cert", certificate]);
    let (server, port) = serve(command, token.folder());
    let to = format!("127.0.0.1:{port}");
    let root = authority.certificate();
    for version in ["-tls1_2", "-tls1_3"] {
        let connect = ["s_client", "-connect", &to, version, "-CAfile", &root];
        let connect = openssl(&connect).args(["-verify_return_error"]);
        let said = connect.input("Q\n").run().unwrap().all_text();
        let verified = said.contains("Verification: OK");
        assert!(verified, "{said}\nserver: {}", server.log());
    }
}

fn works(token: &ClientToken, pair: Pair) {
    configure(token);
    token.generate(pair);
    let authority = Authority::new(token.folder());
    let certificate = certificate(token, &authority, pair);
    signs_cms(token, &authority, pair, &certificate);
    serves_tls(token, &authority, pair, &certificate);
}

#[test]
fn the_engine_works_with_an_rsa_key() {
    works(&ClientToken::embedded(), Pair::Rsa);
}

#[test]
fn the_engine_works_with_a_p256_key() {
    works(&ClientToken::embedded(), Pair::P256);
}

#[test]
fn the_engine_works_over_pcsc() {
    pcsc_test("the_engine_works_over_pcsc", LIMIT, |lab| {
        works(&ClientToken::in_reader(lab), Pair::Rsa);
    });
}
