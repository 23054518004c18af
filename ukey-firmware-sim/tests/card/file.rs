//! Files and their rights.

use crate::host::{ADMIN, ADMIN_PIN, ANYONE, Data, Host, USER, USER_PIN, blank_image, words};
use ukey_firmware_sim::store::Store;

const CREATE: [u8; 4] = [0x80, 0x30, 0, 0];
const READ: [u8; 4] = [0x80, 0x38, 0, 0];
const WRITE: [u8; 4] = [0x80, 0x3A, 0, 0];
const DELETE: [u8; 4] = [0x80, 0x32, 0, 0];

fn create(host: &Host, name: &[u8], size: u32, read: u32, write: u32) -> Data {
    host.app().n8(name).u32(size).u32(read).u32(write)
}

fn read(host: &Host, offset: u32, length: u32, name: &[u8]) -> Data {
    host.app().u32(offset).u32(length).bytes(name)
}

fn write(host: &Host, offset: u32, name: &[u8], data: &[u8]) -> Data {
    host.app().u32(offset).n8(name).bytes(data)
}

#[test]
fn content_is_written_and_read_at_any_place() {
    let mut host = Host::blank();
    host.create_application(b"APP", ANYONE);
    for (name, read_rights) in [(&b"open"[..], ANYONE), (b"private", 0x10)] {
        host.log_in(USER, USER_PIN);
        let data = create(&host, name, 10_000, read_rights, ANYONE);
        host.ok(CREATE, &data);
        let mut expected = vec![0; 10_000];
        // Within a chunk, over an edge, at the end, nothing at all.
        for (offset, length) in [
            (5, 10),
            (4090, 12),
            (0, 1),
            (9_999, 1),
            (4_000, 5_000),
            (10_000, 0),
        ] {
            let bytes: Vec<u8> = (0..length).map(|at| (at + offset) as u8 | 1).collect();
            let data = write(&host, offset as u32, name, &bytes);
            host.ok(WRITE, &data);
            expected[offset..offset + length].copy_from_slice(&bytes);
        }
        let data = read(&host, 0, 20_000, name);
        assert_eq!(host.ok(READ, &data), expected);
        let data = read(&host, 4_095, 3, name);
        assert_eq!(host.ok(READ, &data), expected[4_095..4_098]);
        let data = read(&host, 10_000, 1, name);
        assert_eq!(host.ok(READ, &data), b"");
        let data = read(&host, 10_001, 1, name);
        assert_eq!(host.refused(READ, &data), 0x6A80);
        for (offset, length) in [(10_000, 1), (9_999, 2), (u32::MAX, 2)] {
            let data = write(&host, offset, name, &vec![7; length]);
            assert_eq!(host.refused(WRITE, &data), 0x6700);
        }
        let data = read(&host, 0, 20_000, name);
        assert_eq!(host.ok(READ, &data), expected);
    }
}

#[test]
fn files_are_listed_described_and_deleted() {
    let mut host = Host::blank();
    host.create_application(b"APP", ANYONE);
    let app = host.app();
    assert_eq!(host.ok([0x80, 0x34, 0, 0], &app), [0, 0]);
    let one = create(&host, b"one", 5, ANYONE, 0x10);
    host.ok(CREATE, &one);
    assert_eq!(host.refused(CREATE, &one), 0x6A8A);
    let two = create(&host, b"two", 0, 0x01, 0x11);
    host.ok(CREATE, &two);
    assert_eq!(host.ok([0x80, 0x34, 0, 0], &app), b"one\0two\0\0");
    let info = host.ok([0x80, 0x36, 0, 0], &app.clone().bytes(b"two"));
    assert_eq!(
        (words(&info[..4]), words(&info[4..8]), words(&info[8..])),
        (0, 0x01, 0x11)
    );
    assert_eq!(
        host.refused([0x80, 0x36, 0, 0], &app.clone().bytes(b"three")),
        0x6A82
    );
    assert_eq!(host.refused(DELETE, &app.clone().bytes(b"one")), 0x6982);
    host.log_in(USER, USER_PIN);
    host.ok(DELETE, &app.clone().bytes(b"one"));
    assert_eq!(host.refused(DELETE, &app.clone().bytes(b"one")), 0x6A82);
    let data = read(&host, 0, 1, b"one");
    assert_eq!(host.refused(READ, &data), 0x6A82);
    let data = write(&host, 0, b"one", b"x");
    assert_eq!(host.refused(WRITE, &data), 0x6A82);
    assert_eq!(host.ok([0x80, 0x34, 0, 0], &app), b"two\0\0");
}

