//! `libukey_pkcs11.so` under the crate `cryptoki`, a PKCS#11 client that is not ours: initialise,
//! log in, make keys, sign, verify, encrypt, decrypt, find, wrong PINs, slot events.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use cryptoki::context::{Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeInfo, AttributeType, ObjectClass};
use cryptoki::session::{Session, UserType};
use ukey_tests::pkcs11::{
    self, LABEL, SO_PIN, USER_PIN, bytes_of, find_key, generate_rsa, generate_sm2,
    initialize_token, log_in, new_token, only_slot, pin, rv,
};
use ukey_tests::{embedded_test, thread_sleeps, wait_for, wait_until};

const LIMIT: Duration = Duration::from_secs(120);

/// The tries left of the user PIN cannot be read through PKCS#11; the token itself tells.
fn user_tries_left(image: &Path) -> u8 {
    let mut config = ukey_host::Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![image.to_path_buf()];
    let registry = ukey_host::registry(&config);
    registry.refresh().unwrap();
    let application = registry.readers()[0].device().unwrap().application("UKEY");
    let info = application.pin_info(ukey_token::PinType::User).unwrap();
    info.tries_left
}

#[test]
fn a_blank_token_is_initialised() {
    embedded_test("a_blank_token_is_initialised", LIMIT, |_| {
        let module = pkcs11::load_module();
        let slot = only_slot(&module).unwrap();
        let blank = module.get_token_info(slot).unwrap();
        assert!(!blank.token_initialized() && !blank.user_pin_initialized());

        assert_eq!(initialize_token(&module).unwrap(), slot, "the slot stays");
        let info = module.get_token_info(slot).unwrap();
        assert!(info.token_initialized() && info.user_pin_initialized());
        assert!(info.login_required() && info.rng());
        assert_eq!(info.label(), LABEL);
        assert_eq!(info.serial_number(), blank.serial_number());
        assert!(!info.serial_number().trim().is_empty());
        log_in(&module, slot).unwrap();
    });
}

#[test]
fn initialising_again_needs_the_so_pin_and_empties_the_token() {
    embedded_test(
        "initialising_again_needs_the_so_pin_and_empties_the_token",
        LIMIT,
        |_| {
            let module = pkcs11::load_module();
            let session = new_token(&module).unwrap();
            generate_sm2(&session, "old").unwrap();
            let slot = only_slot(&module).unwrap();

            let refused = module.init_token(slot, &pin(SO_PIN), "new").unwrap_err();
            assert_eq!(rv(&refused), RvError::SessionExists);
            session.close().unwrap();
            let refused = module
                .init_token(slot, &pin("00000000"), "new")
                .unwrap_err();
            assert_eq!(rv(&refused), RvError::PinIncorrect);
            let session = log_in(&module, slot).unwrap();
            let old = find_key(&session, ObjectClass::PRIVATE_KEY, "old").unwrap();
            assert!(old.is_some(), "a refusal destroys nothing");
            session.close().unwrap();

            module.init_token(slot, &pin(SO_PIN), "new").unwrap();
            let info = module.get_token_info(slot).unwrap();
            assert!(!info.user_pin_initialized());
            let session = module.open_rw_session(slot).unwrap();
            assert_eq!(session.find_objects(&[]).unwrap(), []);
            let refused = session
                .login(UserType::User, Some(&pin(USER_PIN)))
                .unwrap_err();
            assert_eq!(rv(&refused), RvError::UserPinNotInitialized);
        },
    );
}

