//! One token, two interfaces: what is made or signed through SKF counts through PKCS#11 and the
//! other way round, in one process and in two. Logins stay with the process that made them.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use ukey_crypto::hash::HashAlg;
use ukey_crypto::{rsa, sm2, sm4};
use ukey_tests::embedded_test;
use ukey_tests::peer::{Peer, serve_as_peer};
use ukey_tests::pkcs11::{
    self, SO_PIN, USER_PIN, bytes_of, find_pair, generate_rsa, generate_sm2, initialize_token,
    log_in, new_token, only_slot, pin, rv, sm2_public_key,
};
use ukey_tests::skf::{Pair, Sar, Skf};

const LIMIT: Duration = Duration::from_secs(120);
const MESSAGE: &[u8] = b"the tender of the demo bidder";

/// e of [`MESSAGE`] for this signer.
fn digest_of_message(key: &sm2::PublicKey) -> [u8; 32] {
    key.message_digest(sm2::DEFAULT_ID, MESSAGE).unwrap()
}

fn digest_info() -> Vec<u8> {
    let digest = HashAlg::Sha256.digest(MESSAGE);
    HashAlg::Sha256.digest_info(&digest).unwrap()
}

fn rsa_public_key(session: &Session, key: ObjectHandle) -> rsa::PublicKey {
    let modulus = bytes_of(session, key, AttributeType::Modulus).unwrap();
    rsa::PublicKey::from_components(&modulus, &[1, 0, 1]).unwrap()
}

#[test]
fn skf_signatures_verify_through_pkcs11() {
    embedded_test("skf_signatures_verify_through_pkcs11", LIMIT, |_| {
        let module = pkcs11::load_module();
        let slot = initialize_token(&module).unwrap();
        let skf = Skf::load();
        let device = skf.only_device().unwrap();
        let application = device.open_application("UKEY").unwrap();
        application.log_in(USER_PIN).unwrap();
        let sm2 = application.create_container("skf-sm2").unwrap();
        let sm2_key = sm2.generate_sm2().unwrap();
        let sm2_signature = sm2.sign_sm2(&digest_of_message(&sm2_key)).unwrap();
        let rsa = application.create_container("skf-rsa").unwrap();
        let rsa_key = rsa.generate_rsa().unwrap();
        let rsa_signature = rsa.sign_rsa(&digest_info()).unwrap();

        // Both containers are there for PKCS#11, the private halves after a login.
        let session = log_in(&module, slot).unwrap();
        let found = find_pair(&session, "skf-sm2").unwrap();
        assert_eq!(sm2_public_key(&session, found.public).unwrap(), sm2_key);
        let verify = |message: &[u8]| {
            session.verify(&pkcs11::sm2_sm3(), found.public, message, &sm2_signature)
        };
        verify(MESSAGE).unwrap();
        let refused = verify(b"another message").unwrap_err();
        assert_eq!(rv(&refused), RvError::SignatureInvalid);

        let found = find_pair(&session, "skf-rsa").unwrap();
        assert_eq!(rsa_public_key(&session, found.public), rsa_key);
        let mechanism = Mechanism::Sha256RsaPkcs;
        session
            .verify(&mechanism, found.public, MESSAGE, &rsa_signature)
            .unwrap();
        // One key, whichever door: PKCS#1 v1.5 signatures have no random part.
        let again = session.sign(&mechanism, found.private, MESSAGE).unwrap();
        assert_eq!(again, rsa_signature);
    });
}