#[test]
fn rights_decide_who_reads_and_writes() {
    let mut host = Host::blank();
    host.create_application(b"APP", ANYONE);
    let kinds = [
        (b"never", 0x00),
        (b"admin", 0x01),
        (b"users", 0x10),
        (b"eithe", 0x11),
        (b"anyon", 0xFF),
    ];
    for (name, rights) in kinds {
        let data = create(&host, name, 4, rights, rights);
        host.ok(CREATE, &data);
    }
    let expect = |host: &mut Host, expected: [u16; 5]| {
        for ((name, _), sw) in kinds.iter().zip(expected) {
            let data = read(host, 0, 4, *name);
            assert_eq!(host.send(READ, &data).1, sw, "reading {name:?}");
            let data = write(host, 0, *name, b"x");
            assert_eq!(host.send(WRITE, &data).1, sw, "writing {name:?}");
        }
    };
    expect(&mut host, [0x6986, 0x6982, 0x6982, 0x6982, 0x9000]);
    host.log_in(USER, USER_PIN);
    expect(&mut host, [0x6986, 0x6982, 0x9000, 0x9000, 0x9000]);
    host.log_out();
    host.log_in(ADMIN, ADMIN_PIN);
    expect(&mut host, [0x6986, 0x9000, 0x6982, 0x9000, 0x9000]);
    let never = host.app().bytes(b"never");
    host.ok(DELETE, &never);
}

#[test]
fn creation_follows_the_rights_of_the_application() {
    let mut host = Host::with_application();
    let data = create(&host, b"F", 4, ANYONE, ANYONE);
    assert_eq!(host.refused(CREATE, &data), 0x6982);
    host.log_in(ADMIN, ADMIN_PIN);
    assert_eq!(host.refused(CREATE, &data), 0x6982);
    host.log_in(USER, USER_PIN);
    host.ok(CREATE, &data);
    let huge = create(&host, b"G", u32::MAX, ANYONE, ANYONE);
    assert_eq!(host.refused(CREATE, &huge), 0x6A84);
    let large = create(&host, b"G", 200_000, ANYONE, ANYONE);
    assert_eq!(host.refused(CREATE, &large), 0x6A84);
    host.create_application(b"NEVER", 0);
    let data = create(&host, b"F", 4, ANYONE, ANYONE);
    assert_eq!(host.refused(CREATE, &data), 0x6986);
}

#[test]
fn private_content_is_sealed_in_the_image_and_public_content_is_not() {
    let memory = blank_image(64 * 1024);
    let mut host = Host::on(memory.clone());
    host.create_application(b"APP", ANYONE);
    host.log_in(USER, USER_PIN);
    for (name, rights) in [(b"open", ANYONE), (b"priv", 0x10)] {
        let data = create(&host, name, 40, rights, rights);
        host.ok(CREATE, &data);
        let data = write(&host, 0, name, &[b"content of ", &name[..]].concat());
        host.ok(WRITE, &data);
    }
    let image = memory.snapshot();
    let found = |needle: &[u8]| image.windows(needle.len()).any(|window| window == needle);
    assert!(found(b"content of open"));
    assert!(!found(b"content of priv"));
    assert!(Store::open(memory).is_ok());
}
