//! PKCS#11 and `ukey-admin` on tokens that only an SKF library reaches: our own `libukey_skf.so`, named in the
//! configuration as if a vendor had made it, and a vendor's library in C (`tests/c/vendor_mock.c`).
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use cryptoki::error::RvError;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use ukey_crypto::{sm2, sm4};
use ukey_pki::ca::Authority;
use ukey_pki::certificate::Validity;
use ukey_pki::certificate::build::{Profile, Template};
use ukey_pki::key::KeyAlgorithm;
use ukey_pki::{Name, PublicKey};
use ukey_tests::pkcs11::{
    self, KeyPair, SO_PIN, USER_PIN, bytes_of, generate_rsa, generate_sm2, log_in, only_slot, pin,
    rv, sm2_public_key,
};
use ukey_tests::skf::Skf;
use ukey_tests::{Finished, Program, TokenImage, own_process, release_file, workspace_root};

const LIMIT: Duration = Duration::from_secs(180);
const MESSAGE: &[u8] = b"the tender of the demo bidder";

/// Runs `body` where `library` is the only way to tokens, for everything but `libukey_skf.so` itself.
fn bridged(test: &str, library: &Path, image: &TokenImage, body: impl FnOnce()) {
    let config = image.folder().join("ukey.toml");
    let text = format!("[readers]\nfamilies = ['vendor']\n[[vendor]]\npath = {library:?}\n");
    std::fs::write(config, text).unwrap();
    own_process(test, LIMIT, image.environment(), body);
}

/// A blank image, and our library as the way to it.
fn over_our_library(test: &str, body: impl FnOnce()) {
    let image = TokenImage::blank().unwrap();
    let library = release_file("libukey_skf.so").unwrap();
    bridged(test, &library, &image, body);
}

/// The vendor's library in C, compiled as it stands in the field: with these deviations.
fn over_the_mock(test: &str, deviations: &[&str], body: impl FnOnce()) {
    let image = TokenImage::blank().unwrap();
    let library = image.folder().join("libvendor.so");
    let compiled = Program::new("gcc")
        .args([
            "-std=gnu11",
            "-fPIC",
            "-shared",
            "-Wno-address-of-packed-member",
            "-o",
        ])
        .arg(&library)
        .arg(workspace_root().join("tests/c/vendor_mock.c"))
        .args(deviations.iter().map(|name| format!("-D{name}")))
        .succeed();
    compiled.unwrap_or_else(|error| panic!("{error}"));
    bridged(test, &library, &image, body);
}

/// An application with both PINs, as an issuer makes it through SKF.
fn issue() {
    let skf = Skf::load();
    let device = skf.only_device().unwrap();
    let mut block = [0; 16];
    block[..8].copy_from_slice(&device.random::<8>().unwrap());
    let factory_key = sm4::Key::from(*b"1234567812345678");
    sm4::ecb_encrypt(&factory_key, &mut block).unwrap();
    device.authenticate(&block).unwrap();
    device
        .create_application("BIDDER", SO_PIN, USER_PIN)
        .unwrap();
}

fn signs(session: &Session, pair: KeyPair) {
    let mechanism = pkcs11::sm2_sm3();
    let signature = session.sign(&mechanism, pair.private, MESSAGE).unwrap();
    let verify = |message: &[u8]| session.verify(&mechanism, pair.public, message, &signature);
    verify(MESSAGE).unwrap();
    assert_eq!(
        rv(&verify(b"other").unwrap_err()),
        RvError::SignatureInvalid
    );
}

/// Through GM/T 0016 the encryption pair decrypts, and it comes to the token in an envelope of the authority.
fn decrypting_key(session: &Session) -> ObjectHandle {
    let private = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Decrypt(true),
        Attribute::KeyType(pkcs11::sm2_key_type()),
    ];
    let [private] = session.find_objects(&private).unwrap()[..] else {
        panic!("one key that decrypts")
    };
    private
}

/// Both halves of that pair.
fn encryption_pair(session: &Session) -> KeyPair {
    let private = decrypting_key(session);
    let id = bytes_of(session, private, AttributeType::Id).unwrap();
    let public = [Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Id(id)];
    let [public] = session.find_objects(&public).unwrap()[..] else {
        panic!("one public key of the pair")
    };
    KeyPair { public, private }
}

fn decrypts(session: &Session, pair: KeyPair) {
    let key = sm2_public_key(session, pair.public).unwrap();
    let cipher = key.encrypt(b"the key of the tender").unwrap();
    let plain = session.decrypt(&pkcs11::sm2_encrypt(), pair.private, &cipher.to_c1c3c2());
    assert_eq!(plain.unwrap(), b"the key of the tender");
}

/// `ukey-admin` with this command line, in this folder.
fn admin(folder: &Path, line: &str) -> Finished {
    let pins = [
        ("USER_PIN", USER_PIN),
        ("SO_PIN", SO_PIN),
        ("NEW_PIN", "11223344"),
    ];
    let program = Program::new(release_file("ukey-admin").unwrap())
        .args(line.split(' '))
        .envs(pins)
        .current_dir(folder)
        .succeed();
    program.unwrap_or_else(|error| panic!("{error}"))
}

