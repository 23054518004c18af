//! The Python packages PyKCS11 and python-pkcs11, by the tests that they bring along.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use ukey_tests::client_token::{ClientToken, module};
use ukey_tests::pkcs11::{LABEL, SO_PIN, USER_PIN};
use ukey_tests::{Program, client_file, pcsc_test, python, workspace_root};

const LIMIT: Duration = Duration::from_secs(500);

/// pytest on the tests in a folder of the package's source; those in `without` are left out.
fn pytest(token: &ClientToken, folder: &Path, without: &[(&str, &str)]) -> Program {
    let mut pytest = token
        .program(python().unwrap())
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"])
        .arg("--rootdir")
        .arg(folder)
        .args(["-c", "/dev/null"])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .limit(LIMIT);
    for (test, _why) in without {
        pytest = pytest.arg("--deselect").arg(test);
    }
    pytest.arg(folder).current_dir(folder)
}

/// Runs it, and demands that at least so many tests ran and none failed.
fn passes(pytest: Program, at_least: usize) {
    let finished = pytest.run().unwrap_or_else(|error| panic!("{error}"));
    let said = finished.all_text();
    assert!(finished.status.success(), "{said}");
    // "71 passed, 12 skipped, 3 deselected in 9.87s"
    let summary = said.lines().rev().find(|line| line.contains(" passed"));
    let passed = summary.and_then(|line| line.split(" passed").next()?.rsplit(' ').next());
    let passed: usize = passed.and_then(|count| count.parse().ok()).unwrap_or(0);
    assert!(passed >= at_least, "{passed} passed:\n{said}");
}

/// Tests of PyKCS11 that are left out, and why.
/// (pytest leaves out what begins like these.)
const NOT_OF_PYKCS11: [(&str, &str); 12] = [
    (
        "test_symetric.py::TestUtil::test_symetric",
        "takes the first of several keys with one ID; another of its tests left one",
    ),
    (
        "test_symetric.py::TestUtil::test_multi_part_aead",
        "with a key on the token all comes out with the last part",
    ),
    (
        "test_wrap.py::TestUtil::test_wrapKey",
        "wraps with a key that was not made for it",
    ),
    ("test_LowLevel.py", "wants SoftHSM's name"),
    ("test_info.py", "wants SoftHSM's names"),
    ("test_asymetric_gost.py", "GOST is not offered"),
    ("test_gc.py", "logs out without having logged in"),
    (
        "test_load.py::TestUtil::test_invalid_load",
        "counts on no library being loaded before",
    ),
    (
        "test_init.py::TestUtil::test_initToken",
        "its label is shorter than the 32 bytes that are read",
    ),
    (
        "test_asymetric_ECC.py::TestEDDSA",
        "keeps Edwards keys on the token, which has none",
    ),
    (
        "test_objects.py::TestGetSetAttributeValues::test_setAttributeValue_with_single_binary_attribute",
        "gives a key on the token a usage that it was made without",
    ),
    (
        "test_objects.py::TestGetSetAttributeValues::test_setAttributeValue_with_a_list_of_attributes",
        "gives a key on the token a usage that it was made without",
    ),
];

/// Tests of python-pkcs11 that are left out, and why.
const NOT_OF_PYTHON_PKCS11: [(&str, &str); 6] = [
    (
        "test_aes.py::AESTests::test_derive_using_cbc_encrypt_8_NEGATIVE_256_BIT_SHORT_DATA",
        "wants another code for a key longer than what it is derived from",
    ),
    (
        "test_aes.py::AESTests::test_derive_using_ecb_encrypt_4_NEGATIVE_256_BIT_SHORT_IV",
        "wants another code for a key longer than what it is derived from",
    ),
    (
        "test_ecc.py::ECCTests::test_derive_key",
        "P-192 is not offered",
    ),
    (
        "test_ecc.py::ECCTests::test_sign_ed448",
        "Ed448 is not offered",
    ),
    (
        "test_public_key_external.py::ExternalPublicKeyTests::test_terrible_hybrid_file_encryption_app",
        "takes 128 bytes of an RSA key",
    ),
    (
        "test_x509.py::X509Tests::test_verify_certificate_rsa",
        "a key of 512 bits",
    ),
];

fn pykcs11(token: &ClientToken) {
    let plugins = workspace_root().join("tests/python");
    let folder = client_file("pykcs11/test").unwrap_or_else(|error| panic!("{error}"));
    let tests = pytest(token, &folder, &NOT_OF_PYKCS11);
    let tests = tests.args(["-p", "pykcs11_on_ukey"]);
    let tests = tests.env("PYTHONPATH", plugins).env("PYKCS11LIB", module());
    passes(tests, 65);
}

/// Its tests make RSA keys of 1024 bits; ours have at least 2048. So they are run from a copy with
/// that number in the places where it is a key's length, and nothing else changed.
fn with_longer_keys(token: &ClientToken) -> PathBuf {
    let source = client_file("python-pkcs11/tests").unwrap_or_else(|error| panic!("{error}"));
    let copy = token.folder().join("tests");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.replace("KeyType.RSA, 1024", "KeyType.RSA, 2048");
            let text = text.replace("assertEqual(1024, self.p", "assertEqual(2048, self.p");
            std::fs::write(copy.join(path.file_name().unwrap()), text).unwrap();
        }
    }
    copy
}

fn python_pkcs11(token: &ClientToken) {
    let tests = pytest(token, &with_longer_keys(token), &NOT_OF_PYTHON_PKCS11)
        .env("PKCS11_MODULE", module())
        .env("PKCS11_TOKEN_LABEL", LABEL)
        .env("PKCS11_TOKEN_PIN", USER_PIN)
        .env("PKCS11_TOKEN_SO_PIN", SO_PIN);
    passes(tests, 120);
}

#[test]
fn the_tests_of_pykcs11_pass() {
    pykcs11(&ClientToken::embedded());
}

#[test]
fn the_tests_of_python_pkcs11_pass() {
    python_pkcs11(&ClientToken::embedded());
}

#[test]
fn the_tests_of_pykcs11_pass_over_pcsc() {
    pcsc_test("the_tests_of_pykcs11_pass_over_pcsc", LIMIT, |lab| {
        pykcs11(&ClientToken::in_reader(lab));
    });
}

#[test]
fn the_tests_of_python_pkcs11_pass_over_pcsc() {
    pcsc_test("the_tests_of_python_pkcs11_pass_over_pcsc", LIMIT, |lab| {
        python_pkcs11(&ClientToken::in_reader(lab));
    });
}
