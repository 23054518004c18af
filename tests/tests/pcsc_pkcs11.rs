//! The usual tools over real PC/SC: OpenSC's `pkcs11-tool` loads `libukey_pkcs11.so`, which reaches
//! `ukey-sim` through pcscd; OpenSSL judges what comes out. And tokens that come and go.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use cryptoki::error::RvError;
use cryptoki::object::AttributeType;
use ukey_tests::openssl::{file, openssl, verifies_rsa, verifies_sm2};
use ukey_tests::pkcs11::{
    self, SO_PIN, USER_PIN, bytes_of, find_pair, generate_sm2, initialize_token, log_in, new_token,
    only_slot, public_key_info, rv,
};
use ukey_tests::{Finished, PcscLab, Program, pcsc_test, release_file, wait_for, wait_until};

const LIMIT: Duration = Duration::from_secs(240);
const MESSAGE: &[u8] = b"the tender of the demo bidder\n";
/// CKM_SM2_SM3_DER of docs/pkcs11-profile.md.
const SM2_SM3_DER: &str = "0xD54B0003";

/// `pkcs11-tool` on our module.
fn tool(arguments: &[&str]) -> Program {
    Program::new("pkcs11-tool")
        .arg("--module")
        .arg(release_file("libukey_pkcs11.so").unwrap())
        .args(arguments)
        .env("TEST_PIN", USER_PIN)
        .env("TEST_SO_PIN", SO_PIN)
}

