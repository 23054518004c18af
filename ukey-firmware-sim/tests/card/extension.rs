//! The extension family.

use crate::host::{ADMIN, ADMIN_PIN, ANYONE, Data, Host, USER, USER_PIN, blank_image, words};

const WRITE: [u8; 4] = [0x80, 0xD4, 0, 0];
const READ: [u8; 4] = [0x80, 0xD6, 0, 0];
const DELETE: [u8; 4] = [0x80, 0xD8, 0, 0];
const RESET: [u8; 4] = [0x80, 0xDA, 0, 0];
const SET_USER_PIN: [u8; 4] = [0x80, 0xDC, 0, 0];

const PUBLIC: u8 = 0;
const PRIVATE: u8 = 1;
const OPEN: u8 = 2;

fn object(host: &Host, id: u32, flags: u8, owner: &[u8], content: &[u8]) -> Data {
    host.app().u32(id).u8(flags).n8(owner).bytes(content)
}

/// IDs and contents of all objects that are shown.
fn read_all(host: &mut Host) -> Vec<(u32, Vec<u8>)> {
    let mut found = Vec::new();
    let mut from = 0;
    loop {
        let data = host.app().u32(from);
        let answer = host.ok(READ, &data);
        let mut rest = answer.as_slice();
        if rest.is_empty() {
            return found;
        }
        while !rest.is_empty() {
            let (id, owner) = (words(&rest[..4]), usize::from(rest[5]));
            let length = words(&rest[6 + owner..10 + owner]) as usize;
            found.push((id, rest[10 + owner..10 + owner + length].to_vec()));
            rest = &rest[10 + owner + length..];
            from = id + 1;
        }
    }
}

#[test]
fn capabilities_and_counter() {
    let mut host = Host::blank();
    let answer = host.ok([0x80, 0xD0, 0, 0], &Data::new());
    assert_eq!((answer[0], answer[1], words(&answer[2..6])), (1, 0, 0xFF));
    assert_eq!(
        (words(&answer[6..10]), words(&answer[10..])),
        (131_072, 65_533)
    );
    assert_eq!(host.change_counter(), 0);
    assert_eq!(host.refused([0x80, 0xD0, 3, 0], &Data::new()), 0x6A86);
    assert_eq!(host.refused([0x80, 0xD0, 0, 1], &Data::new()), 0x6A86);
    host.create_application(b"APP", 0x10);
    assert_eq!(host.change_counter(), 1);
    host.log_in(USER, USER_PIN);
    host.log_in(ADMIN, ADMIN_PIN);
    assert_eq!(host.change_counter(), 1);
    let container = host.create_container(b"C");
    host.generate_sm2(container);
    assert_eq!(host.change_counter(), 3);
    host.sign_digest(container, &[1; 32]);
    assert_eq!(host.change_counter(), 3);
    assert_eq!(host.device.change_counter(), Some(3));
}

