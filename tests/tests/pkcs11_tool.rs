//! OpenSC's `pkcs11-tool`: its own tests, and what people do with it. OpenSSL judges the results.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, Pair, succeeds};
use ukey_tests::openssl::openssl;
use ukey_tests::pcsc_test;

const LIMIT: Duration = Duration::from_secs(400);
const MESSAGE: &[u8] = b"the tender of the demo bidder\n";

/// `--test --login`: random numbers, digests, signatures, verification, wrapping, decryption.
fn its_own_test(token: &ClientToken) {
    token.generate(Pair::Rsa);
    let said = succeeds(token.user_tool(&["--test"])).all_text();
    assert!(said.contains("No errors"), "{said}");
    for passed in ["RSA-X-509: OK", "SHA256-RSA-PKCS: OK", "all 4 digest"] {
        assert!(said.contains(passed), "{passed} in:\n{said}");
    }
    for bad in ["ERR", "failed", "unsupported"] {
        assert!(!said.contains(bad), "{bad} in:\n{said}");
    }
}

#[test]
fn its_own_test_passes() {
    its_own_test(&ClientToken::embedded());
}

#[test]
fn its_own_test_passes_over_pcsc() {
    pcsc_test("its_own_test_passes_over_pcsc", LIMIT, |lab| {
        its_own_test(&ClientToken::in_reader(lab));
    });
}

/// The child must be able to initialise the module for itself, and the parent must not notice.
#[test]
fn its_test_of_fork_passes() {
    let token = ClientToken::embedded();
    let said = succeeds(token.tool(&["--test-fork"])).all_text();
    assert!(said.contains("C_Initialize in forked child"), "{said}");
    assert!(!said.contains("CKR_") || said.contains("CKR_OK"), "{said}");
}

#[test]
fn its_test_of_threads_passes() {
    let token = ClientToken::embedded();
    // Each thread: C_Initialize with OS locks, C_GetInfo, C_GetSlotList, the token of slot 0.
    let thread = ["--test-threads", "ILGISLT0"];
    let eight = token.tool(&[]).args([thread; 8].concat());
    let said = succeeds(eight).all_text();
    assert!(said.contains("all threads have ended"), "{said}");
    assert_eq!(said.matches("returning rv = 0\n").count(), 8, "{said}");
    assert_eq!(said.matches("serial num").count(), 8, "{said}");
}

/// It makes a pair on the token, but asks for a session that only reads unless told otherwise.
fn elliptic_curves(token: &ClientToken, curve: &str) {
    let test = ["--session-rw", "--test-ec", "--key-type", curve];
    let name = ["--id", "51", "--label", "curve"];
    let said = succeeds(token.user_tool(&test).args(name)).all_text();
    assert!(said.contains("==> OK"), "{said}");
}

#[test]
fn its_test_of_elliptic_curves_passes() {
    let token = ClientToken::embedded();
    elliptic_curves(&token, "EC:prime256v1");
    elliptic_curves(&token, "EC:secp384r1");
}

/// Signatures by a key of the token, which OpenSSL then verifies.
fn signs(token: &ClientToken, pair: Pair, mechanism: &str, options: &[&str], verify: &[&str]) {
    let message = token.file("message", MESSAGE);
    let signature = token.path("signature");
    let sign = ["--sign", "--mechanism", mechanism, "--id", pair.id()];
    let files = ["--input-file", &message, "--output-file", &signature];
    succeeds(token.user_tool(&sign).args(files).args(options));
    let key = token.public_key(pair);
    let check = |message: &str| {
        let files = ["-inkey", &key, "-in", message, "-sigfile", &signature];
        let check = openssl(&["pkeyutl", "-verify", "-pubin", "-rawin"]);
        let check = check.args(files).args(verify).run().unwrap();
        check.status.success()
    };
    assert!(check(&message), "{mechanism}");
    let another = token.file("another", b"another");
    assert!(!check(&another), "{mechanism} signs anything");
}

