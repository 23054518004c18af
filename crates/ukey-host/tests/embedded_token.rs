//! The host library on the card OS in this process: the story of a key in one test each.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};
use ukey_crypto::sm2;
use ukey_host::{Config, providers};
use ukey_token::{
    AlgId, Application, Device, EnvelopedSm2Key, Error, FACTORY_AUTH_KEY, KeyUsage, NewApplication,
    Pin, PinState, PinType, Registry, Rights,
    transport::counting::{CountingProvider, Counts},
};

const USER: &[u8] = b"12345678";
const ADMIN: &[u8] = b"87654321";

fn registry(image: &Path) -> (Registry, std::sync::Arc<Counts>) {
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![image.to_owned()];
    let provider = providers(&config).pop().unwrap();
    let (provider, counts) = CountingProvider::new(provider);
    let registry = Registry::new(vec![Box::new(provider)]);
    registry.refresh().unwrap();
    (registry, counts)
}

fn device(registry: &Registry) -> Device {
    registry.readers()[0].device().unwrap()
}

fn pin(bytes: &[u8]) -> Pin {
    Pin::new(bytes).unwrap()
}

fn initialise(device: &Device, user_pin: Option<&Pin>) -> Application {
    device.authenticate(&FACTORY_AUTH_KEY).unwrap();
    let new = NewApplication {
        name: "UKEY",
        admin_pin: &pin(ADMIN),
        admin_tries: 10,
        user_pin,
        user_tries: 5,
        create_file_rights: Rights::USER,
    };
    device.create_application(&new, None).unwrap();
    device.application("UKEY")
}

/// Each exchange takes at least the configured time; what costs no exchange does not.
#[test]
fn a_delay_is_waited_for_at_each_command() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![folder.path().join("token.img")];
    config.embedded_delay_ms = 50;
    let (provider, counts) = CountingProvider::new(providers(&config).pop().unwrap());
    let registry = Registry::new(vec![Box::new(provider)]);
    registry.refresh().unwrap();
    let start = Instant::now();
    device(&registry).applications().unwrap();
    let exchanges = u32::try_from(counts.exchanges()).unwrap();
    assert!(exchanges > 1, "{exchanges}");
    assert!(start.elapsed() >= Duration::from_millis(50) * exchanges);
}

#[test]
fn what_keeps_an_image_from_being_used_is_told() {
    use std::{fs, os::unix::fs::PermissionsExt};
    use ukey_host::{ImageTrouble, image_trouble};
    let folder = tempfile::tempdir().unwrap();
    let (image, key) = (folder.path().join("t.img"), folder.path().join("t.img.key"));
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![image.clone()];
    let reader = format!("ukey embedded {}", image.display());
    let trouble = || image_trouble(&config, &reader);
    assert_eq!(trouble(), Some(ImageTrouble::Absent(image.clone())));
    providers(&config);
    assert_eq!(trouble(), None);
    assert_eq!(image_trouble(&config, "another reader"), None);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(trouble(), Some(ImageTrouble::KeyExposed(key.clone())));
    fs::remove_file(&key).unwrap();
    assert_eq!(trouble(), Some(ImageTrouble::KeyMissing(key)));
    fs::write(&image, [0x55; 100_000]).unwrap();
    assert!(trouble().is_some());
}

