//! The Rust crate cryptoki, by the tests in its package.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use ukey_tests::client_token::{ClientToken, module};
use ukey_tests::{client_file, pcsc_test};

const LIMIT: Duration = Duration::from_secs(400);

/// Runs the crate's tests in `file` but for those in `without`; at least so many must pass.
/// They share one token, initialise it again and again, and so run one after the other.
fn passes(token: &ClientToken, file: &str, without: &[&str], at_least: usize) {
    let program = client_file(&format!("cryptoki/{file}"));
    let mut tests = token
        .program(program.unwrap_or_else(|error| panic!("{error}")))
        .args(["--test-threads", "1", "--exact"])
        .env("TEST_PKCS11_MODULE", module())
        .limit(LIMIT);
    for test in without {
        tests = tests.args(["--skip", test]);
    }
    let finished = tests.run().unwrap_or_else(|error| panic!("{error}"));
    let said = finished.all_text();
    assert!(finished.status.success(), "{said}");
    // "test result: ok. 71 passed; 0 failed; ..."
    let passed = said.split("test result: ok. ").nth(1);
    let passed = passed.and_then(|rest| rest.split(' ').next()?.parse().ok());
    assert!(passed.unwrap_or(0) >= at_least, "{said}");
}

/// Tests that are left out, and why.
const WITHOUT: [(&str, &str); 11] = [
    (
        "wait_for_slot_event",
        "waits for ever where a module can wait: it wants CKR_FUNCTION_NOT_SUPPORTED",
    ),
    ("get_slot_event", "wants CKR_FUNCTION_NOT_SUPPORTED"),
    (
        "unique_id",
        "wants another code than the standard's CKR_ATTRIBUTE_READ_ONLY",
    ),
    (
        "get_slot_info_test",
        "wants a token that cannot be taken out",
    ),
    ("import_export", "an RSA modulus of 8192 bits"),
    ("ro_rw_session_test", "an RSA modulus of 8192 bits"),
    ("derive_key_sp800", "keeps an X25519 key on the token"),
    ("sign_verify_eddsa", "keeps Edwards keys on the token"),
    (
        "sign_verify_eddsa_with_ed25519_schemes",
        "keeps Edwards keys on the token",
    ),
    (
        "ekdf_aes_cbc_encrypt_data",
        "derives from a key that was not made for it",
    ),
    (
        "sign_verify_eddsa_with_ed448_schemes",
        "Ed448 is not offered",
    ),
];

/// Tests that derive from sensitive keys of the token, which never leave it; where derivation is
/// tested with keys that can be read, the tests are run.
const FROM_SENSITIVE_KEYS: [&str; 9] = [
    "derive_key_concatenation_key_and_data",
    "derive_key_extract_from_key",
    "derive_key_xor_key_and_data",
    "kbkdf_additional_keys_counter_mode",
    "kbkdf_additional_keys_feedback_mode",
    "kbkdf_counter_mode",
    "kbkdf_feedback_mode",
    "kbkdf_invalid_data_params_counter_mode",
    "kbkdf_invalid_data_params_feedback_mode",
];

#[test]
fn the_tests_of_cryptoki_pass() {
    let mut without = FROM_SENSITIVE_KEYS.to_vec();
    without.extend(WITHOUT.map(|(test, _why)| test));
    passes(&ClientToken::blank(), "basic", &without, 50);
}

#[test]
fn its_tests_of_allowed_mechanisms_pass() {
    passes(&ClientToken::blank(), "allowed_mechanisms", &[], 1);
}

#[test]
fn cryptoki_works_over_pcsc() {
    pcsc_test("cryptoki_works_over_pcsc", LIMIT, |lab| {
        passes(
            &ClientToken::blank_in_reader(lab),
            "allowed_mechanisms",
            &[],
            1,
        );
    });
}