#[test]
fn pkcs11_signatures_verify_through_skf() {
    embedded_test("pkcs11_signatures_verify_through_skf", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let sm2 = generate_sm2(&session, "p11-sm2").unwrap();
        let rsa = generate_rsa(&session, "p11-rsa").unwrap();
        let key = sm2_public_key(&session, sm2.public).unwrap();
        let signature = session
            .sign(&pkcs11::sm2_sm3(), sm2.private, MESSAGE)
            .unwrap();
        let mut signature: [u8; 64] = signature.try_into().unwrap();

        let skf = Skf::load();
        let device = skf.only_device().unwrap();
        let application = device.open_application("UKEY").unwrap();
        assert_eq!(application.containers().unwrap(), ["p11-sm2", "p11-rsa"]);
        let container = application.open_container("p11-sm2").unwrap();
        let exported = container.sm2_public_key(Pair::Signature).unwrap();
        assert_eq!(exported, key);
        let digest = digest_of_message(&key);
        device.verify_sm2(&exported, &digest, &signature).unwrap();
        signature[63] ^= 1;
        let refused = device.verify_sm2(&exported, &digest, &signature);
        assert_eq!(refused, Err(Sar::HASH_NOT_EQUAL));

        let container = application.open_container("p11-rsa").unwrap();
        let exported = container.rsa_public_key(Pair::Signature).unwrap();
        assert_eq!(exported, rsa_public_key(&session, rsa.public));
        let mut signature = session
            .sign(&Mechanism::Sha256RsaPkcs, rsa.private, MESSAGE)
            .unwrap();
        device
            .verify_rsa(&exported, &digest_info(), &signature)
            .unwrap();
        signature[255] ^= 1;
        let refused = device.verify_rsa(&exported, &digest_info(), &signature);
        assert_eq!(refused, Err(Sar::HASH_NOT_EQUAL));
    });
}

#[test]
fn each_decrypts_what_the_other_encrypted() {
    embedded_test("each_decrypts_what_the_other_encrypted", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "sm2").unwrap();
        let key = sm2_public_key(&session, pair.public).unwrap();
        let skf = Skf::load();
        let device = skf.only_device().unwrap();
        let application = device.open_application("UKEY").unwrap();
        application.log_in(USER_PIN).unwrap();
        let container = application.open_container("sm2").unwrap();

        let mechanism = pkcs11::sm2_encrypt();
        let cipher = session
            .encrypt(&mechanism, pair.public, b"from PKCS#11")
            .unwrap();
        let cipher = sm2::Ciphertext::from_c1c3c2(&cipher).unwrap();
        let plaintext = container.decrypt_sm2(Pair::Signature, &cipher).unwrap();
        assert_eq!(plaintext, b"from PKCS#11");

        let cipher = device.encrypt_sm2(&key, b"from SKF").unwrap();
        let plaintext = session.decrypt(&mechanism, pair.private, &cipher.to_c1c3c2());
        assert_eq!(plaintext.unwrap(), b"from SKF");
    });
}

/// GM/T 0016: an issuer creates the application after device authentication; the token is then one
/// for PKCS#11.
#[test]
fn a_token_issued_through_skf_is_one_for_pkcs11() {
    embedded_test(
        "a_token_issued_through_skf_is_one_for_pkcs11",
        LIMIT,
        |_| {
            let skf = Skf::load();
            let device = skf.only_device().unwrap();
            let mut block = [0; 16];
            block[..8].copy_from_slice(&device.random::<8>().unwrap());
            let factory_key = sm4::Key::from(*b"1234567812345678");
            sm4::ecb_encrypt(&factory_key, &mut block).unwrap();
            device.authenticate(&block).unwrap();
            let application = device
                .create_application("BIDDER", SO_PIN, USER_PIN)
                .unwrap();
            application.log_in(USER_PIN).unwrap();
            let container = application.create_container("key").unwrap();
            let key = container.generate_sm2().unwrap();

            let module = pkcs11::load_module();
            let slot = only_slot(&module).unwrap();
            let info = module.get_token_info(slot).unwrap();
            assert!(info.token_initialized() && info.user_pin_initialized());
            assert_eq!(info.label(), "BIDDER");
            let session = log_in(&module, slot).unwrap();
            let pair = find_pair(&session, "key").unwrap();
            let signature = session
                .sign(
                    &pkcs11::sm2_digest(),
                    pair.private,
                    &digest_of_message(&key),
                )
                .unwrap();
            let signature = signature.try_into().unwrap();
            device
                .verify_sm2(&key, &digest_of_message(&key), &signature)
                .unwrap();
        },
    );
}

