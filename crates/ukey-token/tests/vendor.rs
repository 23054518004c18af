//! Tokens behind SKF libraries of vendors: a library written in C with one token on paper, and every deviation of the
//! field switched on in turn.

#![allow(clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use ukey_crypto::sm2;
use ukey_token::{
    AlgId, Application, Device, EnvelopedSm2Key, Error, KeyUsage, NewApplication, Pin, PinState,
    PinType, Registry, Rights,
    vendor::{BoolWidth, Layout, Packing, Sm2Ids, UlongWidth, VendorLibrary, VendorProvider},
    view::{ContainerKind, PublicKey},
};

/// The mock, compiled with these deviations. Every build is a file of its own, so that its state is too.
fn mock(deviations: &[&str]) -> VendorLibrary {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let file = folder.join(format!("vendor_mock_{}_{number}.so", std::process::id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/c/vendor_mock.c");
    let done = Command::new("gcc")
        .args([
            "-std=gnu11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fPIC",
            "-shared",
        ])
        .arg("-Wno-address-of-packed-member")
        .args(deviations.iter().map(|name| format!("-D{name}")))
        .arg("-o")
        .arg(&file)
        .arg(&source)
        .status()
        .unwrap();
    assert!(done.success());
    VendorLibrary {
        name: "mock".to_owned(),
        deadline: Duration::from_secs(20),
        ..VendorLibrary::new(file)
    }
}

/// The token, and the registry that keeps its reader.
fn connect(library: VendorLibrary) -> (Registry, Device) {
    let file = library.path.clone();
    let registry = Registry::new(vec![Box::new(VendorProvider::new(library))]);
    registry.refresh().unwrap();
    let reader = registry.reader("mock MOCK 1").unwrap();
    assert!(reader.is_present());
    let device = reader.device().unwrap();
    // Loaded; the file is not needed any more.
    std::fs::remove_file(file).ok();
    (registry, device)
}

fn pin(text: &str) -> Pin {
    Pin::new(text.as_bytes()).unwrap()
}

fn log_in(device: &Device) -> Application {
    let application = device.application("TENDER");
    application
        .verify_pin(PinType::User, &pin("12345678"))
        .unwrap();
    application
}

/// The ciphertext that the mock decrypts.
fn cipher(length: usize) -> sm2::Ciphertext {
    sm2::Ciphertext {
        x: [3; 32],
        y: [4; 32],
        hash: [5; 32],
        data: vec![6; length],
    }
}

/// What a bidder and an operator do with a key, from login to a file.
fn use_the_token(device: &Device, decrypts: bool) {
    assert_eq!(device.cached_info().serial_number.to_text(), "M-0001");
    assert_eq!(device.cached_info().free_space, 4096);
    assert_eq!(device.applications().unwrap(), ["TENDER"]);
    assert!(!device.has_extension());
    let application = device.application("TENDER");
    assert!(application.containers().unwrap().is_empty());
    assert_eq!(
        application.create_container("c1").err(),
        Some(Error::NotLoggedIn)
    );
    log_in(device);
    let container = application.create_container("c1").unwrap();
    assert_eq!(container.read().unwrap().kind, ContainerKind::Empty);
    assert_eq!(container.sign_sm2(&[1; 32]).err(), Some(Error::KeyNotFound));
    let key = container.generate_sm2().unwrap();
    assert_eq!(key.x()[..2], [0x09, 0xF9]);
    container
        .import_certificate(KeyUsage::Signature, &[0x30; 900])
        .unwrap();

    let view = application.view().unwrap();
    let seen = view.containers.iter().next().unwrap();
    assert_eq!((seen.name.as_str(), seen.kind), ("c1", ContainerKind::Sm2));
    assert_eq!(seen.signature.public_key, Some(PublicKey::Sm2(key)));
    let certificate = seen.signature.certificate.as_deref();
    assert_eq!(certificate, Some(&[0x30; 900][..]));
    assert_eq!(seen.encryption.public_key, None);

    let signature = container.sign_sm2(&[0x21; 32]).unwrap();
    assert_eq!((signature.r, signature.s), ([0x21; 32], [0xDE; 32]));
    let plain = container.decrypt_sm2(KeyUsage::Signature, &cipher(20));
    match decrypts {
        true => assert_eq!(&plain.unwrap()[..], b"the plaintext: 20 by"),
        false => assert_eq!(plain.err(), Some(Error::NotSupported)),
    }
    let mut encrypted_private = [0; 64];
    (encrypted_private[0], encrypted_private[63]) = (1, 2);
    let enveloped = EnvelopedSm2Key {
        sym_alg: AlgId(0x401),
        encrypted_private: &encrypted_private,
        public_key: &key,
        session_key: &cipher(16),
    };
    container.import_sm2(&enveloped).unwrap();
    assert!(container.public_key(KeyUsage::Encryption).is_ok());
    use_files(&application);

    application.clear_secure_state().unwrap();
    assert_eq!(container.sign_sm2(&[1; 32]).err(), Some(Error::NotLoggedIn));
    application.delete_container("c1").unwrap();
    assert_eq!(
        application.container("c1").info().err(),
        Some(Error::ContainerNotFound)
    );
    let elsewhere = device.application("ELSEWHERE").open().err();
    assert_eq!(elsewhere, Some(Error::ApplicationNotFound));
}

fn use_files(application: &Application) {
    application
        .create_file("seal", 64, Rights::ANYONE, Rights::USER)
        .unwrap();
    application.write_file("seal", 8, b"red ink").unwrap();
    assert_eq!(application.read_file("seal", 8, 7).unwrap(), b"red ink");
    let view = application.view().unwrap();
    assert_eq!(view.files.iter().next().unwrap().size, 64);
    application.delete_file("seal").unwrap();
}

fn pins_count_down(device: &Device) {
    let application = device.application("TENDER");
    let info = application.pin_info(PinType::User).unwrap();
    let counters = (info.max_tries, info.tries_left, info.state);
    assert_eq!(counters, (6, 6, PinState::Default));
    let verify = |text: &str| application.verify_pin(PinType::User, &pin(text));
    let change = |old: &str| application.change_pin(PinType::User, &pin(old), &pin("87654321"));
    let wrong = |tries_left| Err(Error::PinIncorrect { tries_left });
    assert_eq!(verify("00000000"), wrong(5));
    assert_eq!(change("00000000"), wrong(4));
    change("12345678").unwrap();
    let info = application.pin_info(PinType::User).unwrap();
    assert_eq!((info.tries_left, info.state), (6, PinState::Changed));
    for left in (0..6).rev() {
        assert_eq!(verify("00000000"), wrong(left));
    }
    assert_eq!(verify("87654321"), Err(Error::PinLocked));
    application
        .unblock_pin(&pin("admin-1234"), &pin("12345678"))
        .unwrap();
    verify("12345678").unwrap();
}

fn works_with(deviations: &[&str], layout: Layout, decrypts: bool) {
    let library = VendorLibrary {
        layout,
        left_aligned: deviations.contains(&"LEFT_ALIGNED"),
        ..mock(deviations)
    };
    let (_registry, device) = connect(library);
    use_the_token(&device, decrypts);
    pins_count_down(&device);
}

#[test]
fn a_library_by_the_book() {
    works_with(&[], Layout::default(), true);
}

#[test]
fn wide_ulong_and_unpacked_structures() {
    let layout = Layout {
        ulong: UlongWidth::Bits64,
        packing: Packing::Natural,
        boolean: BoolWidth::Bits64,
    };
    works_with(&["WIDE_ULONG"], layout, true);
}

#[test]
fn numbers_at_the_beginning_of_their_fields() {
    works_with(&["LEFT_ALIGNED"], Layout::default(), true);
}

#[test]
fn missing_functions() {
    works_with(&["FEW_SYMBOLS"], Layout::default(), false);
    let (_registry, device) = connect(mock(&["FEW_SYMBOLS"]));
    assert_eq!(device.set_label("x"), Err(Error::NotSupported));
}

#[test]
fn decryption_by_another_name() {
    works_with(&["KEY_SPEC"], Layout::default(), true);
}

#[test]
fn no_length_queries() {
    works_with(&["NO_QUERIES"], Layout::default(), true);
}

#[test]
fn wrong_lengths() {
    let (_registry, device) = connect(mock(&["SHORT_COUNTS"]));
    assert_eq!(device.applications().unwrap(), ["TENDER"]);
    let container = log_in(&device).create_container("c1").unwrap();
    container.generate_sm2().unwrap();
    assert!(container.public_key(KeyUsage::Signature).is_ok());
    let certificate = [0x30; 1500];
    container
        .import_certificate(KeyUsage::Signature, &certificate)
        .unwrap();
    // A result that says too much brings zeros along, which its own length tells from the rest.
    let exported = container.export_certificate(KeyUsage::Signature).unwrap();
    assert_eq!(exported[..1500], certificate);
    assert!(exported[1500..].iter().all(|byte| *byte == 0));
}

#[test]
fn tries_that_are_not_told() {
    works_with(&["NO_TRIES"], Layout::default(), true);
}

#[test]
fn one_code_for_everything_that_is_not_there() {
    works_with(&["OLD_CODES"], Layout::default(), true);
}

#[test]
fn either_family_of_sm2_numbers() {
    for (deviation, ids, works) in [
        ("ONLY_DRAFT_ID", Sm2Ids::Either, true),
        ("ONLY_STD_ID", Sm2Ids::Either, true),
        ("ONLY_DRAFT_ID", Sm2Ids::Draft, true),
        ("ONLY_STD_ID", Sm2Ids::Draft, false),
        ("ONLY_STD_ID", Sm2Ids::Standard, true),
    ] {
        let library = VendorLibrary {
            sm2_ids: ids,
            ..mock(&[deviation])
        };
        let (_registry, device) = connect(library);
        let container = log_in(&device).create_container("c1").unwrap();
        let made = container.generate_sm2().is_ok();
        assert_eq!(made, works, "{deviation} {ids:?}");
    }
}

#[test]
fn a_library_that_bears_one_thread_only() {
    let (_registry, device) = connect(mock(&["ONE_THREAD"]));
    let application = log_in(&device);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    device.random(8).unwrap();
                    application.pin_info(PinType::User).unwrap();
                }
            });
        }
    });
}