fn succeed(arguments: &[&str]) -> Finished {
    tool(arguments)
        .succeed()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// With the user logged in.
fn as_user(arguments: &[&str]) -> Finished {
    let login = ["--login", "--pin", "env:TEST_PIN"];
    succeed(&[&login, arguments].concat())
}

/// A token initialised by `pkcs11-tool`, in the first reader.
fn initialised_by_the_tool(lab: &mut PcscLab) {
    lab.insert(0, &lab.folder().join("token.img")).unwrap();
    let so_pin = ["--so-pin", "env:TEST_SO_PIN"];
    succeed(
        &[
            &["--init-token", "--slot-index", "0", "--label", "tool"],
            &so_pin[..],
        ]
        .concat(),
    );
    let init_pin = ["--login", "--login-type", "so", "--init-pin"];
    succeed(&[&init_pin[..], &so_pin, &["--new-pin", "env:TEST_PIN"]].concat());
}

#[test]
fn the_tool_initialises_a_blank_token() {
    pcsc_test("the_tool_initialises_a_blank_token", LIMIT, |lab| {
        let empty = succeed(&["--list-slots"]).text();
        assert!(
            empty.contains("(empty)") && !empty.contains("token label"),
            "{empty}"
        );

        lab.insert(0, &lab.folder().join("token.img")).unwrap();
        let blank = succeed(&["--list-slots"]).text();
        assert!(blank.contains("Virtual PCD 00 00"), "{blank}");
        assert!(blank.contains("token state:   uninitialized"), "{blank}");

        lab.pull(0).unwrap();
        initialised_by_the_tool(lab);
        let ready = succeed(&["--list-slots"]).text();
        assert!(ready.contains("token label        : tool"), "{ready}");
        assert!(ready.contains("PIN initialized"), "{ready}");

        let wrong = tool(&["--login", "--pin", "00000000", "--list-objects"]);
        let wrong = wrong.run().unwrap();
        assert!(!wrong.status.success());
        assert!(
            wrong.all_text().contains("CKR_PIN_INCORRECT"),
            "{}",
            wrong.all_text()
        );
    });
}

#[test]
fn an_rsa_key_of_the_tool_works_with_openssl() {
    pcsc_test("an_rsa_key_of_the_tool_works_with_openssl", LIMIT, |lab| {
        initialised_by_the_tool(lab);
        let id = ["--id", "a1"];
        as_user(
            &[
                &["--keypairgen", "--key-type", "rsa:2048", "--label", "rsa"],
                &id[..],
            ]
            .concat(),
        );
        let objects = as_user(&["--list-objects"]).text();
        for line in [
            "Public Key Object; RSA 2048 bits",
            "Private Key Object; RSA",
        ] {
            assert!(objects.contains(line), "{line} in:\n{objects}");
        }
        let folder = lab.folder().to_owned();
        let key = read_public_key(&folder, "a1");

        let message = file(&folder, "message.txt", MESSAGE);
        let signature = folder.join("rsa.sig").to_str().unwrap().to_owned();
        let sign = [
            "--sign",
            "--mechanism",
            "SHA256-RSA-PKCS",
            "--input-file",
            &message,
        ];
        as_user(&[&sign, &id[..], &["--output-file", &signature]].concat());
        let bytes = std::fs::read(&signature).unwrap();
        assert!(verifies_rsa(&folder, &key, MESSAGE, &bytes).unwrap());
        assert!(!verifies_rsa(&folder, &key, b"another message", &bytes).unwrap());

        let verify = [
            "--verify",
            "--mechanism",
            "SHA256-RSA-PKCS",
            "--input-file",
            &message,
        ];
        let said = as_user(&[&verify, &id[..], &["--signature-file", &signature]].concat());
        assert!(
            said.all_text().contains("Signature is valid"),
            "{}",
            said.all_text()
        );

        let public = file(&folder, "public.der", &key);
        let cipher = folder.join("cipher").to_str().unwrap().to_owned();
        openssl(&[
            "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", &public,
        ])
        .args(["-in", &message, "-out", &cipher])
        .succeed()
        .unwrap();
        let decrypt = [
            "--decrypt",
            "--mechanism",
            "RSA-PKCS",
            "--input-file",
            &cipher,
        ];
        let plain = folder.join("plain").to_str().unwrap().to_owned();
        as_user(&[&decrypt, &id[..], &["--output-file", &plain]].concat());
        assert_eq!(std::fs::read(plain).unwrap(), MESSAGE);
    });
}

/// SubjectPublicKeyInfo of the key with this CKA_ID, as the tool writes it.
fn read_public_key(folder: &Path, id: &str) -> Vec<u8> {
    let path = folder.join("read.der");
    let output = path.to_str().unwrap();
    succeed(&[
        "--read-object",
        "--type",
        "pubkey",
        "--id",
        id,
        "--output-file",
        output,
    ]);
    std::fs::read(path).unwrap()
}

/// The tool knows nothing of SM2; it hands number and message on.
#[test]
fn an_sm2_signature_through_the_tool_verifies_in_openssl() {
    pcsc_test(
        "an_sm2_signature_through_the_tool_verifies_in_openssl",
        LIMIT,
        |lab| {
            lab.insert(0, &lab.folder().join("token.img")).unwrap();
            let module = pkcs11::load_module();
            let session = new_token(&module).unwrap();
            let pair = generate_sm2(&session, "sm2").unwrap();
            let id = bytes_of(&session, pair.private, AttributeType::Id).unwrap();
            let key = public_key_info(&session, pair.public).unwrap();
            let folder = lab.folder().to_owned();
            let message = file(&folder, "message.txt", MESSAGE);
            let signature = folder.join("sm2.sig").to_str().unwrap().to_owned();
            as_user(&[
                "--sign",
                "--mechanism",
                SM2_SM3_DER,
                "--id",
                &hex::encode(id),
                "--input-file",
                &message,
                "--output-file",
                &signature,
            ]);
            let signature = std::fs::read(&signature).unwrap();
            assert!(verifies_sm2(&folder, &key, MESSAGE, &signature).unwrap());
            assert!(!verifies_sm2(&folder, &key, b"another", &signature).unwrap());
        },
    );
}

/// The tool's own tests: every mechanism that it knows and we list.
#[test]
fn the_tool_s_own_tests_pass() {
    pcsc_test("the_tool_s_own_tests_pass", LIMIT, |lab| {
        initialised_by_the_tool(lab);
        as_user(&[
            "--keypairgen",
            "--key-type",
            "rsa:2048",
            "--label",
            "rsa",
            "--id",
            "01",
        ]);
        let said = as_user(&["--test"]).all_text();
        assert!(said.contains("No errors"), "{said}");
        assert!(said.contains("RSA-PKCS: OK"), "{said}");
    });
}

#[test]
fn the_tool_changes_the_pin_and_survives_a_fork() {
    pcsc_test(
        "the_tool_changes_the_pin_and_survives_a_fork",
        LIMIT,
        |lab| {
            initialised_by_the_tool(lab);
            as_user(&["--change-pin", "--new-pin", "24681357"]);
            let old = tool(&["--login", "--pin", "env:TEST_PIN", "--list-objects"]);
            assert!(!old.run().unwrap().status.success());
            succeed(&["--login", "--pin", "24681357", "--list-objects"]);
            succeed(&["--test-fork"]);
        },
    );
}

#[test]
fn a_token_comes_goes_and_comes_back_as_it_was() {
    pcsc_test(
        "a_token_comes_goes_and_comes_back_as_it_was",
        LIMIT,
        |lab| {
            let image = lab.folder().join("token.img");
            let module = pkcs11::load_module();
            assert_eq!(module.get_slots_with_token().unwrap(), []);
            assert_eq!(module.get_slot_event().unwrap(), None);

            lab.insert(0, &image).unwrap();
            let slot = wait_for("the event", LIMIT, || module.get_slot_event().unwrap());
            assert_eq!(only_slot(&module).unwrap(), slot);
            initialize_token(&module).unwrap();
            let serial = module
                .get_token_info(slot)
                .unwrap()
                .serial_number()
                .to_owned();
            let session = log_in(&module, slot).unwrap();
            let pair = generate_sm2(&session, "key").unwrap();
            let key = public_key_info(&session, pair.public).unwrap();

            lab.pull(0).unwrap();
            let event = wait_for("the event", LIMIT, || module.get_slot_event().unwrap());
            assert_eq!(event, slot);
            assert_eq!(module.get_slots_with_token().unwrap(), []);
            let refused = module.get_token_info(slot).unwrap_err();
            assert_eq!(rv(&refused), RvError::TokenNotPresent);

            lab.insert(0, &image).unwrap();
            wait_until("the token's return", LIMIT, || {
                module.get_slots_with_token().unwrap() == [slot]
            });
            let info = module.get_token_info(slot).unwrap();
            assert_eq!(info.serial_number(), serial);
            let session = log_in(&module, slot).unwrap();
            let again = find_pair(&session, "key").unwrap();
            assert_eq!(public_key_info(&session, again.public).unwrap(), key);
            session
                .sign(&pkcs11::sm2_digest(), again.private, &[3; 32])
                .unwrap();
        },
    );
}

#[test]
fn two_tokens_are_two_slots() {
    pcsc_test("two_tokens_are_two_slots", LIMIT, |lab| {
        lab.insert(0, &lab.folder().join("one.img")).unwrap();
        lab.insert(1, &lab.folder().join("two.img")).unwrap();
        let module = pkcs11::load_module();
        let slots = module.get_slots_with_token().unwrap();
        assert_eq!(slots.len(), 2);
        let serials: Vec<_> = slots
            .iter()
            .map(|slot| {
                module
                    .get_token_info(*slot)
                    .unwrap()
                    .serial_number()
                    .to_owned()
            })
            .collect();
        assert_ne!(serials[0], serials[1]);

        // Pulling one leaves the other alone.
        lab.pull(0).unwrap();
        wait_until("one token", LIMIT, || {
            module.get_slots_with_token().unwrap().len() == 1
        });
        let left = only_slot(&module).unwrap();
        assert_eq!(left, slots[1]);
        let info = module.get_token_info(left).unwrap();
        assert_eq!(info.serial_number(), serials[1]);
    });
}