const ENROLL: &str = "enroll --ca ca --subject C=CN,O=ACME,CN=ACME --pin-source env:USER_PIN";

/// A certificate of a new authority over this key.
fn certify(key: PublicKey) -> Vec<u8> {
    let name: Name = "C=CN,O=ACME,CN=ACME tenders".parse().unwrap();
    let validity = Validity::days(time::OffsetDateTime::now_utc(), 30);
    let authority = Authority::create_root(&name, KeyAlgorithm::Sm2, validity).unwrap();
    let template = Template {
        subject: &name,
        public_key: &key,
        profile: Profile::Signature,
        validity,
        extensions: &[],
    };
    authority.issue(&template).unwrap().as_der().to_vec()
}

/// Stores a certificate beside its key and finds it again.
fn keeps_a_certificate(session: &Session, pair: KeyPair, der: &[u8]) {
    let id = bytes_of(session, pair.private, AttributeType::Id).unwrap();
    session
        .create_object(&[
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Token(true),
            Attribute::Id(id.clone()),
            Attribute::Value(der.to_vec()),
        ])
        .unwrap();
    let template = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::Id(id),
    ];
    let [found] = session.find_objects(&template).unwrap()[..] else {
        panic!("one certificate")
    };
    assert_eq!(bytes_of(session, found, AttributeType::Value).unwrap(), der);
}

#[test]
fn pkcs11_works_on_a_token_behind_our_own_library() {
    over_our_library("pkcs11_works_on_a_token_behind_our_own_library", || {
        issue();
        let folder = tempfile::tempdir().unwrap();
        admin(folder.path(), ENROLL);
        let module = pkcs11::load_module();
        let slot = only_slot(&module).unwrap();
        let info = module.get_slot_info(slot).unwrap();
        assert!(info.slot_description().starts_with("libukey_skf "));
        let info = module.get_token_info(slot).unwrap();
        assert!(info.token_initialized() && info.user_pin_initialized());
        assert_eq!(info.label(), "BIDDER");

        let session = log_in(&module, slot).unwrap();
        decrypts(&session, encryption_pair(&session));
        let sm2 = generate_sm2(&session, "sm2").unwrap();
        signs(&session, sm2);
        let key = sm2_public_key(&session, sm2.public).unwrap();
        keeps_a_certificate(&session, sm2, &certify(PublicKey::Sm2(key)));

        let rsa = generate_rsa(&session, "rsa").unwrap();
        let mechanism = Mechanism::Sha256RsaPkcs;
        let signature = session.sign(&mechanism, rsa.private, MESSAGE).unwrap();
        session
            .verify(&mechanism, rsa.public, MESSAGE, &signature)
            .unwrap();
        // What PKCS#11 made, SKF clients see.
        let skf = Skf::load();
        let device = skf.only_device().unwrap();
        let application = device.open_application("BIDDER").unwrap();
        assert_eq!(application.containers().unwrap()[1..], ["sm2", "rsa"]);
        // And their files are data objects.
        let data = vec![7; 3000];
        application.store_file("seal", &data).unwrap();
        let template = [Attribute::Class(ObjectClass::DATA)];
        let [seal] = session.find_objects(&template).unwrap()[..] else {
            panic!("one data object")
        };
        assert_eq!(
            bytes_of(&session, seal, AttributeType::Label).unwrap(),
            b"seal"
        );
        assert_eq!(
            bytes_of(&session, seal, AttributeType::Value).unwrap(),
            data
        );
    });
}

#[test]
fn pins_of_a_token_behind_our_own_library() {
    over_our_library("pins_of_a_token_behind_our_own_library", || {
        issue();
        let module = pkcs11::load_module();
        let slot = only_slot(&module).unwrap();
        let session = module.open_rw_session(slot).unwrap();
        let login = |text| session.login(UserType::User, Some(&pin(text)));
        assert_eq!(rv(&login("00000000").unwrap_err()), RvError::PinIncorrect);
        login(USER_PIN).unwrap();
        session.set_pin(&pin(USER_PIN), &pin("11223344")).unwrap();
        session.logout().unwrap();
        assert_eq!(rv(&login(USER_PIN).unwrap_err()), RvError::PinIncorrect);
        login("11223344").unwrap();
        session.logout().unwrap();
        while rv(&login("00000000").unwrap_err()) == RvError::PinIncorrect {}
        assert_eq!(rv(&login("11223344").unwrap_err()), RvError::PinLocked);
        // The administrator gives it a new one. SKF wants his PIN with the new one, so C_InitPIN, which has it not, cannot.
        session.login(UserType::So, Some(&pin(SO_PIN))).unwrap();
        let refused = session.init_pin(&pin(USER_PIN)).unwrap_err();
        assert_eq!(rv(&refused), RvError::FunctionFailed);
        session.logout().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let unblock = "pin unblock --so-pin-source env:SO_PIN --new-pin-source env:USER_PIN";
        admin(folder.path(), unblock);
        login(USER_PIN).unwrap();
    });
}

