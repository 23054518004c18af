//! Applications.

use crate::host::{ADMIN_PIN, DEVICE_KEY, Data, Host, USER, USER_PIN, blank_image, words};
use ukey_crypto::sm4;

const CREATE: [u8; 4] = [0x80, 0x20, 0, 0];

#[test]
fn applications_are_created_listed_opened_and_deleted() {
    let memory = blank_image(256 * 1024);
    let mut host = Host::on(memory.clone());
    assert_eq!(host.ok([0x80, 0x22, 0, 0], &Data::new()), [0, 0]);
    host.create_application(b"ONE", 0x10);
    host.create_application("二".as_bytes(), 0xFF);
    assert_eq!(
        host.ok([0x80, 0x22, 0, 0], &Data::new()),
        "ONE\0二\0\0".as_bytes()
    );

    let mut host = Host::on(memory);
    let opened = host.ok([0x80, 0x26, 0, 0], &Data::new().bytes("二".as_bytes()));
    assert_eq!(
        (
            words(&opened[..4]),
            opened[4],
            opened[5],
            words(&opened[6..8])
        ),
        (0xFF, 64, 128, 256)
    );
    assert_eq!(
        host.refused([0x80, 0x24, 0, 0], &Data::new().bytes(b"ONE")),
        0x6982
    );
    host.dev_auth();
    host.ok([0x80, 0x24, 0, 0], &Data::new().bytes(b"ONE"));
    assert_eq!(
        host.refused([0x80, 0x24, 0, 0], &Data::new().bytes(b"ONE")),
        0x6A88
    );
    assert_eq!(
        host.refused([0x80, 0x26, 0, 0], &Data::new().bytes(b"ONE")),
        0x6A88
    );
    assert_eq!(
        host.ok([0x80, 0x22, 0, 0], &Data::new()),
        "二\0\0".as_bytes()
    );
}

#[test]
fn deletion_takes_everything_along_and_gives_the_space_back() {
    let mut host = Host::blank();
    let free = |host: &mut Host| words(&host.ok([0x80, 0x04, 0, 0], &Data::new())[220..224]);
    host.create_application(b"FIRST", 0x10);
    let before = free(&mut host);
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    let container = host.create_container(b"C");
    host.generate_sm2(container);
    let data = host.in_container(container).l32(&[1; 900]);
    host.ok([0x80, 0x4C, 1, 0], &data);
    let data = host.app().n8(b"F").u32(5000).u32(0xFF).u32(0x10);
    host.ok([0x80, 0x30, 0, 0], &data);
    let data = host.app().u32(0).u8(1).n8(b"C").bytes(b"content");
    host.ok([0x80, 0xD4, 0, 0], &data);
    assert!(free(&mut host) < before - 6000);
    host.ok([0x80, 0x24, 0, 0], &Data::new().bytes(b"APP"));
    assert_eq!(free(&mut host), before);
    // Neither IDs nor the login reach an application that takes its name.
    let stale = host.in_container(container);
    host.create_application(b"APP", 0x10);
    assert_eq!(host.refused([0x80, 0x4E, 1, 0], &stale), 0x6A88);
    let data = host.app().bytes(b"C");
    assert_eq!(host.refused([0x80, 0x40, 0, 0], &data), 0x6982);
}