#[test]
fn rsa_signs_and_decrypts() {
    embedded_test("rsa_signs_and_decrypts", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_rsa(&session, "rsa").unwrap();
        let pss = PkcsPssParams {
            hash_alg: MechanismType::SHA256,
            mgf: PkcsMgfType::MGF1_SHA256,
            s_len: 32.into(),
        };
        for mechanism in [Mechanism::Sha256RsaPkcs, Mechanism::Sha256RsaPkcsPss(pss)] {
            let signature = session.sign(&mechanism, pair.private, b"tender").unwrap();
            let verify = |data: &[u8], signature: &[u8]| {
                session.verify(&mechanism, pair.public, data, signature)
            };
            verify(b"tender", &signature).unwrap();
            let refused = verify(b"Tender", &signature).unwrap_err();
            assert_eq!(rv(&refused), RvError::SignatureInvalid);
            let refused = verify(b"tender", &signature[1..]).unwrap_err();
            assert_eq!(rv(&refused), RvError::SignatureLenRange);
        }
        let encrypt = |data: &[u8]| session.encrypt(&Mechanism::RsaPkcs, pair.public, data);
        let decrypt = |data: &[u8]| session.decrypt(&Mechanism::RsaPkcs, pair.private, data);
        let cipher = encrypt(b"session key").unwrap();
        assert_eq!(decrypt(&cipher).unwrap(), b"session key");
        assert_ne!(encrypt(b"session key").unwrap(), cipher, "random padding");
        let refused = decrypt(&cipher[1..]).unwrap_err();
        assert_eq!(rv(&refused), RvError::EncryptedDataLenRange);
    });
}

#[test]
fn sm2_signs_in_parts_and_decrypts() {
    embedded_test("sm2_signs_in_parts_and_decrypts", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "sm2").unwrap();
        let mechanism = pkcs11::sm2_sm3();
        session.sign_init(&mechanism, pair.private).unwrap();
        for part in [&b"ten"[..], b"", b"der"] {
            session.sign_update(part).unwrap();
        }
        let signature = session.sign_final().unwrap();
        session
            .verify(&mechanism, pair.public, b"tender", &signature)
            .unwrap();
        // The parts are one message to an implementation that knows nothing of parts.
        let key = pkcs11::sm2_public_key(&session, pair.public).unwrap();
        let digest = key
            .message_digest(ukey_crypto::sm2::DEFAULT_ID, b"tender")
            .unwrap();
        session
            .verify(&pkcs11::sm2_digest(), pair.public, &digest, &signature)
            .unwrap();
        let refused = session
            .verify(&mechanism, pair.public, b"Tender", &signature)
            .unwrap_err();
        assert_eq!(rv(&refused), RvError::SignatureInvalid);

        let encryption = pkcs11::sm2_encrypt();
        let mut cipher = session.encrypt(&encryption, pair.public, b"key").unwrap();
        let plaintext = session.decrypt(&encryption, pair.private, &cipher).unwrap();
        assert_eq!(plaintext, b"key");
        *cipher.last_mut().unwrap() ^= 1;
        let refused = session
            .decrypt(&encryption, pair.private, &cipher)
            .unwrap_err();
        assert_eq!(rv(&refused), RvError::EncryptedDataInvalid);
    });
}