#[test]
fn a_library_that_hangs_loses_its_device_and_gets_it_back() {
    let library = VendorLibrary {
        deadline: Duration::from_secs(1),
        ..mock(&["HANGS=4"])
    };
    let (registry, device) = connect(library);
    let container = log_in(&device).create_container("c1").unwrap();
    container.generate_sm2().unwrap();
    let began = Instant::now();
    assert_eq!(container.sign_sm2(&[1; 32]).err(), Some(Error::Removed));
    assert!(began.elapsed() < Duration::from_secs(3));
    assert!(device.is_removed());
    // Nobody waits for it a second time.
    let began = Instant::now();
    registry.refresh().ok();
    let reader = registry.reader("mock MOCK 1").unwrap();
    assert!(!reader.is_present());
    assert!(began.elapsed() < Duration::from_millis(500));
    // It comes back after all.
    let back = (0..50).any(|_| {
        std::thread::sleep(Duration::from_millis(200));
        registry.refresh().ok();
        reader.is_present()
    });
    assert!(back);
    let applications = reader.device().unwrap().applications();
    assert_eq!(applications.unwrap(), ["TENDER"]);
}

#[test]
fn a_write_behind_the_structure_is_not_believed() {
    let (_registry, device) = connect(mock(&["OVERRUN"]));
    let container = log_in(&device).create_container("c1").unwrap();
    container.generate_sm2().unwrap();
    let signed = container.sign_sm2(&[1; 32]);
    assert!(matches!(signed, Err(Error::Transport(_))));
}