#[test]
fn a_pin_changed_in_one_is_required_in_the_other() {
    embedded_test(
        "a_pin_changed_in_one_is_required_in_the_other",
        LIMIT,
        |_| {
            let module = pkcs11::load_module();
            let slot = initialize_token(&module).unwrap();
            let skf = Skf::load();
            let device = skf.only_device().unwrap();
            let application = device.open_application("UKEY").unwrap();
            let tries = application.tries_left().unwrap();

            application.change_pin(USER_PIN, "24681357").unwrap();
            let session = module.open_rw_session(slot).unwrap();
            let login = |text| session.login(UserType::User, Some(&pin(text)));
            let refused = login(USER_PIN).unwrap_err();
            assert_eq!(rv(&refused), RvError::PinIncorrect);
            assert_eq!(application.tries_left().unwrap(), tries - 1, "one counter");
            login("24681357").unwrap();
            assert_eq!(application.tries_left().unwrap(), tries);

            session.set_pin(&pin("24681357"), &pin("11223344")).unwrap();
            assert_eq!(application.log_in("24681357"), Err(Sar::PIN_INCORRECT));
            application.log_in("11223344").unwrap();
        },
    );
}

#[test]
fn a_login_through_one_library_is_none_in_the_other() {
    embedded_test(
        "a_login_through_one_library_is_none_in_the_other",
        LIMIT,
        |_| {
            let module = pkcs11::load_module();
            let session = new_token(&module).unwrap();
            let pair = generate_sm2(&session, "key").unwrap();
            let skf = Skf::load();
            let device = skf.only_device().unwrap();
            let application = device.open_application("UKEY").unwrap();
            let container = application.open_container("key").unwrap();
            let refused = container.sign_sm2(&[7; 32]);
            assert_eq!(refused, Err(Sar::USER_NOT_LOGGED_IN));

            // And the end of one is not the end of the other.
            application.log_in(USER_PIN).unwrap();
            container.sign_sm2(&[7; 32]).unwrap();
            application.log_out().unwrap();
            let refused = container.sign_sm2(&[7; 32]);
            assert_eq!(refused, Err(Sar::USER_NOT_LOGGED_IN));
            session
                .sign(&pkcs11::sm2_digest(), pair.private, &[7; 32])
                .unwrap();
        },
    );
}

/// Sessions and handles stay open all the while: what the one library makes or deletes, the other has with its next call.
#[test]
fn both_libraries_at_once_see_the_same_objects() {
    embedded_test("both_libraries_at_once_see_the_same_objects", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let skf = Skf::load();
        let device = skf.only_device().unwrap();
        let application = device.open_application("UKEY").unwrap();
        application.log_in(USER_PIN).unwrap();
        let private =
            |label: &str| pkcs11::find_key(&session, ObjectClass::PRIVATE_KEY, label).unwrap();
        for round in 0..3 {
            let (ours, theirs) = (format!("p11-{round}"), format!("skf-{round}"));
            let pair = generate_sm2(&session, &ours).unwrap();
            let container = application.create_container(&theirs).unwrap();
            container.generate_sm2().unwrap();
            assert!(private(&theirs).is_some());
            let both = application.containers().unwrap();
            assert_eq!(both, [ours.as_str(), theirs.as_str()]);

            // SKF deletes what PKCS#11 holds a handle of.
            application.delete_container(&ours).unwrap();
            assert_eq!(private(&ours), None);
            let signed = session.sign(&pkcs11::sm2_digest(), pair.private, &[7; 32]);
            assert_eq!(rv(&signed.unwrap_err()), RvError::KeyHandleInvalid);
            // PKCS#11 deletes what SKF holds a handle of.
            let pair = find_pair(&session, &theirs).unwrap();
            session.destroy_object(pair.private).unwrap();
            session.destroy_object(pair.public).ok();
            assert!(container.sign_sm2(&[7; 32]).is_err());
            application.delete_container(&theirs).ok();
            assert_eq!(application.containers().unwrap(), [""; 0]);
        }
        // A file is a data object.
        application.store_file("seal", b"red ink").unwrap();
        let template = [
            cryptoki::object::Attribute::Class(ObjectClass::DATA),
            cryptoki::object::Attribute::Label(b"seal".to_vec()),
        ];
        let [seal] = session.find_objects(&template).unwrap()[..] else {
            panic!("one data object")
        };
        let value = bytes_of(&session, seal, AttributeType::Value).unwrap();
        assert_eq!(value, b"red ink");
    });
}