#[test]
fn digests_are_those_of_the_standards() {
    embedded_test("digests_are_those_of_the_standards", LIMIT, |_| {
        let module = pkcs11::load_module();
        let slot = only_slot(&module).unwrap();
        let session = module.open_ro_session(slot).unwrap();
        let digest =
            |mechanism: &Mechanism<'_>| hex::encode(session.digest(mechanism, b"abc").unwrap());
        // GB/T 32905, A.1; FIPS 180-4.
        assert_eq!(
            digest(&pkcs11::sm3()),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(
            digest(&Mechanism::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    });
}

#[test]
fn keys_are_found_and_never_read() {
    embedded_test("keys_are_found_and_never_read", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let sm2 = generate_sm2(&session, "sm2").unwrap();
        let rsa = generate_rsa(&session, "rsa").unwrap();
        let id = bytes_of(&session, sm2.private, AttributeType::Id).unwrap();
        assert!(!id.is_empty());
        let mut same_id = session.find_objects(&[Attribute::Id(id)]).unwrap();
        same_id.sort_unstable_by_key(|object| object.handle());
        let mut both = [sm2.public, sm2.private];
        both.sort_unstable_by_key(|object| object.handle());
        assert_eq!(same_id, both, "a pair shares its CKA_ID");
        let of_type = [Attribute::KeyType(pkcs11::sm2_key_type())];
        assert_eq!(session.find_objects(&of_type).unwrap().len(), 2);

        let facts = [
            AttributeType::Sensitive,
            AttributeType::Extractable,
            AttributeType::Local,
            AttributeType::NeverExtractable,
        ];
        assert_eq!(
            session.get_attributes(rsa.private, &facts).unwrap(),
            [
                Attribute::Sensitive(true),
                Attribute::Extractable(false),
                Attribute::Local(true),
                Attribute::NeverExtractable(true),
            ]
        );
        for (key, secret) in [
            (sm2.private, AttributeType::Value),
            (rsa.private, AttributeType::PrivateExponent),
            (rsa.private, AttributeType::Prime1),
        ] {
            let info = session.get_attribute_info(key, &[secret]).unwrap();
            assert!(
                matches!(info[..], [AttributeInfo::Sensitive]),
                "{secret}: {info:?}"
            );
        }
        session.destroy_object(rsa.private).unwrap();
        let gone = find_key(&session, ObjectClass::PRIVATE_KEY, "rsa").unwrap();
        assert_eq!(gone, None);
        assert!(
            session
                .sign(&Mechanism::Sha256RsaPkcs, rsa.private, b"")
                .is_err()
        );
    });
}

#[test]
fn data_objects_keep_their_content() {
    embedded_test("data_objects_keep_their_content", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let value: Vec<u8> = (0..5000_u32).map(|n| n as u8).collect();
        let template = |label: &str, private| {
            [
                Attribute::Class(ObjectClass::DATA),
                Attribute::Token(true),
                Attribute::Private(private),
                Attribute::Label(label.into()),
                Attribute::Value(value.clone()),
            ]
        };
        session.create_object(&template("open", false)).unwrap();
        session.create_object(&template("secret", true)).unwrap();
        let data = [Attribute::Class(ObjectClass::DATA)];
        assert_eq!(session.find_objects(&data).unwrap().len(), 2);
        session.logout().unwrap();
        let visible = session.find_objects(&data).unwrap();
        assert_eq!(visible.len(), 1, "private objects need a login");
        let read = bytes_of(&session, visible[0], AttributeType::Value).unwrap();
        assert_eq!(read, value);
        let label = bytes_of(&session, visible[0], AttributeType::Label).unwrap();
        assert_eq!(label, b"open");
    });
}

#[test]
fn private_keys_need_a_login() {
    embedded_test("private_keys_need_a_login", LIMIT, |_| {
        let module = pkcs11::load_module();
        let session = new_token(&module).unwrap();
        let pair = generate_sm2(&session, "sm2").unwrap();
        session.logout().unwrap();
        let found = find_key(&session, ObjectClass::PRIVATE_KEY, "sm2").unwrap();
        assert_eq!(found, None);
        let public = find_key(&session, ObjectClass::PUBLIC_KEY, "sm2").unwrap();
        assert!(public.is_some(), "public keys do not");
        let refused = session
            .sign(&pkcs11::sm2_digest(), pair.private, &[1; 32])
            .unwrap_err();
        assert!(
            matches!(
                rv(&refused),
                RvError::KeyHandleInvalid | RvError::UserNotLoggedIn
            ),
            "{refused}"
        );
    });
}

/// C_Login of the user with `pin`, in a new session.
fn try_login(module: &Pkcs11, text: &str) -> Result<Session, Error> {
    let session = module.open_rw_session(only_slot(module)?)?;
    session.login(UserType::User, Some(&pin(text)))?;
    Ok(session)
}

#[test]
fn wrong_pins_are_counted_and_lock() {
    embedded_test("wrong_pins_are_counted_and_lock", LIMIT, |image| {
        let module = pkcs11::load_module();
        let slot = initialize_token(&module).unwrap();
        let tries = user_tries_left(image);
        let info = module.get_token_info(slot).unwrap();
        assert!(!info.user_pin_count_low());

        let refused = try_login(&module, "00000000").err().unwrap();
        assert_eq!(rv(&refused), RvError::PinIncorrect);
        assert_eq!(user_tries_left(image), tries - 1);
        let info = module.get_token_info(slot).unwrap();
        assert!(info.user_pin_count_low() && !info.user_pin_final_try());
        try_login(&module, USER_PIN).unwrap().close().unwrap();
        assert_eq!(user_tries_left(image), tries, "a right PIN gives them back");

        for left in (0..tries).rev() {
            let refused = try_login(&module, "00000000").err().unwrap();
            assert_eq!(rv(&refused), RvError::PinIncorrect, "{left} left");
            assert_eq!(user_tries_left(image), left);
            let info = module.get_token_info(slot).unwrap();
            assert_eq!(info.user_pin_final_try(), left == 1);
            assert_eq!(info.user_pin_locked(), left == 0);
        }
        let refused = try_login(&module, USER_PIN).err().unwrap();
        assert_eq!(rv(&refused), RvError::PinLocked);

        // The security officer sets a new one.
        let session = module.open_rw_session(slot).unwrap();
        session.login(UserType::So, Some(&pin(SO_PIN))).unwrap();
        session.init_pin(&pin("24681357")).unwrap();
        session.logout().unwrap();
        assert!(try_login(&module, "24681357").is_ok());
    });
}

#[test]
fn pins_that_cannot_be_right_spend_no_try() {
    embedded_test("pins_that_cannot_be_right_spend_no_try", LIMIT, |image| {
        let module = pkcs11::load_module();
        initialize_token(&module).unwrap();
        let tries = user_tries_left(image);
        for impossible in [
            "",
            "12345",
            "12345678901234567",
            "1234\x005678",
            "标书密码标书",
        ] {
            let refused = try_login(&module, impossible).err().unwrap();
            assert_eq!(rv(&refused), RvError::PinIncorrect, "{impossible:?}");
            assert_eq!(user_tries_left(image), tries, "{impossible:?}");
        }
        for wrong in ["1234567890123456", "标书密码"] {
            let refused = try_login(&module, wrong).err().unwrap();
            assert_eq!(rv(&refused), RvError::PinIncorrect, "{wrong:?}");
        }
        assert_eq!(user_tries_left(image), tries - 2, "these were compared");
        let session = try_login(&module, USER_PIN).unwrap();
        session.set_pin(&pin(USER_PIN), &pin("标书密码")).unwrap();
        session.logout().unwrap();
        let text = Some(pin("标书密码"));
        session.login(UserType::User, text.as_ref()).unwrap();
    });
}

#[test]
fn slot_events_tell_of_pulling_and_inserting() {
    embedded_test(
        "slot_events_tell_of_pulling_and_inserting",
        LIMIT,
        |image| {
            let module = pkcs11::load_module();
            let slot = only_slot(&module).unwrap();
            assert_eq!(module.get_slot_event().unwrap(), None);
            let away = image.with_extension("away");

            let waiting = {
                let module = module.clone();
                std::thread::spawn(move || module.wait_for_slot_event())
            };
            std::fs::rename(image, &away).unwrap();
            assert_eq!(waiting.join().unwrap().unwrap(), slot);
            assert!(!module.get_slot_info(slot).unwrap().token_present());
            let refused = module.get_token_info(slot).unwrap_err();
            assert_eq!(rv(&refused), RvError::TokenNotPresent);
            assert_eq!(module.get_slot_event().unwrap(), None, "told once");

            std::fs::rename(&away, image).unwrap();
            let event = wait_for("the insertion", LIMIT, || module.get_slot_event().unwrap());
            assert_eq!(event, slot);
            assert!(module.get_slot_info(slot).unwrap().token_present());
        },
    );
}

#[test]
fn finalising_ends_a_waiting_thread() {
    embedded_test("finalising_ends_a_waiting_thread", LIMIT, |_| {
        let module = pkcs11::load_module();
        let waiting = {
            let module = module.clone();
            let thread = std::thread::Builder::new().name("waiter".to_owned());
            thread.spawn(move || module.wait_for_slot_event()).unwrap()
        };
        wait_until("the thread's being asleep", LIMIT, || {
            thread_sleeps("waiter")
        });
        module.finalize().unwrap();
        let ended = waiting.join().unwrap().unwrap_err();
        assert!(
            matches!(
                ended,
                Error::Pkcs11(RvError::CryptokiNotInitialized, Function::WaitForSlotEvent)
            ),
            "{ended}"
        );
    });
}