fn rsa_signs_and_decrypts(token: &ClientToken) {
    token.generate(Pair::Rsa);
    let sha256 = ["-digest", "sha256"];
    signs(token, Pair::Rsa, "SHA256-RSA-PKCS", &[], &sha256);
    let pss = ["-digest", "sha256", "-pkeyopt", "rsa_padding_mode:pss"];
    let salt = [&pss[..], &["-pkeyopt", "rsa_pss_saltlen:32"]].concat();
    signs(token, Pair::Rsa, "SHA256-RSA-PKCS-PSS", &[], &salt);
    let oaep = [
        "-pkeyopt",
        "rsa_padding_mode:oaep",
        "-pkeyopt",
        "rsa_oaep_md:sha256",
        "-pkeyopt",
        "rsa_mgf1_md:sha256",
    ];
    let with = ["--hash-algorithm", "SHA256"];
    decrypts(token, "RSA-PKCS", &[], &[]);
    decrypts(token, "RSA-PKCS-OAEP", &with, &oaep);
}

/// What OpenSSL encrypts to a key of the token, the token decrypts.
fn decrypts(token: &ClientToken, mechanism: &str, options: &[&str], encrypt: &[&str]) {
    let message = token.file("message", MESSAGE);
    let (cipher, plain) = (token.path("cipher"), token.path("plain"));
    let key = token.public_key(Pair::Rsa);
    let files = ["-inkey", &key, "-in", &message, "-out", &cipher];
    let encrypted = openssl(&["pkeyutl", "-encrypt", "-pubin"]).args(files);
    succeeds(encrypted.args(encrypt));
    let decrypt = ["--decrypt", "--mechanism", mechanism];
    let which = ["--id", Pair::Rsa.id(), "--input-file", &cipher];
    let decrypt = token.user_tool(&decrypt).args(which).args(options);
    succeeds(decrypt.args(["--output-file", &plain]));
    assert_eq!(std::fs::read(&plain).unwrap(), MESSAGE, "{mechanism}");
}

#[test]
fn rsa_keys_of_the_tool_sign_and_decrypt() {
    rsa_signs_and_decrypts(&ClientToken::embedded());
}

#[test]
fn ecdsa_keys_of_the_tool_sign() {
    let token = ClientToken::embedded();
    token.generate(Pair::P256);
    let der = ["--signature-format", "openssl"];
    let sha256 = ["-digest", "sha256"];
    signs(&token, Pair::P256, "ECDSA-SHA256", &der, &sha256);
}

fn data_and_certificates(token: &ClientToken) {
    let content: Vec<u8> = (0..5000_u32).map(|n| (n * 7) as u8).collect();
    let data = token.file("data", &content);
    let name = ["--label", "notes"];
    let write = ["--write-object", &data, "--type", "data"];
    let application = ["--application-label", "ukey tests"];
    succeeds(token.user_tool(&write).args(name).args(application));
    let read = |arguments: &[&str]| {
        let back = token.path("back");
        let read = token.user_tool(arguments);
        succeeds(read.args(["--output-file", &back]));
        std::fs::read(back).unwrap()
    };
    let read_data = ["--read-object", "--type", "data", "--label", "notes"];
    assert_eq!(read(&read_data), content);

    let authority = ukey_tests::tls::Authority::new(token.folder());
    token.generate(Pair::Rsa);
    authority.certify(token, Pair::Rsa);
    let der = std::fs::read(token.path("certificate.der")).unwrap();
    let id = ["--id", Pair::Rsa.id()];
    let read_certificate = ["--read-object", "--type", "cert"];
    assert_eq!(read(&[&read_certificate[..], &id].concat()), der);

    for (kind, gone) in [
        ("cert", "Certificate Object"),
        ("privkey", "Private Key Object"),
        ("pubkey", "Public Key Object"),
    ] {
        let listed = succeeds(token.user_tool(&["--list-objects"])).text();
        assert!(listed.contains(gone), "{gone} in:\n{listed}");
        succeeds(
            token
                .user_tool(&["--delete-object", "--type", kind])
                .args(id),
        );
        let listed = succeeds(token.user_tool(&["--list-objects"])).text();
        assert!(!listed.contains(gone), "{gone} in:\n{listed}");
    }
    succeeds(
        token
            .user_tool(&["--delete-object", "--type", "data"])
            .args(name),
    );
    let listed = succeeds(token.user_tool(&["--list-objects"])).text();
    assert!(!listed.contains("Object"), "{listed}");
}

