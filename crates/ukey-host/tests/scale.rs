//! Ten thousand objects on an embedded token: what looking at them and changing one costs.
#![allow(clippy::unwrap_used)]

use std::{path::Path, sync::Arc};
use ukey_firmware_sim::{Factory, image};
use ukey_host::{Config, providers};
use ukey_token::{
    Application, Error, FACTORY_AUTH_KEY, NewApplication, NewKey, NewObject, Pin, PinType,
    Registry, Rights,
    key::{KeyKind, KeyOperation, KeyPolicy},
    transport::counting::{CountingProvider, Counts},
};

const OBJECTS: u32 = 10_000;

fn registry(image: &Path) -> (Registry, Arc<Counts>) {
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![image.to_owned()];
    let provider = providers(&config).pop().unwrap();
    let (provider, counts) = CountingProvider::new(provider);
    let registry = Registry::new(vec![Box::new(provider)]);
    registry.refresh().unwrap();
    (registry, counts)
}

fn create_image(path: &Path, size: u64) {
    let factory = Factory {
        size,
        ..Factory::default()
    };
    image::create(path, &factory).unwrap();
}

fn pin() -> Pin {
    Pin::new(b"12345678").unwrap()
}

fn application(registry: &Registry) -> Application {
    let device = registry.readers()[0].device().unwrap();
    if device.applications().unwrap().is_empty() {
        device.authenticate(&FACTORY_AUTH_KEY).unwrap();
        let new = NewApplication {
            name: "UKEY",
            admin_pin: &pin(),
            admin_tries: 10,
            user_pin: Some(&pin()),
            user_tries: 5,
            create_file_rights: Rights::USER,
        };
        device.create_application(&new, None).unwrap();
    }
    let application = device.application("UKEY");
    application.verify_pin(PinType::User, &pin()).unwrap();
    application
}

/// What `action` gave, and how many exchanges it took.
fn cost<T>(counts: &Counts, action: impl FnOnce() -> T) -> (T, u64) {
    let before = counts.exchanges();
    let result = action();
    (result, counts.exchanges() - before)
}

#[test]
fn one_change_among_ten_thousand_objects_costs_one_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.img");
    create_image(&path, 64 << 20);
    let (registry, counts) = registry(&path);
    let ours = application(&registry);
    for number in 0..OBJECTS {
        let data = number.to_be_bytes().repeat(64);
        ours.write_object(0, number % 4 == 3, "", &data).unwrap();
    }
    let (view, exchanges) = cost(&counts, || ours.view().unwrap());
    assert_eq!(view.objects.len(), OBJECTS as usize);
    // 256 bytes of content and up to 11 around them, 65,533 bytes in an answer; and the empty answer
    // at the end, two lists of names.
    let answers = u64::from(OBJECTS) * (256 + 11) / 65_533 + 1;
    assert!(exchanges <= answers + 4, "{exchanges} exchanges");
    assert_eq!(cost(&counts, || ours.view().unwrap()).1, 0);

    // One object more: one exchange makes it, one reads it, and the rest of the view is shared.
    let (id, spent) = cost(&counts, || ours.write_object(0, true, "", b"new").unwrap());
    assert_eq!(spent, 1);
    let (next, spent) = cost(&counts, || ours.view().unwrap());
    assert_eq!(spent, 1);
    let changes = next.changes_since(&view);
    assert_eq!((changes.added.len(), changes.added[0].id), (1, id));
    assert!(changes.changed.is_empty() && changes.removed.is_empty());
    assert!(Arc::ptr_eq(
        view.objects.get(77).unwrap(),
        next.objects.get(77).unwrap()
    ));

    // Another process sees it the same way, after it has looked once.
    let (others_registry, others_counts) = self::registry(&path);
    let theirs = application(&others_registry);
    let seen = theirs.view().unwrap();
    assert_eq!(seen.objects, next.objects);
    theirs.delete_objects(&[id, 1]).unwrap();
    let (next, spent) = cost(&counts, || ours.view().unwrap());
    assert_eq!(spent, 1);
    assert_eq!(next.changes_since(&seen).removed, [1, id]);
    // A container and a key: the container is read by itself.
    theirs
        .create_container("C")
        .unwrap()
        .generate_sm2()
        .unwrap();
    let (next, spent) = cost(&counts, || ours.view().unwrap());
    assert_eq!(next.containers.len(), 1);
    assert!(spent <= 6, "{spent} exchanges for a container");
    assert!(others_counts.exchanges() > 0);

    // Logging out hides the private objects without an exchange for them; logging in reads only them.
    ours.clear_secure_state().unwrap();
    let (public, spent) = cost(&counts, || ours.view().unwrap());
    assert_eq!((public.objects.len(), spent), (7_499, 0));
    ours.verify_pin(PinType::User, &pin()).unwrap();
    let (all, spent) = cost(&counts, || ours.view().unwrap());
    assert_eq!(all.objects, next.objects);
    assert!(
        spent <= answers / 4 + 3,
        "{spent} exchanges for the private objects"
    );
}