/// The mock's answers are constants: r is the digest and s its complement.
fn use_the_mock() {
    let module = pkcs11::load_module();
    let slot = only_slot(&module).unwrap();
    let info = module.get_token_info(slot).unwrap();
    assert_eq!(info.serial_number(), "M-0001");
    let session = log_in(&module, slot).unwrap();
    let pair = generate_sm2(&session, "c1").unwrap();
    let signature = session.sign(&pkcs11::sm2_digest(), pair.private, &[0x21; 32]);
    assert_eq!(signature.unwrap(), [[0x21; 32], [0xDE; 32]].concat());
    let cipher = sm2::Ciphertext {
        x: [3; 32],
        y: [4; 32],
        hash: [5; 32],
        data: vec![6; 20],
    };
    let private = decrypting_key(&session);
    let plain = session.decrypt(&pkcs11::sm2_encrypt(), private, &cipher.to_c1c3c2());
    assert_eq!(plain.unwrap(), b"the plaintext: 20 by");
    let key = sm2_public_key(&session, pair.public).unwrap();
    keeps_a_certificate(&session, pair, &certify(PublicKey::Sm2(key)));
    session.set_pin(&pin(USER_PIN), &pin("87654321")).unwrap();
    session.logout().unwrap();
    let login = |text| session.login(UserType::User, Some(&pin(text)));
    assert_eq!(rv(&login(USER_PIN).unwrap_err()), RvError::PinIncorrect);
    login("87654321").unwrap();
}

#[test]
fn pkcs11_works_on_a_vendors_token() {
    over_the_mock(
        "pkcs11_works_on_a_vendors_token",
        &["HAS_ENCRYPTION"],
        use_the_mock,
    );
}

#[test]
fn pkcs11_works_with_the_deviations_of_the_field() {
    let deviations = [
        "HAS_ENCRYPTION",
        "OLD_CODES",
        "NO_TRIES",
        "NO_QUERIES",
        "KEY_SPEC",
        "ONE_THREAD",
    ];
    let test = "pkcs11_works_with_the_deviations_of_the_field";
    over_the_mock(test, &deviations, use_the_mock);
}

/// An operator's day: initialise, enrol (keys, request, both certificates, the enveloped key), sign, verify, encrypt,
/// decrypt, change the PIN.
#[test]
fn ukey_admin_works_on_a_token_behind_our_own_library() {
    let test = "ukey_admin_works_on_a_token_behind_our_own_library";
    over_our_library(test, || {
        let folder = tempfile::tempdir().unwrap();
        let admin = |line: &str| admin(folder.path(), line);
        std::fs::write(folder.path().join("tender.pdf"), MESSAGE).unwrap();
        admin("device init --yes --so-pin-source env:SO_PIN --pin-source env:USER_PIN");
        assert!(admin("device list").text().contains("libukey_skf"));
        admin(ENROLL);
        admin("sign tender.pdf --pin-source env:USER_PIN");
        admin("verify tender.pdf --ca ca");
        admin("encrypt tender.pdf");
        admin("decrypt tender.pdf.enc -o opened.pdf --pin-source env:USER_PIN");
        let opened = std::fs::read(folder.path().join("opened.pdf")).unwrap();
        assert_eq!(opened, MESSAGE);
        admin("pin change --pin-source env:USER_PIN --new-pin-source env:NEW_PIN");
        admin("sign tender.pdf --force --pin-source env:NEW_PIN");
    });
}

/// Our own cases on our own library: all of them pass, nothing stays behind, and without leave nothing is changed.
#[test]
fn our_own_library_passes_the_check_of_libraries() {
    let image = TokenImage::blank().unwrap();
    let library = release_file("libukey_skf.so").unwrap();
    let run = |arguments: &[&str]| -> serde_json::Value {
        let program = Program::new(release_file("ukey-admin").unwrap())
            .args(["--json", "skf"])
            .args(arguments)
            .arg(&library)
            .envs(image.environment())
            .limit(LIMIT)
            .run();
        let said = program.unwrap_or_else(|error| panic!("{error}")).stdout;
        serde_json::from_slice(&said).unwrap()
    };
    let number = |report: &serde_json::Value, what: &str| report["data"][what].as_u64().unwrap();
    let report = run(&["test", "--write"]);
    assert_eq!(report["ok"], true, "{report:#}");
    assert_eq!(
        number(&report, "failed") + number(&report, "skipped"),
        0,
        "{report:#}"
    );
    assert!(number(&report, "passed") > 30);
    let seen = run(&["probe"]);
    assert_eq!(seen["data"]["exported"].as_array().unwrap().len(), 78);
    let applications = &seen["data"]["devices"][0]["applications"];
    assert_eq!(applications, &serde_json::json!([]), "nothing stays behind");
    let report = run(&["test"]);
    assert_eq!(number(&report, "failed"), 0, "{report:#}");
    assert!(number(&report, "skipped") > 15);
}