#[test]
fn data_and_certificates_are_written_read_and_deleted() {
    data_and_certificates(&ClientToken::embedded());
}

/// A key made elsewhere signs like one made in the token.
#[test]
fn a_private_key_of_a_file_is_imported() {
    let token = ClientToken::embedded();
    let (key, public) = (token.path("key.der"), token.path("pub.der"));
    let generate = ["genpkey", "-algorithm", "RSA", "-outform", "DER"];
    succeeds(openssl(&generate).args(["-out", &key]));
    let public_of = ["pkey", "-inform", "DER", "-in", &key, "-pubout"];
    succeeds(openssl(&public_of).args(["-outform", "DER", "-out", &public]));
    let name = ["--id", Pair::Rsa.id(), "--label", "imported"];
    for (file, kind) in [(&key, "privkey"), (&public, "pubkey")] {
        let write = ["--write-object", file, "--type", kind];
        succeeds(token.user_tool(&write).args(name));
    }
    let sha256 = ["-digest", "sha256"];
    signs(&token, Pair::Rsa, "SHA256-RSA-PKCS", &[], &sha256);
}

#[test]
fn an_aes_key_of_the_tool_encrypts() {
    let token = ClientToken::embedded();
    let name = ["--id", "60", "--label", "aes"];
    let generate = ["--keygen", "--key-type", "AES:32"];
    succeeds(token.user_tool(&generate).args(name));
    let message = token.file("message", MESSAGE);
    let (cipher, plain) = (token.path("cipher"), token.path("plain"));
    let iv = ["--iv", "000102030405060708090a0b0c0d0e0f", "--id", "60"];
    for (action, from, to) in [
        ("--encrypt", &message, &cipher),
        ("--decrypt", &cipher, &plain),
    ] {
        let mechanism = [action, "--mechanism", "AES-CBC-PAD"];
        let files = ["--input-file", from, "--output-file", to];
        succeeds(token.user_tool(&mechanism).args(iv).args(files));
    }
    assert_eq!(std::fs::read(&plain).unwrap(), MESSAGE);
    assert_ne!(std::fs::read(&cipher).unwrap()[..16], MESSAGE[..16]);
}

fn pins(token: &ClientToken) {
    let list = |pin: &str| {
        let list = token.tool(&["--login", "--pin", pin, "--list-objects"]);
        list.run().unwrap()
    };
    let change = ["--change-pin", "--login", "--pin", "env:TEST_PIN"];
    succeeds(token.tool(&change).args(["--new-pin", "24681357"]));
    let old = list("env:TEST_PIN");
    assert!(!old.status.success(), "{}", old.all_text());
    assert!(old.all_text().contains("CKR_PIN_INCORRECT"));
    assert!(list("24681357").status.success());
    // By the SO, without the old one.
    let so = ["--login", "--login-type", "so", "--so-pin"];
    let init = token.tool(&so).arg("env:TEST_SO_PIN");
    succeeds(init.args(["--init-pin", "--new-pin", "env:TEST_PIN"]));
    assert!(list("env:TEST_PIN").status.success());
    // Everything gone, and the old user PIN with it.
    token.generate(Pair::Rsa);
    let again = ["--init-token", "--slot-index", "0", "--label", "again"];
    succeeds(token.tool(&again).args(["--so-pin", "env:TEST_SO_PIN"]));
    let listed = succeeds(token.tool(&["--list-objects"])).text();
    assert!(!listed.contains("Object"), "{listed}");
    assert!(!list("env:TEST_PIN").status.success());
}

#[test]
fn pins_are_changed_and_set_anew() {
    pins(&ClientToken::embedded());
}

#[test]
fn what_people_do_works_over_pcsc() {
    pcsc_test("what_people_do_works_over_pcsc", LIMIT, |lab| {
        let token = ClientToken::in_reader(lab);
        data_and_certificates(&token);
        rsa_signs_and_decrypts(&token);
        elliptic_curves(&token, "EC:prime256v1");
        pins(&token);
    });
}
