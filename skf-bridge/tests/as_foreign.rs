//! Our own library as if it were a vendor's: loaded by path behind the vendor backend of `ukey-token`, on a blank token,
//! from device authentication to decryption.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use ukey_crypto::{sm2, sm3, sm4};
use ukey_token::vendor::{VendorLibrary, VendorProvider};
use ukey_token::view::PublicKey;
use ukey_token::{
    AlgId, Application, Device, EnvelopedSm2Key, Error, FACTORY_AUTH_KEY, KeyUsage, NewApplication,
    Pin, PinType, Registry, Rights,
};

/// The library, which cargo builds into the folder of this test.
fn library() -> PathBuf {
    let path = std::env::current_exe()
        .unwrap()
        .with_file_name("libukey_skf.so");
    assert!(path.exists(), "{} is not built", path.display());
    path
}

/// The blank token that the library sees.
fn token(folder: &Path) -> (Registry, Device) {
    let config = folder.join("ukey.toml");
    let image = folder.join("token.img");
    std::fs::write(
        &config,
        format!("[embedded]\nimages = [{image:?}]\n[pcsc]\nenabled = false\n"),
    )
    .unwrap();
    // SAFETY: the only test of this program, before anything else reads the environment.
    unsafe {
        std::env::set_var("UKEY_CONFIG", config);
        std::env::remove_var("UKEY_EMBEDDED");
        std::env::remove_var("UKEY_PCSC");
    }
    let provider = VendorProvider::new(VendorLibrary::new(library()));
    let registry = Registry::new(vec![Box::new(provider)]);
    registry.refresh().unwrap();
    let reader = registry.readers().into_iter().next().unwrap();
    assert!(reader.name().starts_with("libukey_skf ukey embedded "));
    let device = reader.device().unwrap();
    (registry, device)
}

fn pin(text: &str) -> Pin {
    Pin::new(text.as_bytes()).unwrap()
}

fn application(device: &Device) -> Application {
    let (admin, user) = (pin("87654321"), pin("12345678"));
    let new = NewApplication {
        name: "TENDER",
        admin_pin: &admin,
        admin_tries: 7,
        user_pin: Some(&user),
        user_tries: 8,
        create_file_rights: Rights::ANYONE,
    };
    let refused = device.create_application(&new, None);
    assert_eq!(refused, Err(Error::DeviceNotAuthenticated));
    let wrong = device.authenticate(&[9; 16]);
    assert_eq!(wrong, Err(Error::DeviceAuthenticationFailed));
    device.authenticate(&FACTORY_AUTH_KEY).unwrap();
    device.create_application(&new, None).unwrap();
    device.application("TENDER")
}

/// An encryption pair under a session key under the signature key.
fn import_pair(container: &ukey_token::Container, signing: &sm2::PublicKey) -> sm2::SecretKey {
    let (key, session_key) = (sm2::SecretKey::generate().unwrap(), [0x3C; 16]);
    let mut private = [0; 64];
    private[32..].copy_from_slice(&key.expose_bytes()[..]);
    sm4::ecb_encrypt(&sm4::Key::from(session_key), &mut private).unwrap();
    container
        .import_sm2(&EnvelopedSm2Key {
            sym_alg: AlgId(0x401),
            encrypted_private: &private,
            public_key: &key.public_key(),
            session_key: &signing.encrypt(&session_key).unwrap(),
        })
        .unwrap();
    key
}

fn pins(application: &Application) {
    let verify = |text: &str| application.verify_pin(PinType::User, &pin(text));
    assert_eq!(
        verify("00000000"),
        Err(Error::PinIncorrect { tries_left: 7 })
    );
    let info = application.pin_info(PinType::User).unwrap();
    assert_eq!((info.max_tries, info.tries_left), (8, 7));
    application
        .change_pin(PinType::User, &pin("12345678"), &pin("11223344"))
        .unwrap();
    for left in (0..8).rev() {
        assert_eq!(
            verify("00000000"),
            Err(Error::PinIncorrect { tries_left: left })
        );
    }
    assert_eq!(verify("11223344"), Err(Error::PinLocked));
    application
        .unblock_pin(&pin("87654321"), &pin("12345678"))
        .unwrap();
    verify("12345678").unwrap();
}

#[test]
fn our_library_serves_as_a_vendors() {
    let folder = tempfile::tempdir().unwrap();
    let (_registry, device) = token(folder.path());
    device.set_label("bid desk").unwrap();
    assert_eq!(device.info().unwrap().label.to_text(), "bid desk");
    assert_eq!(device.random(5000).unwrap().len(), 5000);
    let application = application(&device);
    assert_eq!(device.applications().unwrap(), ["TENDER"]);
    pins(&application);

    let container = application.create_container("招标").unwrap();
    let key = container.generate_sm2().unwrap();
    let e = sm3::digest(b"tender");
    key.verify_digest(&e, &container.sign_sm2(&e).unwrap())
        .unwrap();
    let encryption = import_pair(&container, &key);
    let cipher = encryption
        .public_key()
        .encrypt(b"the key of the tender")
        .unwrap();
    let plain = container
        .decrypt_sm2(KeyUsage::Encryption, &cipher)
        .unwrap();
    assert_eq!(&plain[..], b"the key of the tender");
    let certificate = vec![0x30; 1234];
    container
        .import_certificate(KeyUsage::Encryption, &certificate)
        .unwrap();

    let rsa = application.create_container("rsa").unwrap();
    let rsa_key = rsa.generate_rsa(2048).unwrap();
    let signature = rsa.sign_rsa(b"digest info").unwrap();
    rsa_key.verify_pkcs1v15(b"digest info", &signature).unwrap();

    application
        .create_file("seal", 70_000, Rights::USER, Rights::USER)
        .unwrap();
    let content: Vec<u8> = (0..70_000u32).map(|n| (n % 251) as u8).collect();
    application.write_file("seal", 0, &content).unwrap();
    assert_eq!(application.read_file("seal", 0, 70_000).unwrap(), content);

    let view = application.view().unwrap();
    let names: Vec<_> = view.containers.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["招标", "rsa"]);
    let first = view.containers.iter().next().unwrap();
    assert_eq!(first.signature.public_key, Some(PublicKey::Sm2(key)));
    assert_eq!(first.encryption.certificate.as_ref(), Some(&certificate));

    application.clear_secure_state().unwrap();
    assert_eq!(container.sign_sm2(&e).err(), Some(Error::NotLoggedIn));
    let unread = application.read_file("seal", 0, 1);
    assert_eq!(unread.err(), Some(Error::AccessDenied));
    device.authenticate(&FACTORY_AUTH_KEY).unwrap();
    device.change_auth_key(&FACTORY_AUTH_KEY, &[9; 16]).unwrap();
    device.authenticate(&[9; 16]).unwrap();
    // Pulled: what was opened is dead, and says so.
    std::fs::rename(
        folder.path().join("token.img"),
        folder.path().join("away.img"),
    )
    .unwrap();
    assert_eq!(application.containers().err(), Some(Error::Removed));
    assert!(device.is_removed());
}