#[test]
fn creation_needs_the_device_and_sound_parameters() {
    let mut host = Host::blank();
    let good = Host::application_parameters(b"APP", 0x10, USER_PIN);
    assert_eq!(host.refused(CREATE, &good), 0x6982);
    host.dev_auth();
    let with = |name: &[u8], admin: &[u8], admin_tries, user: &[u8], user_tries| {
        let data = Data::new()
            .n8(name)
            .n8(admin)
            .u8(admin_tries)
            .n8(user)
            .u8(user_tries);
        data.u32(0x10).u8(0).u8(0).u16(0)
    };
    assert_eq!(
        host.refused(CREATE, &with(b"A", b"", 5, USER_PIN, 5)),
        0x6A80
    );
    assert_eq!(
        host.refused(CREATE, &with(b"A", &[1; 65], 5, USER_PIN, 5)),
        0x6A80
    );
    assert_eq!(
        host.refused(CREATE, &with(b"A", ADMIN_PIN, 0, USER_PIN, 5)),
        0x6A80
    );
    assert_eq!(
        host.refused(CREATE, &with(b"A", ADMIN_PIN, 16, USER_PIN, 5)),
        0x6A80
    );
    assert_eq!(
        host.refused(CREATE, &with(b"A", ADMIN_PIN, 5, &[1; 65], 5)),
        0x6A80
    );
    assert_eq!(
        host.refused(CREATE, &with(b"", ADMIN_PIN, 5, USER_PIN, 5)),
        0x6700
    );
    assert_eq!(
        host.refused(CREATE, &with(b"A\0B", ADMIN_PIN, 5, USER_PIN, 5)),
        0x6A80
    );
    assert_eq!(
        host.refused(CREATE, &with(&[b'A'; 65], ADMIN_PIN, 5, USER_PIN, 5)),
        0x6700
    );
    assert_eq!(host.refused(CREATE, &good.clone().u8(0)), 0x6700);
    assert_eq!(host.refused([0x80, 0x20, 2, 0], &good), 0x6A86);
    host.ok(CREATE, &good);
    assert_eq!(host.refused(CREATE, &good), 0x6A89);
    let before = host.change_counter();
    for number in 1..16u8 {
        host.ok(CREATE, &with(&[b'N', number], ADMIN_PIN, 15, b"", 1));
    }
    assert_eq!(
        host.refused(CREATE, &with(b"17th", ADMIN_PIN, 5, b"", 5)),
        0x6A84
    );
    assert_eq!(host.change_counter(), before + 15);
}

#[test]
fn creation_under_the_device_key_and_under_the_transport_key() {
    let mut host = Host::blank();
    host.dev_auth();
    let key = sm4::Key::from(*DEVICE_KEY);
    let parameters = Host::application_parameters(b"SECURED", 0x10, USER_PIN);
    let apdu = host.secured([0x84, 0x20, 0, 0], &Data::new(), &parameters.0, &key);
    let (app, sw) = host.raw(&apdu);
    assert_eq!(sw, 0x9000);
    host.app = words(&app) as u16;
    host.log_in(USER, USER_PIN);
    let apdu = host.secured([0x84, 0x20, 0, 0], &Data::new(), b"nonsense", &key);
    assert_eq!(host.raw(&apdu).1, 0x6A80);
    let mut apdu = host.secured([0x84, 0x20, 0, 0], &Data::new(), &parameters.0, &key);
    apdu[10] ^= 1;
    assert_eq!(host.raw(&apdu).1, 0x6982);

    let parameters = Host::application_parameters(b"PROTECTED", 0x10, b"");
    let cipher = host.for_transport(&parameters.0);
    let data = Data::new().cipher(&cipher);
    host.app = words(&host.ok([0x80, 0x20, 1, 0], &data)) as u16;
    assert_eq!(host.pin_info(USER), [6, 6, 2], "no user PIN yet");
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x6984);
    assert_eq!(
        host.refused([0x80, 0x20, 1, 0], &data),
        0x6985,
        "its challenge is used up"
    );
    host.challenge();
    assert_eq!(
        host.refused([0x80, 0x20, 1, 0], &data),
        0x6985,
        "another challenge inside"
    );
}

#[test]
fn the_same_application_has_one_id_until_everybody_has_closed_it() {
    let mut host = Host::with_application();
    let first = host.app;
    host.open_application(b"APP");
    assert_eq!(host.app, first);
    let data = host.app();
    host.ok([0x80, 0x28, 0, 0], &data);
    host.pin_info(USER);
    host.ok([0x80, 0x28, 0, 0], &data);
    assert_eq!(host.refused([0x80, 0x28, 0, 0], &data), 0x6A88);
    assert_eq!(host.refused([0x80, 0x14, USER, 0], &data), 0x6A88);
    host.open_application(b"APP");
    assert_eq!(host.app, first, "within one power-on");
}

#[test]
fn closing_does_not_log_out() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    let data = host.app();
    host.ok([0x80, 0x28, 0, 0], &data);
    host.open_application(b"APP");
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x9000);
    // A container may be closed after its application.
    host.ok([0x80, 0x28, 0, 0], &data);
    let close = data.u16(container);
    host.ok([0x80, 0x44, 0, 0], &close);
    assert_eq!(host.refused([0x80, 0x44, 0, 0], &close), 0x6A94);
}