/// The SKF side of [`two_processes_share_one_token`].
fn skf_process() -> Box<dyn FnMut(&str) -> String> {
    let skf: &'static Skf = Box::leak(Box::new(Skf::load()));
    let device = Box::leak(Box::new(skf.only_device().unwrap()));
    let application = Box::leak(Box::new(device.open_application("UKEY").unwrap()));
    Box::new(move |question| {
        let (verb, argument) = question.split_once(' ').unwrap_or((question, ""));
        let done = match verb {
            "log-in" => application.log_in(argument).map(|()| "done".to_owned()),
            "log-out" => application.log_out().map(|()| "done".to_owned()),
            "change-pin" => application
                .change_pin(USER_PIN, argument)
                .map(|()| "done".to_owned()),
            "make" => application
                .create_container(argument)
                .and_then(|container| container.generate_sm2())
                .map(|key| hex::encode(key.to_sec1())),
            "containers" => application.containers().map(|names| names.join(" ")),
            "sign" => application
                .open_container(argument)
                .and_then(|container| {
                    let key = container.sm2_public_key(Pair::Signature)?;
                    container.sign_sm2(&digest_of_message(&key))
                })
                .map(hex::encode),
            other => panic!("unknown question {other}"),
        };
        done.unwrap_or_else(|sar| format!("{sar:?}"))
    })
}

#[test]
fn two_processes_share_one_token() {
    if serve_as_peer(skf_process) {
        return;
    }
    embedded_test("two_processes_share_one_token", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let ours = generate_sm2(&session, "ours").unwrap();
        let mut skf = Peer::start("two_processes_share_one_token").unwrap();

        // Our login is not theirs.
        assert_eq!(skf.ask("containers"), "ours");
        let refused = format!("{:?}", Sar::USER_NOT_LOGGED_IN);
        assert_eq!(skf.ask("sign ours"), refused);
        assert_eq!(skf.ask(&format!("log-in {USER_PIN}")), "done");

        // What they sign we verify, with our key and with one that they made meanwhile.
        let verify = |key, signature: &str| {
            let signature = hex::decode(signature).unwrap();
            session.verify(&pkcs11::sm2_sm3(), key, MESSAGE, &signature)
        };
        verify(ours.public, &skf.ask("sign ours")).unwrap();
        let point = skf.ask("make theirs");
        let theirs = find_pair(&session, "theirs").unwrap();
        let key = sm2_public_key(&session, theirs.public).unwrap();
        assert_eq!(hex::encode(key.to_sec1()), point);
        verify(theirs.public, &skf.ask("sign theirs")).unwrap();

        // Their end of login is not ours, and a PIN that they change is ours to know.
        assert_eq!(skf.ask("log-out"), "done");
        session
            .sign(&pkcs11::sm2_sm3(), theirs.private, MESSAGE)
            .unwrap();
        assert_eq!(skf.ask("change-pin 24681357"), "done");
        session.logout().unwrap();
        let login = |text| session.login(UserType::User, Some(&pin(text)));
        assert_eq!(rv(&login(USER_PIN).unwrap_err()), RvError::PinIncorrect);
        login("24681357").unwrap();
        let found = pkcs11::find_key(&session, ObjectClass::PRIVATE_KEY, "ours").unwrap();
        assert!(found.is_some());
    });
}