#[test]
fn a_use_of_a_key_is_one_exchange() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.img");
    create_image(&path, 1 << 20);
    let (registry, counts) = registry(&path);
    let application = application(&registry);
    let new = |kind| NewKey {
        kind,
        policy: KeyPolicy::SIGN | KeyPolicy::ENCRYPT,
        object: NewObject {
            private: true,
            data: b"attributes",
            ..NewObject::default()
        },
        companion: None,
    };
    let (pair, spent) = cost(&counts, || {
        application.generate_key(&new(KeyKind::P256)).unwrap()
    });
    assert_eq!((spent, pair.public.len()), (1, 64));
    let (signature, spent) = cost(&counts, || {
        application
            .use_key(pair.id, &KeyOperation::SignEcdsa, &[7; 32])
            .unwrap()
    });
    assert_eq!((spent, signature.len()), (1, 64));
    let view = application.view().unwrap();
    let key = view.objects.get(pair.id).unwrap().key.as_ref().unwrap();
    assert_eq!(
        (key.kind, &key.public, key.held),
        (KeyKind::P256, &pair.public, true)
    );
    // Challenge and import; the transport key is known since the application was created.
    let (secret, spent) = cost(&counts, || {
        application
            .import_key(&new(KeyKind::SM4), &[3; 16])
            .unwrap()
    });
    assert_eq!(spent, 2);
    let refused = application.use_key(secret.id, &KeyOperation::SignEcdsa, &[7; 32]);
    assert_eq!(refused, Err(Error::KeyType));
    let refused = application.use_key(pair.id, &KeyOperation::DeriveEcdh, &[7; 64]);
    assert_eq!(refused, Err(Error::KeyPolicy));
    let refused = application.update_key(pair.id, KeyPolicy::DERIVE, &NewObject::default());
    assert_eq!(refused, Err(Error::KeyPolicy));
    application.clear_secure_state().unwrap();
    let refused = application.use_key(pair.id, &KeyOperation::SignEcdsa, &[7; 32]);
    assert_eq!(refused, Err(Error::NotLoggedIn));
}

#[test]
fn a_full_token_is_an_error_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.img");
    create_image(&path, 128 << 10);
    let (registry, _) = registry(&path);
    let application = application(&registry);
    let mut stored = 0;
    loop {
        match application.write_object(0, true, "", &[9; 3_000]) {
            Ok(_) => stored += 1,
            Err(e) => {
                assert_eq!(e, Error::NoSpace);
                break;
            }
        }
    }
    let before = application.view().unwrap();
    assert_eq!(before.objects.len(), stored);
    let new = NewKey {
        kind: KeyKind::P384,
        policy: KeyPolicy::SIGN,
        object: NewObject {
            data: &[1; 3_000],
            ..NewObject::default()
        },
        companion: None,
    };
    assert_eq!(application.generate_key(&new), Err(Error::NoSpace));
    assert_eq!(application.view().unwrap(), before);
    application.delete_object(1).unwrap();
    application.generate_key(&new).unwrap();
}

#[test]
fn a_missing_image_is_made_as_large_as_configured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.img");
    let mut config = Config::default();
    config.pcsc_enabled = false;
    config.embedded_images = vec![path.clone()];
    config.embedded_size_mib = 256;
    providers(&config);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 256 << 20);
    let registry = Registry::new(providers(&config));
    registry.refresh().unwrap();
    application(&registry).create_container("C").unwrap();
}