#[test]
fn a_blank_token_is_initialised_used_and_reset() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, _) = registry(&folder.path().join("token.img"));
    let device = device(&registry);
    assert!(device.has_extension());
    assert_eq!(device.applications().unwrap(), Vec::<String>::new());

    let app = initialise(&device, None);
    assert_eq!(app.pin_info(PinType::User).unwrap().state, PinState::NotSet);
    assert_eq!(
        app.verify_pin(PinType::User, &pin(USER)),
        Err(Error::PinNotSet)
    );
    app.verify_pin(PinType::Admin, &pin(ADMIN)).unwrap();
    app.set_user_pin(&pin(USER)).unwrap();
    app.verify_pin(PinType::User, &pin(USER)).unwrap();

    let container = app.create_container("work").unwrap();
    let public = container.generate_sm2().unwrap();
    let e = public.message_digest(sm2::DEFAULT_ID, b"tender").unwrap();
    let signature = container.sign_sm2(&e).unwrap();
    public.verify_digest(&e, &signature).unwrap();
    container
        .import_certificate(KeyUsage::Signature, b"not DER, kept as is")
        .unwrap();
    app.write_object(0, false, "work", b"attributes").unwrap();

    let view = app.view().unwrap();
    assert_eq!(view.containers.len(), 1);
    assert_eq!(
        view.containers[0].signature.certificate.as_deref(),
        Some(&b"not DER, kept as is"[..])
    );
    assert_eq!(view.objects.iter().next().unwrap().owner, "work");

    app.reset().unwrap();
    let view = app.view().unwrap();
    assert!(view.containers.is_empty() && view.objects.is_empty());
    assert_eq!(app.pin_info(PinType::User).unwrap().state, PinState::NotSet);
}

#[test]
fn a_signature_or_decryption_is_one_exchange_and_a_second_look_none() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, counts) = registry(&folder.path().join("token.img"));
    let app = initialise(&device(&registry), Some(&pin(USER)));
    app.pin_info(PinType::User).unwrap();
    let before = counts.exchanges();
    app.verify_pin(PinType::User, &pin(USER)).unwrap();
    assert_eq!(counts.exchanges() - before, 2, "challenge and answer");

    let container = app.create_container("work").unwrap();
    let public = container.generate_sm2().unwrap();
    let cipher = public.encrypt(b"session key").unwrap();
    let transactions = counts.transactions();
    for _ in 0..3 {
        let before = counts.exchanges();
        container.sign_sm2(&[7; 32]).unwrap();
        assert_eq!(counts.exchanges() - before, 1);
        let plain = container.decrypt_sm2(KeyUsage::Signature, &cipher).unwrap();
        assert_eq!(&plain[..], b"session key");
        assert_eq!(counts.exchanges() - before, 2);
    }
    assert_eq!(counts.transactions(), transactions);

    app.view().unwrap();
    let before = counts.exchanges();
    app.view().unwrap();
    assert_eq!(counts.exchanges(), before);
}

#[test]
fn wrong_pins_are_counted_by_the_card_only_when_it_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, _) = registry(&folder.path().join("token.img"));
    let app = initialise(&device(&registry), Some(&pin(USER)));
    let left = || app.pin_info(PinType::User).unwrap().tries_left;
    let wrong = app.verify_pin(PinType::User, &pin(b"9999999999999999"));
    assert_eq!(wrong, Err(Error::PinIncorrect { tries_left: 4 }));
    assert!(Pin::new(b"").is_err() && Pin::new(b"123\x00456").is_err());
    assert_eq!(left(), 4);
    let wrong = app.verify_pin(PinType::User, &pin("密码钥匙".as_bytes()));
    assert_eq!(wrong, Err(Error::PinIncorrect { tries_left: 3 }));
    app.verify_pin(PinType::User, &pin(USER)).unwrap();
    assert_eq!(left(), 5);
    for tries_left in (0..5).rev() {
        let wrong = app.change_pin(PinType::User, &pin(b"000000"), &pin(b"111111"));
        assert_eq!(wrong, Err(Error::PinIncorrect { tries_left }));
    }
    assert_eq!(
        app.verify_pin(PinType::User, &pin(USER)),
        Err(Error::PinLocked)
    );
    let wrong = app.unblock_pin(&pin(b"000000"), &pin(b"222222"));
    assert_eq!(wrong, Err(Error::PinIncorrect { tries_left: 9 }));
    app.unblock_pin(&pin(ADMIN), &pin(b"222222")).unwrap();
    app.verify_pin(PinType::User, &pin(b"222222")).unwrap();
    app.change_pin(PinType::User, &pin(b"222222"), &pin(b"333333"))
        .unwrap();
    app.verify_pin(PinType::User, &pin(b"333333")).unwrap();
}

