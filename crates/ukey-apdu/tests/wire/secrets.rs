//! What is secret is not printed.

use ukey_apdu::id::{AlgId, AppId, ContainerId, PinType, Rights};
use ukey_apdu::request::application::{ApplicationParameters, CreateApplication};
use ukey_apdu::request::auth::VerifyPin;
use ukey_apdu::request::session_key::ImportSymmKey;
use ukey_apdu::{Cryptogram, Request, ResponseApdu, Secret};

/// "secret" in any of the forms in which `Debug` prints bytes.
const TRACES: [&str; 4] = ["secret", "115, 101", "73, 65", "7365"];

fn shows_nothing(text: &str) {
    for trace in TRACES {
        assert!(!text.contains(trace), "{text}");
    }
}

#[test]
fn pins_and_keys_are_not_printed() {
    let create = CreateApplication {
        parameters: ApplicationParameters {
            name: b"UKEY".to_vec(),
            admin_pin: Secret::from(&b"secret"[..]),
            admin_tries: 10,
            user_pin: Secret::from(&b"secret"[..]),
            user_tries: 6,
            create_file_rights: Rights::USER,
            max_containers: 8,
            max_certs: 16,
            max_files: 32,
        },
    };
    shows_nothing(&format!("{create:?} {create:#?} {:?}", create.to_command()));
    let import = ImportSymmKey {
        app: AppId(1),
        container: ContainerId(2),
        sym_alg: AlgId::SGD_SM4_ECB,
        key: Secret::from(&b"secretsecretsecr"[..]),
    };
    shows_nothing(&format!("{import:?} {:?}", import.to_command()));
    let verify = VerifyPin {
        pin_type: PinType::User,
        app: AppId(1),
        cryptogram: Cryptogram::new(*b"secretsecretsecr"),
    };
    shows_nothing(&format!("{verify:?} {:?}", verify.to_command()));
    shows_nothing(&format!("{:?}", ResponseApdu::success(b"secret".to_vec())));
}

#[test]
fn secrets_compare_by_content() {
    let secret = Secret::from(&b"abc"[..]);
    assert_eq!(secret, Secret::from(&b"abc"[..]));
    assert_ne!(secret, Secret::from(&b"abd"[..]));
    assert_ne!(secret, Secret::from(&b"ab"[..]));
    assert_ne!(Cryptogram::new([0; 16]), Cryptogram::new([1; 16]));
}
