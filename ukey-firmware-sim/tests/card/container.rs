//! Containers and certificates.

use crate::host::{ANYONE, Host, USER, USER_PIN, blank_image, words};
use ukey_firmware_sim::Config;

const CREATE: [u8; 4] = [0x80, 0x40, 0, 0];
const INFO: [u8; 4] = [0x80, 0x4A, 0, 0];

#[test]
fn containers_are_created_listed_opened_and_deleted() {
    let memory = blank_image(256 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    let app = host.app();
    assert_eq!(host.ok([0x80, 0x46, 0, 0], &app), [0, 0]);
    assert_eq!(host.refused(CREATE, &app.clone().bytes(b"C")), 0x6982);
    host.log_in(USER, USER_PIN);
    let first = host.create_container(b"C");
    host.create_container("容器".as_bytes());
    assert_eq!(host.refused(CREATE, &app.clone().bytes(b"C")), 0x6A93);
    assert_eq!(host.ok([0x80, 0x46, 0, 0], &app), "C\0容器\0\0".as_bytes());
    assert_eq!(host.open_container(b"C"), first);
    assert_eq!(host.ok(INFO, &app.clone().bytes(b"C")), [0; 11]);

    let mut host = Host::on(memory);
    host.open_application(b"APP");
    let app = host.app();
    host.open_container(b"C");
    assert_eq!(
        host.refused([0x80, 0x48, 0, 0], &app.clone().bytes(b"C")),
        0x6982
    );
    host.log_in(USER, USER_PIN);
    host.ok([0x80, 0x48, 0, 0], &app.clone().bytes(b"C"));
    assert_eq!(
        host.refused([0x80, 0x48, 0, 0], &app.clone().bytes(b"C")),
        0x6A94
    );
    assert_eq!(
        host.refused([0x80, 0x42, 0, 0], &app.clone().bytes(b"C")),
        0x6A94
    );
    assert_eq!(host.refused(INFO, &app.clone().bytes(b"C")), 0x6A94);
    assert_eq!(host.ok([0x80, 0x46, 0, 0], &app), "容器\0\0".as_bytes());
}

#[test]
fn anyone_may_create_where_the_application_says_so() {
    let mut host = Host::blank();
    host.create_application(b"OPEN", ANYONE);
    let container = host.create_container(b"C");
    // Keys and deletion still need the user.
    let data = host.in_container(container).u32(0x0002_0100);
    assert_eq!(host.refused([0x80, 0x70, 0, 0], &data), 0x6982);
    let data = host.app().bytes(b"C");
    assert_eq!(host.refused([0x80, 0x48, 0, 0], &data), 0x6982);
}

#[test]
fn there_is_room_for_as_many_as_were_agreed() {
    let mut host = Host::blank();
    host.dev_auth();
    let parameters = crate::host::Data::new()
        .n8(b"APP")
        .n8(b"admin")
        .u8(5)
        .n8(USER_PIN)
        .u8(5);
    let parameters = parameters.u32(0x10).u8(2).u8(1).u16(1);
    host.app = words(&host.ok([0x80, 0x20, 0, 0], &parameters)) as u16;
    host.log_in(USER, USER_PIN);
    let (one, two) = (host.create_container(b"1"), host.create_container(b"2"));
    let third = host.app().bytes(b"3");
    assert_eq!(host.refused(CREATE, &third), 0x6A97);
    let certificate = host.in_container(one).l32(b"certificate");
    host.ok([0x80, 0x4C, 0, 0], &certificate);
    host.ok([0x80, 0x4C, 0, 0], &certificate);
    assert_eq!(host.refused([0x80, 0x4C, 1, 0], &certificate), 0x6A84);
    let other = host.in_container(two).l32(b"certificate");
    assert_eq!(host.refused([0x80, 0x4C, 0, 0], &other), 0x6A84);
    // The card's own limit holds, whatever was asked for.
    let config = Config {
        max_containers: 1,
        ..Config::default()
    };
    let mut host = Host::with_config(blank_image(64 * 1024), config);
    host.create_application(b"APP", ANYONE);
    host.create_container(b"1");
    let second = host.app().bytes(b"2");
    assert_eq!(host.refused(CREATE, &second), 0x6A97);
}

#[test]
fn certificates_are_kept_per_usage() {
    let (mut host, container) = Host::with_container();
    let data = host.in_container(container);
    for usage in [0, 1] {
        assert_eq!(host.refused([0x80, 0x4E, usage, 0], &data), 0x6A96);
        let der = [usage; 700];
        host.ok([0x80, 0x4C, usage, 0], &data.clone().l32(&der));
        let exported = host.ok([0x80, 0x4E, usage, 0], &data);
        assert_eq!((words(&exported[..4]), &exported[4..]), (700, &der[..]));
    }
    let app = host.app();
    assert_eq!(host.ok(INFO, &app.bytes(b"C"))[9..], [1, 1]);
    // A new one replaces the old one.
    host.ok([0x80, 0x4C, 1, 0], &data.clone().l32(b"new"));
    assert_eq!(host.ok([0x80, 0x4E, 1, 0], &data), b"\0\0\0\x03new");
    assert_eq!(
        host.refused([0x80, 0x4C, 1, 0], &data.clone().l32(b"")),
        0x6A80
    );
    assert_eq!(
        host.refused([0x80, 0x4C, 1, 0], &data.clone().u32(4).bytes(b"abc")),
        0x6700
    );
    assert_eq!(
        host.refused([0x80, 0x4C, 2, 0], &data.clone().l32(b"abc")),
        0x6A86
    );
    host.log_out();
    assert_eq!(
        host.refused([0x80, 0x4C, 1, 0], &data.clone().l32(b"abc")),
        0x6982
    );
    assert_eq!(
        host.ok([0x80, 0x4E, 1, 0], &data),
        b"\0\0\0\x03new",
        "anyone may read"
    );
}

#[test]
fn a_deleted_container_takes_its_objects_along_but_no_others() {
    let (mut host, container) = Host::with_container();
    host.create_container(b"D");
    let app = host.app();
    for owner in [&b"C"[..], b"D", b"", b"C"] {
        host.ok(
            [0x80, 0xD4, 0, 0],
            &app.clone().u32(0).u8(0).n8(owner).bytes(b"x"),
        );
    }
    host.ok([0x80, 0x48, 0, 0], &app.clone().bytes(b"C"));
    let left = host.ok([0x80, 0xD6, 0, 0], &app.clone().u32(0));
    assert_eq!(
        left,
        b"\0\0\0\x02\0\x01D\0\0\0\x01x\0\0\0\x03\0\0\0\0\0\x01x"
    );
    let stale = host.in_container(container);
    assert_eq!(host.refused([0x80, 0x88, 1, 0], &stale), 0x6A94);
}

#[test]
fn a_retired_container_only_decrypts() {
    let (mut host, container) = Host::with_container();
    let retire = |host: &mut Host| {
        let data = host.in_container(container);
        host.send([0x80, 0xDE, 7, 0], &data).1
    };
    let signer = host.generate_sm2(container);
    assert_eq!(retire(&mut host), 0x6A95, "no encryption pair");
    let ca = crate::import::ca_key();
    let import = crate::import::envelope(&signer, &ca.expose_bytes()[..], &ca.public_key());
    let import = host.in_container(container).bytes(&import.0);
    host.ok([0x80, 0x72, 0, 0], &import);
    for usage in [0, 1] {
        let data = host.in_container(container).l32(b"certificate");
        host.ok([0x80, 0x4C, usage, 0], &data);
    }
    let app = host.app();
    assert_eq!(host.ok([0x80, 0xDE, 8, 0], &app), [0, 0]);
    host.log_out();
    assert_eq!(retire(&mut host), 0x6982);
    host.log_in(USER, USER_PIN);
    let counter = host.change_counter();
    assert_eq!(retire(&mut host), 0x9000);
    assert_eq!(retire(&mut host), 0x9000, "once more");
    assert_eq!(host.change_counter(), counter + 1);
    assert_eq!(host.ok([0x80, 0xDE, 8, 0], &app), b"C\0\0");
    // ECC, no signature key, encryption key of 256 bits, no signature certificate, encryption certificate.
    let info = host.ok(INFO, &host.app().bytes(b"C"));
    assert_eq!(info, [2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
    let cipher = ca.public_key().encrypt(b"an old tender").unwrap();
    let data = host.in_container(container).cipher(&cipher);
    assert_eq!(host.ok([0x80, 0xD2, 0, 0], &data), b"an old tender");
    // Nothing is signed, nothing new comes in.
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6A95);
    assert_eq!(host.refused([0x80, 0x72, 0, 0], &import), 0x6A95);
    let data = host.in_container(container).u32(0x0002_0200);
    assert_eq!(host.refused([0x80, 0x70, 0, 0], &data), 0x6985);
    let data = host.in_container(container).u32(2048);
    assert_eq!(host.refused([0x80, 0x54, 0, 0], &data), 0x6985);
    for usage in [0, 1] {
        let data = host.in_container(container).l32(b"certificate");
        assert_eq!(host.refused([0x80, 0x4C, usage, 0], &data), 0x6985);
    }
    // Deleted, its name is free again.
    let data = host.app().bytes(b"C");
    host.ok([0x80, 0x48, 0, 0], &data);
    host.create_container(b"C");
    assert_eq!(host.ok([0x80, 0xDE, 8, 0], &app), [0, 0]);
}