/// The envelope is built here from its parts, as a CA would.
#[test]
fn an_encryption_pair_comes_in_encrypted_wherever_the_producer_put_it() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, _) = registry(&folder.path().join("token.img"));
    let app = initialise(&device(&registry), Some(&pin(USER)));
    app.verify_pin(PinType::User, &pin(USER)).unwrap();
    for offset in [32, 0] {
        let container = app.create_container(&format!("at {offset}")).unwrap();
        let signing = container.generate_sm2().unwrap();
        let pair = sm2::SecretKey::generate().unwrap();
        let session = [0x3C; 16];
        let mut private = [0; 64];
        private[offset..offset + 32].copy_from_slice(&pair.expose_bytes()[..]);
        ukey_crypto::sm4::ecb_encrypt(&session.into(), &mut private).unwrap();
        let mut enveloped = EnvelopedSm2Key {
            sym_alg: AlgId::SGD_SM4_ECB,
            encrypted_private: &private,
            public_key: &pair.public_key(),
            session_key: &signing.encrypt(&session).unwrap(),
        };
        container.import_sm2(&enveloped).unwrap();
        let cipher = pair.public_key().encrypt(b"content key").unwrap();
        let plain = container
            .decrypt_sm2(KeyUsage::Encryption, &cipher)
            .unwrap();
        assert_eq!(&plain[..], b"content key");
        enveloped.public_key = &signing;
        assert_eq!(container.import_sm2(&enveloped), Err(Error::InvalidData));
    }
}

#[test]
fn a_second_process_sees_changes_but_not_logins() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("token.img");
    let (first, _) = registry(&image);
    let (second, _) = registry(&image);
    let mine = initialise(&device(&first), Some(&pin(USER)));
    let theirs = device(&second).application("UKEY");
    assert!(theirs.view().unwrap().containers.is_empty());
    mine.verify_pin(PinType::User, &pin(USER)).unwrap();
    mine.create_container("mine")
        .unwrap()
        .generate_sm2()
        .unwrap();
    assert_eq!(theirs.view().unwrap().containers.len(), 1);
    assert_eq!(
        theirs.container("mine").sign_sm2(&[1; 32]).map(drop),
        Err(Error::NotLoggedIn)
    );
    mine.container("mine").sign_sm2(&[1; 32]).unwrap();
}

#[test]
fn moving_the_image_away_is_pulling_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("token.img");
    let (registry, _) = registry(&image);
    let app = initialise(&device(&registry), Some(&pin(USER)));
    let away = folder.path().join("away.img");
    std::fs::rename(&image, &away).unwrap();
    assert_eq!(app.pin_info(PinType::User), Err(Error::Removed));
    registry.refresh().unwrap();
    assert!(!registry.readers()[0].is_present());
    std::fs::rename(&away, &image).unwrap();
    registry.refresh().unwrap();
    let again = device(&registry).application("UKEY");
    assert_eq!(again.pin_info(PinType::User).unwrap().tries_left, 5);
    assert_eq!(
        app.pin_info(PinType::User),
        Err(Error::Removed),
        "the old one stays dead"
    );
}

#[test]
fn files_are_written_and_read_in_pieces_within_their_rights() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, _) = registry(&folder.path().join("token.img"));
    let app = initialise(&device(&registry), Some(&pin(USER)));
    assert_eq!(
        app.create_file("seal", 10, Rights::ANYONE, Rights::USER),
        Err(Error::AccessDenied)
    );
    app.verify_pin(PinType::User, &pin(USER)).unwrap();
    let content: Vec<u8> = (0..150_000_u32).map(|n| n as u8).collect();
    app.create_file("seal", 150_000, Rights::ANYONE, Rights::USER)
        .unwrap();
    app.write_file("seal", 0, &content).unwrap();
    app.clear_secure_state().unwrap();
    assert_eq!(app.read_file("seal", 0, 150_000).unwrap(), content);
    assert_eq!(
        app.read_file("seal", 149_990, 100).unwrap(),
        &content[149_990..]
    );
    assert_eq!(app.write_file("seal", 0, b"x"), Err(Error::AccessDenied));
}