#[test]
fn objects_are_written_read_and_deleted() {
    let memory = blank_image(512 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", 0x10);
    host.log_in(USER, USER_PIN);
    let data = object(&host, 0, PUBLIC, b"", b"first");
    assert_eq!(words(&host.ok(WRITE, &data)), 1);
    let data = object(&host, 0, PRIVATE, b"", b"the private one");
    assert_eq!(words(&host.ok(WRITE, &data)), 2);
    let data = object(&host, 0, PUBLIC, b"", &[3; 60_000]);
    assert_eq!(words(&host.ok(WRITE, &data)), 3);
    let data = object(&host, 0, PUBLIC, b"", &[4; 10_000]);
    host.ok(WRITE, &data);
    let data = object(&host, 1, PUBLIC, b"", b"first, rewritten");
    assert_eq!(words(&host.ok(WRITE, &data)), 1);
    let all = read_all(&mut host);
    let expected = [
        &b"first, rewritten"[..],
        b"the private one",
        &[3; 60_000],
        &[4; 10_000],
    ];
    assert!(
        all.iter()
            .map(|(_, content)| content.as_slice())
            .eq(expected)
    );
    // Only public ones without login; private ones are not in the image in the clear.
    host.log_out();
    assert_eq!(
        read_all(&mut host)
            .iter()
            .map(|(id, _)| *id)
            .collect::<Vec<_>>(),
        [1, 3, 4]
    );
    assert!(
        !memory
            .snapshot()
            .windows(11)
            .any(|window| window == b"the private")
    );
    let mut host = Host::on(memory);
    host.open_application(b"APP");
    host.log_in(USER, USER_PIN);
    assert_eq!(read_all(&mut host), all);
    let gone = host.app().u32(4);
    host.ok(DELETE, &gone);
    assert_eq!(host.refused(DELETE, &gone), 0x6A83);
    let data = object(&host, 4, PUBLIC, b"", b"x");
    assert_eq!(host.refused(WRITE, &data), 0x6A83);
    let data = object(&host, 0, PUBLIC, b"", b"x");
    assert_eq!(
        words(&host.ok(WRITE, &data)),
        5,
        "numbers are not used again"
    );
}

#[test]
fn objects_need_the_user_unless_they_are_open() {
    for (rights, open_sw) in [(ANYONE, 0x9000), (0x10, 0x6982)] {
        let mut host = Host::blank();
        host.create_application(b"APP", rights);
        let data = object(&host, 0, PUBLIC, b"", b"x");
        assert_eq!(host.refused(WRITE, &data), 0x6982);
        let data = object(&host, 0, PRIVATE, b"", b"x");
        assert_eq!(host.refused(WRITE, &data), 0x6982);
        let data = object(&host, 0, OPEN, b"", b"x");
        assert_eq!(host.send(WRITE, &data).1, open_sw);
        let data = object(&host, 0, 3, b"", b"x");
        assert_eq!(host.refused(WRITE, &data), 0x6A80, "private and open");
        host.log_in(USER, USER_PIN);
        let data = object(&host, 0, PUBLIC, b"nowhere", b"x");
        assert_eq!(host.refused(WRITE, &data), 0x6A94);
        let data = object(&host, 0, PUBLIC, b"", b"protected");
        let id = words(&host.ok(WRITE, &data));
        host.log_out();
        // An open object cannot take a protected one's place.
        let data = object(&host, id, OPEN, b"", b"x");
        assert_eq!(host.refused(WRITE, &data), 0x6982);
        let gone = host.app().u32(id);
        assert_eq!(host.refused(DELETE, &gone), 0x6982);
        host.log_in(ADMIN, ADMIN_PIN);
        // The administrator writes what everyone may read, and nothing else.
        let data = object(&host, id, PUBLIC, b"", b"trusted");
        assert_eq!(words(&host.ok(WRITE, &data)), id);
        let data = object(&host, id, PRIVATE, b"", b"x");
        assert_eq!(host.refused(WRITE, &data), 0x6982);
        host.ok(DELETE, &gone);
    }
}

#[test]
fn the_largest_object_fits_and_a_larger_one_is_refused() {
    let mut host = Host::blank();
    host.create_application(b"APP", ANYONE);
    let data = object(&host, 0, OPEN, b"", &[1; 60_001]);
    assert_eq!(host.refused(WRITE, &data), 0x6700);
    let data = object(&host, 0, OPEN, b"", &[1; 60_000]);
    host.ok(WRITE, &data);
    let data = object(&host, 0, OPEN, b"", b"");
    host.ok(WRITE, &data);
    assert_eq!(read_all(&mut host), [(1, vec![1; 60_000]), (2, vec![])]);
}

#[test]
fn the_first_user_pin_is_set_by_the_administrator() {
    let mut host = Host::blank();
    host.dev_auth();
    let parameters = Host::application_parameters(b"APP", 0x10, b"");
    host.app = words(&host.ok([0x80, 0x20, 0, 0], &parameters)) as u16;
    assert_eq!(host.change_pin(USER, b"", b"x"), 0x6984);
    let set = |host: &mut Host, pin: &[u8]| {
        let cipher = host.for_transport(pin);
        host.app().cipher(&cipher)
    };
    let data = set(&mut host, b"user pin");
    assert_eq!(host.refused(SET_USER_PIN, &data), 0x6982);
    host.log_in(ADMIN, ADMIN_PIN);
    assert_eq!(
        host.refused(SET_USER_PIN, &data),
        0x6985,
        "challenge used up"
    );
    let data = set(&mut host, b"user pin");
    host.challenge();
    assert_eq!(
        host.refused(SET_USER_PIN, &data),
        0x6985,
        "another challenge"
    );
    for wrong in [&b""[..], &[b'x'; 65]] {
        let data = set(&mut host, wrong);
        assert_eq!(host.refused(SET_USER_PIN, &data), 0x6A80);
    }
    let mut data = set(&mut host, b"user pin");
    data.0[2] ^= 1;
    assert_eq!(host.refused(SET_USER_PIN, &data), 0x6A80);
    assert_eq!(host.pin_info(USER), [6, 6, 2]);
    let data = set(&mut host, b"user pin");
    host.ok(SET_USER_PIN, &data);
    assert_eq!(host.pin_info(USER), [6, 6, 0]);
    host.log_in(USER, b"user pin");
    // Set again, it ends the user's login.
    let data = set(&mut host, b"another");
    host.ok(SET_USER_PIN, &data);
    let container = host.app().bytes(b"C");
    assert_eq!(host.refused([0x80, 0x40, 0, 0], &container), 0x6982);
    // The transport key is another one after each reset.
    let key = host.transport_key();
    assert_eq!(host.transport_key(), key);
    host.device.reset();
    assert_ne!(host.transport_key(), key);
}

#[test]
fn resetting_an_application_empties_it_and_unsets_the_user_pin() {
    let (mut host, container) = Host::with_container();
    host.generate_sm2(container);
    let data = object(&host, 0, PRIVATE, b"C", b"x");
    host.ok(WRITE, &data);
    let data = host.app().n8(b"F").u32(10).u32(ANYONE).u32(ANYONE);
    host.ok([0x80, 0x30, 0, 0], &data);
    let app = host.app();
    assert_eq!(host.refused(RESET, &app), 0x6982);
    host.log_in(ADMIN, ADMIN_PIN);
    host.ok(RESET, &app);
    assert_eq!(host.pin_info(USER), [6, 6, 2]);
    assert_eq!(host.pin_info(ADMIN), [5, 5, 1]);
    for list in [0x34, 0x46] {
        assert_eq!(host.ok([0x80, list, 0, 0], &app), [0, 0]);
    }
    assert!(read_all(&mut host).is_empty());
    assert_eq!(host.sign_digest(container, &[1; 32]).1, 0x6A94);
    assert_eq!(host.verify_pin(USER, USER_PIN), 0x6984);
    assert_eq!(
        host.refused([0x80, 0x40, 0, 0], &app.clone().bytes(b"C")),
        0x6982
    );
    // The administrator stays logged in and goes on.
    let cipher = host.for_transport(b"new user");
    host.ok(SET_USER_PIN, &app.cipher(&cipher));
    host.log_in(USER, b"new user");
    host.create_container(b"C");
}