#[test]
fn applications_are_made_with_the_cipher_of_the_device() {
    let (admin, user) = (pin("admin-1234"), pin("12345678"));
    let new = |user_pin| NewApplication {
        name: "TENDER",
        admin_pin: &admin,
        admin_tries: 7,
        user_pin,
        user_tries: 8,
        create_file_rights: Rights::ANYONE,
    };
    for deviations in [&[][..], &["SM1_DEVICE"]] {
        let (_registry, device) = connect(mock(deviations));
        let refused = device.create_application(&new(Some(&user)), None);
        assert_eq!(refused, Err(Error::DeviceNotAuthenticated));
        if deviations.is_empty() {
            let wrong = device.authenticate(&[7; 16]);
            assert_eq!(wrong, Err(Error::DeviceAuthenticationFailed));
        }
        device.authenticate(b"1234567812345678").unwrap();
        device.create_application(&new(Some(&user)), None).unwrap();
        let refused = device.create_application(&new(None), None);
        assert_eq!(refused, Err(Error::NotSupported));
    }
}

#[test]
fn what_cannot_be_loaded_has_no_readers() {
    for path in ["/nonexistent/libskf.so", "libc.so.6"] {
        let library = VendorLibrary::new(path);
        let registry = Registry::new(vec![Box::new(VendorProvider::new(library))]);
        registry.refresh().ok();
        assert!(registry.readers().is_empty());
    }
}
